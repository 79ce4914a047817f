"""Compiled loops over plain arrays. No checks, no files, no randomness, no Python objects.

Arguments are marked ``in``, ``out`` or ``scratch`` with their shapes.
"""

from kmeans_engine.runtime.processors import asked_threads

# Numba reads the variable when it is imported, and a wrong one ends in a traceback of its own.
asked_threads()
