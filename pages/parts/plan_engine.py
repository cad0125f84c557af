"""Which engine translates: where it works, whether it works now, and the next best one when it does not."""

from __future__ import annotations

import json
import time
from html import escape

import streamlit as st

from core.augment.engines.catalogue import ENGINES, label_of, make_engine
from core.augment.engines.engine import FAILURES, Engine, Failed
from core.augment.plan import EngineChoice
from core.words import Words
from pages.parts.look import quiet
from pages.parts.plain import plain

REMEMBERED = 120
"""Seconds that the answer to a probe serves."""
PIVOTS = ("en", "es", "de", "it", "pt", "nl", "ca", "fr")
"""Proposed where an engine does not say which languages it knows."""


def choose_engine(current: EngineChoice | None, source: str, words: Words) -> EngineChoice:
    """One engine of the catalogue, those of this machine first, with what it needs to be told."""
    _ = words.gettext
    names = ordered()
    chosen = st.selectbox(
        _("Engine"),
        names,
        index=names.index(current.name) if current is not None and current.name in names else names.index(best(source)),
        format_func=lambda name: f"{label_of(name)} · {where(make_engine(EngineChoice(name=name)), words)}",
        key=f"engine_{current.name if current else ''}",
        help=_("What translates. Those on this machine send nothing anywhere; the others are services on the net."),
    )
    options = dict(current.options) if current is not None and current.name == chosen else {}
    if chosen == "libretranslate":
        url = st.text_input(
            _("Address of LibreTranslate"),
            value=str(options.get("url", "")),
            placeholder="http://127.0.0.1:5000/",
            key="libre_url",
            help=_("Your own server, or nothing for the public one, which needs a key in LIBRE_API_KEY."),
        ).strip()
        options = {"url": url} if url else {}
    return EngineChoice(name=chosen, options=options)


def ordered() -> list[str]:
    """Engines of this machine first."""
    return sorted(ENGINES, key=lambda name: make_engine(EngineChoice(name=name)).sends_text_to is not None)


def best(source: str) -> str:
    """The first that says it knows a way from the language and back."""
    return next((name for name in ordered() if pivots_of(make_engine(EngineChoice(name=name)), source)), ordered()[0])


def pivots_of(engine: Engine, source: str) -> list[str]:
    """The languages to which it translates and from which it comes back."""
    pairs = engine.languages()
    if pairs is None:
        return [code for code in PIVOTS if code != source]
    return sorted({there for here, there in pairs if here == source and (there, source) in pairs})


def where(engine: Engine, words: Words) -> str:
    """Whether texts leave the machine, and to where."""
    host = engine.sends_text_to
    return words.gettext("on this machine") if host is None else words.gettext("online")


def mark(engine: Engine, words: Words) -> None:
    """A visible mark: offline, or who gets the texts."""
    _ = words.gettext
    host = engine.sends_text_to
    if host is None:
        said, kind = _("Offline: no text leaves this machine."), "offline"
    else:
        said, kind = _("Online: the texts are sent to {host}.").format(host=host), "online"
    st.html(f"<span class='mark {kind}'>{escape(said)}</span>")


@st.cache_data(ttl=REMEMBERED, max_entries=50, show_spinner=False)
def _probe(name: str, options: str, source: str, pivot: str) -> tuple[Failed | None, float]:
    """Why an engine does not work now, None when it does; and the seconds that one sentence took."""
    began = time.monotonic()
    failed = make_engine(EngineChoice(name=name, options=json.loads(options))).probe(source, pivot)
    return failed, time.monotonic() - began


def probe(choice: EngineChoice, source: str, pivot: str) -> tuple[Failed | None, float]:
    return _probe(choice.name, json.dumps(choice.options, sort_keys=True), source, pivot)


def problem_of(code: str, facts: dict[str, object], words: Words) -> str:
    """Why an engine did not translate, in a sentence."""
    return words.gettext(FAILURES[code]).format(**facts) if code in FAILURES else code


def show_state(choice: EngineChoice, source: str, pivot: str, words: Words) -> tuple[float | None, EngineChoice | None]:
    """Says whether the engine works now: the seconds of one answer, None when it does not; and the engine to take instead, when
    that was pressed."""
    _ = words.gettext
    with st.spinner(_("Trying {engine} with one sentence of ours…").format(engine=label_of(choice.name))):
        failed, seconds = probe(choice, source, pivot)
    if failed is None:
        quiet(_("{engine} works now: it was tried with one sentence of ours.").format(engine=label_of(choice.name)))
        return seconds, None
    st.warning(
        plain(
            _("{engine} does not work now.").format(engine=label_of(choice.name))
            + " "
            + problem_of(failed.code, dict(failed.facts), words)
        )
    )
    other = next_best(choice, source, pivot, words)
    if other is None:
        quiet(_("No other engine works for these languages either: choose other ones, or install Apertium on this machine."))
        return None, None
    said = _("Use {engine} instead ({where})").format(
        engine=label_of(other.name), where=where(make_engine(other), words)
    )
    return None, other if st.button(said, key=f"instead_{other.name}", icon=":material/swap_horiz:") else None


def next_best(choice: EngineChoice, source: str, pivot: str, words: Words) -> EngineChoice | None:
    """The first other engine that works for these languages, those of this machine before the others."""
    with st.spinner(words.gettext("Looking for another engine…")):
        for name in ordered():
            other = EngineChoice(name=name)
            knows = pivot in pivots_of(make_engine(other), source)
            if name != choice.name and knows and probe(other, source, pivot)[0] is None:
                return other
    return None
