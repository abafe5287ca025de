"""What nobody controls: where uncertain values come from, and single parameters that a visitor fixes, in every scenario."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache, partial
from math import floor, log10

import numpy as np
import streamlit as st

from dashboard.runtime import own_sets, state
from dashboard.runtime.language import _
from dashboard.runtime.state import State
from dashboard.widgets import controls, glossary, show
from sim.experiment.factors import factor_words
from sim.parameters import PARAMETERS, resolve
from sim.parameters.posterior import window
from sim.words.language import N_
from sim.words.sentences import month_words
from sim.worlds import Streams

# Shown without being asked for: what the articles' arguments about force and favours turn on.
UNCERTAIN = ("threat_response", "reward_response", "kinship_weight", "chip_value", "kabul_control")
_MODES = {
    "defaults": N_("declared values"),
    "prior": N_("drawn from the declared ranges"),
    "posterior": N_("drawn from the sets that fit the record"),
}
_ABOUT_MODES = N_(
    "Declared values: every parameter as the registry gives it, so that only random draws differ between worlds. "
    "Declared ranges: each world draws its own. Sets that fit: each world draws a whole set from those that "
    "calibration against the record of {first} to {last} accepted."
)
# How many draws tell between what most of them lie.
_DRAWS = 2000


def uncertainties(here: State) -> State:
    """What nobody controls: where values come from, and single parameters, in every scenario."""
    modes = own_sets.choices()
    mode = st.selectbox(
        _("Uncertain values are"),
        modes,
        modes.index(here.parameters),
        format_func=_mode_words,
        key=state.key("mode"),
        # The accepted sets say themselves which months they agree with.
        help=_(_ABOUT_MODES, **dict(zip(("first", "last"), map(month_words, window()), strict=True))),
    )
    usual = [name for name in UNCERTAIN if name in PARAMETERS]
    others = [name for name, about in PARAMETERS.items() if not about.constant and name not in usual]
    more = st.multiselect(
        _("Fix other parameters too"),
        others,
        [name for name in here.uncertainties if name in others],
        format_func=factor_words,
        max_selections=8,
        key=state.key("others"),
        help=_("Any of the model's declared parameters, by name."),
    )
    shown = [*usual, *more]
    here = here.with_(
        parameters=mode, uncertainties={name: value for name, value in here.uncertainties.items() if name in shown}
    )
    state.publish(here)
    for name in shown:
        _line(name)()
    return state.current()


@cache
def _line(name: str) -> Callable[[], None]:
    """A parameter's line, which is shown anew by itself when it is moved."""

    @st.fragment(key=_fragment(name))
    def line() -> None:
        _uncertainty(name)

    return line


def _fragment(name: str) -> str:
    return f"value-{name}"


def _uncertainty(name: str) -> None:
    """A parameter: its slider, and what it comes to; where it is moved, that holds in every world of every scenario."""
    here, place = state.current(), state.key("value", name)
    about = PARAMETERS[name]
    change = partial(_moved_to, name)
    moved = partial(controls.keep, place, change, _fragment(name))
    value = parameter_slider(name, here.uncertainties.get(name, about.value), place, moved)
    if value != about.value:
        st.caption(
            _(
                "Fixed at {value:g} in every world; at {declared:g} it is as chosen for all.",
                value=value,
                declared=about.value,
            )
        )
    elif here.parameters != "defaults":
        low, high = drawn(own_sets.asked(here.parameters))[name]
        st.caption(_("Drawn for each world: {low:.3g} to {high:.3g} in nine of ten.", low=low, high=high))


@cache
def drawn(mode: str) -> dict[str, tuple[float, float]]:
    """Between what nine draws of ten of a parameter lie, where all are drawn: its name -> the 5th and 95th percentile."""
    found = resolve({}, mode, Streams(0, _DRAWS))
    spans = {name: np.quantile(values, (0.05, 0.95)) for name, values in found.items()}
    return {name: (float(low), float(high)) for name, (low, high) in spans.items()}


def _mode_words(mode: str) -> str:
    """Where uncertain values come from, in words."""
    if mode != own_sets.OWN_SETS:
        return _(_MODES[mode])
    file, first, last = own_sets.figures()
    told = {"first": month_words(first), "last": month_words(last)}
    if not file:
        return _("drawn from this server's own sets, which fit the record of {first} to {last}", **told)
    return _("drawn from the sets that fit {file}, {first} to {last}", file=show.seen(file), **told)


def _moved_to(name: str, here: State, found: float) -> State:
    return controls.with_setting("uncertainties", name, PARAMETERS[name].value, here, _stands_at(name, found))


def _step(name: str) -> float:
    about = PARAMETERS[name]
    return float(10.0 ** floor(log10((about.high - about.low) / 20)))


def _stands_at(name: str, found: float) -> float:
    """What a parameter's slider stands at: its declared value where it is that but for rounding."""
    about = PARAMETERS[name]
    return about.value if abs(found - about.value) < _step(name) / 100 else round(found, 10)


def parameter_slider(name: str, value: float, key: str, on_change: Callable[[], None] | None = None) -> float:
    """A slider over a parameter's declared range, in steps that its declared value lies on."""
    about = PARAMETERS[name]
    found = st.slider(
        _(about.title),
        about.low,
        about.high,
        value,
        _step(name),
        key=key,
        on_change=on_change,
        format="%.3g" if about.high < 1000 else "%.0f",
        help=_(
            "{meaning} {unit}  \nLeft at {value:g}, it is as chosen for all; moved, it has this value in every "
            "world of every scenario.",
            meaning=show.plain(_(about.meaning)),
            unit=show.plain(glossary.unit(about.unit)),
            value=about.value,
        ),
    )
    return _stands_at(name, found)
