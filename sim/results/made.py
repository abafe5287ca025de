"""How a run's parameters came by their values, in words; each sentence that says so is made here, from the manifest alone."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any

from sim.words.language import N_, _
from sim.words.sentences import month_words


def values_of(parameters: str, overrides: Mapping[str, Any]) -> dict[str, Any]:
    """What a manifest says of where values come from.

    Args:
        parameters: as a run was asked for: defaults, prior, posterior, a folder of sets, or a scenario's name or path.
        overrides: what the run's own scenario sets: numbers, or distributions that each world draws from.

    Returns:
        `mode` (defaults, prior, posterior); `window`, the months that accepted sets agree with, `informed`, of how
        many parameters these figures say something, and how many there are, and, where the sets are somebody's own, `figures`,
        with what, and `digest`, that of the sets; `set`, the scenario whose overrides are taken
        beneath; `overridden`, the names that the run's own scenario sets; `drawn`, which of all names that are set are drawn
        anew in each world.
    """
    from sim.parameters.posterior import about, file_of, informed, is_own, is_posterior, window
    from sim.scenario import parameter_set

    mode, beneath = parameter_set(parameters)
    every = {**beneath, **overrides}
    theirs = {}
    if is_own(mode):
        theirs = {"figures": about(mode).get("figures"), "digest": sha256(file_of(mode).read_bytes()).hexdigest()[:16]}
    return {
        "mode": mode.partition(":")[0],
        "window": list(window(mode)) if is_posterior(mode) else None,
        **({"informed": list(informed(mode))} if is_posterior(mode) else {}),
        **theirs,
        "set": None if parameters == mode else Path(parameters).stem,
        "overridden": sorted(overrides),
        "drawn": sorted(name for name, value in every.items() if not isinstance(value, int | float)),
    }


@dataclass(frozen=True)
class Made:
    """Where values came from.

    Attributes:
        clause: to stand behind "with"; sentence: the same for who reads what was assumed, and what it means for spreads.
        drawn: whether anything but random draws differs between worlds.
    """

    clause: str
    sentence: str
    drawn: bool


def made(manifests: Iterable[Mapping[str, Any]]) -> Made:
    """How the runs of these manifests, one or those compared with each other, came by their parameters' values."""
    listed = list(manifests)
    plain, about = _values([one["values"] for one in listed]), listed[0].get("told")
    if about is None:
        return plain
    counts = {name: about[name] for name in ("candidates", "effective", "distinct")} | {
        "until": month_words(about["until"])
    }
    return Made(
        _(
            "{how}, chosen among {candidates:,} by how near they came to the record to {until}",
            how=plain.clause,
            **counts,
        ),
        plain.sentence
        + " "
        + _(
            "Up to {until} Pakistan does what it did; of {candidates:,} worlds those go on that came near the record until "
            "then, worth {effective:.0f} equally likely ones, {distinct:,} different ones here.",
            **counts,
        ),
        plain.drawn,
    )


def _called(name: str) -> str:
    """The title, in quotes, of the scenario of the library whose values are taken; else the name of its file."""
    from sim.scenario import list_scenarios

    titles = {one: title for one, title, _question in list_scenarios()}
    return f"“{_(titles[name])}”" if name in titles else name


def _values(values: list[Mapping[str, Any]]) -> Made:
    first = values[0]
    own = any(one["overridden"] for one in values)
    itself = (
        N_(", but for what the scenario itself sets")
        if len(values) == 1
        else N_(", but for what a scenario itself sets")
    )
    but = _(itself) if own else ""
    if first["mode"] == "posterior":
        return _posterior(first, but)
    if first["mode"] == "prior":
        return Made(
            _("the uncertain parameters drawn anew in each, over all that is held possible{but}", but=but),
            _(
                "Every uncertain parameter was drawn anew in each world from its declared range{but}, so that the spread "
                "between worlds holds what nobody knows as well as random draws.",
                but=but,
            ),
            True,
        )
    if first["set"] is not None:
        both = N_(", but for what {name} sets and the scenario itself")
        both = both if len(values) == 1 else N_(", but for what {name} sets and a scenario itself")
        but = _(both if own else N_(", but for what {name} sets"), name=_called(first["set"]))
    if any(one["drawn"] for one in values):
        return Made(
            _("every parameter at its declared value{but}, some of it drawn anew in each", but=but),
            _(
                "Every parameter stood at its declared value{but}; what is drawn there anew in each world, and random draws, "
                "are all that the spread between worlds holds.",
                but=but,
            ),
            True,
        )
    return Made(
        _("every parameter at its declared value{but}", but=but),
        _(
            "Every parameter stood at its declared value{but}; worlds differ by random draws alone: what nobody knows about "
            "the parameters is not in these ranges.",
            but=but,
        ),
        False,
    )


def _posterior(first: Mapping[str, Any], but: str) -> Made:
    since, until = map(month_words, first["window"])
    file = first.get("figures")
    whose = _("the figures of {file}", file=file) if file else _("the record")
    said = N_(
        "In each world the uncertain parameters were those of one of the sets that agree with {whose} of {since} to "
        "{until}{but}, so that the spread between worlds holds what that record leaves open as well as random draws."
    )
    if file:
        said = N_(
            "In each world the uncertain parameters were those of one of the sets that agree with {whose} of {since} to "
            "{until}{but}, so that the spread between worlds holds what these leave open as well as random draws."
        )
    return Made(
        _(
            "the uncertain parameters in each as in one of the sets that agree with {whose} to {until}{informed}{but}",
            whose=whose,
            until=until,
            informed=_few(first),
            but=but,
        ),
        " ".join(filter(None, (_(said, whose=whose, since=since, until=until, but=but), _informed(first)))),
        True,
    )


def _few(values: Mapping[str, Any]) -> str:
    """The same in a clause."""
    if "informed" not in values:
        return ""
    some, every = values["informed"]
    return _(" (its figures bear on {some} of {every} parameters)", some=some, every=every)


def _informed(values: Mapping[str, Any]) -> str:
    """Of how few parameters the figures say anything; nothing of a run that was made before that was kept."""
    if "informed" not in values:
        return ""
    some, every = values["informed"]
    return _(
        "These figures say something about {some} of the {every} uncertain parameters; the other {rest} are spread as the "
        "articles and judgement have them.",
        some=some,
        every=every,
        rest=every - some,
    )
