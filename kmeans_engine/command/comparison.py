"""What is told about several numbers of clusters that were compared. No printing."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from kmeans_engine.choosing.rows import Sweep
from kmeans_engine.command.summary import common, compiled, headline, shape
from kmeans_engine.command.trial import Trial

__all__ = ["spell_comparison", "summarize_comparison"]


def summarize_comparison(
    trial: Trial, sweep: Sweep, *, outputs: Sequence[str], warnings: Sequence[str] = ()
) -> dict[str, Any]:
    """Return the facts of a comparison that is over, ready for JSON.

    Parameters
    ----------
    trial : Trial
        Settled on a row of the sweep.
    sweep : Sweep
        What was found.
    outputs, warnings
        As for `summary.summarize`.
    """
    return {
        **shape(trial),
        "ks": list(sweep),
        "best": sweep.best,
        "verdict": sweep.verdict,
        "one": sweep.one.facts(),
        "rows": [row.facts() for row in sweep.rows],
        **common(trial, outputs, warnings),
    }


def spell_comparison(facts: dict[str, Any], sweep: Sweep, ks: str) -> str:
    """Return the facts of `summarize_comparison` in a few lines, `ks` as they were typed."""
    units = " of standardised columns" if facts["standardized"] else ""
    lines = [
        headline(facts, f"{ks}, seed {facts['seed']}"),
        f"compared in {facts['seconds']:.2f} s{units}",
        *compiled(facts),
        str(sweep),
        *(f"wrote {path}" for path in facts["outputs"]),
    ]
    return "\n".join(lines)
