"""The app's own elements: a function of JavaScript each, in assets/theme."""

from __future__ import annotations

from pathlib import Path

import streamlit as st

_THEME = Path(__file__).resolve().parents[2] / "assets" / "theme"


@st.cache_resource
def component(name: str, *scripts: str):
    """scripts: files of the theme that make one, the element's own last; what they share stands in those before."""
    source = "\n".join((_THEME / script).read_text(encoding="utf-8") for script in scripts)
    return st.components.v2.component(f"parafine_{name}", js=source, isolate_styles=False)
