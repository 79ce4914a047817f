"""A dozen pictures as they were when somebody last looked at them, so that an uglier one fails."""

import numpy as np
import pytest
from PIL import Image
from renew_reference import FOLDER, PICTURES, picture, write

# Letters differ a little from one version of FreeType to the next.
MOST_OFF = 0.001  # of the pixels, by more than ...
LEVELS = 40  # ... so many of 255
MEAN = 0.25  # levels


@pytest.mark.parametrize("name", PICTURES)
def test_a_picture_is_as_it_was(name):
    now = picture(name)
    with Image.open(FOLDER / f"{name}.png") as image:
        before = np.array(image.convert("RGB"))
    if now.shape == before.shape:
        off = np.abs(now.astype(int) - before).max(axis=2)
        share, mean = float((off > LEVELS).mean()), float(off.mean())
        if share <= MOST_OFF and mean <= MEAN:
            return
        said = f"{share:.2%} of the pixels are off by more than {LEVELS}, the mean is {mean:.2f}"
    else:
        said = f"{now.shape} pixels, not {before.shape}"
    path = write(name, now, ".new.png")
    pytest.fail(
        f"{name}: {said}. Compare {path} with {name}.png beside it; if the new one is as it should "
        f"be: python tests/renew_reference.py {name}"
    )


def test_the_references_are_those_that_are_compared():
    files = [path for path in FOLDER.glob("*.png") if not path.name.endswith(".new.png")]
    assert {path.stem for path in files} == set(PICTURES)
    assert sum(path.stat().st_size for path in files) < 700_000
