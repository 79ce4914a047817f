"""Tables of numbers: files to points, labels and centroids to files. Clusters nothing.

Reading knows text, Parquet, NumPy's formats and images; pyarrow and Pillow are imported by the
formats that need them, when they need them.
"""

from kmeans_engine.tables.reading import READABLE, Table, read_centroids, read_table
from kmeans_engine.tables.writing import WRITABLE, check_result, write_centroids, write_labels

__all__ = [
    "READABLE",
    "WRITABLE",
    "Table",
    "check_result",
    "read_centroids",
    "read_table",
    "write_centroids",
    "write_labels",
]
