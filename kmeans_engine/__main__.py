"""The command as a process: ``kmeans-engine`` and ``python -m kmeans_engine``.

It imports next to nothing, so that a signal is answered in one line from the first milliseconds on.
"""

import sys

from kmeans_engine.runtime.signals import ignore, leave_at_once

__all__ = ["run"]


def run() -> int:
    """Run the command line and return the exit status; signals do nothing afterwards."""
    leave_at_once("kmeans-engine: ")
    from cli import main

    status = main()
    ignore()
    return status


if __name__ == "__main__":
    sys.exit(run())
