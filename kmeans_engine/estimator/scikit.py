"""What is used of scikit-learn, under one name for all its versions from 1.5 on."""

from __future__ import annotations

import sys
import warnings
from collections.abc import Callable
from typing import Any

try:
    import sklearn
except ImportError as error:
    raise ImportError(
        "kmeans_engine.estimator needs scikit-learn: pip install 'kmeans-engine[sklearn]'"
    ) from error

from sklearn.base import (
    BaseEstimator,
    ClassNamePrefixFeaturesOutMixin,
    ClusterMixin,
    TransformerMixin,
    _fit_context,
)
from sklearn.exceptions import ConvergenceWarning
from sklearn.utils import check_array, check_random_state
from sklearn.utils._param_validation import Interval, StrOptions
from sklearn.utils.validation import check_is_fitted

try:
    from sklearn.utils.validation import _check_n_features, validate_data
except ImportError:  # 1.5

    def validate_data(estimator: Any, /, X: Any, **checks: Any) -> Any:
        """Check X as scikit-learn 1.6 does."""
        checks["force_all_finite"] = checks.pop("ensure_all_finite")
        return estimator._validate_data(X, **checks)

    def _check_n_features(estimator: Any, X: Any, *, reset: bool) -> None:
        """Check or remember how many features there are, as scikit-learn 1.6 does."""
        estimator._check_n_features(X, reset=reset)


try:
    from sklearn.callback import CallbackSupportMixin, with_callbacks
except ImportError:  # 1.8 and older know no callbacks

    class CallbackSupportMixin:  # type: ignore[no-redef]
        """Says that there are no callbacks."""

        def set_callbacks(self, *callbacks: Any) -> Any:
            """Refuse callbacks, which need scikit-learn 1.9.

            Raises
            ------
            NotImplementedError
                Always.
            """
            raise NotImplementedError(
                f"callbacks need scikit-learn 1.9, this is {sklearn.__version__}: "
                "pip install --upgrade scikit-learn"
            )

    def with_callbacks(method: Callable[..., Any]) -> Callable[..., Any]:
        """Return a method as it is."""
        return method


def warn(message: str, category: type[Warning]) -> None:
    """Warn of the line that called the estimator, past scikit-learn's decorators."""
    frame, level = sys._getframe(1), 2
    while frame.f_back and frame.f_globals["__name__"].startswith(("kmeans_engine.", "sklearn.")):
        frame, level = frame.f_back, level + 1
    warnings.warn(message, category, stacklevel=level)


__all__ = [
    "BaseEstimator",
    "CallbackSupportMixin",
    "ClassNamePrefixFeaturesOutMixin",
    "ClusterMixin",
    "ConvergenceWarning",
    "Interval",
    "StrOptions",
    "TransformerMixin",
    "_check_n_features",
    "_fit_context",
    "check_array",
    "check_is_fitted",
    "check_random_state",
    "validate_data",
    "warn",
    "with_callbacks",
]
