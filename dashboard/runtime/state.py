"""What a visitor has chosen: one frozen value, which the address holds whole.

`from_query` and `to_query` turn it from and into the parameters of an address; what is at its default is left out. An
address made by hand may hold anything: what does not fit is told in a message and left at its default.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from functools import partial
from typing import Any, Self

import streamlit as st
from streamlit.runtime.pages_manager import PagesManager
from streamlit.runtime.scriptrunner import get_script_run_ctx

from dashboard.runtime import history, packing
from dashboard.runtime.checks import (
    CHECKS,
    LONGEST_OWN,
    MOST_BACK,
    MOST_LETTERS,
    MOST_MONTHS,
    MOST_PARTS,
    MOST_SCENARIOS,
    MOST_WORLDS,
    OWN,
    POSTURES,
    SHARES,
    AddressError,
    kept_names,
    known,
    number,
)
from dashboard.runtime.kept import Kept
from sim.ensemble.spec import DEFAULT_PARAMETERS
from sim.words.language import _
from sim.words.problems import problem_lines, short

# What an address may say is part of this, for whoever uses it.
__all__ = [
    "MOST_BACK",
    "MOST_LETTERS",
    "MOST_MONTHS",
    "MOST_SCENARIOS",
    "MOST_WORLDS",
    "OTHERS",
    "OWN",
    "POSTURES",
    "SHARES",
    "AddressError",
    "State",
    "arrive",
    "current",
    "from_query",
    "kept_names",
    "key",
    "known",
    "number",
    "publish",
    "replace_all",
    "retrace",
    "to_query",
    "too_long",
]


@dataclass(frozen=True)
class State:
    """All that is chosen.

    Attributes:
        scenarios: two to four names, the first one the baseline.
        version_of: the one of them that "your version" is a copy of.
        since: the month from which the levers and postures below hold; "" for the month in which its course begins.
        levers: what is set otherwise than there: lever, `conditionality` or `visibility` -> 0 to 1.
        postures: what the others are set to: `stance`, `campaign`, `engagement` -> one of its options, or `choose`.
        uncertainties: parameter -> value, in every scenario.
        parameters: where all other uncertain values come from: one of `own_sets.choices()`.
        told: a month that worlds go on from as things stood then, on Compare: see `sim.run`; "" for the beginning.
        seed, worlds, months: as for `sim.run`; months 0 is as the scenarios say.
        month: the month looked at, YYYY-MM; "" for the last.
        metric: the metric looked at.
        own: the text of a scenario made in the Studio; it goes by the name `own`.
        kept: versions that were given a name: the name that each goes by, `k1` and so on -> what it is.
        shown: the scenario asked about on Why; "" for the last. versus: what it is compared with: a scenario, `before` for
            the month before; "" for the first. back: how many months its account is followed; 0 for as many as usual.
        decision: whose pressures are laid open on Why.
        card, find, without: on Evidence, the id looked up, the words sought, and the source that is switched off.
        trial: the text of the experiment that is put together on Experiments. opened: the finished sweep that is shown there,
            by its name among those that the operator offers.
        front: what a search found, on Third way, by its name; "" for the first that is offered. bounds: what a course may come to
            at most or at least, by each objective's place (from 1) in its search, and how many militants die at most. member:
            the course that is opened there.
    """

    scenarios: tuple[str, ...] = ("confront", "appease")
    version_of: str = ""
    since: str = ""
    levers: Mapping[str, float] = field(default_factory=dict)
    postures: Mapping[str, str] = field(default_factory=dict)
    uncertainties: Mapping[str, float] = field(default_factory=dict)
    parameters: str = DEFAULT_PARAMETERS
    told: str = ""
    seed: int = 0
    worlds: int = 200
    months: int = 0
    month: str = ""
    metric: str = "fatalities"
    own: str = ""
    kept: Mapping[str, Kept] = field(default_factory=dict)
    shown: str = ""
    versus: str = ""
    back: int = 0
    decision: str = "taliban.stance"
    card: str = ""
    find: str = ""
    without: str = ""
    trial: str = ""
    opened: str = ""
    front: str = ""
    bounds: Mapping[str, float] = field(default_factory=dict)
    member: str = ""

    def with_(self, **changes: Any) -> Self:
        """The same with some things changed."""
        return replace(self, **changes)

    def as_written(self) -> Self:
        """The same with nothing set in a copy: there is no version of yours."""
        return self.with_(levers={}, postures={}, since="")

    def comparing(self, scenarios: Sequence[str]) -> Self:
        """The same with other scenarios compared: what was set stays with the scenario in whose copy it was set, or goes."""
        edited, there = self.edited, self.with_(scenarios=tuple(scenarios))
        if edited not in there.scenarios:
            return there.with_(version_of="").as_written()
        chosen = self.version_of or self.levers or self.postures
        return there.with_(version_of=edited if chosen and edited != there.scenarios[-1] else "")

    @property
    def edited(self) -> str:
        """The name of the scenario that "your version" is a copy of: the last one unless another was chosen."""
        return self.version_of or self.scenarios[-1]

    @property
    def mine(self) -> dict[str, str]:
        """The scenarios that are not in the library: name -> title, "" for the one made in the Studio."""
        return dict.fromkeys([OWN] if self.own else [], "") | {name: one.title for name, one in self.kept.items()}


# What stands in an address, and for what.
_WORDS = {"scenarios": "compare", "version_of": "version", "parameters": "values"}
# What pages for classes and games keep in their addresses beside the state (`access.py`), and the tour.
OTHERS = ("class", "me", "host", "exercise", "game", "player", "leader", "log", "tour", "lang")
_PACKED = ("own", "trial")
_PREFIXES = {"levers": "lever.", "postures": "posture.", "uncertainties": "value.", "kept": "kept.", "bounds": "bound."}


def to_query(here: State) -> dict[str, str]:
    """The parameters of an address that gives this state again."""
    plain = State()
    out: dict[str, str] = {}
    for one in fields(State):
        value = getattr(here, one.name)
        if value == getattr(plain, one.name):
            continue
        if one.name in _PREFIXES:
            out |= {f"{_PREFIXES[one.name]}{name}": _text(value[name]) for name in sorted(value)}
        elif one.name == "scenarios":
            out[_WORDS[one.name]] = ",".join(value)
        elif one.name in _PACKED:
            if packed := _packed(value):
                out[one.name] = packed
        else:
            out[_WORDS.get(one.name, one.name)] = _text(value)
    return out


def too_long(text: str) -> bool:
    """Whether a scenario or an experiment is too long for an address."""
    return bool(text) and not _packed(text)


def _packed(text: str) -> str:
    """A text for an address; "" where it is too long for one."""
    return packing.packed(text, LONGEST_OWN)


def from_query(query: Mapping[str, str], beside: Mapping[str, str] | None = None) -> tuple[State, list[str]]:
    """The state that an address holds, and a message for each part that does not fit.

    Args:
        beside: what it builds on and does not hold, being too long for it: the text of the scenario made in the Studio, say.
    """
    found: dict[str, Any] = {name: {} for name in _PREFIXES} | dict(beside or {})
    problems: list[Callable[[], str]] = []
    if len(query) > MOST_PARTS:
        return State(), [
            _("the address has {count:,} parts; allowed: at most {most:,}", count=len(query), most=MOST_PARTS)
        ]
    names = {_WORDS.get(one.name, one.name): one.name for one in fields(State) if one.name not in _PREFIXES}
    # The scenarios that an address brings along first: their names are then known to the others.
    for key in sorted(query, key=lambda key: (key != "own", not key.startswith("kept."))):
        if key in OTHERS:
            continue
        mine = [*([OWN] if found.get("own") else []), *found["kept"]]
        prefix = next((name for name, begins in _PREFIXES.items() if key.startswith(begins)), None)
        try:
            if prefix is not None:
                name = key.removeprefix(_PREFIXES[prefix])
                found[prefix][name] = CHECKS[prefix](name, query[key], mine)
            elif key in names:
                found[names[key]] = CHECKS[names[key]](query[key], mine)
            else:
                raise AddressError(_("is not known"), key, [*names, *_PREFIXES.values()])
        except AddressError as problem:
            problems.append(partial(_told, key, query[key], problem))
    here = State(**found)
    if here.version_of and here.version_of not in here.scenarios:
        alone = AddressError(_("is not compared; allowed: {names}", names=", ".join(here.scenarios)))
        problems.append(partial(_told, "version", here.version_of, alone))
        here = here.with_(version_of="")
    return here, problem_lines(problems, _("the address"))


def _told(key: str, value: str, problem: AddressError) -> str:
    return f"{short(key)} = {short(value)}: {problem}"


def _text(value: object) -> str:
    return repr(value) if isinstance(value, float) else str(value)


# ------------------------------------------------------------------------------------------------ the session


def arrive() -> list[str]:
    """Take the state from the address, once a session; messages about what in it did not fit."""
    if PagesManager.uses_pages_directory:
        # `streamlit run` by hand takes pages/ for a list of pages, until app.py has named them once.
        PagesManager.uses_pages_directory = False
        st.rerun()
    if "state" not in st.session_state:
        query = {key: st.query_params[key] for key in st.query_params}
        found, problems = from_query(query)
        st.session_state["state"], st.session_state["epoch"] = found, 0
        return problems
    return []


def retrace() -> None:
    """Where the browser's Back or Forward led here: choose again what the address says was chosen then.

    A page that was come to by the menu has for a moment an address that says nothing: what was chosen is remembered for it.
    """
    if "state" not in st.session_state:
        return
    query = {key: st.query_params[key] for key in st.query_params if key not in OTHERS}
    context, here = get_script_run_ctx(), current()
    bare: dict[str, State] = st.session_state.setdefault("bare", {})
    page = getattr(context, "page_script_hash", "")
    if not getattr(context, "is_history_navigation", False):
        if not query:
            bare[page] = here
        return
    lost = {name: getattr(here, name) for name in _PACKED if too_long(getattr(here, name))}  # no address holds them
    found = from_query(query, lost)[0] if query else bare.get(page, State()).with_(**lost)
    if found != here:
        replace_all(found)


def current() -> State:
    """What this session has chosen by now."""
    here: State = st.session_state["state"]
    return here


def publish(here: State) -> State:
    """Keep what was chosen, for this session and in its address."""
    history.note(st.session_state.get("state", here), here)
    st.session_state["state"] = here
    query = to_query(here) | {key: value for key, value in st.query_params.items() if key in OTHERS}
    if query != st.query_params.to_dict():
        st.query_params.from_dict(query)
    return here


def replace_all(here: State) -> None:
    """Put another state in place of all that was chosen; every widget is set anew from it."""
    st.session_state["epoch"] += 1
    publish(here)


def key(*parts: object) -> str:
    """The key of a widget."""
    return " ".join(map(str, (st.session_state["epoch"], *parts)))
