"""SVG and PDF: the last state for a paper. The points are rasterised, all else is vectors."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import matplotlib as mpl
import numpy as np
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from numpy.typing import NDArray

from renderers.contract import Options
from renderers.picture.colours import cluster_colours
from renderers.picture.dashboard import run_colours, verdict
from renderers.picture.layout import Box, ticks, unit_of
from renderers.picture.overlays import LEAST_SPREAD, centroid_sizes, readable_on
from renderers.picture.painter import Painter
from renderers.picture.themes import Colour, Theme, theme_named
from renderers.scene import Moment, Panel, Scene
from renderers.stills.still import PLAIN_DPI, Still

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from kmeans_engine import Snapshot

__all__ = ["PdfRenderer", "SvgRenderer"]

_POINTS = 72.0 / PLAIN_DPI  # per pixel of `size`
_RASTER = frozenset({"borders", "changes"})

# Every property that could come from elsewhere and changes the bytes.
_SETTINGS: Any = {
    "font.family": "DejaVu Sans",
    "svg.hashsalt": "kmeans-engine",
    "svg.fonttype": "path",
    "pdf.fonttype": 42,
    "axes.unicode_minus": True,
    "text.usetex": False,
    "path.simplify": False,
}


class _Vector(Still):
    """Draw the last state with matplotlib."""

    # matplotlib's names: of the format, of the date that is left out, and of what facts are.
    _format = _date = _facts = ""

    def write(self, path: Path, scene: Scene, moment: Moment) -> None:
        """Write the file."""
        plain = fine = Painter(scene, self.options)
        if self.dots != self.options.size:
            fine = Painter(scene, self.options.with_size(self.dots))
        points = fine.points_layer(moment, plain.overlays & _RASTER)
        with mpl.rc_context(_SETTINGS):
            figure = _draw(scene, moment, plain, points, self.options)
            figure.savefig(
                path,
                format=self._format,
                dpi=self.options.dpi,
                metadata=self._metadata(scene),
                facecolor=figure.get_facecolor(),
            )

    def _metadata(self, scene: Scene) -> dict[str, Any]:
        facts = "; ".join(f"{name}: {text}" for name, text in scene.facts.items())
        said = {"Title": scene.title, self._facts: facts}
        return {self._date: None, **{name: text for name, text in said.items() if text}}


class SvgRenderer(_Vector):
    """Write the last state to an SVG."""

    suffix = ".svg"
    writes = "the last state for a web page or a paper, the points rasterised"
    _format, _date, _facts = "svg", "Date", "Description"


class PdfRenderer(_Vector):
    """Write the last state to a PDF."""

    suffix = ".pdf"
    writes = "the last state for a paper, the points rasterised"
    _format, _date, _facts = "pdf", "CreationDate", "Subject"


def _draw(
    scene: Scene,
    moment: Moment,
    plain: Painter,
    points: list[NDArray[np.uint8]],
    options: Options,
) -> Figure:
    """Return the figure: the places of `plain`, a painter of this size, and the points."""
    theme = theme_named(options.theme)
    width, height = options.size
    figure = Figure(figsize=(width / PLAIN_DPI, height / PLAIN_DPI), dpi=PLAIN_DPI, layout=None)
    FigureCanvasAgg(figure)
    figure.set_facecolor(_rgb(theme.background))
    unit = unit_of(width, height)
    if scene.title.strip():
        size = max(6.0, theme.title_size * unit * _POINTS)
        weight = "normal" if theme.boxed else "bold"
        figure.text(
            0.5 if theme.boxed else 3 * unit / width,
            1 - 1.25 * size / _POINTS / height,
            scene.title,
            size=size,
            weight=weight,
            color=_rgb(theme.text),
            ha="center" if theme.boxed else "left",
            va="center",
            parse_math=False,
        )
    for i, (panel, snapshot) in enumerate(zip(scene.panels, moment.snapshots, strict=True)):
        box = plain.layout.boxes[i]
        if min(box.width, box.height) < 1:
            continue
        axes = _axes(figure, box, options.size)
        _draw_panel(axes, panel, theme, unit, box)
        axes.imshow(
            points[i][:, :, :3],
            extent=panel.view.limits,
            aspect="auto",
            interpolation="none",
            zorder=0,
        )
        colours = cluster_colours(panel.k, options.theme)
        history = moment.histories[i] if moment.histories else None
        if "trails" in plain.overlays and history is not None:
            _draw_trails(axes, panel, history.centroids[: snapshot.iteration + 1], colours, theme)
        centroids = moment.centroids_of(snapshot)
        _draw_centroids(axes, panel, centroids, colours, theme, unit, plain)
        text = f"i = {snapshot.iteration}"
        text += ", converged" if snapshot.converged and not theme.boxed else ""
        end = verdict(moment, snapshot)
        text += f", {end}" if end else ""
        size = theme.step_size * unit * _POINTS
        ground = {"facecolor": (*_rgb(theme.background), 0.8), "edgecolor": "none", "pad": 2}
        axes.text(0.01, 0.015, text, size=size, color=_rgb(theme.text), transform=axes.transAxes,
                  bbox=None if theme.boxed else ground, zorder=1e4)  # fmt: skip
        if panel.title or plain.notes[i]:
            note = max(5.0, theme.tick_size * unit * _POINTS)
            gap = 4 * (plain.layout.strips[i].height if plain.layout.strips else 1)
            at = 1 + gap / box.height
            axes.text(0, at, panel.title, size=note * 1.1, color=_rgb(theme.text),
                      transform=axes.transAxes, parse_math=False)  # fmt: skip
            axes.text(1, at, plain.notes[i], size=note, color=_rgb(theme.muted), ha="right",
                      transform=axes.transAxes, parse_math=False)  # fmt: skip
        if plain.layout.strips:
            _draw_sizes(figure, plain.layout.strips[i], options.size, snapshot, colours)
    if plain.layout.dashboard is not None and moment.histories:
        _draw_curves(figure, plain, scene, moment, theme, unit)
    return figure


def _axes(figure: Figure, box: Box, size: tuple[int, int]) -> Axes:
    width, height = size
    bottom = height - box.top - box.height
    return figure.add_axes(
        (box.left / width, bottom / height, box.width / width, box.height / height)
    )


def _draw_panel(axes: Axes, panel: Panel, theme: Theme, unit: float, box: Box) -> None:
    xmin, xmax, ymin, ymax = panel.view.limits
    axes.set_xlim(xmin, xmax)
    axes.set_ylim(ymin, ymax)
    axes.set_facecolor(_rgb(theme.background))
    tick = max(5.0, theme.tick_size * unit * _POINTS)
    count = 0 if panel.view.on_a_line else min(7, int(box.height * _POINTS / (3.5 * tick)))
    found = ticks(ymin, ymax, count)
    axes.set_yticks([v for v, _ in found], [w for _, w in found])
    found = ticks(xmin, xmax, min(9, int(box.width * _POINTS / (5 * tick))))
    axes.set_xticks([v for v, _ in found], [w for _, w in found])
    line = 0.16 * unit * _POINTS
    axes.tick_params(
        labelsize=tick,
        labelcolor=_rgb(theme.muted),
        color=_rgb(theme.line),
        length=3.5 if theme.boxed else 0,
        width=line,
    )
    for side, spine in axes.spines.items():
        spine.set(color=_rgb(theme.line), linewidth=line)
        spine.set_visible(theme.boxed or side in ("left", "bottom"))
    size = theme.label_size * unit * _POINTS
    x_label, y_label = panel.view.labels
    axes.set_xlabel(x_label, size=size, color=_rgb(theme.text), parse_math=False)
    axes.set_ylabel(y_label, size=size, color=_rgb(theme.text), parse_math=False)


def _draw_trails(
    axes: Axes,
    panel: Panel,
    centroids: list[NDArray[np.float64]],
    colours: NDArray[np.uint8],
    theme: Theme,
) -> None:
    ways = panel.view.project(np.concatenate(centroids)).reshape(len(centroids), -1, 2)
    for way, colour in zip(ways.swapaxes(0, 1), colours.tolist(), strict=False):
        ink = [c + (t - c) * 0.35 for c, t in zip(colour, theme.text, strict=True)]
        axes.plot(*way.T, color=_rgb(ink), linewidth=1.4, solid_capstyle="round", zorder=2)


def _draw_centroids(
    axes: Axes,
    panel: Panel,
    centroids: NDArray[np.float64],
    colours: NDArray[np.uint8],
    theme: Theme,
    unit: float,
    plain: Painter,
) -> None:
    box = plain.layout.boxes[0]
    area = box.width * box.height * max(LEAST_SPREAD, panel.view.spread)
    sizes = centroid_sizes(area, len(centroids), theme, unit, wanted="numbers" in plain.overlays)
    xy = panel.view.project(centroids)
    for i, ((x, y), colour) in enumerate(zip(xy.tolist(), colours.tolist(), strict=False)):
        for step, (radius, ink) in enumerate([*sizes.rings, (sizes.radius, tuple(colour))]):
            diameter = 2 * radius * _POINTS
            axes.plot(x, y, "o", markersize=diameter, color=_rgb(ink), markeredgewidth=0,
                      zorder=3 + i + 0.1 * step)  # fmt: skip
        if sizes.type_size:
            axes.text(x, y, str(i), size=sizes.type_size * _POINTS, weight="bold", ha="center",
                      va="center_baseline", color=_rgb(readable_on(colour)), clip_on=True,
                      zorder=3.5 + i)  # fmt: skip


def _draw_sizes(
    figure: Figure,
    strip: Box,
    size: tuple[int, int],
    snapshot: Snapshot,
    colours: NDArray[np.uint8],
) -> None:
    axes = _axes(figure, strip, size)
    ends = np.cumsum(snapshot.counts)
    starts = ends - snapshot.counts
    axes.barh(
        np.zeros(len(ends)), snapshot.counts, 1.0, starts,
        color=[_rgb(c) for c in colours.tolist()[: len(ends)]],
    )  # fmt: skip
    axes.set_xlim(0, ends[-1])
    axes.set_ylim(-0.5, 0.5)
    axes.set_axis_off()


def _draw_curves(
    figure: Figure, plain: Painter, scene: Scene, moment: Moment, theme: Theme, unit: float
) -> None:
    place = plain.layout.dashboard
    assert place is not None
    high = min(place.height // 2, round(0.8 * place.width))
    inset = round(2.5 * theme.tick_size * unit)  # for the numbers of the axis
    box = Box(place.left + inset, place.top + round(8 * unit), place.width - inset, high)
    width, height = (round(inches * PLAIN_DPI) for inches in figure.get_size_inches())
    axes = _axes(figure, box, (width, height))
    for panel, snapshot, history, colour in zip(
        scene.panels,
        moment.snapshots,
        moment.histories,
        run_colours(len(scene.panels), theme),
        strict=True,
    ):
        values = history.inertia[: snapshot.iteration + 1]
        axes.plot(values, color=_rgb(colour), linewidth=1.4, label=panel.title)
        axes.plot(len(values) - 1, values[-1], "o", color=_rgb(colour), markersize=4)
    axes.set_ylim(bottom=0)
    axes.set_xlim(left=0)
    tick = max(5.0, theme.tick_size * unit * _POINTS)
    axes.set_title("inertia", size=tick, color=_rgb(theme.muted), loc="left")
    axes.set_xlabel("iteration", size=tick, color=_rgb(theme.muted))
    axes.set_facecolor(_rgb(theme.background))
    axes.tick_params(labelsize=tick * 0.9, labelcolor=_rgb(theme.muted), length=0)
    axes.locator_params(nbins=4)
    for side, spine in axes.spines.items():
        spine.set(color=_rgb(theme.line), visible=side == "bottom")
    if len(scene.panels) > 1:
        axes.legend(frameon=False, fontsize=tick, labelcolor=_rgb(theme.text))


def _rgb(colour: Colour | list[float] | list[int] | tuple[int, ...]) -> tuple[float, float, float]:
    r, g, b = (min(1.0, max(0.0, c / 255)) for c in colour)
    return r, g, b
