"""What every engine is: it turns texts of one language into another, and gives an outcome for each of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Protocol

from core.words import N_


@dataclass(frozen=True)
class Translated:
    """A text that came back. That it says the same as before is no failure: it is for the review to judge."""

    text: str


@dataclass(frozen=True)
class Failed:
    """Why a text has no translation: a code of FAILURES and its facts. No key and no address with a key is ever among them."""

    code: str
    facts: dict[str, int | float | str] = field(default_factory=dict)
    retry_after: float | None = None
    """Seconds that the service asks to be left alone."""

    @property
    def may_pass(self) -> bool:
        """Whether the same request may succeed later."""
        return self.code in PASSING


Outcome = Translated | Failed

FAILURES = {
    "refused": N_("{service} refuses more requests for now."),
    "unavailable": N_("{service} is out of order (error {status})."),
    "timed_out": N_("{service} did not answer within {seconds} s."),
    "cut_off": N_("The connection to {service} was cut."),
    "unreachable": N_("{service} cannot be reached from this machine."),
    "not_a_translation": N_("{service} sent a web page instead of a translation."),
    "empty": N_("{service} sent back nothing."),
    "unchanged": N_("{service} gives back what it gets instead of translating it."),
    "key_refused": N_("{service} does not accept the key."),
    "key_missing": N_("{service} needs a key."),
    "quota": N_("The quota of this account at {service} is used up."),
    "language": N_("{service} does not translate from {source} to {target}."),
    "too_long": N_("This text is longer than what {service} takes."),
    "bad_request": N_("{service} does not understand the request (error {status})."),
    "program_missing": N_("{service} is not installed on this machine."),
    "program_failed": N_("{service} ended with an error."),
    "model_missing": N_("The model {name} is not on this machine and cannot be downloaded."),
    "model_unusable": N_("The files of the model {name} do not go together."),
}
"""Every reason why a text has no translation, as an English msgid."""

PASSING = frozenset({"refused", "unavailable", "timed_out", "cut_off", "unreachable", "not_a_translation", "empty"})


@dataclass(frozen=True)
class Limits:
    """What an engine bears."""

    at_once: int = 1
    """Requests under way at the same time."""
    per_second: float | None = None
    """Requests, spread evenly by the engine itself; None for no limit."""
    texts: int = 1
    """Texts of one call of `translate`."""
    characters: int | None = None
    """Of one text in one request; longer ones are cut at sentence ends by the engine and joined again."""


class Engine(Protocol):
    """Safe to be called from several threads at once."""

    @property
    def name(self) -> str:
        """For the database and for people: google, mymemory, microsoft, libretranslate, deepl, apertium, marian."""

    @property
    def version(self) -> str:
        """All that changes its translations: program, model, beam, seed. Part of the key of the memory."""

    @property
    def sends_text_to(self) -> str | None:
        """The name of the host that gets the texts, for people; None when they stay on this machine."""

    @property
    def limits(self) -> Limits: ...

    def languages(self) -> frozenset[tuple[str, str]] | None:
        """(source, target) pairs of ISO 639-1 codes that it translates; None when it can only be tried."""

    def translate(self, texts: Sequence[str], source: str, target: str) -> list[Outcome]:
        """One outcome for each text, in order. Never raises for what a service or a program does.

        texts: at most limits.texts of them. source, target: ISO 639-1 codes.
        """

    def probe(self, source: str, target: str) -> Failed | None:
        """Whether it works now, found out with one sentence of ours; None when it does."""
