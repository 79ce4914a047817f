"""The window of a toolkit. Knows no runs."""
