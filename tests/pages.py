"""A second reader of docs/html.md, slow and obvious, which the writer is held against."""

from __future__ import annotations

import base64
import gzip
import json
import re
from html.parser import HTMLParser
from pathlib import Path

import numpy as np


class PageParser(HTMLParser):
    """Collects elements as a browser finds them: what is in which, and what they say."""

    def __init__(self):
        super().__init__()
        self.elements = []
        self._open = None

    def handle_starttag(self, tag, attrs):
        self._open = (tag, dict(attrs), [])
        self.elements.append(self._open)

    def handle_data(self, data):
        if self._open is not None:
            self._open[2].append(data)

    def handle_endtag(self, tag):
        self._open = None

    def all(self, tag, **attrs):
        return [
            "".join(text)
            for name, found, text in self.elements
            if name == tag and attrs.items() <= found.items()
        ]


class ReadPage:
    """What a page holds."""

    def __init__(self, path):
        self.text = Path(path).read_text("utf-8")
        self.parsed = PageParser()
        self.parsed.feed(self.text)
        (payload,) = self.parsed.all("script", type="application/octet-stream")
        self.data = gzip.decompress(base64.b64decode(payload, validate=True))
        assert self.data[-4:] == b"KME1"
        length = int.from_bytes(self.data[-8:-4], "little")
        self.head = json.loads(self.data[-8 - length : -8])

    def array(self, entry, before=None):
        """The array that an entry of the head names."""
        at, size, shape = entry["at"], entry["bytes"], entry["shape"]
        assert at % 8 == 0
        data, dtype = self.data[at : at + size], np.dtype(entry["dtype"]).newbyteorder("<")
        count = int(np.prod(shape))
        match entry["coding"]:
            case "raw":
                array = np.frombuffer(data, dtype)
            case "planes":
                array = from_planes(data, dtype)
            case "xor":
                bits = from_planes(data, np.dtype("<u8"))
                if before is not None:
                    bits = bits ^ before.astype("<f8").reshape(-1).view("<u8")
                array = bits.view("<f8")
            case "delta":
                width = 8 * dtype.itemsize
                folded = from_planes_of_columns(data, dtype, shape)
                steps = (folded >> 1) ^ -(folded & 1)
                array = np.cumsum(steps, axis=1).T % (1 << width)
            case "varint":
                array = np.array(from_varint(data, count))
            case "gaps":
                array = np.cumsum(from_varint(data, count))
        return np.asarray(array).reshape(shape).astype(entry["dtype"])

    @property
    def values(self):
        """The points as the page has them, float64."""
        points = self.head["points"]
        array = self.array(points["values"] or points["places"]).astype(np.float64)
        if points["base"] is None:
            return array
        return np.ldexp(array + np.array(points["base"], float), points["exponent"])

    @property
    def rows(self):
        points = self.head["points"]
        rows = np.arange(points["shown"])
        if points["rows"] is not None:
            rows = self.array(points["rows"]).astype(np.int64)
        return rows * points["step"]

    def states(self, panel=0):
        """Each state with its labels, centroids and assigned_from; shares where there are some."""
        panel = self.head["panels"][panel]
        labels, centroids, shares = self.array(panel["labels"]), None, {}
        self._share(shares, panel["density"])
        for said in panel["states"]:
            labels = labels.copy()
            changed = self.array(said["changed"])
            assert (np.diff(changed.astype(np.int64)) > 0).all()
            labels[changed] = self.array(said["labels"])
            before, centroids = centroids, self.array(said["centroids"], centroids)
            start = before if said["iteration"] else centroids
            if said["assigned_from"] is not None:
                start = self.array(said["assigned_from"])
            self._share(shares, said)
            yield said, labels, centroids, start, dict(shares)

    def _share(self, shares, said):
        if said is not None and said["cells"] is not None:
            entries, new = self.array(said["cells"]), self.array(said["shares"])
            shares.update(zip(entries.tolist(), new.tolist(), strict=True))

    @property
    def policy(self):
        found = re.search('http-equiv="Content-Security-Policy" content="([^"]*)"', self.text)
        return found[1]


def from_planes(data, dtype):
    planes = np.frombuffer(data, np.uint8).reshape(dtype.itemsize, -1)
    return np.frombuffer(planes.T.tobytes(), dtype)


def from_planes_of_columns(data, dtype, shape):
    rows, *rest = shape
    size = rows * dtype.itemsize
    parts = [data[i * size : (i + 1) * size] for i in range(int(np.prod(rest)))]
    return np.array([from_planes(part, dtype).astype(np.int64) for part in parts])


def from_varint(data, count):
    numbers, number, shift = [], 0, 0
    for byte in data:
        number |= (byte & 127) << shift
        shift += 7
        if byte < 128:
            numbers.append(number)
            number = shift = 0
    assert len(numbers) == count
    return numbers
