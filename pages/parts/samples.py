"""The tables that come with Parafine, for who wants to try before looking for a file."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import streamlit as st

from core.store.project import create_project, keep_upload
from core.words import N_, Words
from pages.parts.look import quiet
from pages.parts.shell import ROOT, go


@dataclass(frozen=True)
class Sample:
    file: str
    title: str
    about: str

    @property
    def path(self) -> Path:
        return ROOT / "assets" / "samples" / self.file


SAMPLES = (
    Sample(
        "courriers_mairie.csv",
        N_("Letters to a town hall"),
        N_("In French: a message, the question it asks, and which of six services must answer."),
    ),
    Sample(
        "shop_messages.csv",
        N_("Messages to an online shop"),
        N_("In English: one text, four labels (delivery, payment, product fault, account)."),
    ),
    Sample(
        "fiches_pratiques.csv",
        N_("A staff handbook"),
        N_("In French: passages and the questions that they answer, without any label: which belongs to which."),
    ),
)


def offer_samples(words: Words, project_id: str | None) -> None:
    """One card a table; a click loads it into the project, or into a new one named after it."""
    _ = words.gettext
    for sample, column in zip(SAMPLES, st.columns(len(SAMPLES)), strict=True):
        with column.container(border=True, height="stretch"):
            st.markdown(f"**{_(sample.title)}**")
            quiet(_(sample.about))
            if st.button(_("Try this example"), key=f"sample_{sample.file}", width="stretch"):
                from core.data.reading import read

                identifier = project_id or create_project(_(sample.title)).id
                content = sample.path.read_bytes()
                keep_upload(identifier, content, sample.file, read(content, sample.file))
                go("data", project=identifier)
