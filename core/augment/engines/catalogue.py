"""All engines: what they are called, what they need, which of them can work now, and which to take next."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from core.augment.engines.apertium import Apertium
from core.augment.engines.deepl import DeepL
from core.augment.engines.engine import Engine, Failed
from core.augment.engines.google import Google
from core.augment.engines.libre import LibreTranslate
from core.augment.engines.marian import Marian
from core.augment.engines.microsoft import Microsoft
from core.augment.engines.mymemory import MyMemory
from core.augment.engines.online import OnlineEngine
from core.words import N_

Pair = tuple[str, str]


@dataclass(frozen=True)
class Price:
    """What a service charges; it changes without notice, so it is shown with "about" and with the day it was looked up."""

    a_million: float
    """For a million characters."""
    currency: str
    """ISO 4217."""
    as_of: date


DEEPL_PRICE = Price(20.0, "EUR", date(2026, 11, 23))
"""API Pro: 0.00002 € a character, beside a monthly fee of 4.99 € (support.deepl.com, article 360020685720); API Free is free."""


@dataclass(frozen=True)
class Entry:
    """An engine as it is offered. label: its name for people; about: an English msgid."""

    name: str
    label: str
    about: str
    make: Callable[..., Engine]
    is_offline: bool = False
    key_variable: str | None = None
    """The name of its key, in the environment or in a secrets.toml (core.keys). No page asks for a key."""
    needs_key: bool = False
    price: Price | None = None
    """None where nothing is charged by the character, or where we know no price that we could vouch for."""


ENTRIES = {
    entry.name: entry
    for entry in (
        Entry("apertium", Apertium.label, N_("on this machine, by rules"), Apertium, is_offline=True),
        Entry("marian", Marian.label, N_("on this machine, a neural network"), Marian, is_offline=True),
        Entry(
            "libretranslate",
            LibreTranslate.label,
            N_("online or on a server of one’s own"),
            LibreTranslate,
            key_variable=LibreTranslate.key_variable,
        ),
        Entry("deepl", DeepL.label, N_("online, with a key"), DeepL, False, DeepL.key_variable, True, DEEPL_PRICE),
        Entry("microsoft", Microsoft.label, N_("online, with a key"), Microsoft, False, Microsoft.key_variable, True),
        Entry("google", Google.label, N_("online, without a key"), Google),
        Entry("mymemory", MyMemory.label, N_("online, without a key"), MyMemory),
    )
}
"""By name, in the order in which they are proposed."""


def make_engine(name: str, **settings: Any) -> Engine:
    """The engine of this name. settings: arguments of its class (url, key, limits, timeout, search, …). Raises KeyError."""
    return ENTRIES[name].make(**settings)


def all_engines() -> list[Engine]:
    """Each with what the environment and the secrets.toml say, in the order in which they are proposed."""
    return [entry.make() for entry in ENTRIES.values()]


def obstacle(engine: Engine, pairs: Iterable[Pair]) -> Failed | None:
    """What keeps an engine from these pairs as far as can be known without asking anybody; None where nothing does."""
    label = ENTRIES[engine.name].label
    if isinstance(engine, Apertium) and not engine.is_installed:
        return Failed("program_missing", {"service": label})
    if isinstance(engine, OnlineEngine) and engine.needs_key and not engine.has_key:
        return Failed("key_missing", {"service": label})
    known = engine.languages()
    for source, target in pairs:
        if known is not None and (source, target) not in known:
            return Failed("language", {"service": label, "source": source, "target": target})
    return None


def available(pairs: Sequence[Pair] = (), engines: Iterable[Engine] | None = None) -> list[Engine]:
    """The engines that nothing known keeps from these pairs, the best first.

    First Apertium, then MarianMT where its models are on this machine, then the services that the user must agree to
    (`sends_text_to`), a server of one's own before them; MarianMT last where models would have to be fetched.
    """
    free = [engine for engine in engines or all_engines() if obstacle(engine, pairs) is None]
    return sorted(free, key=lambda engine: _rank(engine, pairs))


def _rank(engine: Engine, pairs: Sequence[Pair]) -> int:
    if isinstance(engine, Marian):
        return 1 if pairs and all(engine.is_here(*pair) for pair in pairs) else 4
    if isinstance(engine, Apertium):
        return 0
    return 2 if engine.sends_text_to is None else 3


def probe(engine: Engine, pairs: Iterable[Pair]) -> Failed | None:
    """Why the engine does not work now between these languages: one sentence of ours each. Sends it to the service."""
    pairs = list(pairs)
    known = obstacle(engine, pairs)
    if known is not None:
        return known
    return next((found for pair in pairs if (found := engine.probe(*pair)) is not None), None)
