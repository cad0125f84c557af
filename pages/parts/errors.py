"""How an error is shown: a UserError as its sentence, anything else as a reference to the log. Never a traceback."""

from __future__ import annotations

import logging
import secrets
from collections.abc import Iterator
from contextlib import contextmanager

import streamlit as st

from core.errors import UserError
from core.words import Words, language_for
from pages.parts.plain import plain

logger = logging.getLogger("parafine")


def current_words() -> Words:
    """The language of this page: the URL's, else the browser's."""
    return Words(language_for(st.query_params.get("lang"), st.context.locale))


@contextmanager
def reported() -> Iterator[None]:
    """Shows a UserError in the user's language where it happens; the page goes on below."""
    try:
        yield
    except UserError as error:
        show_error(error)


def show_error(error: UserError) -> None:
    st.error(plain(error.sentence(current_words())))
    if program := error.program():
        st.code(program, language="python", wrap_lines=True)


def show_info(error: UserError) -> None:
    """What needs no remedy."""
    st.info(plain(error.sentence(current_words())))


def show_warning(error: UserError) -> None:
    """What is in the way, and may pass."""
    st.warning(plain(error.sentence(current_words())))


def show_failure(error: Exception) -> bool:
    """For what nobody foresaw: the traceback goes to the log, a sentence with its reference to the screen."""
    if isinstance(error, UserError):
        show_error(error)
        return True
    reference = secrets.token_hex(3).upper()
    logger.error("reference %s", reference, exc_info=error)
    _ = current_words().gettext
    st.error(
        _(
            "Something went wrong on our side; nothing of yours is lost. Reload the page. "
            "If it happens again, give this reference to the person who runs Parafine: {reference}."
        ).format(reference=reference)
    )
    return True
