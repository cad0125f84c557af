"""Where the key of a service belongs: exactly which name, in which file, and who may read that."""

from __future__ import annotations

import os
import shlex
from pathlib import Path

import streamlit as st

from core.augment.chosen import label_of
from core.augment.engines.catalogue import ENTRIES
from core.keys import exposed, key, own_file, unreadable
from core.words import Words
from pages.parts.look import quiet
from pages.parts.plain import plain


def show_key_advice(name: str, words: Words) -> None:
    """For an engine whose key is missing or not accepted; no page asks for a key, and none shows one."""
    variable = ENTRIES[name].key_variable
    if variable is None:
        return
    _ = words.gettext
    file = own_file()
    st.markdown(
        plain(
            _(
                "Whoever runs Parafine gives the key of {service} under the name {name}: in the environment before the start, or as a line "
                "of the file {file}:"
            ).format(service=label_of(name), name=variable, file=file)
        )
    )
    st.code(f'{variable} = "…"', language="toml")
    if os.name == "nt":
        quiet(_("Keep that file where only you may read it. Then load this page again."))
    else:
        said = _("Close that file to everybody else: {command}. Then load this page again.")
        quiet(said.format(command=_closing(file)))
    quiet(
        _(
            "A key is sent to its service only: it stands in no message, no log, no database, no training and no address."
        )
    )


def show_key_files(name: str, words: Words) -> None:
    """What is wrong with the files in which keys stand, for an engine that takes one."""
    _ = words.gettext
    variable = ENTRIES[name].key_variable
    if variable is None:
        return
    for file in unreadable():
        said = _("The file {file} cannot be read, so no key is taken from it. Each line must be like this one: {line}")
        st.warning(plain(said.format(file=file, line=f'{variable} = "…"')))
    for file in exposed() if key(variable) else ():
        said = _("Other people of this machine may read the keys in {file}. Close it to them: {command}")
        st.warning(plain(said.format(file=file, command=_closing(file))))


def _closing(file: Path) -> str:
    return f"chmod 600 {shlex.quote(str(file))}"
