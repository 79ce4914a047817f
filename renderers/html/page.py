"""The page around a payload: its head, the player, and the policy that nothing else runs."""

from __future__ import annotations

import base64
import hashlib
from functools import cache
from html import escape
from importlib import resources

from kmeans_engine._version import __version__

__all__ = ["beginning", "end", "player"]

_PAGE = """\
<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="{policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="generator" content="kmeans-engine {version}">
<meta name="description" content="{description}">
<title>{title}</title>
<style>{style}</style>
</head>
<body>
<div class="kmeans-player"><noscript>{description} Scripts are switched off here; \
the page needs them to play the run.</noscript>
<script type="application/octet-stream">"""

_END = """</script>
</div>
{below}<script>{script}</script>
</body>
</html>
"""

_POLICY = (
    "default-src 'none'; script-src {script}; style-src {style}; worker-src blob:; "
    "img-src blob: data:; base-uri 'none'; form-action 'none'"
)


@cache
def player() -> tuple[str, str]:
    """Return the player's script and style, as they were built from `player/`."""
    folder = resources.files("renderers.html")
    script, style = (
        folder.joinpath(name).read_text("utf-8") for name in ("player.js", "player.css")
    )
    return script, style


def beginning(title: str, description: str) -> str:
    """Return a page up to its payload.

    Parameters
    ----------
    title : str
        Of the page; any text.
    description : str
        A sentence or two that say what is to be seen.
    """
    script, style = player()
    policy = _POLICY.format(script=_hash_of(script), style=_hash_of(style))
    return _PAGE.format(
        policy=escape(policy, quote=False),
        version=__version__,
        title=_text(title),
        description=_text(description),
        style=style,
    )


def end(below: str = "") -> str:
    """Return a page from its payload on; `below` is HTML that follows the player."""
    return _END.format(below=below and f"{below}\n", script=player()[0])


def _hash_of(code: str) -> str:
    digest = hashlib.sha256(code.encode("utf-8")).digest()
    return f"'sha256-{base64.b64encode(digest).decode('ascii')}'"


def _text(text: str) -> str:
    """Return text for a page: escaped, without what HTML does not allow."""
    allowed = "".join(c if c.isprintable() or c in "\u200c\u200d" else " " for c in text)
    return escape(allowed.encode("utf-8", "replace").decode("utf-8"))
