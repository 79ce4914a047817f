"""What is compiled for a device is found again on the disk while all its sources are the same."""

import pytest

pytest.importorskip("numba_cuda")

from kmeans_engine.kernels.cuda import compiling, lists
from kmeans_engine.runtime.cache import check_files

pytestmark = pytest.mark.skipif(compiling.SIMULATED, reason="the simulator compiles nothing")


class Cache:
    """Numba's, as far as its files are concerned."""

    def __init__(self, folder):
        self._cache_path = str(folder)
        self._impl = lists.sift._cache._impl
        self.saved = 0

    def save_overload(self, sig, data):
        self.saved += 1
        raise OSError("no room")


@pytest.fixture
def sources(tmp_path):
    for name in ("a", "b"):
        (tmp_path / f"{name}.py").write_text(name)
    return [tmp_path / "a.py", tmp_path / "b.py"]


def files(folder, sources, made_by="1.0"):
    cache = Cache(folder)
    check_files(cache, sources, made_by)
    return cache._cache_file


def test_a_change_in_any_source_or_of_the_compiler_outdates_it(tmp_path, sources):
    files(tmp_path, sources).save("types", "code")
    assert files(tmp_path, sources[::-1]).load("types") == "code"
    assert files(tmp_path, sources, "1.1").load("types") is None
    other = tmp_path / "other"
    other.mkdir()
    (other / "b.py").write_text("other")
    assert files(tmp_path, [sources[0], other / "b.py"]).load("types") is None


def test_a_full_disk_is_not_an_error(tmp_path, sources):
    cache = Cache(tmp_path)
    check_files(cache, sources, "1.0")
    cache.save_overload("types", "code")
    assert cache.saved == 1


def test_kernels_keep_theirs_this_way():
    stamp = dict(lists.sift._cache._cache_file._source_stamp)
    assert {"lists.py", "arithmetic.py", "compiling.py"} <= set(stamp)
    assert compiling._COMPILER in stamp
