"""How the picture is looked at: which overlays are on, along which axes. Paints nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING

from renderers.live.painting import OWN, Look, projections

if TYPE_CHECKING:
    from renderers.live.painting import Frame
    from renderers.scene import Scene

__all__ = ["Seen"]


class Seen:
    """What the user chose to see; each choice returns what to say about it.

    Parameters
    ----------
    overlays : frozenset of str or None
        Those that are on at first; None for the theme's own.

    Attributes
    ----------
    overlays : frozenset of str or None
        As chosen.
    """

    def __init__(self, overlays: frozenset[str] | None) -> None:
        self.overlays = overlays
        self._projection = 0

    def look(self, scene: Scene, size: tuple[int, int]) -> Look:
        """Return how to paint a scene at a size."""
        if self._projection == 0:
            return Look(size, self.overlays, OWN)
        choices = projections(scene)
        return Look(size, self.overlays, choices[self._projection % len(choices)])

    def toggle(self, overlay: str, frame: Frame | None) -> str:
        """Switch an overlay on or off; the theme's own are those of the frame."""
        if self.overlays is None:
            if frame is None:
                return ""
            self.overlays = frame.overlays
        self.overlays ^= {overlay}
        return f"{overlay} {'on' if overlay in self.overlays else 'off'}"

    def turn(self, by: int, scene: Scene) -> str:
        """Go on to another projection."""
        choices = projections(scene)
        if len(choices) == 1:
            return "these points have no other projection; that takes three features or more"
        self._projection = (self._projection + by) % len(choices)
        return f"projection {self._projection + 1} of {len(choices)}"
