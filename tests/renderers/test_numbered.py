"""Names of numbered files: what counts as one, and which of them are there."""

from pathlib import Path

import pytest

from kmeans_engine import InvalidInput
from renderers.numbered import check_numbered, is_pattern, numbered, those_there


@pytest.mark.parametrize(
    ("name", "third"),
    [("a_%04d.png", "a_0003.png"), ("%d.png", "3.png"), ("100% %02d%.svg", "100% 03%.svg")],
)
def test_patterns(name, third):
    path = Path("folder %d") / name
    assert is_pattern(path)
    assert numbered(path, 3) == Path("folder %d") / third


@pytest.mark.parametrize("name", ["a.png", "100%.png", "%s.png", "%4d.png", "%d_%d.png", "%.png"])
def test_names_that_are_those_of_one_file(name):
    assert not is_pattern(Path(name))


def test_files_of_a_pattern(tmp_path):
    for name in ("a_0.png", "a_2.png", "a_10.png", "a_03.png", "a_x.png", "b_1.png", "a_1.svg"):
        (tmp_path / name).touch()
    there = [path.name for path in those_there(tmp_path / "a_%d.png")]
    assert there == ["a_0.png", "a_2.png", "a_10.png"]
    assert [path.name for path in those_there(tmp_path / "a_%02d.png")] == ["a_03.png", "a_10.png"]
    assert those_there(tmp_path / "nowhere" / "%d.png") == []


def test_what_cannot_be_written(tmp_path):
    pattern = tmp_path / "a_%d.png"
    check_numbered(pattern, overwrite=False)
    assert list(tmp_path.iterdir()) == []
    (tmp_path / "a_4.png").touch()
    with pytest.raises(InvalidInput, match=r"a_4\.png exists; allow replacing them"):
        check_numbered(pattern, overwrite=False)
    (tmp_path / "a_7.png").touch()
    with pytest.raises(InvalidInput, match=r"a_4\.png and 1 more of a_%d\.png exist; allow"):
        check_numbered(pattern, overwrite=False)
    check_numbered(pattern, overwrite=True)
    with pytest.raises(InvalidInput, match="does not exist; create it first"):
        check_numbered(tmp_path / "no" / "a_%d.png", overwrite=True)
