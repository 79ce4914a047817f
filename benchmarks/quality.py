"""What encoders make of our content: frames per second, bytes and likeness, for docs/films.md.

python benchmarks/quality.py [--frames N] [--points M]

A smooth film at 1280x720, of markers (1,200 points) and of density (M points), is painted once;
then each codec encodes the same frames. The likeness is to the frames in yuv420p. The last table
tells what painting and piping add to what ffmpeg takes alone.
"""

from __future__ import annotations

import argparse
import json
import re
import resource
import subprocess
import tempfile
import time
from collections.abc import Callable
from fractions import Fraction
from itertools import chain
from pathlib import Path

import numpy as np

from kmeans_engine import Engine, initial_centroids, make_clusters
from renderers import make_scene
from renderers.contract import Options
from renderers.films.clock import FrameClock
from renderers.films.ffmpeg.encoder import Encoder
from renderers.films.ffmpeg.program import find_ffmpeg
from renderers.films.mp4 import QUALITIES, Mp4Renderer
from renderers.films.video import TAGS
from renderers.picture.painter import Painter
from renderers.stage.pace import Pace, moments
from renderers.stage.play import play

HERE = Path(__file__).parent
SIZE, RATE = (1280, 720), 30
RAW = ("-f", "rawvideo", "-video_size", f"{SIZE[0]}x{SIZE[1]}", "-framerate", str(RATE))
PRESETS = [
    *(("ultrafast", 18), ("ultrafast", 26), ("superfast", 23), ("veryfast", 18), ("veryfast", 23)),
    *(("fast", 18), ("medium", 18), ("slow", 18), ("slow", 15)),
]
SPEEDS = [("realtime", 8, 34), ("realtime", 8, 22), ("good", 5, 22), ("good", 2, 20)]


def film(points: int, frames: int):
    """Return the scene and the moments of a smooth film, or of its beginning."""
    X = make_clusters(12, points // 12, seed=69)
    states = list(Engine(X).snapshots(initial_centroids(X, 12, seed=1), max_iterations=40))
    for state in states:
        _ = state.labels, state.inertia
    story, clock = [], FrameClock(RATE)
    for moment in moments(states, Pace(fps=RATE, smooth=True)):
        if (frames := frames - clock.frames(moment.seconds)) < 0:
            break
        story.append(moment)
    return make_scene(states[0]), story


def paint(scene, story, path: Path) -> tuple[int, float]:
    """Write frames of the film in RGBA; return how many, and the seconds that painting took."""
    painter, clock = Painter(scene, Options(size=SIZE, fps=RATE)), FrameClock(RATE)
    painter.paint(story[0])
    count, seconds = 0, 0.0
    with path.open("wb", buffering=0) as file:
        for moment in story:
            times = clock.frames(moment.seconds)
            begin = time.perf_counter()
            frame = painter.paint(moment) if times else None
            seconds += time.perf_counter() - begin
            for _ in range(times):
                file.write(frame)
                count += 1
    return count, seconds


def convert(rgba: Path, yuv: Path) -> None:
    """Turn frames into what x264 gets, with the renderer's own kernel."""
    # The encoder appears at its path only when complete, so one that copies is the whole pipeline.
    frames = np.memmap(rgba, np.uint8, "r").reshape(-1, SIZE[1], SIZE[0], 4)
    encoder = Encoder(
        yuv, size=SIZE, rate=Fraction(RATE), pixels="yuv420p", longest=1,
        output=("-fps_mode", "passthrough", "-c:v", "rawvideo", "-f", "rawvideo"),
    )  # fmt: skip
    for frame in frames:
        encoder.write(np.ascontiguousarray(frame))
    encoder.finish()


def best_of(job: Callable[[], None], times: int = 3) -> tuple[float, float]:
    """Return the least seconds of a job by the clock, and of processors, those of ffmpeg too."""
    found = []
    for _ in range(times):
        before = time.perf_counter(), _processors()
        job()
        found.append((time.perf_counter() - before[0], _processors() - before[1]))
    clock, processors = zip(*found, strict=True)
    return min(clock), min(processors)


def _processors() -> float:
    who = (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)
    return sum(u.ru_utime + u.ru_stime for u in map(resource.getrusage, who))


def ffmpeg(*arguments: object) -> str:
    """Run ffmpeg; return its words."""
    command = [find_ffmpeg(), "-hide_banner", "-nostdin", "-y", *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, check=True).stderr


def encoded(
    pixels: str, source: Path, out: Path, filters: str, *codec: object
) -> tuple[float, float]:
    """Return the seconds that ffmpeg takes alone, by the clock and of processors."""
    frames = (*RAW, "-pixel_format", pixels, "-i", source)
    return best_of(lambda: ffmpeg(*frames, "-vf", filters, "-threads", 4, *codec, out) and None)


def likeness(yuv: Path, out: Path) -> tuple[float, float]:
    """Return the PSNR in dB and the SSIM of a film."""
    # Without the tags, ffmpeg would convert what it takes for another matrix.
    graph = f"[0:v]split[a][b];[1:v]{TAGS},split[c][d];[a][c]psnr;[b][d]ssim"
    words = ffmpeg("-i", out, *RAW, "-pixel_format", "yuv420p", "-i", yuv,
                     "-lavfi", graph, "-f", "null", "-")  # fmt: skip
    psnr = re.search(r"PSNR .*average:([\d.inf]+)", words)[1]
    return float(psnr), float(re.search(r"SSIM .*All:([\d.]+)", words)[1])


def through_us(scene, story, quality: str, path: Path) -> tuple[float, float]:
    """Return the seconds of our whole film: painting, piping, encoding."""

    def job() -> None:
        play(story, scene, [Mp4Renderer(path, Options(size=SIZE, fps=RATE, quality=quality))])

    return best_of(job)


def measure(name: str, points: int, most: int, folder: Path) -> tuple[list, list]:
    scene, story = film(points, most)
    rgba, yuv = folder / "film.rgba", folder / "film.yuv"
    count, painting = paint(scene, story, rgba)
    convert(rgba, yuv)
    rows, whole = [], []
    x264 = [
        (f"x264 {preset} crf {crf}", ".mp4",
         ("-c:v", "libx264", "-preset", preset, "-tune", "animation", "-crf", crf))
        for preset, crf in PRESETS
    ]  # fmt: skip
    vp9 = [
        (f"vp9 {deadline} {speed} crf {crf}", ".webm",
         ("-c:v", "libvpx-vp9", "-deadline", deadline, "-cpu-used", speed, "-row-mt", 1,
          "-crf", crf, "-b:v", 0))
        for deadline, speed, crf in SPEEDS
    ]  # fmt: skip
    for label, suffix, codec in chain(x264, vp9):
        out = folder / f"film{suffix}"
        seconds, _ = encoded("yuv420p", yuv, out, TAGS, *codec)
        psnr, ssim = likeness(yuv, out)
        size = out.stat().st_size / count
        rows.append({"content": name, "codec": label, "frames_per_second": count / seconds,
                     "bytes_per_frame": size, "psnr": psnr, "ssim": ssim})  # fmt: skip
        print(rows[-1], flush=True)
    scaler = f"scale=out_color_matrix=bt709:out_range=tv,format=yuv420p,{TAGS}"
    for quality, (preset, crf) in QUALITIES.items():
        out = folder / "film.mp4"
        codec = ("-c:v", "libx264", "-preset", preset, "-tune", "animation", "-crf", crf)
        alone = encoded("yuv420p", yuv, out, TAGS, *codec)
        scaled = encoded("rgba", rgba, out, scaler, *codec)
        ours = through_us(scene, story, quality, out)
        whole.append({"content": name, "quality": quality, "frames": count, "painting": painting,
                      "ours": ours[0], "ffmpeg": scaled[0], "ffmpeg_from_yuv420p": alone[0],
                      "ours_cpu": ours[1], "ffmpeg_cpu": scaled[1],
                      "overhead_cpu": ours[1] / scaled[1] - 1})  # fmt: skip
        print(whole[-1], flush=True)
    return rows, whole


def table(rows: list[dict]) -> list[str]:
    """Return a Markdown table."""
    spell = {float: lambda v: f"{v:.4f}" if v < 2 else f"{v:.3g}" if v < 100 else f"{v:.0f}"}
    cells = [[spell.get(type(v), str)(v) for v in row.values()] for row in rows]
    head = [key.replace("_", " ") for key in rows[0]]
    return ["| " + " | ".join(line) + " |" for line in (head, ["---"] * len(head), *cells)]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--frames", type=int, default=600, help="at the most (600)")
    parser.add_argument("--points", type=int, default=10_000_000, help="of the density (10 M)")
    options = parser.parse_args()
    quality, whole = [], []
    for name, points in (("markers", 1200), ("density", options.points)):
        with tempfile.TemporaryDirectory() as folder:
            rows, ours = measure(name, points, options.frames, Path(folder))
            quality += rows
            whole += ours
    lines = [*table(quality), "", *table(whole)]
    out = HERE / "results"
    out.mkdir(exist_ok=True)
    (out / "quality.json").write_text(
        json.dumps({"codecs": quality, "films": whole}, indent=1) + "\n"
    )
    (out / "quality.md").write_text("\n".join(lines) + "\n")
    print("\n".join(lines))


if __name__ == "__main__":
    main()
