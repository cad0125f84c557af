"""How long the inputs of a table are for a model, and what the longest input cuts off."""

from __future__ import annotations

import streamlit as st

from core.jobs.launch import learnable
from core.models.choice import ModelChoice
from core.models.tokens import count_tokens, tokenizer_file
from core.store.project import Project
from core.words import Words
from pages.parts.chart import chart
from pages.parts.figures import length_histogram
from pages.parts.look import quiet


@st.cache_data(max_entries=20, show_spinner=False)
def lengths_of(_project: Project, stamp: tuple[str, int, str], model: ModelChoice) -> tuple[list[int], bool]:
    """Word pieces of each input, and whether they were counted with the model's own tokenizer."""
    examples = learnable(_project).examples
    roles = _project.roles
    file, own = tokenizer_file(model, _project.id)
    # Where questions find their text, both are read apart, and the text is the longer.
    questions = examples["question"].tolist() if roles is not None and roles.is_pair else None
    return count_tokens(file, examples["text"].tolist(), questions), own


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
