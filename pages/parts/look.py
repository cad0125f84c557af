"""The look that Streamlit's theme cannot say: a little CSS, the page's language, and Streamlit's own words in ours."""

from __future__ import annotations

from html import escape
from pathlib import Path

import streamlit as st

from core.words import Words

STYLE = Path(__file__).resolve().parents[2] / "assets" / "theme" / "look.css"

UPLOADER = """
<style>
[data-testid="stFileUploaderDropzoneInstructions"] * {{ font-size: 0 !important; }}
[data-testid="stFileUploaderDropzoneInstructions"]::after {{ content: "{drop}"; font-size: .92rem; opacity: .8; }}
[data-testid="stFileUploaderDropzone"] button[data-testid^="stBaseButton"] p {{ font-size: 0; }}
[data-testid="stFileUploaderDropzone"] button[data-testid^="stBaseButton"] p::after {{ content: "{browse}"; font-size: 1rem; }}
</style>
"""

# Streamlit writes <html lang="en"> whatever the page says; readers aloud need the truth.
_LANGUAGE = """
export default function ({ data }) { document.documentElement.lang = data.language; }
"""


def dress(words: Words) -> None:
    """Puts the style and the language on the page."""
    _ = words.gettext
    st.html(STYLE)
    st.html(UPLOADER.format(drop=_("Drop a CSV file here (200 MB at most)"), browse=_("Choose a file")))
    _page_language()(data={"language": words.language}, key="page_language", height="content")


def lead(text: str) -> None:
    """The paragraph under a title: what the page is for."""
    st.html(f"<p class='lead'>{escape(text)}</p>")


def quiet(text: str, *, centred: bool = False) -> None:
    """A remark in smaller print."""
    style = " style='text-align:center'" if centred else ""
    st.html(f"<p class='quiet'{style}>{escape(text)}</p>")


@st.cache_resource
def _page_language():
    return st.components.v2.component("parafine_language", js=_LANGUAGE)
