"""Text to a `Frame`: CSV, TSV and tables of blanks, as people have them. Chooses no columns.

The rules are written for users in ``docs/data.md``, section "Text".
"""

from kmeans_engine.tables.text.cells import first_text
from kmeans_engine.tables.text.dialect import check_delimiter
from kmeans_engine.tables.text.explain import advise
from kmeans_engine.tables.text.frame import read_text

__all__ = ["advise", "check_delimiter", "first_text", "read_text"]
