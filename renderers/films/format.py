"""What a format of films is: values, and the arguments of ffmpeg that follow from them.

The formats are in `films.mp4`, `films.webm` and `films.gif`; `films.film` writes all of them.
"""

from __future__ import annotations

import abc
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numpy.typing import NDArray

from renderers.contract import Options
from renderers.films.ffmpeg.frame_pipe import Pixels

if TYPE_CHECKING:
    from renderers.picture.painter import FramePainter
    from renderers.scene import Scene

__all__ = ["Arguments", "Film", "Format", "Recording"]

_SMALLER = 0.5**0.5  # of a side, from size to size


class Arguments(NamedTuple):
    """What ffmpeg is told.

    Attributes
    ----------
    output : sequence of str
        How to encode, and into what.
    inputs : sequence of str
        Inputs beside the frames, which are input 0.
    """

    output: Sequence[str]
    inputs: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class Film:
    """What a format is told of one film.

    Attributes
    ----------
    path : Path
        Where it goes.
    scene : Scene
        What it shows.
    options : Options
        As they were asked for.
    size : tuple of int
        Width and height of its frames in pixels.
    rate : float
        Frames per second.
    palette : callable
        Returns the colours of the frames, (P, 3), uint8.
    """

    path: Path
    scene: Scene
    options: Options
    size: tuple[int, int]
    rate: float
    palette: Callable[[], NDArray[np.uint8]]

    @property
    def exact_rate(self) -> Fraction:
        """Frames per second as ffmpeg is told."""
        return Fraction(self.rate).limit_denominator(1000)


@dataclass(frozen=True, slots=True)
class Recording:
    """A film in a temporary file; without loss where it is to be encoded again.

    Attributes
    ----------
    path : Path
        The file.
    frames : int
        How many it holds; one that is repeated counts once.
    ticks : int
        How many there are with those that repeat.
    start : int
        The tick at which the last one begins.
    read : callable
        ``read(output)`` returns the bytes that ffmpeg makes of it.
    description : str
        A sentence for those who cannot see it.
    """

    path: Path
    frames: int
    ticks: int
    start: int
    read: Callable[[Sequence[str]], bytes]
    description: str = ""


class Format(abc.ABC):
    """A format of films. It holds values only: what belongs to one film comes as an argument.

    Attributes
    ----------
    suffix : str
        Of its files.
    rare : str
        An encoder that it needs and not every ffmpeg has; empty if there is none.
    shrinks : float
        The share of bytes that one step more is expected to leave.
    least : int
        Pixels of the shorter side that a film keeps, however few bytes there are for it.
    hard : bool
        Whether its pixels are opaque or not there at all, with nothing between.
    pixels : {"rgba", "yuv420p"}
        What the encoder is fed.
    ends : bool
        Whether a frame that repeats is sent once more where it ends.
    """

    suffix: str
    rare: str
    shrinks: float
    least: int
    hard: bool
    pixels: Pixels
    ends: bool

    def frame_size(self, options: Options) -> tuple[int, int]:
        """Return width and height in pixels of the frames."""
        return options.size

    def sizes(self, options: Options) -> list[tuple[int, int]]:
        """Return the sizes of the frames among which a film that must fit may choose.

        Each has half the pixels of the one before.
        """
        width, height = options.size
        found = [self.frame_size(options)]
        while min(width, height) * _SMALLER >= self.least:
            width, height = max(1, round(width * _SMALLER)), max(1, round(height * _SMALLER))
            found.append(self.frame_size(options.with_size((width, height))))
        return found

    def sends(self, options: Options) -> Pixels:
        """Return what the encoder is fed for a film."""
        return self.pixels

    def painter(self, options: Options) -> Callable[[Scene, Options], FramePainter]:
        """Return what paints the frames of a film."""
        if options.transparent:
            from renderers.picture.clear import ClearPainter, HardPainter

            return HardPainter if self.hard else ClearPainter
        from renderers.picture.painter import Painter

        return Painter

    def rate(self, options: Options) -> float:
        """Return the frames per second."""
        return options.fps

    def longest(self, rate: float) -> int:
        """Return how many times a frame may be shown before it is sent again.

        ffmpeg repeats it itself; too many at a time would pass for a hang.
        """
        return 60

    def must_be_recorded(self, film: Film) -> bool:
        """Tell whether frames are needed more than once."""
        return False

    @abc.abstractmethod
    def steps(self, films: Sequence[Film]) -> list[tuple[int, int]]:
        """Return the ways to encode a film, from the best to the one of the fewest bytes.

        Parameters
        ----------
        films : sequence of Film
            The same one in all of its `sizes`.

        Returns
        -------
        list of (int, int)
            Which of these, and its level: see `arguments`.
        """

    @abc.abstractmethod
    def arguments(
        self, film: Film, level: int = 0, recording: Recording | None = None
    ) -> Arguments:
        """Return what ffmpeg is told at a level; 0 is the best.

        Parameters
        ----------
        film : Film
            What is encoded.
        level : int
            0 unless it must fit into so many bytes.
        recording : Recording, optional
            The whole film, if it was recorded.
        """

    @abc.abstractmethod
    def describe(self, film: Film, level: int) -> str:
        """Return what was chosen at a level, for `Renderer.note`."""

    def seal(self, file: Path, film: Film, recording: Recording) -> None:  # noqa: B027
        """Put into the encoded file what ffmpeg cannot. `recording.path` may be that file."""
