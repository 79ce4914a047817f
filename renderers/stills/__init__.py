"""Files of the last state: PNG, SVG, PDF."""
