"""How long the texts are, and what the longest input cuts off."""

from __future__ import annotations

import streamlit as st

from core.words import Words
from pages.parts.chart import chart
from pages.parts.figures import length_histogram
from pages.parts.look import quiet


def show_lengths(tokens: list[int], own: bool, longest: int, words: Words) -> None:
    """The length histogram and what the longest input cuts off."""
    _ = words.gettext
    if not tokens:
        return
    cut = sum(length > longest for length in tokens) / len(tokens)
    st.markdown("**" + _("Length of the texts") + "**")
    said = _("{share} of the rows are longer than {longest} word pieces and lose their end.").format(
        share=words.percent(cut), longest=words.integer(longest)
    )
    if cut == 0:
        said = _("No row is longer than {longest} word pieces: nothing is cut.").format(longest=words.integer(longest))
    if not own:
        said += " " + _("Measured with the embedded model's word pieces, for the chosen model is not here yet.")
    quiet(said)
    chart(
        length_histogram(tokens, longest, words),
        words,
        key="lengths",
        alt=_("Histogram of the lengths of the inputs in word pieces."),
    )
