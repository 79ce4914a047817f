"""Ten thousand made-up tables, read here without a word on them, and by pandas with every option.

Where both read, the numbers are the same bits. `EXPECTED` lists what is refused here, or read in
another way, with the reason.
"""

import warnings
from collections import Counter

import numpy as np
import pandas as pd
import pytest
from textual import columns, frame, make, stream

from kmeans_engine.errors import InvalidInput

TABLES, CHUNKS = 10_000, 20

EXPECTED = {
    "may be read in two ways": "1,234 alone is a little more than 1, or a thousand and more",
    "a header but no rows": "a single row of words names columns as well as it is data",
    "no number at all": "words above words may be names",
    "one column of commas": "without a name 1,5 is two columns of whole numbers as well",
}


def judge(seed):
    """Return what became of a table: "same", or a key of `EXPECTED`."""
    made = make(seed)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        wanted = pd.read_csv(stream(made), **made.pandas)
    lonely = made.width == 1 and made.commas
    try:
        found = frame(made.data, "")
    except InvalidInput as error:
        reason = next((r for r in EXPECTED if r in str(error)), str(error))
        return "one column of commas" if lonely else reason
    if lonely and not made.header and len(found.names) > 1:
        return "one column of commas"
    numbers = [index for index in made.numeric if wanted.iloc[:, index].notna().any()]
    if not numbers and found.named != made.header:
        return "no number at all"
    empty = not wanted.shape[1] or wanted.iloc[:, -1].isna().all()
    assert len(found.names) in (wanted.shape[1], wanted.shape[1] - empty)
    assert found.n_rows == len(wanted)
    assert found.named == made.header
    if made.header:
        names = [" ".join(name.split()) for name in made.names]
        assert list(found.names) == names[: len(found.names)]
    got = columns(found)
    for index in numbers:
        theirs = wanted.iloc[:, index].to_numpy(np.float64)
        ours = np.array([np.nan if cell is None else cell for cell in got[index]], np.float64)
        there = ~np.isnan(theirs)
        assert np.array_equal(there, ~np.isnan(ours))
        assert ours[there].tobytes() == theirs[there].tobytes()
    return "same"


@pytest.mark.slow
@pytest.mark.parametrize("chunk", range(CHUNKS))
def test_made_up_tables(chunk):
    each = TABLES // CHUNKS
    became = Counter()
    for seed in range(chunk * each, (chunk + 1) * each):
        try:
            became[judge(seed)] += 1
        except AssertionError as error:
            raise AssertionError(f"table {seed}: {make(seed).data!r}") from error
    assert became.keys() <= {"same", *EXPECTED}
    assert became["same"] > 0.95 * each
