"""Choosing K: several numbers of clusters on the same points, compared; see `sweep`."""
