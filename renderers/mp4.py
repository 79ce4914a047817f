"""mp4: H.264 that plays in browsers and QuickTime, with its colours tagged."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from renderers.film_file import FilmFile

if TYPE_CHECKING:
    from renderers.painter import Painter

__all__ = ["Mp4Renderer"]

# Tagged in the filter chain: with -colorspace and its like alone the file stays untagged and
# Okabe-Ito green decodes visibly wrong (tests/test_mp4.py::test_colours).
COLOURS = (
    "scale=out_color_matrix=bt709:out_range=tv,format=yuv420p,"
    "setparams=range=tv:color_primaries=bt709:color_trc=bt709:colorspace=bt709"
)


class Mp4Renderer(FilmFile):
    """Write an H.264 film.

    yuv420p needs even sides, so an odd width or height is painted one pixel larger.
    """

    suffix = ".mp4"
    writes = "H.264 film for browsers, slides and QuickTime"

    @property
    def frame_size(self) -> tuple[int, int]:
        """Width and height in pixels, both even."""
        width, height = self.options.size
        return width + width % 2, height + height % 2

    def arguments(self, painter: Painter) -> tuple[Sequence[str], Sequence[str]]:
        """Return ffmpeg's arguments; see DESIGN.md, Encoding."""
        output = (
            *("-vf", COLOURS, "-c:v", "libx264", "-tune", "animation", "-crf", "18"),
            *("-movflags", "+faststart", "-f", "mp4"),
        )
        return (), output
