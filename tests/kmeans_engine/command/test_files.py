"""What the runs of a command start from, and files that are used twice."""

import numpy as np
import pytest

from kmeans_engine import InvalidInput
from kmeans_engine.command.files import read_sources, refuse_shared_files
from kmeans_engine.command.source import synthetic_table
from kmeans_engine.command.usage import Entrant


@pytest.fixture
def table():
    return synthetic_table(4, 25, 0.01, 1)


def read(table, inits, k=None, **options):
    given = {"default_k": 12, "seed": 1, "standardized": False, **options}
    runs = [Entrant(init, init) for init in inits]
    return read_sources(table, runs, k=k, **given)


def test_methods_and_files_side_by_side(table, tmp_path):
    path = str(tmp_path / "start.npy")
    np.save(path, table.points[:5])
    sources = read(table, ["k-means++", path])
    assert list(sources) == ["k-means++", path]
    assert [source.k for source in sources.values()] == [5, 5]
    assert np.array_equal(sources[path].start(0), table.points[:5])
    assert all(source.points is table.points for source in sources.values())


def test_k_unless_a_file_or_its_user_tells_another(table):
    assert read(table, ["random"])["random"].k == 12
    assert read(table, ["random"], k=3)["random"].k == 3


def test_files_of_another_size(table, tmp_path):
    for rows in (5, 6):
        np.save(tmp_path / f"{rows}.npy", table.points[:rows])
    five, six = str(tmp_path / "5.npy"), str(tmp_path / "6.npy")
    with pytest.raises(InvalidInput, match=r"-k 4 but .*5\.npy holds 5 centroids; leave out -k"):
        read(table, [five], k=4)
    with pytest.raises(InvalidInput, match=r"5 clusters but .*6\.npy holds 6 centroids; race"):
        read(table, [five, six])


def test_files_that_are_used_twice(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    refuse_shared_files(["a.csv", "a.csv"], ["b.csv", "c.csv"])
    for read_, written in ((["a.csv"], ["./a.csv"]), ([], ["b.csv", str(tmp_path / "b.csv")])):
        with pytest.raises(InvalidInput, match="is used twice in this command"):
            refuse_shared_files(read_, written)
