"""Words that sentences are made of: which side has more of a metric, whether worlds settle it, lists, and lines of text."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Iterable, Sequence
from functools import cache
from math import sqrt

from sim.metrics import METRICS
from sim.vocabulary import ACTOR_SPECS
from sim.vocabulary import month_words as month_in_english
from sim.words.language import N_, _, altered, together

NOT_A_FORECAST = "These are modelled worlds, not a forecast."
TOOL = (
    "durand is a tool for thinking with documents: it plays out what five commentaries argue, none of them with a "
    "voice from the tribal districts, in many modelled worlds. Real people died and were displaced."
)
# Said where a reader meets the deaths of militants; tests/test_backcast.py holds the figures against runs.
MILITANTS = N_(
    "The deaths of militants are outside of the fit: no target holds them against a count. PICSS counted 612 militants killed "
    "by security forces in 2023; the modelled history has about 280, and 75 to 650 in nine worlds of ten."
)
# What stands before an exercise, wherever it is done.
ABOUT = f"{TOOL} {NOT_A_FORECAST}"
# Said where the median of differences stands beside two medians whose difference it is not.
MIDDLES = "The middle difference need not be the difference of the two middles."

# What the reading speaks of, in this order: metric -> (more of it, less of it, it).
HEADLINES: dict[str, tuple[str, str, str]] = {
    "fatalities": (N_("more deaths"), N_("fewer deaths"), N_("deaths")),
    "attacks": (N_("more TTP attacks"), N_("fewer TTP attacks"), N_("TTP attacks")),
    "ttp_strength": (N_("more TTP fighters"), N_("fewer TTP fighters"), N_("TTP fighters")),
    "sovereignty": (
        N_("more sovereignty left to Pakistan"),
        N_("less sovereignty left to Pakistan"),
        N_("sovereignty left to Pakistan"),
    ),
    "taliban_stance": (
        N_("more restraint of the TTP by Kabul (0 shelter, 0.5 contain, 1 crack down)"),
        N_("less restraint of the TTP by Kabul"),
        N_("restraint of the TTP by Kabul (0 shelter, 0.5 contain, 1 crack down)"),
    ),
    "leverage_pakistan_taliban": (
        N_("more Pakistani leverage over Kabul"),
        N_("less Pakistani leverage over Kabul"),
        N_("Pakistani leverage over Kabul"),
    ),
}
# Whose deaths add up to all of them.
WHOSE_DEATHS = {
    "fatalities_militant": N_("militants"),
    "fatalities_security": N_("soldiers and police"),
    "fatalities_civilian": N_("civilians in Pakistan"),
    "fatalities_afghan_civilian": N_("Afghan civilians"),
}
# What else there can be more or fewer of; of anything that is neither here nor above there is a higher or a lower level.
_COUNTED = {
    "fatalities_militant": N_("deaths among militants"),
    "fatalities_security": N_("deaths among soldiers and police"),
    "fatalities_civilian": N_("deaths among civilians in Pakistan"),
    "fatalities_afghan_civilian": N_("deaths among Afghan civilians"),
    "fatalities_ttp": N_("deaths inflicted by the TTP"),
    "attacks_background": N_("attacks by other groups"),
    "attacks_claimed": N_("attacks claimed by the TTP"),
    "attacks_counted": N_("attacks in the count of all groups"),
    "border_clashes": N_("border clashes"),
    "refugees": N_("Afghan arrivals"),
    "expelled": N_("expulsions"),
}
_Z = 1.96
# Names in ids, which have no large letters: written in these alone, and with one at the head, as are countries that act.
_UPPER = ("fata", "imf", "isi", "iskp", "picss", "pips", "pti", "ttp", "ucdp", "un", "us")
_PROPER = (
    *(
        "afghan",
        "afghanistan",
        "balochistan",
        "baradar",
        "central asia",
        "chinese",
        "haqqani",
        "indian",
    ),
    *("islamabad", "kabul", "kandahar", "karachi", "khyber", "pakhtunkhwa", "taliban", "yaqoob"),
)


def in_words(name: str) -> str:
    """The id of a rule, a parameter or an option as it stands in a sentence.

    >>> in_words("quarrel_frees_the_ttp"), in_words("need_central_asia_road"), in_words("power_army_isi")
    ('quarrel frees the TTP', 'need Central Asia road', 'power army ISI')
    """
    return _names(tuple(filter(_is_a_country, ACTOR_SPECS))).sub(
        lambda found: found[0].upper() if found[0] in _UPPER else found[0].title(), name.replace("_", " ")
    )


def actor_words(actor: str) -> str:
    """An actor's title as it stands in a sentence.

    >>> actor_words("india"), actor_words("ttp")
    ('India', 'the TTP')
    """
    return ACTOR_SPECS[actor].title if _is_a_country(actor) else f"the {ACTOR_SPECS[actor].title}"


def _is_a_country(actor: str) -> bool:
    """Whether it goes by a name alone, which is also its id."""
    one = ACTOR_SPECS[actor]
    return one.title == actor.title() and not one.in_words


@cache
def _names(countries: tuple[str, ...]) -> re.Pattern[str]:
    return re.compile(rf"\b(?:{'|'.join((*_UPPER, *_PROPER, *countries))})\b")


def more_less(metric: str) -> tuple[str, str, str]:
    """More of a metric, less of it, and the metric itself, each to stand in a sentence.

    >>> more_less("attacks_claimed")
    ('more attacks claimed by the TTP', 'fewer attacks claimed by the TTP', 'attacks claimed by the TTP')
    """
    if metric in HEADLINES:
        more, less, what = map(_, HEADLINES[metric])
        return more, less, what
    if metric in _COUNTED:
        what = _(_COUNTED[metric])
        return _("more {what}", what=what), _("fewer {what}", what=what), what
    what = _("“{metric}”", metric=_(METRICS[metric].title))
    return _("a higher {what}", what=what), _("a lower {what}", what=what), what


def is_counted(metric: str) -> bool:
    """Whether there is more or fewer of a metric, rather than a higher or a lower level of it."""
    return metric in HEADLINES or metric in _COUNTED


def plain(metric: str) -> str:
    """A metric, to stand in a sentence.

    >>> plain("fatalities"), plain("taliban_stance"), plain("tension")
    ('deaths', 'restraint of the TTP by Kabul', '“Tension with Kabul”')
    """
    # Without the steps of a scale, which the name of the one headline that has any ends with.
    return _("restraint of the TTP by Kabul") if metric == "taliban_stance" else more_less(metric)[2]


def settled(higher: int, lower: int) -> bool:
    """Whether more worlds on one side than on the other is more than chance among so few.

    By the 95 % score interval of a proportion (Wilson 1927), which holds for small counts and shares near 0 or 1 too.

    >>> settled(7, 3), settled(70, 30)
    (False, True)
    """
    count = higher + lower
    if count == 0:
        return False
    share_higher = higher / count
    middle = (share_higher + _Z**2 / (2 * count)) / (1 + _Z**2 / count)
    reach = _Z * sqrt(share_higher * (1 - share_higher) / count + _Z**2 / (4 * count**2)) / (1 + _Z**2 / count)
    return abs(middle - 0.5) > reach


def listed(words: Sequence[str], last: str = "and") -> str:
    """A list as it stands in a sentence: "a, b and c"; `last`: the word before its last item, one of `_LAST`."""
    return _(_LAST[last], first=together(", ", words[:-1]), last=words[-1]) if len(words) > 1 else "".join(words)


_LAST = {"and": N_("{first} and {last}"), "or": N_("{first} or {last}"), "nor": N_("{first} nor {last}")}


def side_by_side(parts: Iterable[str]) -> str:
    """Parts of a sentence that have commas of their own: "a, 1; b, 2"."""
    return together("; ", parts)


def month_words(month: str) -> str:
    """A month (YYYY-MM) as readers have it: "August 2021"."""
    name, year = month_in_english(month).split()
    return _("{month} {year}", month=_(name), year=year)


def date_words(date: str) -> str:
    """When something was written or speaks of: a month (YYYY-MM) in words, anything else as it is given."""
    return month_words(date) if re.fullmatch(r"\d{4}-\d\d", date) else date


def capital(text: str) -> str:
    """A text with its first letter large, the others as they are."""
    return altered(text, lambda said: said[:1].upper() + said[1:])


def months_words(first: str, last: str) -> str:
    """From a month to a month (YYYY-MM); one alone where they are the same.

    >>> months_words("2021-08", "2026-12"), months_words("2021-08", "2021-08")
    ('August 2021 to December 2026', 'August 2021')
    """
    if first == last:
        return month_words(first)
    return _("{first} to {last}", first=month_words(first), last=month_words(last))


def wrapped(words: str, width: int, first: str = "", further: str | None = None) -> list[str]:
    """Words in lines of so many columns; ids are never broken, and stand out where they are too long."""
    wrapper = textwrap.TextWrapper(
        width, initial_indent=first, subsequent_indent=" " * len(first) if further is None else further
    )
    wrapper.break_on_hyphens = wrapper.break_long_words = False
    return wrapper.wrap(words) or [first.rstrip()]
