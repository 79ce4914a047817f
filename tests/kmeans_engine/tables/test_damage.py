"""Files that are damaged anywhere: a line for each, whatever the libraries raise."""

import io
import random

import numpy as np
import pytest
from PIL import Image
from tabular import CONTENTS, CSV, FRAME, PACKED, numbered, sunk

from kmeans_engine.errors import KMeansError
from kmeans_engine.tables import read_table

BODY = CSV.partition(b"\n")[2]
PIXELS = np.random.default_rng(0).integers(0, 256, (9, 8, 4), dtype=np.uint8)


def whole_files():
    files = dict(CONTENTS)
    for kind, channels in (
        ("png", 4),
        ("webp", 4),
        ("tiff", 4),
        ("gif", 3),
        ("bmp", 3),
        ("jpeg", 3),
    ):
        image = Image.fromarray(np.ascontiguousarray(PIXELS[:, :, :channels]))
        files[f".{kind}"] = sunk(lambda file, i=image, k=kind: i.save(file, k))
    files[".npy"] = sunk(lambda file: np.save(file, np.eye(3)))
    files[".npz"] = sunk(lambda file: np.savez(file, a=np.eye(3)))
    files[".xlsx"] = sunk(lambda file: FRAME.to_excel(file, index=False))
    return files | {f".csv{suffix}": pack(CSV + BODY * 20) for suffix, pack in PACKED.items()}


def harmed(data, rng):
    """Change, cut or insert bytes."""
    data = bytearray(data)
    for _ in range(rng.choice([1, 1, 2, 8])):
        place, way = rng.randrange(len(data)), rng.random()
        if way < 0.6:
            data[place] = rng.randrange(256)
        elif way < 0.8 and place:
            del data[place:]
        else:
            data[place : place + rng.randrange(9)] = rng.randbytes(rng.randrange(9))
        data = data or bytearray(b"x")
    return bytes(data)


@pytest.mark.parametrize("suffix", whole_files())
def test_damage_anywhere_is_one_line_at_most(tmp_path, capfd, suffix):
    whole, rng, fresh = whole_files()[suffix], random.Random(suffix), numbered(tmp_path)
    for number in range(60):
        path = fresh(suffix if number % 3 else "")
        path.write_bytes(harmed(whole, rng))
        try:
            read_table(path).rows()
        except (KMeansError, MemoryError) as error:
            assert "\n" not in str(error)
    assert capfd.readouterr().err == ""


def test_the_files_are_whole(tmp_path):
    for suffix, data in whole_files().items():
        path = tmp_path / f"a{suffix}"
        path.write_bytes(data)
        assert len(read_table(path).points)
        assert len(read_table("-", stdin=io.BytesIO(data)).points)
