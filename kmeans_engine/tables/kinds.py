"""What a file is, by its first bytes and its suffix. Opens nothing."""

import re

from kmeans_engine.errors import InvalidInput

__all__ = [
    *("ABOUT", "COMPRESSED", "READABLE", "SUFFIXES"),
    *("WRITABLE", "WRITABLE_CENTROIDS", "WRITABLE_ROWS"),
    *("kind_of_file", "packing"),
]

SUFFIXES = {
    "text": (".csv", ".tsv", ".txt", ".dat", ".data", ".tab"),
    "arff": (".arff",),
    "json": (".json", ".jsonl", ".ndjson"),
    "parquet": (".parquet", ".pq"),
    "arrow": (".feather", ".arrow", ".arrows", ".ipc"),
    "orc": (".orc",),
    "npy": (".npy",),
    "npz": (".npz",),
    "workbook": (".xlsx", ".xlsm", ".xlsb", ".xls", ".ods"),
    "image": (".png", ".jpg", ".jpeg", ".gif", ".webp", ".tif", ".tiff", ".bmp"),
}
"""Suffixes of each kind of file."""

COMPRESSED = (".gz", ".bz2", ".xz", ".zst", ".zip")
"""Suffixes of files that hold another one."""

READABLE = (*(suffix for suffixes in SUFFIXES.values() for suffix in suffixes), *COMPRESSED)
"""Suffixes of the files that can be read; others are known by their content."""

ABOUT = "kmeans_engine"
"""The key under which a file holds what this project has noted in it."""

WRITABLE = (".csv", ".npy", ".parquet")
"""Suffixes of the files that labels can be written to."""

WRITABLE_CENTROIDS = (".csv", ".json", ".npy", ".parquet")
"""Suffixes of the files that centroids can be written to."""

WRITABLE_ROWS = (
    *(".csv", ".tsv", ".parquet", ".feather", ".arrow", ".orc"),
    *(".json", ".jsonl", ".ndjson"),
)
"""Suffixes of the files that the rows of the input can be written to."""

# Those that text might begin with as well count only where control characters follow.
_BEGINNINGS = (
    (rb"\x93NUMPY", "npy"),
    (rb"PAR1", "parquet"),
    (rb"ARROW1\0\0|FEA1|\xff{4}..\0\0", "arrow"),
    (rb"ORC", "orc"),
    (rb"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "workbook"),
    (
        rb"\x89PNG\r\n\x1a\n|\xff\xd8\xff|GIF8[79]a|RIFF....WEBP|II\*\0|MM\0\*|BM....\0\0\0\0",
        "image",
    ),
)
_PACKED = (
    (rb"\x1f\x8b\x08", ".gz"),
    (rb"BZh[1-9]1AY&SY", ".bz2"),
    (rb"\xfd7zXZ\0", ".xz"),
    (rb"\x28\xb5\x2f\xfd", ".zst"),
    (rb"PK(\x03\x04|\x05\x06)", ".zip"),
)
_REFUSED = (
    (rb"SQLite format 3\0", "a SQLite database", "export a table of it as CSV"),
    (rb".{8}DUCK", "a DuckDB database", "export a table of it as CSV or Parquet"),
    (rb"\0\x01\0\0Standard (Jet|ACE) DB", "an Access database", "export a table of it as CSV"),
    (rb"\x89HDF\r\n\x1a\n", "an HDF5 file", "save an array of it as .npy"),
    (rb"CDF[\x01\x02\x05]", "a NetCDF file", "save an array of it as .npy"),
    (rb"SIMPLE  =", "a FITS file", "save an array of it as .npy"),
    (rb"MATLAB 5\.0", "a MATLAB file", "save a matrix of it as CSV"),
    (rb"RD[AX][23]\n|X\n\0\0\0[23]", "a file of R objects", "write a data frame of it as CSV"),
    (rb"\x80[\x02-\x05][\x95\]}c(]", "a pickle of Python objects (which could run any program)",
        "save the array as .npy or the frame as Parquet"),
    (rb"\$FL[23]@\(#\)", "an SPSS file", "export it as CSV"),
    (rb"<stata_dta>", "a Stata file", "export it as CSV"),
    (rb"HEADER RECORD\*{7}LIBRARY|\0{12}\xc2\xea\x81\x60", "a SAS file", "export it as CSV"),
    (rb"Obj\x01", "an Avro file", "convert it to Parquet"),
    (rb"%PDF-", "a PDF", "export its table as CSV"),
    (rb"\{\\rtf", "a text document (RTF)", "save its table as CSV"),
    (rb".{257}ustar", "a tar archive", "unpack it, and name a file of it"),
    (rb"7z\xbc\xaf\x27\x1c|Rar!\x1a\x07", "an archive", "unpack it, and name a file of it"),
    (rb"\x7fELF|MZ\x90\0", "a program", "name a table"),
    (rb"\0\0\0.ftyp|\0\0\0\x0cjP  |P[56]\n\d+ \d+\n\d+\n|\0\0\x01\0[^\0]\0",
        "an image or a film of another kind", "convert it to PNG"),
    (rb"version https://git-lfs", "a pointer of Git LFS", "fetch the file itself (git lfs pull)"),
    (rb"(\xef\xbb\xbf)?\s*<(!doctype|html)", "a web page", "download the table that it shows"),
    (rb"(\xef\xbb\xbf)?\s*<(\?xml|svg)", "an XML file", "convert its table to CSV"),
)  # fmt: skip


def packing(head: bytes) -> str:
    """Return the suffix of what compressed these first bytes; empty if nothing did."""
    return next((s for magic, s in _PACKED if re.match(magic, head, re.DOTALL)), "")


def kind_of_file(head: bytes, suffix: str, where: str, archive: str = "") -> tuple[str, bool]:
    """Tell which of `SUFFIXES` a file is, and whether its suffix says something else.

    Content that is unmistakable wins; the suffix says what damaged files and text should be.

    Raises
    ------
    InvalidInput
        If the content is of a kind that is not read.
    """
    named = next((kind for kind, known in SUFFIXES.items() if suffix in known), "")
    if archive:
        return archive, named not in ("", archive)
    binary = re.search(rb"[\0-\x08\x0e-\x1f]", head[:64]) is not None
    for magic, kind in _BEGINNINGS:
        if binary and re.match(magic, head, re.DOTALL):
            return kind, named not in ("", kind)
    for magic, what, remedy in _REFUSED:
        if re.match(magic, head, re.DOTALL | re.IGNORECASE if b"<" in magic else re.DOTALL):
            raise InvalidInput(f"{where} is {what}, which is not read; {remedy}")
    if named in ("", "text") and re.match(rb"(?i)(\s*%[^\n]*\n)*\s*@relation\s", head):
        return "arff", bool(named)
    if named == "text" and re.match(rb"(\xef\xbb\xbf)?\s*(\[\s*)?\{\s*\"[^\"\n]*\"\s*:", head):
        return "json", True
    if not named and re.match(rb"(\xef\xbb\xbf)?\s*(\{\s*\"|\[\s*[\[{])", head):
        return "json", False
    return named or "text", False
