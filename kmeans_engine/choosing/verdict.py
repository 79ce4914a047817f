"""Which K stands out, if one does, in one line."""

from __future__ import annotations

from kmeans_engine.choosing.rows import Row, Sweep

__all__ = ["judge"]

# Halves of the points that agree less do not show the same clusters: those of normal clusters that
# overlap as those of s4 agree by 0.8, those of points without clusters hardly by more than 0.6.
_STABLE = 0.75


def judge(rows: tuple[Row, ...], one: Row) -> Sweep:
    """Return rows with the verdict on them.

    The candidate is the K with the largest index of Calinski and Harabasz, as long as it is not the
    last of the range, nor the first of one that begins above 2: there it may grow further. It
    stands out if it is better than one cluster, by BIC and by more than the errors of the gap, and
    if halves of the points lead to the same clusters, with an adjusted Rand index of 0.75 at least.
    What is not known does not count. If every point lies on its centroid, the least such K stands
    out, as long as that is not one for nearly every point. `Row.drop`, the elbow, has no say.

    Parameters
    ----------
    rows : tuple of Row
        By ascending K.
    one : Row
        That of K = 1.
    """
    best, verdict = _judged(rows, one)
    return Sweep(rows, one, best, verdict)


def _judged(rows: tuple[Row, ...], one: Row) -> tuple[int | None, str]:
    exact = next((row for row in rows if row.inertia == 0.0), None)
    if exact is not None and 2 * exact.k <= exact.last.n_points:
        return exact.k, f"K = {exact.k} stands out: every point lies on its centroid"
    rows = tuple(row for row in rows if row.calinski_harabasz is not None)
    if not rows:
        return None, "no K stands out: there is nothing to compare"
    row = max(rows, key=lambda row: row.calinski_harabasz or 0.0)
    k, name = row.k, f"K = {row.k}"
    reason = _doubt(row, one)
    if reason:
        return None, f"no K stands out: {name} is the best by Calinski-Harabasz, but {reason}"
    if 2 * k > row.last.n_points:
        return None, f"no K stands out: {name} means a cluster for one or two points; try smaller K"
    if len(rows) > 1 and row is rows[-1]:
        return None, f"no K stands out yet: {name} is the best and the last; try larger ones"
    if len(rows) > 1 and row is rows[0] and k > 2:
        return None, f"no K stands out yet: {name} is the best and the first; try smaller ones"
    return k, f"{name} stands out: {_merits(row)}"


def _doubt(row: Row, one: Row) -> str:
    """Return what speaks against a row, nothing if nothing does."""
    if row.bic is not None and one.bic is not None and row.bic >= one.bic:
        return "by BIC one cluster is better"
    if row.gap is not None and one.gap is not None:
        errors = (row.gap_error or 0.0) + (one.gap_error or 0.0)
        if row.gap <= one.gap + errors:
            return "points without clusters give as much (gap)"
    if row.stability is not None and row.stability < _STABLE:
        return f"halves of the points lead to other clusters (stability {row.stability:.2f})"
    return ""


def _merits(row: Row) -> str:
    merits = ["largest Calinski-Harabasz index"]
    if row.stability is not None:
        merits.append(f"stability {row.stability:.2f}")
    if row.silhouette is not None:
        merits.append(f"silhouette {row.silhouette:.2f}")
    return ", ".join(merits)
