"""One size of a film while it is painted: its frames, and the ffmpeg that takes them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from renderers.contract import Options
from renderers.films.ffmpeg.encoder import Encoder
from renderers.films.format import Arguments, Film, Format, Recording

if TYPE_CHECKING:
    from renderers.picture.painter import FramePainter
    from renderers.scene import Moment, Scene

__all__ = ["Reel"]


class Reel:
    """Paint a film in one size.

    Parameters
    ----------
    path : Path
        Where the film goes.
    scene : Scene
        What it shows.
    options : Options
        As they were asked for.
    size : tuple of int
        Width and height of its frames in pixels.
    format : Format
        What is written.
    painter : callable
        Returns what paints the frames, called with the scene and the options.
    record : bool or None
        Whether the frames are kept without loss; None to ask the format.

    Attributes
    ----------
    film : Film
        What the format is told.
    recorded : bool
        Whether the frames are kept without loss.
    """

    def __init__(
        self,
        path: Path,
        scene: Scene,
        options: Options,
        size: tuple[int, int],
        format: Format,
        painter: Callable[[Scene, Options], FramePainter],
        *,
        record: bool | None,
    ) -> None:
        self._painter = painter(scene, options.with_size(size))
        rate = format.rate(options)
        self.film = film = Film(path, scene, options, size, rate, self._painter.palette)
        self.recorded = format.must_be_recorded(film) if record is None else record
        pixels = format.sends(options)
        arguments = _lossless(film, pixels) if self.recorded else format.arguments(film)
        self.encoder = Encoder(
            path,
            size=size,
            rate=film.exact_rate,
            pixels=pixels,
            longest=format.longest(rate),
            ends=format.ends,
            inputs=arguments.inputs,
            output=arguments.output,
        )

    def write(self, moment: Moment, count: int = 1) -> None:
        """Show the frame of a moment `count` times."""
        self.encoder.write(self._painter.paint(moment), count)

    def finish(self, description: str, read: Callable[[Path, Sequence[str]], bytes]) -> Recording:
        """Wait for the end of the encoding, and return what it left.

        Parameters
        ----------
        description : str
            What the film shows.
        read : callable
            Returns what ffmpeg makes of a file.
        """
        self.encoder.complete()
        pipe, file = self.encoder.pipe, self.encoder.temporary
        return Recording(
            file, pipe.sent, pipe.ticks, pipe.start, lambda output: read(file, output), description
        )


def _lossless(film: Film, pixels: str) -> Arguments:
    codec: tuple[str, ...] = ("libx264", "-preset", "ultrafast", "-qp", "0")
    if film.options.transparent:
        codec = ("ffv1", "-pix_fmt", "bgra")  # x264 knows no opacity
    elif pixels == "rgba":
        codec = ("libx264rgb", *codec[1:])
    return Arguments(("-fps_mode", "passthrough", "-c:v", *codec, "-f", "nut"))
