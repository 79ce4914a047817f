"""Machine code for pictures, made by a second process while the first compiles the engine's.

Numba compiles one function at a time in a process. Where nothing has run before, a film would wait
for the kernels of the engine, and then as long for those of its pictures. So as soon as the first
kernel is compiled, another process begins; as soon as the scene is known, it draws a few made-up
states, with the same options, into a folder of its own. What it compiles is found on disk when the
run comes to it.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

from kmeans_engine.runtime.processors import default_threads
from kmeans_engine.runtime.progress import COMPILING, listen
from renderers.errors import InvalidOption
from renderers.outputs import Output

if TYPE_CHECKING:
    from kmeans_engine import Snapshot
    from renderers.scene import Scene

__all__ = ["PLAIN", "Ahead", "draw"]

# What no kernel depends on.
PLAIN = {
    **{"title": "", "axes": None, "names": (), "offset": None, "scale": None},
    **{"aspect": "equal", "limits": None, "log": "", "view": "2d"},
}
# Borders come last: they need a kernel of the engine, which the first process compiles meanwhile.
_FIRST = {"overlays": ("numbers", "trails", "changes")}
# Enough for each way to draw them: markers, single pixels, density.
_MOST_POINTS, _MOST_VALUES = 200_000, 1 << 22
_ROOT = str(Path(__file__).parents[2])
_DRAW = (
    "import sys; sys.path.insert(0, sys.argv[1]); from renderers.stage.ahead import draw; draw()"
)


class Ahead:
    """Context: a run is prepared, computed and drawn; if that compiles, pictures are compiled for.

    Parameters
    ----------
    outputs : sequence of Output
        What will be drawn.
    options : mapping of str
        Those of `OPTIONS` that were given.
    """

    def __init__(self, outputs: Sequence[Output], options: Mapping[str, Any]) -> None:
        self._process: subprocess.Popen[bytes] | None = None
        self._folder: tempfile.TemporaryDirectory[str] | None = None
        self._outputs, self._options = outputs, options
        self._task: bytes | None = None
        self._wanted = bool(outputs) and default_threads() > 1
        self._lock = threading.Lock()

    def __enter__(self) -> Self:
        self._listen = listen(self._begin)
        self._listen.__enter__()
        return self

    def __exit__(self, *_: object) -> None:
        self._listen.__exit__(None, None, None)
        if self._process is not None:
            self._process.kill()
            if self._process.stdin is not None:
                with suppress(OSError):
                    self._process.stdin.close()
            self._process.wait()
        if self._folder is not None:
            self._folder.cleanup()

    def show(self, scene: Scene) -> None:
        """Say which scene will be drawn."""
        points = scene.panels[0].view.points
        features = points.n_features
        rows = min(points.n_points, _MOST_POINTS, -(-_MOST_VALUES // features))
        ours = [o for o in self._outputs if o.renderer.__module__.startswith("renderers.")]
        # A window paints as a picture does.
        drawn = [(o.name, o.path.suffix) if o.path else ("png", ".png") for o in ours]
        task = {
            "shape": [rows, features],
            "dtype": points.measure.dtype.str,
            "k": [panel.k for panel in scene.panels],
            "outputs": drawn,
            "options": dict(self._options),
        }
        with self._lock:
            self._task = json.dumps(task, default=str).encode()
            self._send()

    def _begin(self, phase: str, total: int | None) -> None:
        if phase != COMPILING or not self._wanted:
            return
        self._wanted = False
        with suppress(OSError), self._lock:  # it would only have been faster
            self._folder = tempfile.TemporaryDirectory(ignore_cleanup_errors=True)
            self._process = subprocess.Popen(
                [sys.executable, "-c", _DRAW, _ROOT, self._folder.name],
                stdin=subprocess.PIPE,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
            )
            self._send()

    def _send(self) -> None:
        """Tell the process its task, once there are both."""
        if self._task is None or self._process is None or self._process.stdin is None:
            return
        with suppress(OSError):
            self._process.stdin.write(self._task)
            self._process.stdin.close()


def draw() -> None:
    """Draw made-up states as standard input says, into the folder that the command line names."""
    import renderers.picture.painter  # noqa: F401 (takes as long as the scene takes to be known)
    from renderers.stage.start import save

    folder = sys.argv[2]
    task = sys.stdin.buffer.read()
    if not task:  # the run is over
        return
    spec = json.loads(task)
    options = {name: value for name, value in spec["options"].items() if name not in PLAIN}
    if "size" in options:
        options["size"] = tuple(options["size"])
    for step in [options] if "overlays" in options else [{**options, **_FIRST}, options]:
        for number, (name, suffix) in enumerate(spec["outputs"]):
            runs = {str(place): _states(spec, k) for place, k in enumerate(spec["k"])}
            path = Path(folder, f"{number}{suffix}")
            with suppress(InvalidOption):  # of a format without overlays
                save(runs, path, renderer=name, overwrite=True, **PLAIN, **step)


def _states(spec: Mapping[str, Any], k: int) -> Iterator[Snapshot]:
    """Yield states as an engine does, without one: their points change cluster at random."""
    import numpy as np

    from kmeans_engine.labels import FixedLabels, label_dtype
    from kmeans_engine.snapshot import Snapshot

    rng = np.random.default_rng(0)
    points = rng.normal(size=spec["shape"], scale=100).astype(spec["dtype"])
    centroids = rng.normal(size=(k, points.shape[1]), scale=100)
    labels, changed = np.zeros(len(points), dtype=label_dtype(k)), np.arange(len(points))
    for iteration in range(4):
        before, centroids = centroids, centroids + 1.0
        for array in (before, centroids):
            array.setflags(write=False)
        counts = np.bincount(labels, minlength=k)
        counts.setflags(write=False)
        yield Snapshot(
            iteration=iteration,
            centroids=centroids,
            assigned_from=before,
            counts=counts,
            n_changed=len(changed),
            shift=1.0,
            converged=iteration == 3,
            strategy="none",
            points=points,
            compute_inertia=partial(float, 1.0 / (iteration + 1)),
            _labels=FixedLabels(labels, changed),
        )
        labels = labels.copy()
        changed = np.arange(0, len(points), 2 + iteration)
        labels[changed] = (labels[changed] + 1) % k
