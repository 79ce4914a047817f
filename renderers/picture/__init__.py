"""One frame: an RGBA array from one moment. Knows no files."""
