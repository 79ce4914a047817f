"""The threads of Numba's simulator: they take turns anywhere, and its loop waits for them.

What it does wrong then is mended here: threads that ask for a shared array at the same time may get
one each (`FakeCUDAShared.array` looks and then writes).
"""

import contextlib
import sys
import threading

import numpy as np
import pytest
from numba.np import numpy_support


class Barrier(threading.Event):
    """What a thread waits for at a barrier; whoever opens it may wait until the thread `rests`."""

    def __init__(self, rests):
        super().__init__()
        self.rests = rests

    def wait(self, timeout=None):
        self.rests.set()
        return super().wait(timeout)

    def set(self):
        self.rests.clear()
        super().set()


def patient(thread):
    """Return the simulator's class of threads such that its loop does not go round in vain.

    It asks each thread whether it is alive until all have come to a barrier or to their end, which
    took more time than the kernels.
    """

    class Patient(thread):
        def __init__(self, *args):
            super().__init__(*args)
            self.rests, self.ended = threading.Event(), False
            self.syncthreads_event = Barrier(self.rests)

        def run(self):
            super().run()
            self.ended = True
            self.rests.set()

        def is_alive(self):
            self.rests.wait()
            if self.ended:
                self.join()
            return super().is_alive()

    return Patient


def locked(shared):
    """Return the simulator's class of shared memory such that a block has each array once."""
    lock = threading.Lock()

    class Locked(shared):
        def array(self, shape, dtype, alignment=None):
            if shape == 0:  # dynamic, one buffer for all
                return super().array(shape, dtype, alignment)
            caller = sys._getframe(1)
            place = caller.f_code, caller.f_lineno
            with lock:
                if place not in self._allocations:
                    self._allocations[place] = np.empty(shape, numpy_support.as_dtype(dtype))
                return self._allocations[place]

    return Locked


@contextlib.contextmanager
def taking_turns():
    """Have such threads for a while, if this is the simulator."""
    from kmeans_engine.kernels.cuda.compiling import SIMULATED

    if not SIMULATED:
        yield
        return
    from numba.cuda.simulator import kernel, kernelapi

    before = sys.getswitchinterval()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(kernel, "BlockThread", patient(kernel.BlockThread))
        patch.setattr(kernelapi, "FakeCUDAShared", locked(kernelapi.FakeCUDAShared))
        # Threads that may go on for long seldom show that a barrier is missing.
        sys.setswitchinterval(1e-5)
        yield
    sys.setswitchinterval(before)
