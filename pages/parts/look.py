"""The look that Streamlit's theme cannot say: a little CSS, the page's language, and Streamlit's own words in ours."""

from __future__ import annotations

from html import escape
from pathlib import Path

import streamlit as st

from core.words import Words

THEME = Path(__file__).resolve().parents[2] / "assets" / "theme"


def dress(words: Words) -> None:
    """Puts the style and the language on the page, and Streamlit's own words in that language."""
    _ = words.gettext
    st.html(THEME / "look.css")
    own = {
        "Upload": _("Choose a file"),
        "200MB per file": _("or drop it here (200 MB at most)"),
        "file upload": _("Choose a file"),
        "Drag and drop file here": _("or drop it here (200 MB at most)"),
        "Press Enter to apply": _("Enter to apply"),
        "Press Enter to submit form": _("Enter to send"),
        "Press Ctrl+Enter to apply": _("Ctrl+Enter to apply"),
        "Press Ctrl+Enter to submit form": _("Ctrl+Enter to send"),
        "Press ⌘+Enter to apply": _("⌘+Enter to apply"),
        "Press ⌘+Enter to submit form": _("⌘+Enter to send"),
        "No results": _("Nothing found"),
        "help": _("Help: {name}"),
    }
    numbers = {
        "large": _("This file is larger than 200 MB: divide it, or keep only the columns that are needed."),
        "decimal": words.decimal(0.5, 1)[1],
        **dict(zip(("B", "KB", "MB", "GB"), words.size_units, strict=True)),
    }
    _language()(
        data=[{"language": words.language, "words": own, "numbers": numbers}], key="page_language", height="content"
    )


def lead(text: str) -> None:
    """The paragraph under a title: what the page is for."""
    st.html(f"<p class='lead'>{escape(text)}</p>")


def quiet(text: str, *, centred: bool = False) -> None:
    """A remark in smaller print."""
    style = " style='text-align:center'" if centred else ""
    st.html(f"<p class='quiet'{style}>{escape(text)}</p>")


@st.cache_resource
def _language():
    return st.components.v2.component("parafine_language", js=(THEME / "language.js").read_text(encoding="utf-8"))
