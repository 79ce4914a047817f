"""The one place that calls renderers: whatever one raises becomes one line that says who and where.

A plug-in is named with its package and version. What the contract provides for keeps its kind: a
`RenderError` stays one, a full disk an `OSError`. Everything else a renderer may raise, SystemExit
and the like included, becomes a `RenderError` with its cause chained.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable
from pathlib import Path
from typing import Any, Literal, NamedTuple, TypeVar
from weakref import WeakKeyDictionary

from kmeans_engine.errors import KMeansError
from kmeans_engine.runtime.signals import Terminated
from renderers.contract import Options, Renderer
from renderers.errors import InvalidOption, RenderError, RendererUnavailable, UnknownRenderer

__all__ = ["INTERRUPTS", "call", "drive", "give_up", "introduce", "make", "one_line"]

T = TypeVar("T")
Method = Literal["check", "open", "draw", "close", "abort"]

#: What always gets through: it is about the whole program, whoever raises it.
INTERRUPTS = (KeyboardInterrupt, Terminated)

_LONGEST = 400  # characters of a foreign message
_ON_PURPOSE = (RenderError, InvalidOption, UnknownRenderer, KMeansError, OSError)


class _Owner(NamedTuple):
    """Who answers for a class of renderers."""

    words: str
    plug_in: bool


_owners: WeakKeyDictionary[type, _Owner] = WeakKeyDictionary()


def introduce(kind: type[Renderer], words: str, *, plug_in: bool) -> None:
    """Say who answers for a class, such as ``renderer 'sheet' of sheets 1.2``."""
    _owners[kind] = _Owner(words, plug_in)


def one_line(error: BaseException) -> str:
    """Return what an error says in one line, with its type where the words alone say too little."""
    try:
        text = str(error)
    except INTERRUPTS:
        raise
    except BaseException:  # its __str__ is broken as well
        text = ""
    text = " ".join("".join(c if c.isprintable() else " " for c in text).split())
    if len(text) > _LONGEST:
        text = f"{text[:_LONGEST]}..."
    if isinstance(error, RuntimeError | ValueError) and text:
        return text
    return f"{type(error).__name__}: {text}" if text else type(error).__name__


def make(kind: type[Renderer], path: Path | None, options: Options) -> Renderer:
    """Return a renderer of this kind.

    Raises
    ------
    RenderError, InvalidOption, OSError
        If it cannot be made.
    """

    def act() -> Renderer:
        renderer: Any = kind(path, options)
        if not (isinstance(renderer, Renderer) and hasattr(renderer, "options")):
            raise TypeError("it did not call super().__init__(path, options)")
        if renderer.path != path:
            raise ValueError(f"its path is {renderer.path!r}; it must be {path!r}")
        return renderer

    return _guarded(kind, "__init__", path, act)


def call(renderer: Renderer | type[Renderer], method: Method, *arguments: object) -> None:
    """Call a method of a renderer; cheap enough for every frame (1 us).

    Raises
    ------
    RenderError, InvalidOption, OSError
        If the renderer fails, or its method is not what the contract says.
    KeyboardInterrupt, Terminated
        As they came.
    """
    kind = renderer if isinstance(renderer, type) else type(renderer)
    path = None if isinstance(renderer, type) else renderer.path

    def act() -> None:
        result = getattr(renderer, method)(*arguments)
        if result is not None:
            _refuse_unfinished(result)
        if method == "close" and _owner(kind).plug_in:
            _check_closed(renderer, path)

    _guarded(kind, method, path, act)


def _refuse_unfinished(result: object) -> None:
    """Refuse what a method with a `yield` or an `async` in it returns: nobody would run it."""
    if inspect.iscoroutine(result):
        result.close()  # or Python would warn as well
    elif not (inspect.isgenerator(result) or inspect.isasyncgen(result)):
        return
    raise TypeError(f"it returned {type(result).__name__!r}, which nobody runs")


def _check_closed(renderer: Any, path: Path | None) -> None:
    if path is not None and not path.exists():
        raise RuntimeError(f"it returned without writing {path}")
    if not isinstance(renderer.note, str):
        raise TypeError(f"its note is {renderer.note!r}; it must be a string")


def drive(renderer: Renderer, job: Callable[[], None]) -> None:
    """Have a renderer drive a job. What the job raises is the job's, and gets through as it is."""
    began = False
    raised: list[BaseException] = []

    def noted() -> None:
        nonlocal began
        began = True
        try:
            job()
        except BaseException as error:
            raised.append(error)
            raise

    _guarded(type(renderer), "drive", renderer.path, lambda: renderer.drive(noted), raised)
    if _owner(type(renderer)).plug_in:  # a window of ours ends runs that nobody watches any more
        if not began:
            raise _broken(type(renderer), "drive", "did not run its job")
        if raised:
            raise raised[0]


def give_up(renderers: list[Renderer], failure: BaseException) -> None:
    """Abort all of these because of a failure. One that cannot even do that stops no other.

    Raises
    ------
    KeyboardInterrupt, Terminated
        If one came meanwhile, once all are aborted.
    """
    interrupt: BaseException | None = None
    for renderer in renderers:
        try:
            call(renderer, "abort")
        except Exception as error:
            failure.add_note(one_line(error))
        except BaseException as error:
            interrupt = interrupt or error
    if interrupt is not None:
        raise interrupt


def _guarded(
    kind: type[Renderer],
    method: str,
    path: Path | None,
    act: Callable[[], T],
    others: list[BaseException] | None = None,
) -> T:
    """Do something of a renderer, and tell who failed; `others` are somebody else's failures."""
    try:
        return act()
    except INTERRUPTS:
        raise
    except BaseException as error:
        if others and error in others:
            raise
        told = _told(kind, method, path, error)
        if told is error:
            raise
        raise told from error


def _owner(kind: type[Renderer]) -> _Owner:
    return _owners.get(kind) or _Owner(f"renderer {kind.__name__}", plug_in=False)


def _told(
    kind: type[Renderer], method: str, path: Path | None, error: BaseException
) -> BaseException:
    """Return an error as its user should read it; itself if that is how it is."""
    owner = _owner(kind)
    if isinstance(error, OSError) and error.errno is not None:
        return _about_a_file(owner, path, error)
    if owner.plug_in:
        if isinstance(error, InvalidOption):
            return InvalidOption(f"{one_line(error)} ({owner.words})", option=error.option)
        if isinstance(error, _ON_PURPOSE):
            missing = isinstance(error, RendererUnavailable)
            told = RendererUnavailable if missing else RenderError
            return told(f"{owner.words}: {one_line(error)}")
    elif isinstance(error, (*_ON_PURPOSE, MemoryError)) or not isinstance(error, Exception):
        return error
    name, text = type(error).__name__, one_line(error)
    text = text if text.startswith(name) else f"{name}: {text}"
    return _broken(kind, method, f"failed with {text}; set KMEANS_ENGINE_TRACEBACK=1 to see where")


def _about_a_file(owner: _Owner, path: Path | None, error: OSError) -> OSError:
    """Return the same error with the name of its file, where that is missing or a hidden one."""
    name = error.filename
    if path is not None and (name is None or ".kmeans-" in str(name)):
        name = str(path)
    by = f" ({owner.words})" if owner.plug_in else ""
    if name == error.filename and not by:
        return error
    return OSError(error.errno, f"{error.strerror}{by}", name)


def _broken(kind: type[Renderer], method: str, what: str) -> RenderError:
    return RenderError(f"{_owner(kind).words}: {method} {what}")
