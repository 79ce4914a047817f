"""Reads films back, and stands in for the painter and the engine in tests of the files."""

from __future__ import annotations

import re
import subprocess
import threading
from dataclasses import dataclass
from pathlib import Path
from types import SimpleNamespace

import numpy as np
from PIL import Image, ImageSequence

from renderers.contract import Options
from renderers.films.ffmpeg.program import find_ffmpeg
from renderers.scene import Moment, Panel, Scene
from renderers.stage.pace import Pace, moments
from renderers.stage.play import play

# Okabe and Ito's green shows a wrong matrix or range at once; then the corners of the cube.
COLOURS = np.array(
    [
        (0, 158, 115),
        (213, 94, 0),
        (0, 114, 178),
        (255, 255, 255),
        (0, 0, 0),
        (255, 0, 0),
        (0, 255, 0),
        (0, 0, 255),
        (230, 159, 0),
        (86, 180, 233),
    ],
    np.uint8,
)


class FakePainter:
    """Fills frame `i` with COLOURS[i], apart from a block in the upper left corner, which stays."""

    def __init__(self, scene: Scene, options: Options) -> None:
        width, height = options.size
        self._frame = np.full((height, width, 4), 255, np.uint8)

    def paint(self, moment: Moment) -> np.ndarray:
        self._frame[:, :, :3] = colour(moment.snapshots[0].iteration)
        self._frame[: len(self._frame) // 4, : self._frame.shape[1] // 4, :3] = COLOURS[0]
        return self._frame

    def palette(self) -> np.ndarray:
        return COLOURS


def save(kind, path, count=3, *, fps=2.0, size=(64, 48), story=None, scene=None,
         painter=FakePainter, **options):  # fmt: skip
    """Write a film of `count` states, without the opening, or of a story; return its renderer."""
    renderer = kind(path, Options(size=size, fps=fps, **options), painter=painter)
    if story is None:
        story = (one for one in moments(fake_snapshots(count), Pace(fps=fps)) if not one.opening)
    play(story, scene or fake_scene(), [renderer])
    return renderer


def colour(i: int) -> np.ndarray:
    """Return the colour of frame `i`."""
    return COLOURS[i % len(COLOURS)]


def fake_snapshots(count: int) -> list:
    """Return stand-ins for snapshots: the number of the iteration, and nothing to cluster."""
    empty = np.zeros((0, 2))
    return [
        SimpleNamespace(
            weights=None,
            iteration=i,
            centroids=empty,
            counts=np.array([2, 3, 4]),
            converged=False,
            n_changed=0,
            compute_inertia=float,
        )
        for i in range(count)
    ]


def threads() -> int:
    """Return how many threads there are, those apart that the engine keeps for its next run."""
    return sum(not thread.name.startswith("kmeans-engine") for thread in threading.enumerate())


def fake_scene(**words) -> Scene:
    view = SimpleNamespace(
        labels=("", ""),
        solid=None,
        points=SimpleNamespace(n_points=9, n_features=2, weighted=False),
    )
    return Scene(panels=(Panel(k=3, view=view),), **words)


@dataclass(frozen=True)
class Film:
    """What is in a film: frames (F, H, W, 3) uint8, how long each lasts, what the file says."""

    frames: np.ndarray
    seconds: np.ndarray
    facts: str


def read_mp4(path: Path) -> Film:
    """Decode an mp4 as a player does."""
    # showinfo tells each frame's time; the matrix and range come from the file's own tags.
    command = [find_ffmpeg(), "-hide_banner", "-nostdin", "-i", f"file:{path}", "-vf", "showinfo"]
    command += ["-fps_mode", "passthrough", "-sws_flags", "accurate_rnd+full_chroma_int"]
    command += ["-f", "rawvideo", "-pix_fmt", "rgb24", "pipe:1"]
    run = subprocess.run(command, capture_output=True, check=True)
    facts = run.stderr.decode("utf-8", "replace")
    width, height = map(int, re.search(r"Video: .*?, (\d+)x(\d+)", facts).groups())
    frames = np.frombuffer(run.stdout, np.uint8).reshape(-1, height, width, 3)
    seconds = [float(s) for s in re.findall(r"duration_time:\s*([\d.]+)", facts)]
    return Film(frames, np.array(seconds[: len(frames)]), facts)


def said(path: Path) -> dict[str, str]:
    """Return the metadata of a film, as ffmpeg reads it."""
    command = [find_ffmpeg(), "-loglevel", "error", "-i", f"file:{path}", "-f", "ffmetadata", "-"]
    run = subprocess.run(command, capture_output=True, check=True)
    text = run.stdout.decode("utf-8").replace("\\\n", "\n")
    pairs = re.findall(r"^(\w+)=(.*)$", text, re.MULTILINE)
    return {key: re.sub(r"\\(.)", r"\1", value) for key, value in pairs}


def read_gif(path: Path) -> Film:
    """Decode a GIF; the pictures as composed, with the delays that the file holds."""
    with Image.open(path) as image:
        frames, seconds = [], []
        for frame in ImageSequence.Iterator(image):
            seconds.append(frame.info["duration"] / 1000)
            frames.append(np.array(frame.convert("RGB")))
        return Film(np.array(frames), np.array(seconds), f"loop={image.info.get('loop')}")


def at(film: Film, second: float) -> np.ndarray:
    """Return the frame on screen at a time."""
    ends = np.cumsum(film.seconds)
    return film.frames[min(int(np.searchsorted(ends, second, side="right")), len(ends) - 1)]
