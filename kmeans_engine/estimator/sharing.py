"""Fits of several threads share the processors: joblib's threading backend tells nobody of them."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Iterator

from kmeans_engine.runtime.processors import default_threads

__all__ = ["threads_shared"]

_at_work: set[int] = set()  # the threads that fit or predict
_lock = threading.Lock()


@contextlib.contextmanager
def threads_shared(asked: int | None) -> Iterator[int | None]:
    """Give the number of threads of a fit: what is asked for, else a share of the processors.

    A fit that begins while others are at work gets an equal part. One that has begun keeps what it
    has, so only the first of many has more than its part. No answer follows from it.

    Parameters
    ----------
    asked : int or None
    """
    me = threading.get_ident()
    with _lock:
        is_first = me not in _at_work  # a callback may predict during its own fit
        _at_work.add(me)
        count = len(_at_work)
    try:
        yield asked if asked is not None or count == 1 else max(default_threads() // count, 1)
    finally:
        if is_first:
            with _lock:
                _at_work.discard(me)
