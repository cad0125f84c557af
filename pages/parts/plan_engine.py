"""Which engine translates: where it works, whether it works now, and the next best one when it does not."""

from __future__ import annotations

import json
import time
from collections.abc import Sequence
from html import escape

import streamlit as st

from core.augment.chosen import SAMPLING, engine_of, label_of
from core.augment.draft import keep_plan
from core.augment.engines.catalogue import ENTRIES, available
from core.augment.engines.catalogue import probe as try_out
from core.augment.engines.engine import FAILURES, Engine, Failed
from core.augment.engines.libre import plain_address
from core.augment.plan import EngineChoice, Plan
from core.errors import UserError
from core.keys import key as key_of
from core.store.project import Project
from core.words import N_, Words
from pages.parts.errors import show_warning
from pages.parts.key_advice import show_key_advice, show_key_files
from pages.parts.look import quiet

REMEMBERED = 120
"""Seconds that the answer to a probe serves."""
DRAWN = {0: N_("the likeliest"), 5: N_("drawn among the 5 likeliest"), 20: N_("drawn among the 20 likeliest")}
"""Of a neural engine: among how many word pieces each is drawn."""
PIVOTS = ("en", "es", "de", "it", "pt", "nl", "ca", "fr")
"""Proposed where an engine does not say which languages it knows."""


def anew(key: str) -> str:
    """The key of a widget of the plan: another one after a plan was taken over, so that it starts from that plan."""
    taken = st.session_state.get("plans_taken", 0)
    return f"{key}_{taken}" if taken else key


def take_over(project: Project, plan: Plan) -> None:
    """Puts a plan into the form. To be called before the form is drawn."""
    keep_plan(project, plan)
    st.session_state["plans_taken"] = st.session_state.get("plans_taken", 0) + 1


def choose_engine(current: EngineChoice | None, source: str, words: Words) -> EngineChoice:
    """One engine of the catalogue, those of this machine first, with what it needs to be told."""
    _ = words.gettext
    names = list(ENTRIES)
    proposed = current.name if current is not None and current.name in names else best(source)
    chosen = st.selectbox(
        _("Engine"),
        names,
        index=names.index(proposed),
        format_func=lambda name: f"{label_of(name)} · {_(ENTRIES[name].about)}",
        key=anew(f"engine_{proposed}"),
        help=_("What translates. Those on this machine send nothing anywhere; the others are services on the net."),
    )
    options = dict(current.options) if current is not None and current.name == chosen else {}
    if chosen == "libretranslate":
        url = st.text_input(
            _("Address of LibreTranslate"),
            value=str(options.get("url", "")),
            placeholder="http://127.0.0.1:5000/",
            key=anew("libre_url"),
            help=_("Your own server, or nothing for the public one, which needs a key in LIBRE_API_KEY."),
        ).strip()
        plain = plain_address(url)
        if plain != url:
            quiet(_("A key or a password in the address is not kept and not used: keys belong in LIBRE_API_KEY."))
        options = {"url": plain} if plain else {}
    if chosen in SAMPLING:
        drawn = st.selectbox(
            _("How words are chosen"),
            list(DRAWN),
            index=list(DRAWN).index(int(options.get("sampling", 0))) if options.get("sampling", 0) in DRAWN else 0,
            format_func=lambda among: _(DRAWN[among]),
            key=anew("marian_sampling"),
            help=_("Drawn words make paraphrases more varied, and more often wrong. Several of one row need them."),
        )
        options = {"sampling": drawn} if drawn else {}
    return EngineChoice(name=chosen, options=options)


def best(source: str) -> str:
    """The first that nothing known keeps from translating from this language and back."""
    for engine in available():
        if any(pivot for pivot in pivots_of(engine, source)):
            return engine.name
    return next(iter(ENTRIES))


def pivots_of(engine: Engine, source: str) -> list[str]:
    """The languages to which it translates and from which it comes back."""
    pairs = engine.languages()
    if pairs is None:
        return [code for code in PIVOTS if code != source]
    return sorted({there for here, there in pairs if here == source and (there, source) in pairs})


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
def _probe(name: str, options: str, pairs: tuple[tuple[str, str], ...], key: int) -> tuple[Failed | None, float]:
    """Why an engine does not work now, None when it does; and the seconds that one sentence took. key: another for another key."""
    began = time.monotonic()
    failed = try_out(engine_of(EngineChoice(name=name, options=json.loads(options))), pairs)
    return failed, (time.monotonic() - began) / max(1, len(pairs))


def probe(choice: EngineChoice, pairs: Sequence[tuple[str, str]]) -> tuple[Failed | None, float]:
    variable = ENTRIES[choice.name].key_variable
    # Python's own hash, salted in each process: the key itself is in no cache.
    known = hash(key_of(variable)) if variable else 0
    return _probe(choice.name, json.dumps(choice.options, sort_keys=True), tuple(dict.fromkeys(pairs)), known)


def problem_of(code: str, facts: dict[str, object], words: Words) -> str:
    """Why an engine did not translate, in a sentence."""
    return words.gettext(FAILURES[code]).format(**facts) if code in FAILURES else code


def show_state(
    choice: EngineChoice, pairs: Sequence[tuple[str, str]], words: Words, key: str = "instead"
) -> tuple[float | None, EngineChoice | None]:
    """Says whether the engine works now between these languages.

    The seconds of one answer, None when it does not work; and the engine to take instead, when that was pressed.
    """
    _ = words.gettext
    with st.spinner(_("Trying {engine} with one sentence of ours…").format(engine=label_of(choice.name))):
        failed, seconds = probe(choice, pairs)
    show_key_files(choice.name, words)
    if failed is None:
        quiet(_("{engine} works now: it was tried with one sentence of ours.").format(engine=label_of(choice.name)))
        return seconds, None
    problem = {"message": FAILURES[failed.code], **failed.facts}
    show_warning(UserError("engine_not_working", engine=label_of(choice.name), problem=problem))
    if failed.code in ("key_missing", "key_refused"):
        show_key_advice(choice.name, words)
    other = instead(choice, pairs, words)
    if other is None:
        quiet(
            _(
                "No other engine works for these languages either: choose other ones, or install Apertium on this machine."
            )
        )
        return None, None
    said = _("Use {engine} instead ({where})").format(engine=label_of(other.name), where=_(ENTRIES[other.name].about))
    pressed = st.button(said, key=f"{key}_{other.name}", icon=":material/swap_horiz:", type="primary")
    return None, other if pressed else None


def instead(choice: EngineChoice, pairs: Sequence[tuple[str, str]], words: Words) -> EngineChoice | None:
    """The best other engine that works now between these languages."""
    with st.spinner(words.gettext("Looking for another engine…")):
        for engine in available(pairs):
            other = EngineChoice(name=engine.name)
            if engine.name != choice.name and probe(other, pairs)[0] is None:
                return other
    return None
