"""The bytes that arrays take: machine code that is loaded meanwhile does not count."""

import gc
import tracemalloc
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import numpy as np


@contextmanager
def traced() -> Iterator[None]:
    """Trace allocations within the block."""
    gc.collect()
    tracemalloc.start()
    try:
        yield
    finally:
        tracemalloc.stop()


def array_bytes() -> int:
    """What the arrays made since `traced` began hold now, in bytes."""
    gc.collect()
    arrays = tracemalloc.DomainFilter(True, np.lib.tracemalloc_domain)
    traces = tracemalloc.take_snapshot().filter_traces((arrays,)).traces
    return sum(trace.size for trace in traces)


def peak_bytes(*works: Callable[[], object]) -> int:
    """What the same work, given several times over, took at most when it took the least.

    The first time loads machine code, and at any time other threads may allocate some hundred
    kilobytes: what is looked for has to be larger.
    """
    peaks = []
    for work in works:
        with traced():
            before = tracemalloc.get_traced_memory()[0]
            work()
            peaks.append(tracemalloc.get_traced_memory()[1] - before)
    return min(peaks)
