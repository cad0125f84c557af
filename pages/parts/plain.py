"""What people wrote, shown as they wrote it: neither Markdown nor plotly's markup may take a name for an instruction.

Among these is an address of a picture, which the browser would fetch from another host.
"""

from __future__ import annotations

import re
from html import escape

_MARKDOWN = re.compile(r"[\\`*_\[\]<>$~#|]|:(?=\w)")


def plain(text: str) -> str:
    """For Markdown: the signs that mean something there are escaped."""
    return _MARKDOWN.sub(lambda found: f"\\{found[0]}", text)


def unmarked(text: str) -> str:
    """For a text of a plotly figure."""
    return escape(text, quote=False)
