"""What a recording holds, for people and for programs. Draws and computes nothing."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from kmeans_engine.recording.format import Facts
from kmeans_engine.recording.stream import Stream

__all__ = ["retell", "sparkline", "spell_recording"]

_BARS = "▁▂▃▄▅▆▇█"
# Most characters of a sparkline.
_WIDE = 60


def retell(path: str) -> dict[str, Any]:
    """Return the facts of a recording, ready for JSON; errors as for `Stream`."""
    stream = Stream(path)
    stream.check()
    states = [stream.facts(i) for i in range(len(stream))]
    about, last = stream.about, states[-1]
    return {
        "recording": path,
        "points": about["rows"],
        "features": about["features"],
        "k": about["clusters"],
        "dtype": about["points"]["dtype"],
        "file": about["points"].get("path"),
        "points_recorded": about["points"]["recorded"],
        "digest": about["points"]["digest"],
        "settings": about["settings"],
        "iterations": last.iteration,
        "converged": last.converged,
        "complete": stream.complete,
        "damaged": stream.damaged or None,
        "inertia": [state.inertia for state in states],
        "n_changed": [state.n_changed for state in states],
        "shift": [state.shift for state in states],
        "counts": last.counts.tolist(),
        **_weights(stream, last),
        "bytes": stream.size,
        "engine": about["engine"],
    }


def _weights(stream: Stream, last: Facts) -> dict[str, Any]:
    """Return what points weighed, if they did."""
    if last.weights is None:
        return {}
    column = stream.about["settings"].get("asked", {}).get("options", {}).get("weights")
    return {"weighted_by": column, "weights": last.weights.tolist()}


def spell_recording(facts: dict[str, Any]) -> str:
    """Return the facts of `retell` in a few lines."""
    inertia, changed, settings = facts["inertia"], facts["n_changed"], facts["settings"]
    where = "recorded" if facts["points_recorded"] else facts["file"]
    ended = "cut" if facts["damaged"] else "stopped" if facts["complete"] else "interrupted"
    if facts["converged"]:
        ended = "converged"
    said = {"command": settings.get("command"), "damage": facts["damaged"]}
    if "weights" in facts:
        said["weights"] = facts["weighted_by"] or "yes"
    lines = [
        f"{facts['points']:,} points, {facts['features']} features of {facts['dtype']}, "
        f"k = {facts['k']}{f'; points: {where}' if where else ''}",
        *(f"{name}: {words}" for name, words in said.items() if words),
        f"{ended} after {facts['iterations']:,} iterations, {facts['bytes']:,} bytes",
        f"inertia {inertia[0]:.10g} to {inertia[-1]:.10g}  {sparkline(inertia)}",
        f"labels changed {sum(changed[1:]):,} times, {changed[-1]:,} at last"
        f"  {sparkline(changed[1:])}".rstrip(),
    ]
    return "\n".join(lines)


def sparkline(values: Sequence[float]) -> str:
    """Return values as a line of bars, from the least to the largest."""
    step = -(-len(values) // _WIDE) or 1
    some = [*values[::step]]
    if some and (len(values) - 1) % step:
        some.append(values[-1])
    low, high = min(some, default=0), max(some, default=0)
    span = (high - low) or 1
    return "".join(_BARS[round((value - low) / span * (len(_BARS) - 1))] for value in some)
