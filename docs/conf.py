"""How Sphinx builds the site: `make docs`. The pages are Markdown, read as well on their own."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from kmeans_engine import __version__

project = "kmeans-engine"
copyright = "the kmeans-engine contributors, MIT licence"
release = version = __version__

extensions = [
    "myst_parser",
    "sphinx.ext.autodoc",
    "numpydoc",
    "sphinx.ext.viewcode",
    "sphinx_argparse_cli",
]
exclude_patterns = ["*.py"]

# Pages link to each other's headings as they do on a forge: `pictures.md#on-top`.
myst_heading_anchors = 3
myst_enable_extensions = ["colon_fence"]

# Docstrings are numpydoc; `name` in them is a link where there is something to link to.
default_role = "py:obj"
autodoc_typehints = "none"  # the docstrings say it for people
numpydoc_show_class_members = False
autodoc_member_order = "bysource"

# "--seed" is an option, not a dash.
smartquotes = False
highlight_language = "none"

html_theme = "furo"
html_title = "kmeans-engine"
html_show_sphinx = False
# Nothing is fetched, neither here nor by a reader: fonts are the system's, the search is a file.
html_theme_options = {"navigation_with_keys": True}
