"""The list of columns to choose the axes from: what is chosen, and where the cursor is."""

from __future__ import annotations

from collections.abc import Sequence

__all__ = ["COMPONENTS", "ColumnList"]

COMPONENTS = "principal components"


class ColumnList:
    """One list for each axis, side by side; knows no pixels and no keys.

    Attributes
    ----------
    shown : bool
        Whether it is on the screen.
    names : tuple of str
        Of the columns.
    axes : tuple of int or None
        The columns that are drawn, across and up; None for principal components.
    axis : int
        Which of the two lists the cursor is in: 0 across, 1 up.
    cursor : int
        The column that it stands on; -1 for principal components.
    """

    def __init__(self) -> None:
        self.shown = False
        self.names: tuple[str, ...] = ()
        self.axes: tuple[int, int] | None = None
        self.axis = 0
        self.cursor = -1

    def show(self, names: Sequence[str], axes: tuple[int, int] | None) -> None:
        """Put the list on the screen, with the cursor on what is drawn across."""
        self.shown, self.names, self.axes = True, tuple(names), axes
        self.axis = 0
        self.cursor = -1 if axes is None else axes[0]

    def close(self) -> None:
        """Take it off the screen."""
        self.shown = False

    def move(self, by: int) -> None:
        """Move the cursor down, or up if negative."""
        self.cursor = min(max(self.cursor + by, -1), len(self.names) - 1)

    def turn(self) -> None:
        """Go to the list of the other axis."""
        self.axis = 1 - self.axis
        if self.axes is not None:
            self.cursor = self.axes[self.axis]

    def choose(self, axis: int | None = None, column: int | None = None) -> None:
        """Draw a column along an axis: by default the one under the cursor.

        The other axis keeps its column, unless it is the same: then they change places.
        """
        self.axis = self.axis if axis is None else axis
        self.cursor = self.cursor if column is None else column
        if self.cursor < 0:
            self.axes = None
            return
        others = (0, 1) if self.axes is None else self.axes
        other = others[1 - self.axis]
        if other == self.cursor:
            other = others[self.axis]
        if other == self.cursor:  # from components, to the column that the other axis would get
            other = (self.cursor + 1) % len(self.names)
        self.axes = (self.cursor, other) if self.axis == 0 else (other, self.cursor)
