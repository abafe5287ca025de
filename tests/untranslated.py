"""Texts that a page hands to Streamlit and that are in no catalogue, found in the code itself.

Not looked at, for they are not ours to translate or not words: what is typed (`st.code`), HTML, names of files, and what comes
ready made from the library or the engine.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Collection, Iterator
from string import Formatter

# What shows text: name of a function -> which of its arguments by position are text; and the same by name, for all of them.
_FIRST = (
    *(
        "button",
        "caption",
        "checkbox",
        "dialog",
        "download_button",
        "error",
        "expander",
        "file_uploader",
        "header",
        "info",
    ),
    *("form_submit_button", "link_button", "markdown", "multiselect", "number_input", "radio", "segmented_control"),
    *("select_slider", "selectbox", "slider", "spinner", "subheader", "success", "tabs", "text_area", "text_input"),
    *("title", "toggle", "warning", "download", "table"),
)
SHOWN: dict[str, tuple[int, ...]] = dict.fromkeys(_FIRST, (0,))
SHOWN |= {
    "progress": (1,),
    "page": (0, 1),
    "answer": (1, 3),
    "metric": (1,),
    "month": (3,),
    "Table": (0,),
    "claims": (1,),
}
SHOWN |= {"evidence": (1, 2), "turned_away": (1,), "line": (1,)}
NAMED = ("label", "help", "placeholder", "format_func", "lead")
WORD = re.compile(r"[A-Za-z]{2,}")


def untranslated(code: str) -> Iterator[tuple[int, str]]:
    """Line and text of each literal that a module shows outside of `_( )`, and the name of each constant."""
    for node in ast.walk(ast.parse(code)):
        if isinstance(node, ast.Call) and (name := _called(node)) in SHOWN:
            given = [node.args[place] for place in SHOWN[name] if place < len(node.args)]
            given += [one.value for one in node.keywords if one.arg in NAMED]
            for one in given:
                yield from ((one.lineno, said) for said in _literals(one) if WORD.search(said))
                if isinstance(one, ast.Name) and one.id.isupper():
                    yield one.lineno, one.id


def hidden(code: str) -> Iterator[tuple[int, str]]:
    """Line and text of what is translated within an f-string, where Babel finds it from Python 3.12 on only."""
    for node in ast.walk(ast.parse(code)):
        for one in ast.walk(node) if isinstance(node, ast.JoinedStr) else ():
            if isinstance(one, ast.Call) and _called(one) in ("_", "N_") and isinstance(one.args[0], ast.Constant):
                yield one.lineno, str(one.args[0].value)


def filled_wrongly(code: str) -> Iterator[tuple[int, str]]:
    """Line and text where the places of a text that is shown are not those that values are given for."""
    for node in ast.walk(ast.parse(code)):
        if isinstance(node, ast.Call) and _called(node) == "_" and node.args and isinstance(node.args[0], ast.Constant):
            text, given = str(node.args[0].value), {one.arg for one in node.keywords}
            places = {name for _, name, _, _ in Formatter().parse(text) if name is not None} if given else given
            if None not in given and places != given:
                yield node.lineno, text


def _called(node: ast.Call) -> str:
    """The last part of the name of what is called."""
    return getattr(node.func, "attr", getattr(node.func, "id", ""))


def _literals(node: ast.AST) -> Iterator[str]:
    """The literal texts of an expression that may be shown: not what it is looked up by, compared with, or formatted as."""
    if isinstance(node, ast.Constant):
        if isinstance(node.value, str):
            yield node.value
    elif isinstance(node, ast.Call):
        if _called(node) in ("_", "N_"):
            return
        if isinstance(node.func, ast.Attribute):
            yield from _literals(node.func.value)
        if _called(node) not in ("get", "pop", "key", "partition"):
            for one in node.args:
                yield from _literals(one)
    elif isinstance(node, ast.Subscript):
        yield from _literals(node.value)
    elif isinstance(node, ast.IfExp):
        yield from _literals(node.body)
        yield from _literals(node.orelse)
    elif isinstance(node, ast.FormattedValue):
        yield from _literals(node.value)
    elif not isinstance(node, ast.Compare):
        for one in ast.iter_child_nodes(node):
            yield from _literals(one)


# What names things that are declared once, in files of data or in tables: name of the table -> what of an entry is shown.
DECLARED = dict.fromkeys(("METRICS", "PARAMETERS", "RULES", "LEVER_SPECS", "LAYERS", "OBSERVERS"), ("title", "unit"))
DECLARED |= dict.fromkeys(("ACTORS", "DECISIONS", "LEVERS", "TITLES"), ())
SENTENCES = ("meaning", "means", "statement")  # of whatever is declared


def undeclared(code: str) -> Iterator[tuple[int, str]]:
    """Line and code where a name or a sentence that is declared in data is shown, or looked up, outside of `_( )`."""
    yield from _undeclared(ast.parse(code))


def _undeclared(node: ast.AST) -> Iterator[tuple[int, str]]:
    for one in ast.iter_child_nodes(node):
        if isinstance(one, ast.Call) and _called(one) in (
            "_",
            "N_",
            "titled",
        ):  # but what is filled in stays as it is given
            for filled in one.keywords:
                yield from _undeclared(filled)
            continue
        if isinstance(one, ast.Attribute | ast.Subscript) and _names_something(one):
            yield one.lineno, ast.unparse(one)
        else:
            yield from _undeclared(one)


def _names_something(node: ast.Attribute | ast.Subscript) -> bool:
    table = getattr(node.value, "id", "")
    if isinstance(node, ast.Subscript):
        return DECLARED.get(table) == ()
    if node.attr in SENTENCES or node.attr in ("get", "__getitem__"):
        return node.attr in SENTENCES or DECLARED.get(table) == ()
    within = node.value
    return isinstance(within, ast.Subscript) and node.attr in DECLARED.get(getattr(within.value, "id", ""), ())


# A sentence, or a part of one: a word, and one more behind it.
SENTENCE = re.compile(r"[A-Za-z]{2,}[,;:.]? [A-Za-z(“]")
# What is for machines: Vega's expressions, SQL, markup and styles.
_MACHINES = re.compile(
    r"datum|^\s*(?:SELECT|INSERT|DELETE|CREATE|UPDATE|PRAGMA|ALTER)\b|\w = [?b]\b|\w = \?|^\s*<|[;}]\s*\{"
)
# What takes no text for readers: errors, which say in English what is wrong with what was given, and patterns.
_NOT_SHOWN = re.compile(
    r"(Error|error|compile|match|sub|split|search|import_module|getLogger|startswith|execute|path_of)$"
)
# But of these the words are for whoever is in a class or at a table, and stand on its pages.
_SAID = re.compile(r"^(Classroom|Gone|Stranger|Storage|Table|NoGame|NotSeated|Prediction)Error$")
MARKED = ("_", "N_", "n_", "together")


# What a widget or a kept value goes by: small letters alone, in an f-string with what tells it from others like it.
_KEY = re.compile(r"[a-z{} ]+")
_KEPT = ("get", "pop", "setdefault", "key", "attempt", "refused", "code")  # takes such names, or what is typed
# What no reader is shown: how an object prints itself, and what a file says of its own format.
_OF_FILES = re.compile(r"<.*|durand [a-z ]+ \d", re.DOTALL)


def unmarked(code: str, but: Collection[str] = (), page: bool = False) -> Iterator[tuple[int, str]]:
    """Line and text of each sentence of a module that goes through no catalogue, wherever it is made or kept.

    Not looked at: what documents the code, what an error says (but to whoever is in a class), what is compared, what is for
    machines, and where types are said.

    Args:
        but: functions and tables of the module that are left out.
        page: the dashboard's: there errors are read by visitors, and names of widgets and of what is kept are no sentences.
    """
    for one in ast.parse(code).body:
        names = [getattr(one, "name", ""), *(getattr(target, "id", "") for target in _targets(one))]
        if not any(name in but for name in names):
            for line, said in _unmarked(one, page):
                if not _OF_FILES.fullmatch(said) and not (page and _KEY.fullmatch(said)):
                    yield line, said


def _targets(node: ast.AST) -> list[ast.AST]:
    """What an assignment gives a value to."""
    return [*getattr(node, "targets", ()), *filter(None, [getattr(node, "target", None)])]


def _unmarked(node: ast.AST, page: bool) -> Iterator[tuple[int, str]]:
    if isinstance(node, ast.Assert | ast.AnnAssign) and not getattr(node, "value", None):
        return
    if isinstance(node, ast.Compare) or (isinstance(node, ast.Raise) and not page):
        return
    if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
        return
    if page and isinstance(node, ast.keyword) and node.arg == "key":
        return
    if page and isinstance(node, ast.Subscript):
        yield from _unmarked(node.value, page)
        return
    if isinstance(node, ast.Call) and _takes_no_text(node, page):
        for one in node.keywords:
            yield from _unmarked(one, page)
        return
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        if SENTENCE.search(node.value) and not _MACHINES.search(node.value):
            yield node.lineno, node.value
    elif isinstance(node, ast.JoinedStr):
        said = "".join(str(one.value) if isinstance(one, ast.Constant) else "{}" for one in node.values)
        words = WORD.search(said.replace("{}", "")) and SENTENCE.search(said.replace("{}", "of"))
        if words and not _MACHINES.search(said):
            yield node.lineno, said
        for one in node.values:
            if isinstance(one, ast.FormattedValue):
                yield from _unmarked(one.value, page)
    else:
        for one in ast.iter_child_nodes(node):
            if one is not getattr(node, "annotation", None) and one is not getattr(node, "returns", None):
                yield from _unmarked(one, page)


def _takes_no_text(node: ast.Call, page: bool) -> bool:
    """Whether what a function is given by place is marked already, or is nothing that readers are shown."""
    name = _called(node)
    if _SAID.search(name):
        return False
    if name in MARKED or (page and name in _KEPT):
        return True
    return bool(_NOT_SHOWN.search(name)) and not (page and name.endswith("Error"))
