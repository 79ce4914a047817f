"""The benchmark of the estimator: both libraries are timed, and the page gets the table."""

import json

import estimator
import pytest
import works


def test_a_table_has_a_line_for_each_row():
    one = {"seconds": 0.5, "iterations": 3.0, "inertia": 1.0}
    row = {"work": "9 x 2", "ours": one, "scikit-learn": one | {"seconds": 2.0}, "ratio": 4.0}
    assert estimator.table([row])[2] == "| 9 x 2 | 500 ms | 2 s | **4.0** | 3, 3 |"


@pytest.mark.slow
def test_both_are_timed_and_the_page_is_written(monkeypatch, tmp_path, capsys):
    page = tmp_path / "page.md"
    page.write_text("# Before\n<!-- times -->\nold\n<!-- end -->\nafter\n")
    few = works.Work("few", 300, lambda m: works.blobs(m, 3, 4, "float32"), 4, 6)
    monkeypatch.setattr(estimator, "WORKS", (few,))
    monkeypatch.setattr(estimator, "NAMES", ("few",))
    monkeypatch.setattr(estimator, "FEATURES", (2,))
    monkeypatch.setattr(estimator, "PAGE", page)
    words = f"estimator.py --most 1000 --seeds 1 --shapes --page --out {tmp_path}"
    monkeypatch.setattr("sys.argv", words.split())
    estimator.main()
    report = json.loads((tmp_path / "estimator.json").read_text())
    assert [row["work"] for row in report["defaults"]] == ["1,000 x 2"]
    (row,) = report["shapes"]
    assert row["ours"]["iterations"] == row["scikit-learn"]["iterations"]
    assert row["ours"]["inertia"] == pytest.approx(row["scikit-learn"]["inertia"], rel=1e-5)
    text = page.read_text()
    assert "old" not in text
    assert text.count("| few |") == text.count("| 1,000 x 2 |") == 1
    assert text.endswith("after\n")
    assert len(capsys.readouterr().out.splitlines()) == 2
