"""Which ffmpeg there is, and what it can encode. Encodes nothing."""

from __future__ import annotations

import functools
import os
import re
import shutil
import subprocess

from renderers.errors import RendererUnavailable

__all__ = ["encoders", "find_ffmpeg"]


@functools.cache
def _bundled() -> str:
    import imageio_ffmpeg

    return str(imageio_ffmpeg.get_ffmpeg_exe())


def find_ffmpeg() -> str:
    """Return the ffmpeg to run: ``IMAGEIO_FFMPEG_EXE``, imageio-ffmpeg's, or the PATH's.

    Raises
    ------
    RendererUnavailable
        If there is none that can be run.
    """
    named = os.environ.get("IMAGEIO_FFMPEG_EXE")
    if named:
        if shutil.which(named) is None:
            raise RendererUnavailable(
                f"IMAGEIO_FFMPEG_EXE is {named!r}, which is not a program that can be run; correct "
                f"it or unset it"
            )
        return named
    try:
        return _bundled()
    except (ImportError, RuntimeError) as error:
        raise RendererUnavailable(
            "films need ffmpeg and none was found; pip install --force-reinstall imageio-ffmpeg "
            "brings one, or set IMAGEIO_FFMPEG_EXE to yours"
        ) from error


@functools.cache
def _encoders(program: str) -> frozenset[str]:
    command = [program, "-hide_banner", "-loglevel", "error", "-encoders"]
    try:
        run = subprocess.run(
            command, stdin=subprocess.DEVNULL, capture_output=True, timeout=30, check=True
        )
    except (OSError, subprocess.SubprocessError) as error:
        raise RendererUnavailable(
            f"ffmpeg at {program!r} does not say what it can encode; set IMAGEIO_FFMPEG_EXE to one "
            f"that does"
        ) from error
    # " V....D libx264    H.264 / AVC"
    listed = re.findall(r"^ [VASD.]{6} (\S+)", run.stdout.decode("utf-8", "replace"), re.MULTILINE)
    return frozenset(listed)


def encoders() -> frozenset[str]:
    """Return the names of the encoders that ffmpeg has. Asked once.

    Raises
    ------
    RendererUnavailable
        If there is no ffmpeg, or it does not say.
    """
    return _encoders(find_ffmpeg())
