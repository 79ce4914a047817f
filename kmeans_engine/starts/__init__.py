"""Where runs start, and clusters to run on."""
