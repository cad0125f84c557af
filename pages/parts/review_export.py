"""The augmented table, to be downloaded: made while it is sent, from what is decided at that moment."""

from __future__ import annotations

from html import escape

import streamlit as st

from core.store.paraphrases import Counts
from core.store.project import Project
from core.words import Words
from pages.parts.look import quiet
from pages.parts.routes import augmented_address


def show_export(project: Project, tally: Counts, words: Words) -> None:
    _ = words.gettext
    st.subheader(_("Download the augmented table"))
    quiet(
        _(
            "All columns of the table, the originals first; then the paraphrases with the row that each came from, its path and "
            "engine, how much of the meaning came back and which model read that, the words changed, the length, and your decision."
        )
    )
    accepted = words.ngettext("With the {count} accepted", "With the {count} accepted", tally.accepted)
    every = words.ngettext("With all that came back ({count})", "With all that came back ({count})", tally.all)
    links = "".join(
        f"<a class='download' href='{augmented_address(project, words, only_accepted=only)}' download>{escape(said)}</a> "
        for only, said in ((True, accepted), (False, every))
        if tally.accepted or not only
    )
    st.html(f"<div class='downloads'>{links}</div>")
