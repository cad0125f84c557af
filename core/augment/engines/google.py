"""Google Translate through the page that it makes for small screens, as deep-translator reads it."""

from __future__ import annotations

import re
from typing import Any, ClassVar

from core.augment.engines.engine import Failed, Limits
from core.augment.engines.exchange import Answer, Refusal
from core.augment.engines.online import DeepTranslated, encoded_length

MOST_ENCODED = 15_000
"""Bytes of a text in the URL: what overflows there long before 5,000 characters (Chinese at about 1,800)."""

CODES = {"zh": "zh-CN", "he": "iw", "jv": "jw", "nb": "no"}
PLACE = re.compile(r"""class=["'](?:result-container|t0)["']""")
SORRY = re.compile(r"/sorry/|recaptcha|unusual traffic", re.IGNORECASE)


class Google(DeepTranslated):
    name: ClassVar[str] = "google"
    label: ClassVar[str] = "Google"
    url_variable: ClassVar[str] = "PARAFINE_GOOGLE_URL"
    public_url: ClassVar[str] = "https://translate.google.com/m"
    usual: ClassVar[Limits] = Limits(at_once=4, per_second=5, characters=4_900)

    def fits(self, text: str) -> bool:
        return super().fits(text) and encoded_length(text) <= MOST_ENCODED

    def code_of(self, language: str) -> str:
        return CODES.get(language, language)

    def _codes(self) -> set[str]:
        from deep_translator.constants import GOOGLE_LANGUAGES_TO_CODES

        known = set(GOOGLE_LANGUAGES_TO_CODES.values())
        return known | {ours for ours, theirs in CODES.items() if theirs in known}

    def _translator(self, source: str, target: str) -> Any:
        from deep_translator import GoogleTranslator

        translator = GoogleTranslator(source=source, target=target)
        translator._base_url = self._url
        return translator

    def _judge(self, answer: Answer) -> None:
        place = PLACE.search(answer.text)
        # A page that was cut short would be read as far as it goes.
        if place and answer.text.rfind("</div>") > place.end():
            return
        if SORRY.search(answer.text):
            raise Refusal(Failed("refused", {"service": self.label}))
        raise Refusal(Failed("cut_off" if place else "not_a_translation", {"service": self.label}))
