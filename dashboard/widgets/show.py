"""What pages have in common: heading and notices, pictures with their tables and files, text that stays text."""

from __future__ import annotations

import json
import re
from collections import OrderedDict
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import lru_cache, partial
from html import escape
from typing import TYPE_CHECKING, Any

import streamlit as st
from streamlit.runtime import Runtime
from streamlit.runtime.scriptrunner import get_script_run_ctx
from streamlit.runtime.uploaded_file_manager import UploadedFile

from dashboard.runtime import gate, long_tasks, state, versions
from dashboard.runtime.engine import BusyError, Job, RunError, SupersededError, engine
from dashboard.runtime.language import _
from dashboard.runtime.memo import visitor
from sim.metrics import METRICS
from sim.plots.filling import bars_of, filling, fixed
from sim.plots.moving import Moving
from sim.plots.moving import moving as sim_moving
from sim.plots.tables import rows_of
from sim.words.language import ENGLISH, N_, closed, n_, speaking, spoken
from sim.words.sentences import NOT_A_FORECAST

if TYPE_CHECKING:
    import pyarrow as pa

    from dashboard.runtime.questions import Question
    from sim.plots import Picture, Table
    from sim.results import Comparison

_MARKUP = re.compile(r"([\\`*_{}\[\]()#+\-.!|:$<>~&^=@])")
# What Streamlit looks for after it has read the markup, so that a backslash does not help: links without brackets, pictures
# and icons between colons, arrows and dashes. A word joiner, which nobody sees, keeps each from being found.
_JOINER = "\u2060"
_FOUND_LATER = re.compile(
    r"(?:www(?=\.)|:(?=//)|@(?=[-\w])|:(?=[-+\w]+:)|:(?=material[/_])|(?<!\S)[-<>=~](?=(?:[->=]|->)(?!\S)))",
    re.IGNORECASE,
)
# Control characters, and those that turn the direction of what follows, of the text around it too; not those that keep what
# stands between them to itself, as in a sentence that was filled in, where each has its end.
_UNSEEN = re.compile("[\x00-\x08\x0e-\x1b\x7f-\x84\x86-\x9f\u202a-\u202e\u2068]")


def plain(text: object) -> str:
    """A text for `st.markdown`, a label or a help, in which nothing is markup: no link, picture, icon, formula or colour."""
    words = seen(text)
    return _MARKUP.sub(r"\\\1", _FOUND_LATER.sub(rf"\g<0>{_JOINER}", words))


def seen(text: object) -> str:
    """A text on one line, without what nobody sees or what turns it round; for HTML it is to be escaped besides."""
    return closed(" ".join(_UNSEEN.sub("", str(text)).split()))


def strong(text: str) -> str:
    """The same in bold; nothing where there is no text."""
    return f"**{plain(text)}**" if text else ""


def page(title: str, lead: str = "", reading: bool = False) -> state.State:
    """Begin a page: its heading, what it is for, and what in the address did not fit. Returns what was chosen.

    Args:
        reading: whether it is read rather than looked at: it is then no wider than a line can be followed.
    """
    problems = state.arrive()
    with st.container(key="reading" if reading else None):
        st.title(title, anchor=False)
        if lead:
            st.markdown(lead)
    if problems:
        said = "\n".join(f"- {plain(problem)}" for problem in problems)
        st.warning(_("Parts of this address do not fit, and were left at their usual values:\n\n{said}", said=said))
    return state.current()


def session() -> str:
    """Who asks: this visitor's session."""
    return visitor()[0]


def address() -> str:
    """Where this visitor comes from; "" on this machine."""
    return visitor()[1]


def superseded() -> bool:
    """Whether this visitor has moved on to something newer while this page was waiting."""
    context = get_script_run_ctx()
    requests = getattr(context, "script_requests", None)
    pending = getattr(requests, "_state", None)  # no public word for it; without it a stale run is merely finished
    data = getattr(requests, "_rerun_data", None)
    if getattr(pending, "value", pending) == "RERUN":
        # What a clock asks for is nothing new; and a fragment's turn comes after the whole page that is being made.
        whole = not getattr(context, "fragment_ids_this_run", None)
        later = whole and bool(getattr(data, "fragment_id_queue", None))
        return not later and not getattr(data, "is_auto_rerun", False)
    return getattr(pending, "value", pending) == "STOP"


def comparison(here: state.State, panels: bool = False, held: Sequence[int] = (320,)) -> Comparison | None:
    """The comparison that a state asks for, run where it is not known yet; None when a notice was shown instead.

    Args:
        held: px of height of each picture whose place is held while a page that has just been opened waits.
    """
    found = answers(lambda: versions.jobs(here, panels), held)
    return None if found is None else versions.compared(found, next(iter(found)))


def answers(jobs: Callable[[], Mapping[str, Job | Question]], held: Sequence[int] = (320,)) -> dict[str, Any] | None:
    """What jobs or questions come to, by name; None when a notice was shown instead. `held` as for `comparison`."""
    from sim.ensemble.spec import LimitError
    from sim.scenario import ScenarioError

    notice = st.empty()
    opening = said_so = not getattr(get_script_run_ctx(), "fragment_ids_this_run", None)
    if opening:
        notice.html(_held(_(_UNDER_WAY), held))

    def waiting(ahead: int) -> None:
        nonlocal said_so
        said = n_("Waiting for 1 other piece of work.", "Waiting for {ahead} other pieces of work.", ahead, ahead=ahead)
        said_so = True
        if opening:
            notice.html(_held(said if ahead else _(_UNDER_WAY), held))
        elif ahead:
            notice.info(said, icon=":material/hourglass_top:")

    try:
        found = engine().results(session(), jobs(), superseded, waiting)
    except SupersededError:
        notice.empty()  # a whole page gives way here by itself; a fragment has to be told
        with suppress(RuntimeError):  # it is part of one that is run: what is newer comes when that is through
            st.rerun(scope="fragment")
    except BusyError as problem:
        notice.warning(plain(problem), icon=":material/group:")
    except (RunError, ScenarioError, LimitError) as problem:
        notice.error(plain(problem), icon=":material/error:")
    else:
        if said_so:
            notice.empty()
        return found
    return None


_UNDER_WAY = N_("The modelled worlds are being simulated, month by month.")


def _held(said: str, heights: Sequence[int]) -> str:
    """The places of a page's text and pictures while they are waited for, so that nothing jumps when they come."""
    places = "".join(f'<div style="height: {height}px"></div>' for height in heights)
    return f'<div class="held"><p role="status">{said}</p>{places}</div>'


def taken(file: object) -> bytes | None:
    """What somebody brought with an uploader, read once: the server keeps it no longer. None where nothing new was brought."""
    if not isinstance(file, UploadedFile):
        return None  # nothing, or what was read before
    content = file.getvalue()
    file.seek(0)
    file.truncate()  # the session holds on to the object
    if Runtime.exists():
        gate.uploads().remove_file(session(), file.file_id)
    return content


# ------------------------------------------------------------------------------------------------ pictures


@dataclass(frozen=True)
class Drawn:
    """A picture made ready for the page: specification and rows apart, so that a change moves what is there.

    Attributes:
        name: of its files, without the ending.
        title: what it shows; also what it is called for those who do not see it.
        spec: the Vega-Lite specification without data.
        rows: what is drawn.
        words: its caption, its text and its table, made when somebody asks.
    """

    name: str
    title: str
    spec: dict[str, Any]
    rows: list[dict[str, Any]]
    words: Callable[[], Picture]

    def to_dict(self, validate: bool = False) -> dict[str, Any]:
        """The whole specification, as Altair's charts give theirs."""
        return {**self.spec, "data": {"values": self.rows}}


_DRAWN: OrderedDict[tuple[str, ...], Drawn] = OrderedDict()
_MOST_DRAWN = 100


def drawn(key: tuple[str, ...], make: Callable[[], Picture]) -> Drawn:
    """A picture, made once for all sessions in a language, for a key that says what is in it."""
    code = spoken()
    key = (code, *key)
    if key not in _DRAWN:
        made = make()
        spec = {key: part for key, part in made.chart.to_dict(validate=False).items() if not key.startswith("data")}
        _DRAWN[key] = Drawn(
            made.name, made.title, spec, rows_of(made.chart), lambda: made if spoken() == code else make()
        )
        while len(_DRAWN) > _MOST_DRAWN:
            _DRAWN.popitem(last=False)
    return _DRAWN[key]


def moving(found: Comparison, kind: str, metric: str) -> Drawn:
    """A picture that moves with the sliders: of it only the rows are made anew."""
    from sim.plots.single import picture

    with speaking(spoken()):  # asked once, not for every month
        parts = sim_moving(found, kind, metric)
    title = _(_KINDS.get(kind, N_("How the modelled worlds end")), metric=_(METRICS[metric].title))
    name = kind if kind not in _KINDS else f"{kind}-{metric.replace('_', '-')}"
    return Drawn(name, title, parts.specification, parts.rows, lambda: picture(found, kind, metric))


@lru_cache(_MOST_DRAWN)
def _filling(specification: str, told: bool, bars: tuple[int, int]) -> dict[str, Any]:
    return filling(json.loads(specification), told, bars)


def _on_page(one: Drawn) -> dict[str, Any]:
    """The specification as the page draws it: kept, since panels take a moment to be put together."""
    return _filling(json.dumps(one.spec), any("said" in row for row in one.rows), bars_of(one.spec, one.rows))


def foresee(found: Comparison | None, kinds: Sequence[str], metric: str) -> None:
    """Put pictures together that are likely wanted next, so that then only their rows are to be made."""
    if found is not None:
        for kind in kinds:
            _on_page(moving(found, kind, metric))


_KINDS = {"fan": N_("{metric}, month by month"), "difference": N_("{metric}, the difference, world by world")}


def picture(one: Drawn, place: str, pick: str = "", width: int = 340) -> dict[str, Any] | None:
    """A picture, and behind it its words, its table and its files.

    Args:
        one: what `drawn` or `moving` gave.
        place: where on the page it stands; a picture at the same place is moved rather than drawn anew.
        pick: a selection of the drawing that visitors make by clicking.
        width: px that it wants at least: in a `row`, others stand beside it as far as there is room; from 600 px on it is
            to have the whole width for itself, outside of rows. Either way it fills what it is given.

    Returns:
        What was picked, field -> value; None without.
    """
    picked: Any = None
    size = "drawing" if fixed(one.spec) else "wide" if width > 600 else "half"
    with st.container(key=f"{size}-picture-{place}"):
        st.html(_heading(one.spec.get("title")))
        alt = _("{title}. The numbers are in the table behind it.", title=one.title)
        selecting: dict[str, Any] = {"on_select": "rerun", "selection_mode": [pick]} if pick else {}
        across: Any = "content" if size == "drawing" else "stretch"
        chosen = st.vega_lite_chart(
            _columns(one), dict(_on_page(one)), theme=None, width=across, alt=alt, key=place, **selecting
        )
        if pick:
            picked = next(iter(chosen.selection.get(pick) or ()), None)
        with st.expander(_("Numbers and files"), key=state.key("behind", place), on_change="rerun") as behind:
            if behind.open:
                told = one.words()
                st.caption(plain(told.caption))
                st.markdown(plain(told.text))
                table(told.table)
                files(one, place)
    return picked


def row(place: str) -> Any:
    """A row of pictures: as many side by side as have room, the others below (look.css). `place` is its own on the page."""
    return st.container(horizontal=True, gap="medium", key=f"row-{place}")


def _heading(title: Any) -> str:
    """The words above a picture, outside of the drawing."""
    words = title if isinstance(title, dict) else {"text": title or ""}
    head, below = (escape(seen(" ".join(_lines(words.get(key))))) for key in ("text", "subtitle"))
    return f'<div class="heading"><p><strong>{head}</strong></p><p>{below}</p></div>'


def _lines(text: Any) -> list[str]:
    return text if isinstance(text, list) else [str(text or "")]


def side_by_side(
    found: Comparison,
    month: int,
    kind: str,
    what: str,
    moving: Callable[[Comparison, str, int], Moving],
    told: Callable[[Comparison, str, int], Picture],
) -> None:
    """A picture of each scenario in a month, beside each other: `moving` makes it, `told` its words and table."""
    from sim.results.reading import titles

    with row(kind):
        for place, (name, title) in enumerate(titles(*found.results.values()).items()):
            parts, words = moving(found, name, month), partial(told, found, name, month)
            picture(
                Drawn(f"{kind}-{name}", f"{title}: {what}", parts.specification, parts.rows, words), f"{kind}-{place}"
            )


def table(one: Table) -> None:
    """A table of texts."""
    import pandas as pd

    heads = [plain(head) for head in one.heads]
    cells = [[plain(cell) for cell in row] for row in one.rows]
    st.table(pd.DataFrame(cells, columns=heads).set_index(heads[0]))


def chart(one: Drawn, place: str) -> None:
    """A picture alone, in letters for a wall and as high as the room that its container has: its words stand beside it there."""
    spec = _for_wall(json.dumps(_on_page(one)))
    st.vega_lite_chart(
        _columns(one), dict(spec), theme=None, width="stretch", height="stretch", alt=one.words().text, key=place
    )


@lru_cache(_MOST_DRAWN)
def _for_wall(specification: str) -> dict[str, Any]:
    """The same with letters twice as large."""

    def larger(part: dict[str, Any]) -> dict[str, Any]:
        sizes = {name: 2 * size for name, size in part.items() if name.lower().endswith("fontsize")}
        places = {name: {"value": 2 * part[name]["value"]} for name in ("y", "y2") if _is_place(part.get(name))}
        return part | sizes | places

    found: dict[str, Any] = json.loads(specification, object_hook=larger)
    return found


def _is_place(encoding: Any) -> bool:
    """Whether something stands at a height in px, not at one that the data give."""
    return isinstance(encoding, dict) and isinstance(encoding.get("value"), int)


def _columns(one: Drawn) -> pa.Table:
    """What a picture draws, by column; not every row has all of them."""
    import pyarrow as pa

    columns = dict.fromkeys(name for row in one.rows for name in row)
    return pa.table({name: [row.get(name) for row in one.rows] for name in columns})


def files(one: Drawn, place: str) -> None:
    """A picture as SVG and PNG, drawn when asked for; like all files in English, where that can be had here."""
    plain_drawing = one.to_dict()
    if spoken() != ENGLISH.code:
        with speaking(ENGLISH.code):
            chart = one.words().chart
        plain_drawing = plain_drawing if chart is None else chart.to_dict(validate=False)
    with st.container(horizontal=True):
        for kind, mime in (("SVG", "image/svg+xml"), ("PNG", "image/png")):
            download(kind, f"{one.name}.{kind.lower()}", mime, f"{place} {kind}", long_tasks.draw, plain_drawing, kind)


def download(
    label: str, name: str, mime: str, place: str, make: Callable[..., bytes | str], *arguments: Any, **named: Any
) -> None:
    """A button for a file that is made, in a worker, when somebody asks for it: `make(tell, *arguments)`."""
    who = session()

    def made() -> bytes | str:
        task = engine().file(who, make, *arguments, **named)
        task.finished.wait()
        out: bytes | str = task.answer()
        return out

    st.download_button(label, made, name, mime, key=state.key("file", place), on_click="ignore")


def footer() -> None:
    """What every page ends with."""
    st.caption(_(NOT_A_FORECAST))
