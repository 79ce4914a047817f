"""The ground floor, shared with the renderers: compiling, threads, files, signals."""
