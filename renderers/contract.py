"""What a renderer is told and what it must do. Draws nothing itself.

A renderer is told once about the *scene*, then gets *moments*: what is on screen, and for how long.
`docs/adding_a_renderer.md` shows one in full.
"""

from __future__ import annotations

import abc
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, ClassVar, Literal, Self

if TYPE_CHECKING:
    from renderers.scene import Moment, Scene

__all__ = ["ON_REQUEST", "OPTIONS", "OVERLAYS", "Options", "Quality", "Renderer"]

Quality = Literal["draft", "standard", "best"]

#: What a picture can be asked for, by the keywords of `renderers.save`; see `Renderer.honours`.
OPTIONS = (
    *("smooth", "phases", "duration", "fps", "size", "theme", "overlays", "quality", "max_size"),
    *("dpi", "title", "axes", "aspect", "limits", "log", "view", "palette", "font"),
    *("transparent", "max_points"),
)

#: What is drawn on top of the points; each can be left out.
OVERLAYS = ("numbers", "trails", "borders", "changes", "curve", "sizes", "legend")
#: Those that are drawn only if they are asked for.
ON_REQUEST = frozenset({"legend"})


@dataclass(frozen=True, slots=True)
class Options:
    """How a picture is made, as its user asked for it.

    Attributes
    ----------
    size : tuple of int
        Width and height in pixels.
    fps : float
        Frames per second of a film; the rate at which a window shows snapshots.
    theme : str
        ``"light"``, ``"dark"`` or ``"classic"``; a page knows ``"auto"``, which its reader decides.
    overlays : frozenset of str or None
        Those of `OVERLAYS` that are drawn; None for the theme's own.
    quality : {"draft", "standard", "best"}
        How much work an encoder may spend on a film.
    max_bytes : int or None
        Largest file; a renderer that honours ``max_size`` chooses size and rate to fit.
    dpi : float
        Dots per inch of a still; `size` counts hundredths of an inch of its page.
    palette : tuple of (int, int, int) or None
        Red, green and blue of the clusters' colours, repeated as often as needed; None for the
        theme's own.
    font : str or None
        Name of a font of this machine, or its file; None for the theme's own.
    transparent : bool
        Whether the ground is left out.
    max_points : int
        How many points a page may hold one by one.
    """

    size: tuple[int, int] = (1280, 720)
    fps: float = 2.0
    theme: str = "light"
    overlays: frozenset[str] | None = None
    quality: Quality = "standard"
    max_bytes: int | None = None
    dpi: float = 100.0
    palette: tuple[tuple[int, int, int], ...] | None = None
    font: str | None = None
    transparent: bool = False
    max_points: int = 300_000

    def with_size(self, size: tuple[int, int]) -> Options:
        """Return the same options for another size in pixels."""
        return replace(self, size=size)


class Renderer(abc.ABC):
    """Turn a scene and its moments into a picture, a film or a window.

    Calls come in this order: the constructor, `open`, `draw` for each moment, then either `close`
    (everything was drawn) or `abort` (the run failed; leave nothing half-written). As a context
    manager, leaving the block calls `close`, or `abort` if an exception is on its way. `close` and
    `abort` may be called without `open`, and more than once. What a method returns is ignored; what
    it raises is told in one line by `renderers.guard`, where the calls are made.

    Parameters
    ----------
    path : Path or None
        Where to write; None for a renderer whose `suffix` is None.
    options : Options
        Size, rate and theme.

    Attributes
    ----------
    suffix : str or None
        Class attribute: the suffix of its file, such as ``".mp4"``; None if it writes none.
    writes : str
        Class attribute: one line for ``--list-renderers``.
    default_size : tuple of int
        Class attribute: width and height in pixels when the user names none.
    default_theme : str
        Class attribute: the theme when the user names none.
    honours : frozenset of str
        Class attribute: those of `OPTIONS` that change what it makes. An option that no chosen
        renderer honours is refused. By default the pace (smooth, phases, duration, fps), which its
        moments follow, where points lie (axes, aspect, limits, log, view), size, theme, palette,
        font and title.
    opening : bool
        Class attribute: whether it is sent the moments before the first state, when the points have
        no colours yet (`Moment.opening`); by default they are left out.
    numbers : bool
        Class attribute: whether its path has a place for a number, and it writes a file for each.
    charts : bool
        Class attribute: whether it shows a sweep over K as a figure (`Scene.sweep`), and so is sent
        but one state; by default K grows from moment to moment.
    note : str
        What the user should know of the finished file, in one line, such as the size and rate that
        were chosen to fit; set by `close`, empty if there is nothing to say.
    """

    suffix: ClassVar[str | None] = None
    writes: ClassVar[str] = ""
    default_size: ClassVar[tuple[int, int]] = (1280, 720)
    default_theme: ClassVar[str] = "light"
    honours: ClassVar[frozenset[str]] = frozenset(
        {
            *("smooth", "phases", "duration", "fps", "size", "theme", "title"),
            *("axes", "aspect", "limits", "log", "view", "palette", "font"),
        }
    )
    opening: ClassVar[bool] = False
    numbers: ClassVar[bool] = False
    charts: ClassVar[bool] = False
    note: str = ""

    def __init__(self, path: Path | None, options: Options) -> None:
        self.path = path
        self.options = options

    @classmethod  # noqa: B027 - most renderers need nothing
    def check(cls) -> None:
        """Raise `RendererUnavailable` if this machine lacks what the renderer needs.

        Called before anything is computed. The default finds nothing to complain about.
        """

    @classmethod
    def sequence(cls) -> type[Renderer] | None:
        """Return what writes each moment to a file of its own, for paths as ``frames_%04d.png``.

        The default is None: such a path is the name of one file.
        """
        return None

    @abc.abstractmethod
    def open(self, scene: Scene) -> None:
        """Prepare to draw `scene`. Called once, before the first moment."""

    @abc.abstractmethod
    def draw(self, moment: Moment) -> None:
        """Show or store one moment. Raise `RenderError` or `OSError` on failure."""

    @abc.abstractmethod
    def close(self) -> None:
        """Finish: after this the result is complete at its path. Raise as `draw` does."""

    @abc.abstractmethod
    def abort(self) -> None:
        """Give up without raising: stop processes, remove temporary files, keep older files."""

    def drive(self, job: Callable[[], None]) -> None:
        """Run `job`, which makes the calls above. A window runs it beside its event loop."""
        job()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        tb: TracebackType | None,
    ) -> None:
        if kind is None:
            self.close()
        else:
            self.abort()
