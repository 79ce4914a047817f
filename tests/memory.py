"""The bytes of NumPy arrays alone: machine code that is loaded meanwhile does not count."""

import gc
import tracemalloc
from collections.abc import Iterator
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
