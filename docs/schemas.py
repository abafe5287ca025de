"""Write the JSON Schemas of all kinds of file, for editors: `python docs/schemas.py`, or `make schemas`."""

from __future__ import annotations

import json
from functools import partial
from pathlib import Path
from typing import Any

from sim.calibration.aims import targets_schema
from sim.experiment.schema import Experiment
from sim.record.mapping import mapping_schema
from sim.scenario import library, policy_schema, scenario_schema
from sim.search.schema import Search
from sim.teaching.exercises.schema import Exercise
from sim.yamlfile import json_schema

SCHEMAS = {
    "scenario": scenario_schema,
    "policy": policy_schema,
    "experiment": partial(json_schema, Experiment),
    "search": partial(json_schema, Search),
    "exercise": partial(json_schema, Exercise),
    "mapping": mapping_schema,
    "targets": targets_schema,
}


def write(folder: Path, name: str, schema: dict[str, Any]) -> None:
    """Write one to where editors look for it, as `NAME.schema.json`."""
    text = json.dumps(schema, indent=2, ensure_ascii=False) + "\n"
    (folder / f"{name}.schema.json").write_text(text, encoding="utf-8")


if __name__ == "__main__":
    for name, schema in SCHEMAS.items():
        write(library(), name, schema())
