"""Films that must fit into so many bytes, and what is left when that fails."""

import itertools
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from media import FakePainter, fake_scene, fake_snapshots, read_gif, read_mp4, save, threads
from stories import run

import renderers
from kmeans_engine import Engine
from renderers import make_scene
from renderers.contract import Options
from renderers.errors import RenderError
from renderers.films.format import Arguments, Film
from renderers.films.gif import GifRenderer
from renderers.films.mp4 import Mp4Renderer
from renderers.films.webm import WebmRenderer
from renderers.picture.painter import Painter
from renderers.scene import Moment
from renderers.stage.pace import Pace, moments
from renderers.stage.play import play

KINDS = pytest.mark.parametrize("kind", [Mp4Renderer, GifRenderer, WebmRenderer])


class Blocks(FakePainter):
    """Paints blocks in ten colours that change with every frame: hard to encode, as films are."""

    def paint(self, moment):
        height, width = self._frame.shape[:2]
        rng = np.random.default_rng(moment.snapshots[0].iteration)
        blocks = self.palette()[rng.integers(0, 10, (-(-height // 8), -(-width // 8)))]
        self._frame[:, :, :3] = blocks.repeat(8, axis=0).repeat(8, axis=1)[:height, :width]
        return self._frame


BLOCKS = {"count": 12, "fps": 5.0, "size": (320, 240), "painter": Blocks}


def save_blocks(kind, path, **options):
    return save(kind, path, **{**BLOCKS, **options})


class Disturbed:
    """A format but for one of its methods."""

    def __init__(self, kind, **methods):
        self._format, self._methods = kind.format, methods

    def __getattr__(self, name):
        return self._methods.get(name) or getattr(self._format, name)


def disturbed(kind, **methods):
    """Return the renderer of a format some of whose methods are others."""
    return type("Disturbed", (kind,), {"format": Disturbed(kind, **methods)})


def read(path):
    return read_gif(path) if path.suffix == ".gif" else read_mp4(path)


@KINDS
@pytest.mark.parametrize("share", [2.0, 0.5, 0.2])
def test_fits(tmp_path, kind, share):
    path = tmp_path / f"run{kind.suffix}"
    assert save_blocks(kind, path).note == ""
    whole = read(path)
    limit = int(share * path.stat().st_size)
    before = threads()
    renderer = save_blocks(kind, path, max_bytes=limit)
    assert threads() == before
    assert [entry.name for entry in tmp_path.iterdir()] == [path.name]
    size = path.stat().st_size
    assert limit / 3 < size <= limit
    assert f"{size:,} of {limit:,} bytes" in renderer.note
    assert "\n" not in renderer.note
    film = read(path)
    assert film.seconds.sum() == pytest.approx(whole.seconds.sum(), abs=0.02)
    if share > 1:
        assert np.array_equal(film.frames, whole.frames)
    elif kind is GifRenderer:
        height, width = film.frames.shape[1:3]
        assert width < 320
        assert f"{width}x{height} at 5 frames/s" in renderer.note
        assert len(film.frames) == len(whole.frames)  # slow as it is, no iteration is left out


@KINDS
def test_same_bytes_twice(tmp_path, kind):
    made = []
    for name in ("one", "two"):
        path = tmp_path / f"{name}{kind.suffix}"
        save_blocks(kind, path, max_bytes=20_000)
        made.append(path.read_bytes())
    assert made[0] == made[1]


def test_a_fast_gif_gets_slower_and_lasts_as_long(tmp_path):
    path = tmp_path / "run.gif"
    save_blocks(GifRenderer, path, fps=25, count=60)
    whole = read(path)
    renderer = save_blocks(GifRenderer, path, fps=25, count=60, max_bytes=path.stat().st_size // 4)
    film = read(path)
    rate = float(renderer.note.split(" at ")[1].split()[0])
    assert 10 <= rate < 25
    assert len(film.frames) == pytest.approx(60 * rate / 25, abs=8)
    assert film.seconds.sum() == pytest.approx(whole.seconds.sum(), abs=0.02)
    assert film.seconds[-1] == whole.seconds[-1]  # the last frame and its pause are kept


@KINDS
def test_a_smooth_film_of_many_iterations_lasts_as_long_as_its_moments(tmp_path, kind):
    # Its last moment is 61 frames of 30 a second.
    film = list(moments(fake_snapshots(40), Pace(fps=30, smooth=True)))[-4:]
    options = Options(size=(64, 48), fps=30)
    with kind(tmp_path / f"run{kind.suffix}", options, painter=Blocks) as renderer:
        renderer.open(fake_scene())
        for moment in film:
            renderer.draw(moment)
    wanted = sum(moment.seconds for moment in film)
    assert read(renderer.path).seconds.sum() == pytest.approx(wanted, abs=0.05)


@KINDS
def test_nothing_fits(tmp_path, kind):
    path = tmp_path / f"run{kind.suffix}"
    path.write_bytes(b"older")
    before = threads()
    with pytest.raises(RenderError, match=r"bytes even with .* limit of more than 300") as caught:
        save_blocks(kind, path, max_bytes=300)
    assert "\n" not in str(caught.value)
    assert path.read_bytes() == b"older"
    assert list(tmp_path.iterdir()) == [path]
    assert threads() == before


@KINDS
def test_interrupted_between_attempts(tmp_path, kind):
    path = tmp_path / f"run{kind.suffix}"
    path.write_bytes(b"older")

    attempts = []

    def arguments(film, level=0, recording=None):
        if attempts:
            raise KeyboardInterrupt
        attempts.append(level)
        return kind.format.arguments(film, level, recording)

    with pytest.raises(KeyboardInterrupt):
        save_blocks(disturbed(kind, arguments=arguments), path, max_bytes=3000)
    assert path.read_bytes() == b"older"
    assert list(tmp_path.iterdir()) == [path]


@KINDS
def test_ffmpeg_fails_at_an_attempt(tmp_path, kind):
    path = tmp_path / f"run{kind.suffix}"
    path.write_bytes(b"older")
    failing = disturbed(kind, arguments=lambda *_: Arguments(("-c:v", "nothing", "-f", "mp4")))
    with pytest.raises(RenderError, match=r"failed with exit status .* Encoder not found"):
        save_blocks(failing, path, max_bytes=10_000)
    assert path.read_bytes() == b"older"
    assert list(tmp_path.iterdir()) == [path]


@KINDS
@pytest.mark.parametrize("size", [(1, 1), (3, 5), (161, 121)])
def test_odd_sizes_that_fit(tmp_path, kind, size):
    path = tmp_path / f"run{kind.suffix}"
    save_blocks(kind, path, max_bytes=8_000, count=3, size=size)
    assert path.stat().st_size <= 8_000
    assert len(read(path).frames) >= 1


@pytest.mark.parametrize("kind", [Mp4Renderer, GifRenderer])
def test_given_up_by_another_thread_while_it_is_made_to_fit(tmp_path, kind):
    path = tmp_path / f"run{kind.suffix}"

    def arguments(film, level=0, recording=None):
        renderer.abort()
        return kind.format.arguments(film, 0, recording)

    options = Options(size=(160, 120), fps=5, max_bytes=10_000)
    renderer = disturbed(kind, arguments=arguments)(path, options, painter=Blocks)
    with pytest.raises(RenderError, match="was abandoned"):
        play(moments(fake_snapshots(12), Pace(fps=5)), fake_scene(), [renderer])
    assert list(tmp_path.iterdir()) == []


def test_frames_that_repeat_are_painted_once(tmp_path):
    painted = []

    class Counting(FakePainter):
        def paint(self, moment):
            painted.append(moment)
            return super().paint(moment)

    for kind in (Mp4Renderer, GifRenderer):
        story = [Moment((s,), 4.0) for s in fake_snapshots(3)]
        save(kind, tmp_path / f"run{kind.suffix}", story=story, fps=25, painter=Counting)
        assert len(painted) == 3
        painted.clear()


MEMORY = """
import resource, sys
from pathlib import Path
sys.path[:0] = ["tests", "tests/renderers/films"]
from media import save
from test_film import Blocks
from renderers.registry import load, by_suffix
path, count, limit = Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]) or None
kind = load(by_suffix(path))
save(kind, path, count, size=(320, 240), fps=25, painter=Blocks, max_bytes=limit)
for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN):
    print(resource.getrusage(who).ru_maxrss)
"""


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="Windows does not tell a process's peak memory")
@pytest.mark.parametrize(("name", "limit"), [("run.mp4", 0), ("run.gif", 0), ("run.gif", 400_000)])
def test_memory_does_not_grow_with_the_film(tmp_path, root, name, limit):
    peaks = []
    for count in (100, 600):
        done = subprocess.run(
            [sys.executable, "-c", MEMORY, tmp_path / name, str(count), str(limit)],
            cwd=root, capture_output=True, text=True, check=True,
        )  # fmt: skip
        unit = 1024 if sys.platform != "darwin" else 1
        peaks.append(np.array([int(line) * unit for line in done.stdout.split()]))
    # 500 frames more are 154 MB; a tenth of them would be noticed.
    assert (peaks[1] - peaks[0]).max() < 15e6, peaks


def test_a_solid_turns_from_frame_to_frame(tmp_path):
    points = np.random.default_rng(0).normal(size=(60, 3))
    states = list(Engine(points).snapshots(points[:3], max_iterations=2))
    path = renderers.save(states, tmp_path / "turned.mp4", view="3d", size=(160, 120), duration=1)
    shown = read_mp4(path).frames.astype(int)
    assert len(shown) == 30
    assert all(np.abs(one - next_).max() > 20 for one, next_ in itertools.pairwise(shown[::6]))
    # The end is one state, and turns all the same.
    assert np.abs(shown[-1] - shown[-4]).max() > 20


@pytest.mark.parametrize("suffix", ["mp4", "gif"])
def test_a_film_that_must_fit_is_laid_out_anew_for_its_size(tmp_path, suffix):
    states = list(run())
    path = tmp_path / f"run.{suffix}"
    look = {"size": (640, 480), "title": "Fits", "overwrite": True}
    renderers.save(states, path, **look)
    limit = path.stat().st_size // 3
    renderers.save(states, path, max_size=limit, **look)
    film = read(path)
    height, width = film.frames.shape[1:3]
    assert width * height < 640 * 480 / 1.9 and path.stat().st_size <= limit
    (*_, last) = moments(states)
    painter = Painter(make_scene(last.snapshots[0], title="Fits"), Options((width, height)))
    painted = painter.paint(last)[..., :3]
    # Scaled from the largest, words and lines would be elsewhere.
    assert np.abs(film.frames[-1].astype(int) - painted).mean() < 4


def sizes_and_factors(kind, size):
    """What is tried, from the best on, as (shorter side, level)."""
    options = Options(size)
    films = [
        Film(Path("x"), fake_scene(), options, one, kind.format.rate(options), lambda: None)
        for one in kind.format.sizes(options)
    ]
    return [(min(films[at].size), level) for at, level in kind.format.steps(films)]


def test_films_get_smaller_before_they_get_coarser():
    for kind, coarse in ((Mp4Renderer, 28 - 18), (WebmRenderer, 40 - 22)):
        steps = sizes_and_factors(kind, (1280, 720))
        assert steps[0] == (720, 0) and len(set(steps)) == len(steps)
        assert all(level <= 4 for side, level in steps if side > 200)
        assert all(level <= coarse for side, level in steps if side > 64)
        sides = [side for side, _ in steps]
        assert sides == sorted(sides, reverse=True) and sides[-1] < 70


def test_gifs_get_smaller_and_slower_by_turns():
    steps = sizes_and_factors(GifRenderer, (640, 480))
    assert {level for _, level in steps} == {0}  # two frames a second are slow already
    assert [side for side, _ in steps] == [480, 339, 240, 170, 120, 85, 60, 42]


@pytest.mark.parametrize("limit", [None, 100_000])
def test_a_film_that_is_abandoned_while_it_is_opened_leaves_nothing(limit, tmp_path):
    def interfering(scene, options):
        renderer.abort()  # as another thread does that cancels
        return FakePainter(scene, options)

    before = threads()
    options = Options(size=(96, 64), max_bytes=limit)
    renderer = Mp4Renderer(tmp_path / "a.mp4", options, painter=interfering)
    renderer.open(fake_scene())
    renderer.abort()
    assert threads() == before
    assert list(tmp_path.iterdir()) == []
