"""What core.data.remarks has to say before a launch: warnings one by one, what is good to know in a line together."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from core.data.remarks import Remark
from core.words import Words
from pages.parts.look import quiet
from pages.parts.plain import plain


def show_remarks(found: Sequence[Remark], words: Words) -> None:
    for remark in found:
        if remark.is_loud:
            heading = f"**{plain(remark.heading(words))}.** " if remark.title else ""
            st.warning(heading + remark.sentence(words, plain))
    rest = [remark.sentence(words, plain) for remark in found if not remark.is_loud]
    if rest:
        quiet(" ".join(rest))
