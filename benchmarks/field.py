"""Make a billion points out of a small file of them, as .npy and as a folder of Parquet files.

python benchmarks/field.py SOURCE FOLDER [--rows N]

The rows of SOURCE, a text of whole numbers, are repeated, each with a uniform jitter of its own.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

PIECE = 1 << 20  # rows: of a row group
FILES = 20


def make(source: Path, folder: Path, rows: int, jitter: float = 400.0) -> None:
    """Write both forms, piece by piece."""
    base = np.loadtxt(source, dtype=np.float32)
    n = base.shape[1]
    names = [f"x{i}" for i in range(n)]
    schema = pa.schema([(name, pa.float32()) for name in names])
    parquet = folder / "points"
    parquet.mkdir(parents=True, exist_ok=True)
    rng = np.random.default_rng(0)
    per_file = -(-rows // FILES // PIECE) * PIECE
    writer = None
    with (folder / "points.npy").open("wb") as file:
        head = {"descr": "<f4", "fortran_order": False, "shape": (rows, n)}
        np.lib.format.write_array_header_1_0(file, head)
        for start in range(0, rows, PIECE):
            stop = min(start + PIECE, rows)
            piece = base[np.arange(start, stop) % len(base)]
            piece += rng.random(piece.shape, dtype=np.float32) * np.float32(jitter)
            piece.tofile(file)
            if start % per_file == 0:
                if writer is not None:
                    writer.close()
                name = parquet / f"part-{start // per_file:03}.parquet"
                writer = pq.ParquetWriter(name, schema, compression="lz4", use_dictionary=False)
            writer.write_table(pa.table(dict(zip(names, piece.T.copy(), strict=True)), schema))
    writer.close()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("source", type=Path)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--rows", type=float, default=1e9)
    args = parser.parse_args()
    make(args.source, args.folder, int(args.rows))


if __name__ == "__main__":
    main()
