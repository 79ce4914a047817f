"""What the tests of tables share: text on standard input, one comparison, fresh paths."""

import io
import itertools

from kmeans_engine.tables import ReadOptions, read_table


def read(text, **options):
    data = text if isinstance(text, bytes) else text.encode()
    return read_table("-", ReadOptions(**options), stdin=io.BytesIO(data))


def check(table, rows, names=("x0", "x1")):
    assert table.points.tolist() == rows
    assert table.names == tuple(names)
    assert table.rows_read == len(rows)
    assert table.dropped == 0
    assert table.kept is None


def numbered(folder):
    """A new path at each call, since a mapped file cannot be replaced on Windows."""
    number = itertools.count()
    return lambda suffix: folder / f"{next(number)}{suffix}"
