"""The estimator: scikit-learn's `KMeans` over the engine."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from numbers import Integral, Real
from os import PathLike
from pathlib import Path
from typing import Any

import numpy as np

from kmeans_engine._version import __version__
from kmeans_engine.engine import Engine
from kmeans_engine.errors import InvalidInput
from kmeans_engine.estimator.distances import distances
from kmeans_engine.estimator.fitting import fit_best
from kmeans_engine.estimator.history import Iteration, Replay
from kmeans_engine.estimator.inputs import Given, check_features, check_weights, read
from kmeans_engine.estimator.scikit import (
    BaseEstimator,
    CallbackSupportMixin,
    ClassNamePrefixFeaturesOutMixin,
    ClusterMixin,
    ConvergenceWarning,
    Interval,
    StrOptions,
    TransformerMixin,
    _fit_context,
    check_is_fitted,
    warn,
    with_callbacks,
)
from kmeans_engine.estimator.sharing import threads_shared
from kmeans_engine.estimator.watching import Watch
from kmeans_engine.snapshot import Snapshot
from kmeans_engine.starts.methods import METHODS
from kmeans_engine.strategies import STRATEGIES

__all__ = ["KMeans"]

# Scikit-learn's names for what this engine calls otherwise.
_ALGORITHMS = {"lloyd": "auto", "elkan": "bounds"}


class KMeans(
    ClassNamePrefixFeaturesOutMixin,
    CallbackSupportMixin,
    TransformerMixin,
    ClusterMixin,
    BaseEstimator,
):
    """K-means for scikit-learn, with the exact answers of `Engine`.

    The parameters, methods and attributes of ``sklearn.cluster.KMeans``, and what follows from
    exact arithmetic:

    - ``predict(X)`` equals ``labels_``, and ``score(X)`` equals ``-inertia_``, to the last bit.
    - Labels, centres and inertia are the same for any number of threads, `algorithm` and memory
      layout of X.
    - Where `converged_` is true, each centre is the mean of the points with its label, exact but
      for one rounding; where it is false, because `max_iter` or `tol` ended the run, the labels
      are still the nearest centres.
    - A weight of 2 is the row twice.

    Parameters
    ----------
    n_clusters : int
        Number of clusters.
    init : {"k-means++", "random", "k-means||"}, array_like (n_clusters, n_features) or callable
        Where runs start; see `initial_centroids`. A callable gets X, `n_clusters` and
        ``random_state=``. Up to 4,096 points are drawn from independently of the order of the rows.
    n_init : "auto" or int
        Runs from different starts; that of least inertia counts, the first of several. "auto" is 1
        for k-means++, k-means|| and an array, 10 for random points and a callable.
    max_iter : int
        Iterations of a run at most.
    tol : float
        A run ends when the squared shifts of all centres together are at most this share of the
        mean variance of the features; with 0, when nothing changes any more.
    verbose : int
        Whether to print the iterations.
    random_state : int, RandomState or None
        Decides the starts.
    copy_x : bool
        Without effect, for compatibility: X is neither changed nor, as an array, copied.
    algorithm : {"lloyd", "elkan"} or one of `STRATEGIES`
        How points find their centres; without influence on the answer. "lloyd" chooses by the shape
        of X, as "auto" does; "elkan" is "bounds".
    threads : int, optional
        See `Engine`. In a worker of joblib, a process or a thread, the default is its share of the
        processors.
    memory : str or int, optional
        See `Engine`.
    empty : {"keep", "relocate"}
        Whether a cluster that has lost all its points keeps its centre, or is given the point that
        lies farthest from its own, as scikit-learn does.

    Attributes
    ----------
    cluster_centers_ : ndarray, (n_clusters, n_features)
        float32 if X is, else float64.
    labels_ : ndarray, (n_samples,), int32
        The nearest centre of each row; the lowest number of those that are as near. A Dask array
        if X is one.
    inertia_ : float
        Sum of squared distances to the centres, by weight, rounded once.
    n_iter_ : int
        Iterations of the run that counts.
    converged_ : bool
        Whether each of `cluster_centers_` is also the mean of the points with its label.
    n_features_in_ : int
        Number of features.
    feature_names_in_ : ndarray of str
        Their names, if X had any.
    history_ : list of Iteration
        What each iteration of the run did. Made when it is first asked for, by running once more.

    See Also
    --------
    Engine : The same without scikit-learn, one state at a time.

    Notes
    -----
    A fitted estimator keeps a reference to X, for `history_`, `replay` and `animate`; a pickled
    one leaves X behind, and can do these only before. Where X has fewer than `n_clusters` different
    rows, the first clusters share them out and the others are empty: each keeps the centre that it
    started with, and there is a warning.

    References
    ----------
    Lloyd, "Least squares quantization in PCM", IEEE Trans. Inf. Theory 28 (1982). Arthur and
    Vassilvitskii, "k-means++: The advantages of careful seeding", SODA 2007.
    """

    _parameter_constraints: dict[str, list[Any]] = {  # noqa: RUF012
        "n_clusters": [Interval(Integral, 1, None, closed="left")],
        "init": [StrOptions(set(METHODS)), callable, "array-like"],
        "n_init": [StrOptions({"auto"}), Interval(Integral, 1, None, closed="left")],
        "max_iter": [Interval(Integral, 1, None, closed="left")],
        "tol": [Interval(Real, 0, None, closed="left")],
        "verbose": ["verbose"],
        "random_state": ["random_state"],
        "copy_x": ["boolean"],
        "algorithm": [StrOptions({*_ALGORITHMS, *STRATEGIES})],
        "threads": [None, Interval(Integral, 1, None, closed="left")],
        "memory": [None, str, Integral],
        "empty": [StrOptions({"keep", "relocate"})],
    }

    def __init__(
        self,
        n_clusters: int = 8,
        *,
        init: Any = "k-means++",
        n_init: Any = "auto",
        max_iter: int = 300,
        tol: float = 1e-4,
        verbose: int = 0,
        random_state: Any = None,
        copy_x: bool = True,
        algorithm: str = "lloyd",
        threads: int | None = None,
        memory: str | int | None = None,
        empty: str = "keep",
    ) -> None:
        self.n_clusters = n_clusters
        self.init = init
        self.n_init = n_init
        self.max_iter = max_iter
        self.tol = tol
        self.verbose = verbose
        self.random_state = random_state
        self.copy_x = copy_x
        self.algorithm = algorithm
        self.threads = threads
        self.memory = memory
        self.empty = empty

    @with_callbacks
    @_fit_context(prefer_skip_nested_validation=True)
    def fit(self, X: Any, y: Any = None, sample_weight: Any = None) -> KMeans:
        """Cluster X.

        Parameters
        ----------
        X : array_like or sparse matrix, (n_samples, n_features), or anything that `Engine` takes
            Also a Dask array, a memory map, or the path of a Parquet file.
        y : object
            Handed to callbacks that score, otherwise ignored.
        sample_weight : array_like, (n_samples,), optional
            At least 0, not all 0. A row of weight 0 counts for nothing, and gets a label.

        Returns
        -------
        KMeans
            This.

        Raises
        ------
        ValueError, TypeError
            If X, a weight or a parameter cannot be used.

        Warns
        -----
        ConvergenceWarning
            If clusters are empty in the end.
        """
        given = read(self, X, reset=True)
        weights = check_weights(sample_weight, given.plain)
        prepare = partial(
            Engine, given.points, weights=weights, strategy=self._strategy(), memory=self.memory
        )
        with threads_shared(self.threads) as threads:
            engine = prepare(threads=threads)
            check_features(self, given, engine.visible, reset=True)
            watch = Watch(self, given.plain, y, sample_weight)
            best = fit_best(self, engine, given, watch)
        outcome = best.outcome
        self.cluster_centers_ = outcome.centers
        self._n_features_out = len(outcome.centers)
        self.labels_ = outcome.labels
        self.inertia_ = outcome.inertia
        self.converged_ = outcome.converged
        self.n_iter_ = best.run.max_iter
        again = partial(prepare, threads=self.threads)
        self._replay = Replay((lambda: engine) if given.is_stored else again, best.run, best.means)
        self._history: list[Iteration] | None = None
        watch.end()
        if outcome.n_clusters < self.n_clusters:
            warn(
                f"Number of distinct clusters ({outcome.n_clusters}) found smaller than n_clusters "
                f"({self.n_clusters}). Possibly due to duplicate points in X.",
                ConvergenceWarning,
            )
        return self

    def fit_predict(self, X: Any, y: Any = None, sample_weight: Any = None) -> Any:
        """Return `labels_` of ``fit(X, y, sample_weight)``."""
        return self.fit(X, y, sample_weight=sample_weight).labels_

    def fit_transform(self, X: Any, y: Any = None, sample_weight: Any = None) -> Any:
        """Return ``fit(X, y, sample_weight).transform(X)``."""
        return self.fit(X, y, sample_weight=sample_weight)._distances(X)

    def predict(self, X: Any) -> Any:
        """Return the nearest centre of each row; of those that are as near the lowest number.

        Parameters
        ----------
        X : array_like or sparse matrix, (n_samples, n_features), or anything that `Engine` takes

        Returns
        -------
        ndarray, (n_samples,), int32
            A Dask array if X is one.
        """
        return self._assigned(X, None).labels.astype(np.int32)

    def score(self, X: Any, y: Any = None, sample_weight: Any = None) -> float:
        """Return the sum of squared distances to the nearest centres, by weight, negated.

        Parameters
        ----------
        X : array_like or sparse matrix, (n_samples, n_features), or anything that `Engine` takes
        y : object
            Ignored.
        sample_weight : array_like, (n_samples,), optional

        Returns
        -------
        float
            Exact but for one rounding.
        """
        return -self._assigned(X, sample_weight).inertia

    def transform(self, X: Any) -> Any:
        """Return the distance from each row to each centre.

        Parameters
        ----------
        X : array_like or sparse matrix, (n_samples, n_features), or anything that `Engine` takes

        Returns
        -------
        ndarray, (n_samples, n_clusters)
            float32 if X is, else float64; what `set_output` asks for.
        """
        return self._distances(X)

    def replay(self) -> Iterator[Snapshot]:
        """Return an iterator over the states of the run that counts, by running once more.

        They have the bits of the fit: `Snapshot.centroids` and `Snapshot.labels` of each iteration,
        for `renderers.save` and `renderers.show` as well.

        Raises
        ------
        InvalidInput
            If X is not at hand: in an estimator that was pickled, or when X has changed since.
        """
        check_is_fitted(self)
        replay: Replay | None = self.__dict__.get("_replay")
        if replay is None:
            raise InvalidInput(
                "this KMeans was pickled or copied, and left X behind, so its run cannot be told "
                "again: call fit(X), or history_ before it is pickled"
            )
        return replay.states()

    @property
    def history_(self) -> list[Iteration]:
        """What each iteration of the run did; see `Iteration`."""
        check_is_fitted(self)
        if self._history is None:
            self._history = [Iteration.of(state) for state in self.replay()]
        return self._history

    def animate(self, path: str | PathLike[str], **options: Any) -> Path:
        """Write the run that counts to a film or another picture.

        Parameters
        ----------
        path : path-like
            Its suffix says what: ``.mp4``, ``.gif``, ``.webm``, ``.png``, ``.html`` ...
        **options
            Of `renderers.save`.

        Returns
        -------
        Path
            The file.
        """
        from renderers import save

        return save(self.replay(), path, **options)

    def _assigned(self, X: Any, sample_weight: Any) -> Snapshot:
        """Return X with the labels of the nearest centres."""
        check_is_fitted(self)
        given = read(self, X, reset=False)
        weights = check_weights(sample_weight, given.plain)
        with threads_shared(self.threads) as threads:
            engine = self._engine_for_a_pass(given, threads, weights)
            return engine.fit(self.cluster_centers_, max_iterations=0)

    def _distances(self, X: Any) -> Any:
        check_is_fitted(self)
        given = read(self, X, reset=False)
        with threads_shared(self.threads) as threads:
            visible = self._engine_for_a_pass(given, threads).visible
            centers = np.asarray(self.cluster_centers_, dtype=np.float64)
            return distances(given.points, visible, centers, given.dtype)

    def _engine_for_a_pass(self, given: Given, threads: int | None, weights: Any = None) -> Engine:
        """Return an engine on other points, with the features of the fit.

        It does not pay here to sort them, or to keep bounds.
        """
        engine = Engine(
            given.points, weights=weights, threads=threads, strategy="brute", memory=self.memory
        )
        check_features(self, given, engine.visible, reset=False)
        return engine

    def _strategy(self) -> str:
        if self.algorithm == "elkan" and self.n_clusters == 1:
            warn(
                "algorithm='elkan' doesn't make sense for a single cluster. Using 'lloyd' instead.",
                RuntimeWarning,
            )
            return _ALGORITHMS["lloyd"]
        return _ALGORITHMS.get(self.algorithm, self.algorithm)

    def __getstate__(self) -> dict[str, Any]:
        state = {**super().__getstate__(), "_replay": None}
        return {**state, "_kmeans_engine_version": __version__}

    def __setstate__(self, state: dict[str, Any]) -> None:
        state = dict(state)
        version = state.pop("_kmeans_engine_version", "an unknown version")
        if version != __version__:
            warn(
                f"this KMeans was pickled by kmeans-engine {version} and is read by {__version__}, "
                "which may lack some of its attributes: fit it again, or pip install "
                f"kmeans-engine=={version}",
                UserWarning,
            )
        super().__setstate__(state)

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.input_tags.sparse = True
        tags.transformer_tags.preserves_dtype = ["float64", "float32"]
        return tags

    def _more_tags(self) -> dict[str, Any]:  # scikit-learn 1.5
        return {"preserves_dtype": [np.float64, np.float32]}
