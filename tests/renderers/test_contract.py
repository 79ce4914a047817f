"""What every renderer owes its caller, over all that are installed here, plug-ins included."""

import numpy as np
import pytest
from elsewhere import moved
from media import read_gif, read_mp4, threads
from PIL import Image

from kmeans_engine import Engine
from renderers import Renderer, RendererUnavailable, make_scene, registry
from renderers.contract import OPTIONS
from renderers.outputs import make_options
from renderers.stage.pace import Pace, moments
from renderers.stage.play import play

NAMES = registry.names()
FILES = [name for name in NAMES if registry.load(name).suffix]
SIZE = (96, 64)


def read_image(path):
    with Image.open(path) as image:
        return np.array(image.convert("RGB"))[np.newaxis]


READERS = {
    ".mp4": lambda path: read_mp4(path).frames,
    ".webm": lambda path: read_mp4(path).frames,
    ".gif": lambda path: read_gif(path).frames,
    ".png": read_image,
}


@pytest.fixture(scope="module", params=["here", "elsewhere"])
def snapshots(request):
    points = np.random.default_rng(3).normal(size=(60, 2)) + np.repeat([[0, 0], [9, 9]], 30, axis=0)
    states = list(Engine(points).snapshots(points[[0, 1, 40]]))
    return states if request.param == "here" else moved(states)


@pytest.fixture
def scene(snapshots):
    return make_scene(snapshots[0], title="contract")


@pytest.fixture(params=FILES)
def renderer(request, tmp_path):
    """A renderer of each kind that writes a file, where an older file lies."""
    kind = registry.load(request.param)
    kind.check()
    path = tmp_path / f"run{kind.suffix}"
    path.write_bytes(b"older")
    return kind(path, make_options(kind, size=SIZE))


def film(snapshots):
    return moments(snapshots, Pace(fps=2))


def assert_untouched(renderer):
    assert renderer.path.read_bytes() == b"older"
    assert list(renderer.path.parent.iterdir()) == [renderer.path]


def assert_written(renderer, snapshots):
    assert list(renderer.path.parent.iterdir()) == [renderer.path]
    if renderer.suffix not in READERS:
        assert renderer.path.read_bytes() not in (b"", b"older")
        return
    frames = READERS[renderer.suffix](renderer.path)
    assert len(frames) >= 1
    assert min(frames.shape[1:3]) >= min(SIZE)
    # Something is on it, and it is not all the same.
    assert all(len(np.unique(frame.reshape(-1, 3), axis=0)) > 3 for frame in frames)


@pytest.mark.parametrize("name", NAMES)
def test_describes_itself(name):
    kind = registry.load(name)
    assert issubclass(kind, Renderer)
    assert kind.writes
    assert "\n" not in kind.writes
    assert make_options(kind).size == kind.default_size
    assert kind.honours <= set(OPTIONS)


@pytest.mark.parametrize("name", NAMES)
def test_check(name):
    try:
        assert registry.load(name).check() is None
    except RendererUnavailable as error:
        assert "\n" not in str(error)


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("end", ["close", "abort"])
def test_ends_without_a_beginning(name, end, tmp_path):
    kind = registry.load(name)
    renderer = kind(tmp_path / f"run{kind.suffix}" if kind.suffix else None, make_options(kind))
    getattr(renderer, end)()
    getattr(renderer, end)()
    assert list(tmp_path.iterdir()) == []


def test_writes(renderer, scene, snapshots):
    play(film(snapshots), scene, [renderer])
    assert_written(renderer, snapshots)


def test_drive_does_the_job(renderer, scene, snapshots):
    renderer.drive(lambda: play(film(snapshots), scene, [renderer]))
    assert_written(renderer, snapshots)


def test_one_snapshot(renderer, scene, snapshots):
    play(film(snapshots[:1]), scene, [renderer])
    assert_written(renderer, snapshots[:1])


def test_older_file_stays_until_the_end(renderer, scene, snapshots):
    renderer.open(scene)
    for moment in film(snapshots):
        renderer.draw(moment)
        assert renderer.path.read_bytes() == b"older"
    renderer.close()
    assert_written(renderer, snapshots)


def test_context_manager(renderer, scene, snapshots):
    with renderer as entered:
        assert entered is renderer
        renderer.open(scene)
        for moment in film(snapshots):
            renderer.draw(moment)
    assert_written(renderer, snapshots)


@pytest.mark.parametrize("error", [ValueError, KeyboardInterrupt])
def test_context_manager_aborts(renderer, scene, snapshots, error):
    with pytest.raises(error), renderer:
        renderer.open(scene)
        renderer.draw(next(film(snapshots)))
        raise error
    assert_untouched(renderer)


@pytest.mark.parametrize("drawn", [0, 1, 3])
def test_abort(renderer, scene, snapshots, drawn):
    renderer.open(scene)
    for moment in list(film(snapshots))[:drawn]:
        renderer.draw(moment)
    renderer.abort()
    renderer.abort()
    renderer.close()
    assert_untouched(renderer)


def test_closing_twice_changes_nothing(renderer, scene, snapshots):
    play(film(snapshots), scene, [renderer])
    written = renderer.path.read_bytes()
    renderer.close()
    renderer.abort()
    assert renderer.path.read_bytes() == written


def test_run_that_fails(renderer, scene, snapshots):
    def failing():
        yield from snapshots[:2]
        raise MemoryError

    with pytest.raises(MemoryError):
        play(film(failing()), scene, [renderer])
    assert_untouched(renderer)


def test_same_bytes_twice(renderer, scene, snapshots):
    play(film(snapshots), scene, [renderer])
    first = renderer.path.read_bytes()
    again = type(renderer)(renderer.path, renderer.options)
    play(film(snapshots), scene, [again])
    assert again.path.read_bytes() == first


def test_leaves_no_thread(renderer, scene, snapshots):
    before = threads()
    play(film(snapshots), scene, [renderer])
    assert threads() == before


def test_folder_goes_away(renderer, scene, snapshots):
    kind = type(renderer)
    lost = kind(renderer.path.parent / "none" / f"run{kind.suffix}", renderer.options)
    with pytest.raises(OSError, match="none"):
        play(film(snapshots), scene, [lost])
    assert_untouched(renderer)
