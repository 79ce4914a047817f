"""Tables that are measured, in their pages."""

import pytest
from page import fill


def test_words_stand_between_their_comments(tmp_path):
    file = tmp_path / "page.md"
    file.write_text("A\n<!-- one -->\nold\n<!-- end -->\nB\n<!-- two -->\nstays\n<!-- end -->\n")
    fill(file, "one", r"new \1")
    want = "A\n<!-- one -->\nnew \\1\n<!-- end -->\nB\n<!-- two -->\nstays\n<!-- end -->\n"
    assert file.read_text() == want
    with pytest.raises(AssertionError, match="three"):
        fill(file, "three", "lost")
    assert file.read_text() == want
