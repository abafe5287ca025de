"""Finding extensions, loading them once in each process, and saying which are loaded.

An extension is a Python file, or a package that is installed and names a module under the entry-point group
`durand.extensions`; it is loaded only when it is asked for. What is loaded is known by a digest of its text, which is part
of what identifies a model, and of what is sent to other processes: they load the same, or refuse the work.
"""

from __future__ import annotations

import importlib
import importlib.util
import json
import linecache
import pickle
import sys
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from functools import partial
from hashlib import blake2b
from pathlib import Path
from threading import RLock
from types import ModuleType
from typing import TYPE_CHECKING, Any, TypeVar

from sim.extensions.errors import ExtensionError, first_line, shown
from sim.yamlfile import FileError, bytes_of

if TYPE_CHECKING:
    from sim.extensions.declared import Extension, Kind

T = TypeVar("T")
GROUP = "durand.extensions"
# Bytes that a file of Python may have.
LIMIT = 4 * 2**20
# Under which modules from files go by in Python, so that none hides another of the same name.
_PREFIX = "durand_extension_"


@dataclass(frozen=True)
class Reference:
    """An extension that is loaded: enough to load the same in another process.

    Attributes:
        source: the absolute path of its file, or its name among installed packages.
        name, title: what it calls itself.
        digest: of its text.
    """

    source: str
    name: str
    title: str
    digest: str

    @classmethod
    def of(cls, text: str) -> Reference:
        """One as `text` put it into a word."""
        return cls(**json.loads(text))

    def text(self) -> str:
        """All of it as one word, for a command line."""
        return json.dumps(asdict(self))


@dataclass(frozen=True)
class _Loaded:
    reference: Reference
    files: tuple[Path, ...]
    extension: Extension


_LOADED: dict[str, _Loaded] = {}
# Workers of a cluster stay from sweep to sweep, and may have threads: what is loaded changes only while none is at work.
_SWITCHING = RLock()
_at_work = 0


def loaded() -> tuple[Reference, ...]:
    """The extensions that are loaded, in the order in which they were."""
    return tuple(one.reference for one in _LOADED.values())


def contents() -> dict[Reference, Mapping[str, int]]:
    """What is loaded, and how many things of each kind each declares."""
    return {one.reference: one.extension.counts() for one in _LOADED.values()}


def brought(names: Iterable[str], kind: Kind) -> list[str]:
    """What these extensions, of those that are loaded, declare of a kind, by name."""
    chosen = [one.extension for one in _LOADED.values() if one.reference.name in set(names)]
    return [piece.name for one in chosen for piece in one.declared if piece.kind == kind]


def digest() -> str:
    """One digest of all that is loaded, whatever the order; empty without any."""
    if not _LOADED:
        return ""
    return blake2b("\n".join(sorted(one.digest for one in loaded())).encode(), digest_size=8).hexdigest()


def load(source: str | Path, rival: bool = False) -> Extension:
    """Load an extension, before scenarios are read and models are made; what is loaded already stays as it is.

    Args:
        source: the path of a Python file; or the name under which an installed package offers one.
        rival: whether it may replace a rule that another one replaces already: for experiments whose switches leave out all
            but one of them at each point. Whatever else asks that rule is refused.

    Raises:
        ExtensionError: it is not there, fails, adds what is there already, or names what is not; with file and line.

    >>> from tempfile import TemporaryDirectory
    >>> with TemporaryDirectory() as folder:
    ...     file = Path(folder, "mine.py")
    ...     _ = file.write_text('import sim; extension = sim.Extension("mine", "An empty one")', encoding="utf-8")
    ...     load(file).title
    ...     [one.name for one in loaded()]
    'An empty one'
    ['mine']
    >>> unload()
    """
    name = str(source)
    offered = None if name.endswith(".py") or "/" in name else available().get(name)
    key = name if offered else str(Path(name).absolute())
    files = _files(offered, name) if offered else (_file(name),)
    found = _digest(files)
    if key in _LOADED:
        if _LOADED[key].reference.digest != found:
            raise ExtensionError(f"{name}:1: the file has changed since it was loaded; start anew")
        return _LOADED[key].extension
    module = _run(name, files, lambda: _import_file(files[0]) if offered is None else importlib.import_module(offered))
    try:
        extension = _extension_of(module, name if offered else str(files[0]))
        for one in loaded():
            if one.name == extension.name:
                raise ExtensionError(f"{name}:1: an extension {one.name} is loaded already, from {shown(one.source)}")
        from sim.extensions.installed import install

        install(extension, rival)
    except FileError:
        del sys.modules[module.__name__]  # so that it can be mended and loaded again
        raise
    _LOADED[key] = _Loaded(Reference(key, extension.name, extension.title, found), files, extension)
    return extension


def require(references: Iterable[Reference]) -> None:
    """Have loaded what another process has loaded, and nothing else.

    Raises:
        ExtensionError: one is not there, or is another here than there.
    """
    wanted = tuple(references)
    if set(wanted) == set(loaded()):
        return
    unload()
    for one in wanted:
        load(one.source, rival=True)
        here = _LOADED[one.source].reference.digest
        if here != one.digest:
            unload()
            raise ExtensionError(
                f"{one.source}:1: the work asks for the extension {one.name} {one.digest}, and here it is {here}: "
                "have the same file everywhere, and leave it alone while work is going on"
            )


@contextmanager
def left_out(names: Collection[str]) -> Iterator[None]:
    """Have the model for a while as if some of what is loaded had never been. Nothing else in this process may be at work then.

    Args:
        names: of extensions that are loaded.

    Raises:
        ExtensionError: another one builds on what is left out, or this process is at work in several threads.
    """
    if not names:
        yield
        return
    with _SWITCHING:
        if _at_work > 1:
            raise ExtensionError("extensions that are switched within a sweep need workers of one thread each")
        every = dict(_LOADED)
        try:
            _have({key: one for key, one in every.items() if one.reference.name not in names})
            yield
        finally:
            _have(every)


def _have(wanted: Mapping[str, _Loaded]) -> None:
    """Put in place these alone of what has been loaded, without running any module again."""
    from sim.extensions.installed import install
    from sim.extensions.tables import restore

    restore()
    _LOADED.clear()
    for key, one in wanted.items():
        install(one.extension, rival=True)
        _LOADED[key] = one


def check_made_with(manifest: Mapping[str, Any], place: object) -> None:
    """See that what results were made with is loaded before they are read.

    Raises:
        ExtensionError: it is not.
    """
    here = {one.name for one in loaded()}
    for one in manifest.get("extensions", ()):
        if one["name"] not in here:
            raise ExtensionError(f"{place}: made with the extension {one['name']}; add --with {one['source']}")


def unload() -> None:
    """Take everything out again that was loaded; for notebooks and tests. Models made before are not to be used after."""
    if _LOADED:
        from sim.extensions.tables import restore

        restore()
    files = {str(file) for one in _LOADED.values() for file in one.files}
    for name in [name for name, one in sys.modules.items() if getattr(one, "__file__", None) in files]:
        del sys.modules[name]
    importlib.invalidate_caches()
    _LOADED.clear()


def available() -> dict[str, str]:
    """What installed packages offer: the name of each extension, and its module."""
    from importlib.metadata import entry_points

    return {one.name: one.module for one in entry_points(group=GROUP)}


def remote(work: Callable[..., T], *arguments: Any) -> partial[T]:
    """A call as it is to be sent to another process, there to be made with the same extensions loaded."""
    return partial(_opened, loaded(), pickle.dumps((work, arguments)))


def _opened(references: tuple[Reference, ...], call: bytes) -> Any:
    """In the other process: only now is anything unpickled that may be of an extension's own kind."""
    global _at_work
    with _SWITCHING:
        if _at_work and set(references) != set(loaded()):
            raise ExtensionError("this process is at work with other extensions; give each sweep workers of its own")
        require(references)
        _at_work += 1
    try:
        work, arguments = pickle.loads(call)
        return work(*arguments)
    finally:
        with _SWITCHING:
            _at_work -= 1


def place_of(problem: BaseException) -> str:
    """Where in an extension an error arose, as `file:line`; empty where in none.

    A metric that is no number comes of the extension's own reading, else of a rule of its that moves it.
    """
    from sim.rule import RULES

    metric = getattr(problem, "metric", "")
    pieces = [piece for one in _LOADED.values() for piece in one.extension.declared] if metric else []
    for piece in pieces:
        if piece.kind == "metric" and piece.name == metric:
            return piece.where
    files = {str(file) for one in _LOADED.values() for file in one.files}
    trace, place = problem.__traceback__, ""
    while trace is not None:
        if trace.tb_frame.f_code.co_filename in files:
            place = f"{shown(trace.tb_frame.f_code.co_filename)}:{trace.tb_lineno}"
        trace = trace.tb_next
    moving = (one.where for one in pieces if one.kind in ("rule", "replace") and metric in RULES[one.name].moves)
    return place or next(moving, "")


def _file(name: str) -> Path:
    path = Path(name).absolute()
    if not path.is_file():
        offered = ", ".join(available())
        others = f"; installed packages offer {offered}" if offered else ""
        raise ExtensionError(f"{name}: there is no such extension: a Python file is needed{others}")
    if path.suffix != ".py":
        raise ExtensionError(f"{name}:1: this is no Python file; an extension's name ends in .py")
    return path


def _files(module: str, name: str) -> tuple[Path, ...]:
    """The files of an installed extension: its module, or all of the package that it is."""
    try:
        spec = importlib.util.find_spec(module)
    except ImportError as problem:
        raise ExtensionError(f"{name}:1: the installed extension cannot be imported: {problem}") from None
    if spec is None or spec.origin is None:
        raise ExtensionError(f"{name}:1: the installed extension has no module {module}")
    if not spec.submodule_search_locations:
        return (Path(spec.origin),)
    folders = [Path(one) for one in spec.submodule_search_locations]
    return tuple(sorted(one for folder in folders for one in folder.rglob("*") if one.suffix in (".py", ".yaml")))


def _digest(files: Iterable[Path]) -> str:
    out = blake2b(digest_size=8)
    for file in files:
        out.update(python_of(file) + b"\n")
    return out.hexdigest()


def python_of(file: Path, error: type[FileError] = ExtensionError) -> bytes:
    """The text of a file of Python, such as somebody may have written.

    Raises:
        FileError: of the given kind: it cannot be read, or is too large.
    """
    text = bytes_of(file, LIMIT, error, "Python")
    if len(text) > LIMIT:
        raise error(f"{shown(file)}:1: the file is too large; at most {LIMIT // 2**20} MiB are allowed")
    return text


def _import_file(path: Path) -> ModuleType:
    """Run a file as a module, from its text: bytecode kept beside it could be older than what the digest is of."""
    name = _PREFIX + path.stem
    if name in sys.modules:
        raise ExtensionError(f"{path}:1: an extension from another file {path.name} is loaded; rename one of the two")
    module = sys.modules[name] = ModuleType(name)
    module.__file__ = str(path)
    try:
        exec(compile(python_of(path), str(path), "exec", dont_inherit=True), vars(module))
    except BaseException:
        del sys.modules[name]
        raise
    linecache.checkcache(str(path))
    return module


def _run(name: str, files: tuple[Path, ...], importing: Callable[[], ModuleType]) -> ModuleType:
    try:
        return importing()
    except (FileError, KeyboardInterrupt):
        raise
    except SyntaxError as problem:
        where = f"{shown(problem.filename or files[0])}:{problem.lineno or 1}"
        raise ExtensionError(f"{where}: this is not Python: {problem.msg}") from None
    except BaseException as problem:  # some packages' errors are no Exception
        trace, line, inside = problem.__traceback__, 1, {str(one) for one in files}
        file = str(files[0])
        while trace is not None:
            if trace.tb_frame.f_code.co_filename in inside:
                file, line = trace.tb_frame.f_code.co_filename, trace.tb_lineno
            trace = trace.tb_next
        raise ExtensionError(f"{shown(file)}:{line}: {type(problem).__name__}: {first_line(problem)}") from problem


def _extension_of(module: ModuleType, where: str) -> Extension:
    from sim.extensions.declared import Extension

    found = getattr(module, "extension", None)
    if not isinstance(found, Extension):
        raise ExtensionError(f'{where}:1: nothing is declared here; needed: extension = sim.Extension("a_name")')
    return found
