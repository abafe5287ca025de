"""What a run reports. A metric is one entry in a module of this package; all that stores, draws and lists metrics follows.

Both tables are read when a model is made, so what is added to them before then is reported too.
"""

from __future__ import annotations

from sim.metrics.base import METRICS, PANELS, Metric, Panel, Reporter, Summary
from sim.metrics.kabul import KABUL
from sim.metrics.pakistan import PAKISTAN
from sim.metrics.panels import DIMENSIONED
from sim.metrics.violence import VIOLENCE

__all__ = ["METRICS", "PANELS", "Metric", "Panel", "Reporter", "Summary"]

METRICS.update((metric.name, metric) for metric in (*VIOLENCE, *KABUL, *PAKISTAN))
PANELS.update((panel.name, panel) for panel in DIMENSIONED)
