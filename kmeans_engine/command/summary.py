"""What is told about a finished run: the facts, for programs, and lines for people. No printing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from kmeans_engine._version import __version__
from kmeans_engine.command.trial import Trial
from kmeans_engine.race import verdict_of
from kmeans_engine.runtime.progress import compiling

__all__ = ["common", "compiled", "headline", "spell_summary", "summarize"]

_SIZES = 20  # clusters whose sizes are told one by one
_TOLD = 0.05  # seconds of compiling that are worth a line


def summarize(
    trial: Trial,
    *,
    outputs: Sequence[str],
    race: Mapping[str, Trial] | None = None,
    warnings: Sequence[str] = (),
) -> dict[str, Any]:
    """Return the facts of a trial that is over, ready for JSON.

    Parameters
    ----------
    trial : Trial
        Its last snapshot counts.
    outputs : sequence of str
        Files that were written.
    race : mapping of str to Trial, optional
        All entrants, `trial` among them, by name.
    warnings : sequence of str
        What was said beside, a line each.
    """
    source, last = trial.source, trial.last
    assert last is not None
    facts = {
        **shape(trial),
        "k": source.k,
        "iterations": last.iteration,
        "converged": bool(last.converged),
        "inertia": last.inertia,
        "counts": last.counts.tolist(),
        **common(trial, outputs, warnings),
    }
    if last.weights is not None:
        facts |= {"weighted_by": source.table.weighed_by, "weights": last.weights.tolist()}
    if source.model:
        facts["centroids_from"] = source.model
    if isinstance(source.init, str) and source.first:
        facts["start"] = source.first + 1
    if race:
        inertias = [entrant.last.inertia for entrant in race.values() if entrant.last is not None]
        facts["race"] = [
            {
                "name": name,
                "init": start if isinstance(start := entrant.source.init, str) else name,
                "inertia": entrant.last.inertia,
                "iterations": entrant.last.iteration,
                "converged": bool(entrant.last.converged),
                "verdict": verdict_of(entrant.last.inertia, inertias),
            }
            for name, entrant in race.items()
            if entrant.last is not None
        ]
    return facts


def shape(trial: Trial) -> dict[str, Any]:
    """Return how much was clustered."""
    assert trial.last is not None
    return {"points": trial.last.n_points, "features": trial.last.centroids.shape[1]}


def common(trial: Trial, outputs: Sequence[str], warnings: Sequence[str]) -> dict[str, Any]:
    """Return the facts that a comparison of several numbers of clusters has as well."""
    source = trial.source
    return {
        "standardized": source.scale is not None,
        "rows_dropped": source.table.dropped,
        "seconds": round(trial.seconds, 6),
        "compile_seconds": round(compiling.seconds(), 6),
        "outputs": list(outputs),
        "seed": source.seed,
        "version": __version__,
        "warnings": list(warnings),
    }


def spell_summary(facts: dict[str, Any]) -> str:
    """Return the facts of `summarize` in a few lines."""
    counts = facts["counts"]
    sizes = " ".join(f"{count:,}" for count in counts[:_SIZES])
    if len(counts) > _SIZES:
        ordered = sorted(counts)
        sizes = f"{ordered[0]:,} to {ordered[-1]:,}, median {ordered[len(ordered) // 2]:,}"
    how = f", seed {facts['seed']}" + (f", start {facts['start']}" if "start" in facts else "")
    ended = "converged" if facts["converged"] else "stopped"
    ended += f" after {_count(facts['iterations'], 'iteration')}"
    if "centroids_from" in facts:
        how, ended = "", f"labelled by {facts['centroids_from']}"
    lines = [
        headline(facts, f"{facts['k']}{how}"),
        f"{ended}, {facts['seconds']:.2f} s",
        *compiled(facts),
        f"inertia {facts['inertia']:.10g}{' (standardised)' if facts['standardized'] else ''}",
        f"sizes {sizes}",
        *([_spell_weights(facts)] if "weights" in facts else []),
        *(_spell_entrant(entrant) for entrant in facts.get("race", ())),
        *(f"wrote {path}" for path in facts["outputs"]),
    ]
    return "\n".join(lines)


def _spell_weights(facts: dict[str, Any]) -> str:
    weights = facts["weights"]
    told = " ".join(f"{weight:.6g}" for weight in weights[:_SIZES])
    if len(weights) > _SIZES:
        ordered = sorted(weights)
        least, middle, most = (ordered[at] for at in (0, len(ordered) // 2, -1))
        told = f"{least:.6g} to {most:.6g}, median {middle:.6g}"
    return f"weights {told} ({facts['weighted_by']})"


def headline(facts: dict[str, Any], k: str) -> str:
    """Return what was clustered, in a line."""
    dropped = facts["rows_dropped"]
    left_out = f" ({_count(dropped, 'incomplete row')} left out)" if dropped else ""
    return (
        f"{_count(facts['points'], 'point')}, {_count(facts['features'], 'feature')}, "
        f"k = {k}{left_out}"
    )


def compiled(facts: dict[str, Any]) -> list[str]:
    """Return the line on the time that went into machine code, if there is one."""
    seconds = facts["compile_seconds"]
    if seconds < _TOLD:
        return []
    return [f"compiled for this machine in {seconds:.1f} s, first run only"]


def _spell_entrant(entrant: dict[str, Any]) -> str:
    name = f"{entrant['name']} {entrant['verdict']}".strip()
    after = _count(entrant["iterations"], "iteration")
    return f"{name}: inertia {entrant['inertia']:.10g} after {after}"


def _count(number: int, noun: str) -> str:
    return f"{number:,} {noun}{'s' * (number != 1)}"
