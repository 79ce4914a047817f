"""Tables of numbers: files to points, labels, centroids and rows to files. Clusters nothing.

`read_table` knows text, NumPy's formats, Parquet, Arrow, ORC, JSON, workbooks and images, and what
is packed with gzip, bzip2, xz, Zstandard or zip. pyarrow, Pillow and python-calamine are imported
by the formats that need them, when they need them.
"""

from kmeans_engine.tables.describe import ColumnFacts, spell_facts
from kmeans_engine.tables.kinds import READABLE, WRITABLE, WRITABLE_CENTROIDS, WRITABLE_ROWS
from kmeans_engine.tables.labels import read_labels
from kmeans_engine.tables.options import ReadOptions
from kmeans_engine.tables.reading import (
    centroid_names,
    describe_table,
    read_centroids,
    read_noted,
    read_table,
)
from kmeans_engine.tables.rows import write_rows
from kmeans_engine.tables.table import Table
from kmeans_engine.tables.writing import check_result, write_centroids, write_labels

__all__ = [
    "READABLE",
    "WRITABLE",
    "WRITABLE_CENTROIDS",
    "WRITABLE_ROWS",
    "ColumnFacts",
    "ReadOptions",
    "Table",
    "centroid_names",
    "check_result",
    "describe_table",
    "read_centroids",
    "read_labels",
    "read_noted",
    "read_table",
    "spell_facts",
    "write_centroids",
    "write_labels",
    "write_rows",
]
