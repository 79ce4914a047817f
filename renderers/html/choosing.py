"""A sweep over K on a page: what the player tells of each K, and the figure and table below it."""

from __future__ import annotations

from dataclasses import replace
from html import escape
from typing import TYPE_CHECKING, Any

from renderers.describing import listed_ks
from renderers.picture.criteria import Criterion, criteria
from renderers.picture.elbow import ElbowPainter
from renderers.picture.growing import split_caption, verdict_caption
from renderers.picture.themes import THEMES
from renderers.picture.ticks import short, telling_digits
from renderers.stills.svg import document

if TYPE_CHECKING:
    from collections.abc import Sequence

    from kmeans_engine.choosing.rows import Sweep
    from renderers.contract import Options
    from renderers.scene import Scene

__all__ = ["below", "head_of"]

_SIZE = (1120, 560)  # of the figure, in pixels


def head_of(sweep: Sweep, ks: Sequence[int]) -> dict[str, Any]:
    """Return what the head of a page says of a sweep.

    Parameters
    ----------
    sweep : Sweep
        What was found.
    ks : sequence of int
        Of the states on the page.
    """
    columns = _columns(sweep)
    best = None if sweep.best is None else ks.index(sweep.best)
    captions = [split_caption(sweep, k)[0] for k in ks]
    if best is not None:
        captions[best] = verdict_caption(sweep)[0]
    return {
        "ks": listed_ks(ks),
        "best": best,
        "captions": captions,
        "figures": [[[name, words.get(k, "")] for name, words in columns] for k in ks],
    }


def below(scene: Scene, options: Options) -> str:
    """Return HTML of the verdict, the figure in each theme, and the table of a sweep."""
    sweep = scene.sweep
    assert sweep is not None
    verdict, _ = verdict_caption(sweep)
    shown = "light" if options.theme == "auto" else options.theme  # the player changes it
    figures = "".join(_figure(scene, options, name) for name in THEMES)
    return (
        f'<main class="kmeans-sweep" data-theme="{shown}" aria-label="Choosing K">'
        f"<h2>{escape(verdict)}</h2>{figures}"
        f'<div class="ks-table" tabindex="0" role="region" aria-label="Table">{_table(sweep)}</div>'
        "</main>"
    )


def _figure(scene: Scene, options: Options, theme: str) -> str:
    own = replace(options.with_size(_SIZE), theme=theme, font=None)
    marks = ElbowPainter(replace(scene, title=""), own, worded=False).marks()
    svg = document(marks, _SIZE, 96.0, title="Criteria for each K", description="")
    drawn = svg.partition("?>")[2].strip()
    return f'<figure class="ks-{theme}" tabindex="0" aria-label="Figure">{drawn}</figure>'


def _columns(sweep: Sweep) -> list[tuple[str, dict[int, str]]]:
    """Return the name of each criterion, and its values as they are written, by K."""
    return [(one.names[0], _words(one)) for one in criteria(sweep)]


def _words(criterion: Criterion) -> dict[int, str]:
    """Return the values of a criterion as they are written, by K."""
    digits = telling_digits(criterion.values.tolist())
    words = [short(value, digits) for value in criterion.values]
    if criterion.errors is not None:
        words = [
            f"{word} \N{PLUS-MINUS SIGN} {_error(error, word, digits)}"
            for word, error in zip(words, criterion.errors.tolist(), strict=True)
        ]
    return dict(zip(map(int, criterion.ks.tolist()), words, strict=True))


def _error(error: float, word: str, digits: int) -> str:
    """Return an error to as many places as the value that is written so."""
    if "\N{MULTIPLICATION SIGN}" in word:
        return short(error, digits)
    return f"{error:.{len(word.partition('.')[2])}f}"


def _table(sweep: Sweep) -> str:
    columns = _columns(sweep)
    heads = "".join(f'<th scope="col">{escape(name)}</th>' for name, _ in columns)
    rows = []
    for row in sweep.rows:
        cells = "".join(f"<td>{words.get(row.k, '')}</td>" for _, words in columns)
        best = ' class="ks-best"' if row.k == sweep.best else ""
        rows.append(f'<tr{best}><th scope="row">{row.k}</th>{cells}</tr>')
    return (
        "<table><caption>What speaks for each K</caption>"
        f'<thead><tr><th scope="col">K</th>{heads}</tr></thead>'
        f"<tbody>{''.join(rows)}</tbody></table>"
    )
