"""What a launch comes to: how many trainings, with which paraphrases, over how many rows."""

from __future__ import annotations

import streamlit as st

from core.jobs.launch import learnable
from core.store.accepted import accepted_paraphrases
from core.store.draft import Draft, keep_draft, read_draft
from core.store.project import Project
from core.words import Words
from pages.parts.look import quiet

MOST_AT_ONCE = 20
"""Trainings that can be launched with one click."""


@st.cache_data(max_entries=20, show_spinner=False)
def joining(_project: Project, stamp: tuple[str, int, str], accepted: tuple[int, str]) -> int:
    """Accepted paraphrases whose origin is in use and says what it said."""
    return len(accepted_paraphrases(_project.id, learnable(_project).examples))


def with_paraphrases(project: Project, draft: Draft, joining: int, words: Words) -> bool:
    """Whether accepted paraphrases are learned from; asked for only where there are some. joining: how many could be."""
    _ = words.gettext
    if not joining:
        return draft.paraphrases
    chosen = st.checkbox(
        words.ngettext(
            "Learn from {count} accepted paraphrase too", "Learn from {count} accepted paraphrases too", joining
        ),
        value=draft.paraphrases,
        key=f"paraphrases_{project.id}",
        help=_(
            "Only those whose row is learned from, and that say nothing that is asked in validation or test. These hold the same rows "
            "with and without them: launch both to see whether they help."
        ),
    )
    if chosen != draft.paraphrases:
        keep_draft(project, read_draft(project).model_copy(update={"paraphrases": chosen}))
    return chosen


def how_often(words: Words) -> int:
    """How many trainings are launched at once."""
    _ = words.gettext
    with st.expander(_("Several at once")):
        return int(
            st.number_input(
                _("Trainings, each with its own seed"),
                min_value=1,
                max_value=MOST_AT_ONCE,
                value=1,
                key="times",
                help=_(
                    "Another seed divides the table otherwise and meets the rows in another order: how far the results lie apart tells how "
                    "much of them is luck. They wait in the queue and run one after the other."
                ),
            )
        )


def summary(values: dict[str, float], rows: int, words: Words) -> None:
    """What the settings amount to, in one line."""
    _ = words.gettext
    training = round(rows * (1 - values["validation_share"] - values["test_share"]))
    quiet(
        _(
            "{epochs} over about {rows} training rows, {batch} rows a step, learning rate {rate}, texts cut at {tokens} word pieces."
        ).format(
            epochs=words.ngettext("{count} epoch", "{count} epochs", int(values["epochs"])),
            rows=words.integer(training),
            batch=words.integer(int(values["batch_size"])),
            rate=words.scientific(values["learning_rate"]),
            tokens=words.integer(int(values["max_tokens"])),
        )
    )
    if values["distillation"] > 0:
        quiet(
            _(
                "{share} of what is learned comes from a simple model that counts words, which helps a model that does not read the language of "
                "the texts well. To change it: All settings, Finer settings."
            ).format(share=words.percent(values["distillation"], 0))
        )
