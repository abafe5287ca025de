"""The dashboard: pages over the library, started by `durand dashboard`. No model logic stands here.

What stands where
-----------------
- `server.py` is what is started, `warm_up.py` makes all ready; `menu.py` names the pages and their groups, `app.py` runs them;
  `pages/NAME.py` is one page, under 170 lines or so.
- `runtime/` is what pages stand on. `gate.py` says who is let in and what goes out. `state.py` is what the address holds:
  scenarios, levers, postures, uncertainties, seed, worlds, months, month, metric, and versions that were kept under a name
  (`kept.py`); `checks.py` says what it may hold, `packing.py` makes long texts fit, `history.py` remembers the
  steps that can be undone. `language.py` is what a visitor reads in.
  `versions.py` turns a state into scenarios: those chosen, those kept, and "your version" of one of them.
- `runtime/engine.py` runs scenarios in worker processes that all sessions share, and keeps what they came to; `queues.py` is
  its queues, `worker.py` what runs in a process. `questions.py` is what is asked of the workers besides runs,
  `asked.py` what Why asks them, `long_tasks.py` what takes longer than a page may,
  `exercises.py` and `games.py` are the workers' part of those, `memo.py` keeps
  what was made of visitors' texts, within bounds.
- `runtime/experiments.py`, `sweep_folders.py`, `archives.py` and `analysis.py` are Experiments: its text and limits, where
  sweeps are kept, how they are taken along and brought back, and what the heavy worker does with them.
- `runtime/fronts.py` and `widgets/members.py` are Third way: where what searches found is kept, and how its courses are picked,
  shown and handed on.
- `widgets/show.py` shows: a picture with its table and downloads, notices, text that must not become markup; `sentences.py`
  puts changes and their effect into words, `waiting.py` is a button for long work, its progress and its answer.
- `widgets/controls.py` is what visitors move on Compare, `levers.py` the levers of it, `versions_kept.py` the versions with a
  name, `strip.py` the picture that stays above the levers on a phone; `tour.py` leads around;
  `choosing.py` what is chosen on Why, Actors, Map and Loops; `drafting.py` and
  `forms.py` are the Scenario studio's, `experiment_form.py` and `findings.py` those of Experiments; `playback.py` lets months go
  by; `chain.py` opens an account step by step; `cards.py` shows evidence and `links.py` leads to it; `feedback.py` draws loops;
  `glossary.py` has the words.
- `widgets/access.py` is how one comes into a class or a game, and `withheld.py` closes the exercise of a class to those who are
  still to predict in it; `asking.py` is for exercises, `walking.py` for who does one alone (where a step is done says
  `runtime/steps.py`), `conditions.py` for what a sweep is asked, `seats.py` and
  `role.py` for a seat in a game, `lines.py` for what somebody who plays alone has played; `classes.py` is what an instructor
  has of a class, `tables.py` what a player and the host of a game have, `talk.py` what is said there, `several.py` several
  games of one host.
- A class besides: `runtime/reach.py` finds the address for phones and draws QR codes; `inviting.py` shows them, says who can
  come, and steers the wall (`pages/class_wall.py`); `joining.py` is how students come in; `saving.py` keeps a run for the class,
  `runtime/class_runs.py` turns it into a scenario again; `results_out.py` has the gradebook, and saved runs side by side.

How a page is written
---------------------
A page is a script that Streamlit runs anew for each visitor and each change. It begins by arriving and ends by
publishing what it changed, so that the address can be shared:

    import streamlit as st
    from dashboard.runtime import state
    from dashboard.widgets import sentences, show
    from sim.plots.single import picture

    show.page("Actors", "Who holds what over whom.")          # heading, and messages about the address

    @st.fragment                                              # a change in here reruns this function alone
    def body() -> None:
        here = state.current()                                # a frozen State
        month = st.select_slider("Month", months, here.month or months[-1], key=state.key("month"))
        here = state.publish(here.with_(month=month))         # to the session, and to the address
        found = show.comparison(here, panels=True)            # a sim Comparison; None when a notice was shown instead
        if found is None:
            return
        run = sentences.digest(found)                           # a short sign for all that decides the numbers
        made = show.drawn((run, "levers"), lambda: picture(found, "levers"))   # any sim.plots Picture, made once
        show.picture(made, "levers")                          # with its table and files behind it

    body()

Then its place in `GROUPS` of `menu.py`. Its words stand within `_( )`, for translators, in whole sentences: `make
catalogue`. A test finds those that do not.

Rules that every page keeps:

- Numbers come from the `Comparison` or `Results` that `show.comparison` gives, charts from `sim.plots`; a page computes
  nothing. Ask for `panels=True` only where areas, groups, factions, resources or levers are shown month by month.
- Work that may take longer than a second goes through `engine().heavy(show.session(), function, *arguments)`: one at a
  time for everybody, with progress (`task.told`), `engine().cancel(task)` and `task.answer()`; never into the page's own
  thread. The function stands in `long_tasks.py` and begins with `tell`. Files go through `show.download`.
- What somebody brought is read with `show.taken`, and put to the workers as an `UploadTask`. What is made of a visitor's text is
  kept by `Remembered`, never by an unbounded cache.
- A widget's key comes from `state.key(...)`, so that it is set anew when the whole state is replaced.
- Text that came from a file or a visitor goes through `show.plain` before it reaches `st.markdown` or a label.
- Each picture has its words and its table: `show.picture` sees to it. Nothing may be told by colour alone.
- A test in `tests/test_dashboard.py` runs the page with `AppTest` and compares a number with `sim.run`.
"""
