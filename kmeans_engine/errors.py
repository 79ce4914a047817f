"""The exceptions of the engine.

::

    KMeansError
    ├── ClusterError (RuntimeError)   machines that cannot be used, or that lost points
    ├── InvalidInput (ValueError)     a value that cannot be clustered
    │   └── UnsupportedStrategy       a strategy that cannot serve this shape
    └── InvalidType (TypeError)       an object of the wrong kind

    PrecisionWarning (UserWarning)    numbers that float64 cannot tell apart, or their distances

Each message says what was received, what is required and what to do.
"""

__all__ = [
    "ClusterError",
    "InvalidInput",
    "InvalidType",
    "KMeansError",
    "PrecisionWarning",
    "UnsupportedStrategy",
]


class KMeansError(Exception):
    """Base of every error that the engine raises on purpose.

    Attributes
    ----------
    options : tuple of str
        Arguments that the message names, each as ``name=``; a command spells them as its own.
    """

    def __init__(self, *args: object, options: tuple[str, ...] = ()) -> None:
        super().__init__(*args)
        self.options = options


class ClusterError(KMeansError, RuntimeError):
    """A cluster of machines cannot be used, or has lost what nobody can make again."""


class InvalidInput(KMeansError, ValueError):
    """A value is outside what the engine can cluster."""


class InvalidType(KMeansError, TypeError):
    """An object is of a type that the engine cannot read."""


class UnsupportedStrategy(InvalidInput):
    """A strategy cannot serve the shape of this problem."""


class PrecisionWarning(UserWarning):
    """Float64 cannot tell some of the points apart, or the distances between them."""
