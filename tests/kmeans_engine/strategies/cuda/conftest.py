import sys

import pytest

from kmeans_engine.strategies.cuda.device import missing


@pytest.fixture(autouse=True)
def device(request):
    """What needs a device is skipped without one; the simulator counts as one."""
    if request.node.get_closest_marker("cuda") is None:
        return
    reason = missing()
    if reason is not None:
        pytest.skip(reason)
    from kmeans_engine.kernels.cuda.compiling import SIMULATED

    if SIMULATED:
        # It waits for its threads in a busy loop, and each waits for its turn.
        before = sys.getswitchinterval()
        sys.setswitchinterval(1e-6)
        request.addfinalizer(lambda: sys.setswitchinterval(before))
