"""Compiled loops over plain arrays. No checks, no files, no randomness, no Python objects.

Arguments are marked ``in``, ``out`` or ``scratch`` with their shapes.
"""
