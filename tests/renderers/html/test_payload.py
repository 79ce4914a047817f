"""The layout of a payload, whatever is in it."""

import base64
import gzip
import json

import numpy as np
import pytest

from renderers.html.payload import MAGIC, Payload


@pytest.mark.parametrize("size", [0, 1, 7, 8, 1000, 3_000_000])
def test_sections_then_head_then_end(size):
    pieces = []
    payload = Payload(pieces.append)
    noise = np.random.default_rng(1).integers(0, 256, size, dtype=np.uint8)
    first = payload.add(noise, "raw")
    second = payload.add(np.arange(3, dtype=np.uint16), "raw")
    assert bool(pieces) == (size > 1_000_000)  # it is written while it comes
    payload.finish({"title": "</script> \u2028 \udcff"})
    assert all(set(piece) <= set(range(33, 127)) for piece in pieces)
    data = gzip.decompress(base64.b64decode(b"".join(pieces), validate=True))
    assert first["at"] == 0 and second["at"] == -(-size // 8) * 8
    assert data[: first["bytes"]] == noise.tobytes()
    assert data[second["at"] :][: second["bytes"]] == bytes([0, 0, 1, 0, 2, 0])
    assert data[-4:] == MAGIC
    length = int.from_bytes(data[-8:-4], "little")
    assert json.loads(data[-8 - length : -8]) == {"title": "</script> \u2028 ?"}


def test_numbers_that_json_lacks_are_an_error():
    with pytest.raises(ValueError, match="JSON"):
        Payload(lambda _: None).finish({"shift": float("nan")})
