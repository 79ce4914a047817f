"""Pages of the documentation whose tables are measured."""

from __future__ import annotations

import re
from pathlib import Path


def fill(page: Path, name: str, words: str) -> None:
    """Put words between the comment of this name in a page and the next one, which says "end"."""
    text, found = re.subn(
        rf"(<!-- {name} -->\n).*?(\n<!-- end -->)",
        lambda match: match[1] + words + match[2],
        page.read_text(encoding="utf-8"),
        flags=re.DOTALL,
    )
    assert found == 1, name
    page.write_text(text, encoding="utf-8")
