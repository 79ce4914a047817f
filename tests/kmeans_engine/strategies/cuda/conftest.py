import pytest
import simulated_threads

from kmeans_engine.strategies.cuda.device import missing


@pytest.fixture(autouse=True)
def device(request):
    """What needs a device is skipped without one; the simulator counts as one."""
    if request.node.get_closest_marker("cuda") is None:
        yield
        return
    reason = missing()
    if reason is not None:
        pytest.skip(reason)
    with simulated_threads.taking_turns():
        yield
