"""Bytes to text: byte order marks, what was named, what is guessed and said, what is no text."""

import pytest
from textual import columns, frame

from kmeans_engine.errors import InvalidInput

TEXT = "größe,b\nÜ,2\n3,4\n"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-32"])
def test_byte_order_marks(encoding):
    found = frame(TEXT.encode(encoding))
    assert (found.names, columns(found)) == (("größe", "b"), [["Ü", "3"], [2, 4]])
    assert found.notes == ()
    assert columns(frame(TEXT.encode(encoding), encoding=encoding)) == columns(found)
    big = b"\xfe\xff" + TEXT.encode("utf-16-be")
    assert columns(frame(big)) == columns(frame(big, encoding="utf-16")) == columns(found)


@pytest.mark.parametrize("encoding", ["cp1252", "latin-1"])
def test_western_text_without_a_mark(encoding):
    found = frame(TEXT.encode(encoding))
    assert (found.names, columns(found)) == (("größe", "b"), [["Ü", "3"], [2, 4]])
    assert found.notes == (
        "the text is not UTF-8 and was read as cp1252; "
        "if names look wrong, name its encoding (encoding=)",
    )
    assert frame(TEXT.encode(encoding), encoding=encoding).notes == ()
    assert columns(frame("a,b\n1,\xa0\n2,3\n".encode(encoding))) == [[1, 2], [None, 3]]
    assert frame(b"\x81\x8d,b\n1,2\n").names[1] == "b"


def test_other_encodings_are_named():
    text = "имя,b\n1,2\n"
    assert frame(text.encode("koi8-r"), encoding="koi8-r").names == ("имя", "b")
    assert frame("名前,b\n1,2\n".encode("shift-jis"), encoding="shift-jis").names == ("名前", "b")
    with pytest.raises(InvalidInput, match="encoding='utf-9' is not known; give one such as"):
        frame(text, encoding="utf-9")
    with pytest.raises(InvalidInput, match="encoding='zlib' is not known"):
        frame(text, encoding="zlib")
    with pytest.raises(InvalidInput, match="cannot be read as ascii"):
        frame(text, encoding="ascii")
    with pytest.raises(InvalidInput, match=r"cannot be read as utf-8 .*encoding='cp1252'"):
        frame(b"\xe9,b\n1,2\n", encoding="utf-8")


def test_utf_16_without_a_mark():
    for encoding in ("utf-16-le", "utf-16-be"):
        found = frame("a,b\n1,2\n3,4\n".encode(encoding))
        assert (found.names, columns(found)) == (("a", "b"), [[1, 3], [2, 4]])
        assert encoding in found.notes[0]


def test_late_bytes_that_are_not_utf_8():
    rows = b"x,1\n" * 600_000
    found = frame(b"a,b\n" + rows + b"\xe9,2\n")
    assert found.column(1)[600_000].as_py() == 2
    assert found.column(0)[600_000].as_py() == "é"


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"a,b\n1,2\0\n3,4\n", "holds NUL bytes"),
        (bytes(range(1, 256)) * 4, "is not text"),
    ],
)
def test_what_is_no_text_is_one_clear_line(data, words):
    with pytest.raises(InvalidInput, match=words) as caught:
        frame(data)
    assert "\n" not in str(caught.value)
    assert str(caught.value).startswith("the text")


@pytest.mark.parametrize("text", ["", " \n\n", "\ufeff", "\n", " \t\n"])
def test_nothing(text):
    with pytest.raises(InvalidInput, match="the text is empty; at least one row of numbers"):
        frame(text)
