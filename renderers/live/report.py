"""What the controls of a window show of its session."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["Report"]


@dataclass(frozen=True, slots=True)
class Report:
    """What the controls of a window show.

    Attributes
    ----------
    playing, finished : bool
        Whether time goes on; whether the run is computed to its end.
    state, states : int
        Index of the one on display; how many there are so far.
    speed : float
        Seconds of the run in one of the window.
    saving : bool
        Whether a file is being written.
    saved : float or None
        How much of it, 0..1; None if that is not known.
    """

    playing: bool = True
    finished: bool = False
    state: int = 0
    states: int = 0
    speed: float = 1.0
    saving: bool = False
    saved: float | None = None
