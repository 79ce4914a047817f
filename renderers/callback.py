"""A callback for scikit-learn that makes a film of a fit; needs nothing of scikit-learn itself."""

from __future__ import annotations

from os import PathLike
from typing import Any

__all__ = ["Film"]


class Film:
    """Makes a film of the run that counts, at the end of a fit of `kmeans_engine.estimator.KMeans`.

    ``KMeans(...).set_callbacks(Film("run.mp4", smooth=True)).fit(X)`` is ``KMeans(...).fit(X)``
    followed by ``animate("run.mp4", smooth=True)``, also inside of a pipeline or a search.

    Parameters
    ----------
    path : path-like
        The file, whose suffix says what it becomes. Not written if the fit fails.
    **options
        Of `save`.
    """

    def __init__(self, path: str | PathLike[str], **options: Any) -> None:
        self.path, self.options = path, options

    def setup(self, estimator: Any, context: Any) -> None:
        """Begin a fit: refuse now what could not be filmed at its end."""
        if not hasattr(estimator, "animate"):
            kind = type(estimator).__name__
            raise TypeError(
                f"a film can be made of kmeans_engine.estimator.KMeans, and this is {kind}: give "
                "set_callbacks(Film(...)) to that step"
            )
        from renderers.outputs import plan

        chosen, overwrite = self.options.get("renderer"), self.options.get("overwrite", False)
        plan([chosen] if chosen else [], [self.path], overwrite=overwrite)

    def on_fit_task_begin(self, estimator: Any, context: Any) -> None:
        """Begin the fit, a run or an iteration."""

    def on_fit_task_end(self, estimator: Any, context: Any) -> None:
        """Make the film when the fit has ended."""
        if context.task_name == "fit":
            estimator.animate(self.path, **self.options)

    def teardown(self, estimator: Any, context: Any) -> None:
        """End the fit."""
