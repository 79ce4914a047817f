"""Files of other kinds than their suffix says, and of kinds that are not read: one true line."""

import gzip
import io
import tarfile

import pytest
from tabular import CSV, ROWS, check, numbered, read, zipped

from kmeans_engine.errors import InvalidInput
from kmeans_engine.tables import read_table


@pytest.fixture(scope="module")
def fresh(tmp_path_factory):
    return numbered(tmp_path_factory.mktemp("kinds"))


def archive():
    stream = io.BytesIO()
    with tarfile.open(fileobj=stream, mode="w") as file:
        member = tarfile.TarInfo("a.csv")
        member.size = len(CSV)
        file.addfile(member, io.BytesIO(CSV))
    return stream.getvalue()


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (archive(), "is a tar archive, which is not read; unpack it"),
        (gzip.compress(archive()), "is a tar archive"),
        (b"7z\xbc\xaf\x27\x1c\0\4", "is an archive"),
        (b"\x7fELF\2\1\1\0", "is a program"),
        (b"%PDF-1.7\n", "is a PDF"),
        (b"{\\rtf1\\ansi hello}", r"is a text document \(RTF\)"),
        (zipped(("[Content_Types].xml", b"<x/>"), ("word/document.xml", b"<x/>")), "text document"),
        (b"\n<HTML><body>404</body>", "is a web page"),
        (b"\xef\xbb\xbf<!Doctype html>\n", "is a web page"),
        (b'<?xml version="1.0"?>\n<a/>', "is an XML file"),
        (b"P6\n4 5\n255\n\1\2\3", "is an image or a film of another kind"),
        (b"\0\0\0\x18ftypheic\0\0\0\0", "is an image or a film of another kind"),
        (b"\0\1\0\0Standard ACE DB\0", "is an Access database"),
        (b"Obj\1\4\x14", "is an Avro file"),
        (b"CDF\1\0\0\0\0", "is a NetCDF file"),
        (b"SIMPLE  =                    T", "is a FITS file"),
        (b"\0" * 12 + b"\xc2\xea\x81\x60" + b"\0" * 40, "is a SAS file"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
@pytest.mark.parametrize("suffix", ["", ".csv", ".parquet"])
def test_kinds_that_are_not_read(fresh, data, words, suffix):
    path = fresh(suffix)
    path.write_bytes(data)
    with pytest.raises(InvalidInput, match=words) as error:
        read_table(path)
    assert str(error.value).startswith(str(path))
    assert "\n" not in str(error.value)


@pytest.mark.parametrize("suffix", [".csv", ".csv.gz", ".zip", ".parquet", ".png", ".npy"])
def test_what_a_failed_download_leaves(fresh, suffix):
    path = fresh(suffix)
    path.write_bytes(b"version https://git-lfs.github.com/spec/v1\noid sha256:4d7a\nsize 12345\n")
    with pytest.raises(InvalidInput, match=r"is a pointer of Git LFS.*git lfs pull"):
        read_table(path)
    path.write_bytes(b"<html><h1>404 Not Found</h1></html>\n")
    with pytest.raises(InvalidInput, match="is a web page"):
        read_table(path)


@pytest.mark.parametrize("suffix", [".gz", ".bz2", ".xz", ".zst", ".zip"])
def test_text_that_was_unpacked_but_not_renamed(fresh, suffix):
    path = fresh(".csv" + suffix)
    path.write_bytes(CSV)
    found = read_table(path)
    check(found, ROWS, ("x", "y"))
    assert found.notes == (f"{path} is not compressed, whatever its suffix {suffix} says",)


def test_rows_that_begin_like_another_kind_are_rows():
    assert read("P5 10 20 30\nP6 1 2 3\nP7 8 5 4\n", delimiter=" ").points.shape == (3, 3)
    assert read("CDF,x\n1,2\n3,5\n").names == ("CDF", "x")
