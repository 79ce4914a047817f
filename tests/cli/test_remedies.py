"""Every remedy that a message about DATA offers is pasted, until the run succeeds."""

import io
import re
import shlex
import zipfile

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

WIDE = [f"a column, number {n}" for n in range(30)]


def array(**arrays):
    buffer = io.BytesIO()
    np.savez(buffer, **arrays)
    return buffer.getvalue()


def parquet(**columns):
    buffer = io.BytesIO()
    pq.write_table(pa.table(columns), buffer)
    return buffer.getvalue()


def zipped(*names):
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name in names:
            archive.writestr(name, "a,b\n1,2\n5,8\n3,3\n")
    return buffer.getvalue()


def rows(head, *lines):
    return "\n".join([head, *lines, ""])


CASES = {
    "stray": ("a.csv", rows("a,b", "1,2", "2,x", "3,5", "4,7"), ""),
    "two strays": ("a.csv", rows("a,b", "1,2", "2,x", "3,y", "4,7", "5,8", "6,9"), ""),
    "stray with a quote": ("a.csv", rows("a,b", "1,2", "2,it's", "3,5", "4,7"), ""),
    "stray with a dollar": ("a.csv", rows("a,b", "1,2", "2,$(id)", "3,5", "4,7"), ""),
    "text chosen": (
        "a.csv",
        rows("id,a,city,b", "5,1,x,2", "3,2,y,3", "9,4,z,7"),
        "--columns city",
    ),
    "text in a range": ("a.csv", rows("a,city,b", "1,x,2", "2,y,3", "4,z,7"), "--columns 0-"),
    "names with commas": (
        "a.csv",
        rows(
            ",".join(f'"{name}"' for name in ["city", *WIDE]),
            *(",".join(["x", *(str(n * r * r) for n in range(30))]) for r in range(4)),
        ),
        "--columns city",
    ),
    "odd names": (
        "a.csv",
        rows('c,"it\'s","q""q",(x),a  b,-y', "u,1,2,3,4,5", "v,2,5,7,1,1", "w,5,3,2,8,4"),
        "--columns c",
    ),
    "names that are numbers": (
        "a.csv",
        rows("c,3,2,1", "u,1,2,3", "v,2,5,7", "w,5,3,2"),
        "--columns c --header yes",
    ),
    "a name twice": ("a.csv", rows("w,w,c", "1,2,3", "2,5,7", "5,3,2"), "--columns w"),
    "missing": ("a.csv", rows("a,b", "1,2", "2,", "3,5", "4,7"), ""),
    "all rows incomplete": (
        "a.csv",
        rows("a,b,c", "1,2,", "4,,6", "5,,7", "9,1,"),
        "--drop-missing",
    ),
    "all rows incomplete, unsaid": ("a.csv", rows("a,b,c", "1,2,", "4,,6", "5,,7", "9,1,"), ""),
    "empty column chosen": ("a.csv", rows("a,b,c", "1,2,", "4,3,", "5,7,"), "--columns a,c"),
    "only an id": ("a.csv", rows("id,c", "1,x", "2,y", "7,z"), ""),
    "similar name": ("a.csv", rows("width,height", "1,2", "4,3", "5,7"), "--columns hieght"),
    "similar exclusion": ("a.csv", rows("width,height", "1,2", "4,3", "5,7"), "--columns=-hieght"),
    "npz": ("a.npz", array(y=np.arange(4), X=np.eye(4)), ""),
    "zip": ("a.zip", zipped("one.csv", "two of them.csv"), ""),
    "map": (
        "a.parquet",
        parquet(m=pa.array([[("a", 1)], [], []], pa.map_(pa.string(), pa.int64())), a=[1, 5, 3]),
        "--columns m",
    ),
    "text in Parquet": ("a.parquet", parquet(c=["1", "2", "x", "4"], a=[1, 5, 3, 3]), ""),
    "useless option": ("a.parquet", parquet(a=[1, 5, 3, 3]), "--delimiter ,"),
    "useless sheet": ("a.csv", rows("a,b", "1,2", "4,3", "5,7"), "--sheet one"),
    "ambiguous thousands": ("a.csv", rows("a,b", '"1,234",2', '"5,678",3', '"2,345",7'), ""),
    "decimal commas": ("a.csv", rows("a;b", "1,5;2", "2,5;x", "4,5;3", "3,5;1"), ""),
    "semicolons as columns": ("a.csv", rows("a;b", "1;2", "2;7", "4;3"), "--delimiter ,"),
}


def remedies(message):
    """Return the options of each remedy: words to add, and words to leave out."""
    found = []
    pieces = re.split(r", or |; | or (?=--|')|, (?=leave)", message)
    several = re.search(r"columns named '([^']*)'; choose one by index: (\d+)", message)
    if several:
        found.append(("replace", *several.groups()))
    hint = re.search(r"did you mean '([^']*)'", message)
    if hint:
        wrong = re.search(r"no column '([^']*)'", message)[1]
        found.append(("replace", wrong, hint[1]))
    for piece in pieces:
        useless = re.search(r"leave out (--[a-z-]+)$", piece.rstrip("."))
        if useless:
            found.append(("drop", useless[1]))
            continue
        words = re.findall(
            r"""--[a-z-]+(?:=|[ ])(?:'[^']*'(?:"'"'[^']*')*|[^\s'"();:]+)|--drop-missing""", piece
        )
        if words:
            found.append(("add", [word for text in words for word in shlex.split(text)]))
    return found


def changed(argv, remedy):
    kind, *what = remedy
    if kind == "replace":
        return [word.replace(*what) for word in argv]
    if kind == "drop":
        at = argv.index(what[0])
        return argv[:at] + argv[at + 2 :]
    added = what[0]
    for option in {word.partition("=")[0] for word in added if word.startswith("--")}:
        if option in argv and option != "--missing":
            at = argv.index(option)
            argv = argv[:at] + argv[at + 2 :]
        argv = [word for word in argv if not word.startswith(f"{option}=")]
    return argv + added


def follow(command, argv, depth=0):
    done = command(*argv)
    if done.status == 0:
        return
    assert done.status == 2, done.err
    assert done.err.count("\n") == 1, done.err
    assert depth < 6, done.err
    offered = remedies(done.err)
    assert offered, done.err
    for remedy in offered:
        again = changed(argv, remedy)
        assert again != argv, done.err
        follow(command, again, depth + 1)


@pytest.mark.parametrize("name", CASES)
def test_what_a_message_says_can_be_pasted(command, tmp_path, name):
    file, content, options = CASES[name]
    data = content if isinstance(content, bytes) else content.encode()
    (tmp_path / file).write_bytes(data)
    argv = [file, "-k", "2", "--quiet", *shlex.split(options)]
    assert command(*argv).status == 2
    follow(command, argv)
