"""What scikit-learn's callbacks are told of a fit: its runs, and the iterations of each.

The task "fit" has a task "run" for each start, if there are several, and these have a task
"iteration" for each state after the initial one. Both hooks of an iteration get
``fitted_estimator`` as if the fit had ended there; its ``snapshot_`` is the `Snapshot`.
"""

from __future__ import annotations

from typing import Any

from kmeans_engine.snapshot import Snapshot

__all__ = ["RunWatch", "Watch"]


class Watch:
    """Tells callbacks of a fit.

    Parameters
    ----------
    estimator : KMeans
    X, y, sample_weight
        What callbacks are given.
    """

    def __init__(self, estimator: Any, X: Any, y: Any, sample_weight: Any) -> None:
        self.estimator = estimator
        metadata = None if sample_weight is None else {"sample_weight": sample_weight}
        self.given = {"estimator": estimator, "X": X, "y": y, "metadata": metadata}
        self.root: Any = None

    def begin(self, count: int, max_iter: int) -> None:
        """Begin a fit of so many runs, of so many iterations at most."""
        if not hasattr(self.estimator, "_init_callback_context"):
            return  # scikit-learn 1.8 and older
        self.max_iter, self.several = max_iter, count > 1
        self.root = self.estimator._init_callback_context(
            max_subtasks=count if self.several else max_iter
        )
        self.root.call_on_fit_task_begin(**self.given)

    def run(self, number: int) -> RunWatch:
        """Return what tells callbacks of a run."""
        if not getattr(self.estimator, "_skl_callbacks", ()):
            return RunWatch(self, None)
        if not self.several:
            return RunWatch(self, self.root)
        context = self.root.subcontext(task_name="run", max_subtasks=self.max_iter)
        context.call_on_fit_task_begin(**self.given)
        return RunWatch(self, context)

    def end(self) -> None:
        """End the fit: the estimator is fitted."""
        if self.root is not None:
            self.root.call_on_fit_task_end(**self.given, reconstruction_attributes=dict)


class RunWatch:
    """Tells callbacks of a run.

    Parameters
    ----------
    watch : Watch
    context : CallbackContext or None
        Of the run; nobody listens if there is none.
    """

    def __init__(self, watch: Watch, context: Any) -> None:
        self._watch, self._context = watch, context
        self._before: Snapshot | None = None

    def tell(self, state: Snapshot) -> bool:
        """Tell of a state: the initial one, or what an iteration has led to.

        An iteration is said to begin when its end is known, so that each one that begins ends.

        Returns
        -------
        bool
            Whether somebody wants the run to end here.
        """
        if self._context is None:
            return False
        before, self._before = self._before, state
        if before is None:
            return False
        iteration = self._context.subcontext(task_name="iteration")
        iteration.call_on_fit_task_begin(**self._told(before))
        return bool(iteration.call_on_fit_task_end(**self._told(state)))

    def end(self, state: Snapshot) -> bool:
        """End the run with a state; return whether somebody wants it to be the last run."""
        if self._context is None or self._context is self._watch.root:
            return False
        return bool(self._context.call_on_fit_task_end(**self._told(state)))

    def _told(self, state: Snapshot) -> dict[str, Any]:
        def fitted() -> dict[str, Any]:
            return {
                "cluster_centers_": state.centroids.copy(),
                "_n_features_out": len(state.centroids),
                "n_iter_": state.iteration,
                "snapshot_": state,
            }

        return {**self._watch.given, "reconstruction_attributes": fitted}
