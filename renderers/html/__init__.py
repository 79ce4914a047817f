"""A page that holds a whole run; see docs/html.md for what is in the file."""
