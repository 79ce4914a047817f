"""Work for the device that is the same each time, launched as one.

A settled iteration takes the device less time than it takes Python to launch a kernel, so that all
launches and copies of a step become one graph (CUDA Driver API, "Graph Management").
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from numba import cuda

from kmeans_engine.kernels.cuda.compiling import SIMULATED
from kmeans_engine.strategies.cuda.device import checked, queue_of

__all__ = ["Repeated"]


class Repeated:
    """Launches and copies on a stream, recorded when they come for the second time.

    The first time may compile kernels and make room, which cannot be recorded. What cannot be
    recorded at all is launched piece by piece as before.

    Parameters
    ----------
    stream
        Of the run.
    work : callable
        Launches everything on the stream that it is given: the same kernels with the same
        arguments, and copies between the same arrays. It waits for nothing.
    """

    def __init__(self, stream: Any, work: Callable[[Any], None]) -> None:
        self._stream, self._work = stream, work
        self._turns = 0
        self._graph: Any = None

    def run(self) -> None:
        """Launch the work."""
        self._turns += 1
        if self._turns == 2 and not SIMULATED:
            self._graph = _record(self._work)
        if self._graph is None:
            self._work(self._stream)
        else:
            from cuda.bindings import driver

            cuda.current_context()  # this may be another thread
            checked(driver.cuGraphLaunch(self._graph, queue_of(self._stream)))

    def close(self) -> None:
        """Let go of what was recorded."""
        if self._graph is not None:
            from cuda.bindings import driver

            driver.cuGraphExecDestroy(self._graph)
            self._graph = None


def _record(work: Callable[[Any], None]) -> Any:
    """Return work as a graph that can be launched, or None.

    It is recorded on a stream that does not wait for the default one: else whatever other threads
    do there meanwhile would be an error.
    """
    from cuda.bindings import driver

    own = graph = None
    try:
        own = checked(driver.cuStreamCreate(driver.CUstream_flags.CU_STREAM_NON_BLOCKING.value))
        mode = driver.CUstreamCaptureMode.CU_STREAM_CAPTURE_MODE_RELAXED
        checked(driver.cuStreamBeginCapture(own, mode))
        try:
            work(cuda.external_stream(int(own)))
        finally:
            graph = checked(driver.cuStreamEndCapture(own))
        return checked(driver.cuGraphInstantiate(graph, 0))
    except Exception:  # an old driver, or somebody waited for the whole device meanwhile
        return None
    finally:
        if graph is not None:
            driver.cuGraphDestroy(graph)
        if own is not None:
            driver.cuStreamDestroy(own)
