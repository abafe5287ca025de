"""Third way: courses that a search found. Say what matters to you, see which mixes remain, and open one."""

from __future__ import annotations

import streamlit as st

from dashboard.runtime import fronts, state
from dashboard.runtime.language import _
from dashboard.runtime.questions import UploadTask
from dashboard.widgets import members, show
from sim.search.findings import MOST_MB, Findings
from sim.vocabulary.calendar import month_after
from sim.words.sentences import month_words

BROUGHT = "findings that were brought"

show.page(
    _("Third way"),
    _(
        "A computer has looked through many courses that Pakistan could take, and kept those that no other betters by "
        "all that counts. Say what matters to you, see which mixes of levers remain, and open one."
    ),
)


def bring() -> Findings | None:
    """What a search of this visitor's own found; None while nothing is brought."""
    with st.expander(_("Open what a search of your own found")):
        file = st.file_uploader(
            _("The file `findings.json` of the folder that `durand search` filled"),
            ["json"],
            key=state.key("findings brought"),
            on_change=lambda: st.session_state.pop(BROUGHT, None),
            max_upload_size=MOST_MB,
        )
        st.caption(_("You alone see it. No address leads to it: whoever is to see it too needs the file."))
    if raw := show.taken(file):
        with st.spinner(_("What was found is read and checked.")):
            read = show.answers(lambda: {"": UploadTask(fronts.read, (raw,))})
        if read is not None:
            st.session_state[BROUGHT] = read[""]
    return st.session_state.get(BROUGHT)


def kept(here: state.State) -> tuple[state.State, Findings]:
    """Of what is kept on this server, what is chosen."""
    offered = fronts.offered()
    if here.front and here.front not in offered:
        said = _(
            "This server keeps nothing that a search of the name {name} found. Whoever has it can take it along as a file.",
            name=here.front,
        )
        st.warning(show.plain(said))
    names = list(offered)
    name = st.selectbox(
        _("What was searched"),
        names,
        names.index(here.front) if here.front in names else names.index("third_way"),
        format_func=lambda name: show.seen(_(fronts.opened(offered[name]).title)),
        key=state.key("front"),
    )
    front = "" if name == "third_way" else name
    if front != here.front:
        here = here.with_(front=front, bounds={}, member="")
    return here, fronts.opened(offered[name])


def about(found: Findings) -> None:
    """What was looked for, and what the figures are of."""
    if found.warning:
        st.warning(show.plain(_(found.warning)))
    st.markdown(f"**{show.plain(_(found.question or found.title))}**")
    st.caption(
        _(
            "{count:,} courses were simulated in {worlds:,} futures each. Figures are means over {fresh:,} other futures, "
            "that none of them was chosen by, and over all months from {first} to {last}. Nothing is weighed against anything "
            "else: that is left to you. This is no forecast: each future counts alike, which says nothing of how likely it is.",
            count=found.standings[-1].evaluations,
            worlds=found.worlds,
            fresh=found.fresh_worlds,
            first=month_words(found.start),
            last=month_words(month_after(found.start, found.months - 1)),
        )
    )


def body() -> None:
    here, found = kept(state.current())
    found = bring() or found
    about(found)
    left, right = st.columns([1, 2], gap="medium")
    with left, st.container(border=True):
        st.subheader(_("What matters to you"), anchor=False)
        here = state.publish(members.picked(found, here))
        if members.counts_apart(found):
            st.caption(
                _(
                    "That militants die counts for nothing in the search. Here it can be bounded from above, as the harm that "
                    "it is; no course is ever picked because more of them die."
                )
            )
    remain = members.remaining(found, here)
    with right:
        st.markdown(
            show.strong(
                _("{count} of {all} courses remain.", count=len(remain), all=len(found.remaining({})))
                if remain
                else _("No course is left that does all of this: let go of something.")
            )
        )
        drawing = st.container()  # drawn last: the course that is opened below stands out in it
        members.kinds(found, remain)
    if remain:
        st.subheader(_("Those that remain, beside what they are set against"), anchor=False)
        members.table(found, remain)
        here = state.publish(members.chosen(found, remain, here))
        members.opened(found, found[here.member])
    with drawing:
        members.together(found, remain, here.member if remain else "")
    if found.routes is not None:
        st.subheader(_("Until when, and what then"), anchor=False)
        members.pathways(found)


if page := st.session_state.pop(members.GO, None):
    st.switch_page(f"pages/{page}.py")
body()
