"""Languages: gettext messages, and numbers, sizes, durations and dates through Babel.

English msgids stand in the code; `assets/locale/<language>/LC_MESSAGES/parafine.po` translates them. The .po file is read
as it is: no compiled file to forget.
"""

from __future__ import annotations

import io
import re
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache
from pathlib import Path

from babel import Locale, numbers
from babel.dates import format_date, format_datetime
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.support import NullTranslations, Translations

LANGUAGES = {"fr": "Français", "en": "English"}
LOCALE_FOLDER = Path(__file__).resolve().parent.parent / "assets" / "locale"
NO_BREAK_SPACE = "\N{NO-BREAK SPACE}"


def N_(message: str) -> str:  # noqa: N802 - gettext's own name for "translate later"
    """Marks a message for extraction; it is translated where it is shown."""
    return message


def language_for(asked: str | None, browser_locale: str | None) -> str:
    """The language to speak: the one asked for when we have it, else the browser's first, else English."""
    for candidate in (asked, browser_locale):
        short = re.split("[-_,;]", candidate or "")[0].strip().lower()
        if short in LANGUAGES:
            return short
    return "en"


@lru_cache
def catalogue(language: str) -> NullTranslations:
    """The messages of a language; English is the code's own."""
    path = LOCALE_FOLDER / language / "LC_MESSAGES" / "parafine.po"
    if not path.exists():
        return NullTranslations()
    with path.open("rb") as file:
        messages = read_po(file, locale=language)
    compiled = io.BytesIO()
    write_mo(compiled, messages)
    compiled.seek(0)
    return Translations(compiled)


@dataclass(frozen=True)
class Words:
    """Everything that depends on the language, for one language."""

    language: str

    @property
    def colon(self) -> str:
        """A colon as this language sets it."""
        return f"{NO_BREAK_SPACE}:" if self.language == "fr" else ":"

    def gettext(self, message: str) -> str:
        return catalogue(self.language).gettext(message)

    def ngettext(self, one: str, many: str, count: int) -> str:
        """The right plural, with `{count}` filled in the language's own digits grouping."""
        return catalogue(self.language).ngettext(one, many, count).format(count=self.integer(count))

    def integer(self, value: int) -> str:
        return numbers.format_decimal(value, "#,##0", locale=self.language)

    def decimal(self, value: float, digits: int = 2) -> str:
        return numbers.format_decimal(value, f"#,##0.{'0' * digits}", locale=self.language)

    def number(self, value: float) -> str:
        """With as many digits as it needs, three at most."""
        return self.integer(int(value)) if value.is_integer() else self.decimal(value, 3).rstrip("0")

    def percent(self, value: float, digits: int = 1) -> str:
        """value: a share in [0, 1]."""
        number = f"#,##0.{'0' * digits}" if digits else "#,##0"
        sign = f"{NO_BREAK_SPACE}%" if self.language == "fr" else "%"
        return numbers.format_percent(value, number + sign, locale=self.language)

    def money(self, value: float, currency: str) -> str:
        """currency: ISO 4217."""
        return numbers.format_currency(value, currency, locale=self.language)

    def scientific(self, value: float) -> str:
        """A learning rate: 0.00002 reads 2e-5."""
        mantissa, exponent = f"{value:.2e}".split("e")
        mantissa = mantissa.rstrip("0").rstrip(".")
        if self.language == "fr":
            mantissa = mantissa.replace(".", ",")
        return f"{mantissa}e{int(exponent)}"

    @property
    def size_units(self) -> tuple[str, str, str, str]:
        """Of bytes, and of thousands, millions and billions of them."""
        return ("o", "ko", "Mo", "Go") if self.language == "fr" else ("B", "kB", "MB", "GB")

    def size(self, count: int) -> str:
        """A number of bytes, in the unit people use for it."""
        units = self.size_units
        value, unit = float(count), 0
        while round(value) >= 1000 and unit < len(units) - 1:
            value, unit = value / 1000, unit + 1
        text = self.decimal(value, 1) if unit and round(value, 1) < 10 else self.integer(round(value))
        return f"{text}{NO_BREAK_SPACE}{units[unit]}"

    def duration(self, seconds: float) -> str:
        """Hours, minutes and seconds, the two largest that matter."""
        total = max(0, round(seconds))
        hours, rest = divmod(total, 3600)
        minutes, left = divmod(rest, 60)
        if hours:
            return f"{hours}{NO_BREAK_SPACE}h{NO_BREAK_SPACE}{minutes:02d}"
        if minutes:
            return f"{minutes}{NO_BREAK_SPACE}min{NO_BREAK_SPACE}{left:02d}"
        return f"{left}{NO_BREAK_SPACE}s"

    def language_name(self, code: str) -> str:
        """Of an ISO 639-1 code, a country or a script behind it or not; the code itself when nobody has named it."""
        return str(Locale.parse(self.language).languages.get(code.replace("-", "_"), code))

    def day(self, when: date) -> str:
        return format_date(when, "medium", locale=self.language)

    def moment(self, when: datetime) -> str:
        """A date and time, short, in the machine's own time zone."""
        return format_datetime(when.astimezone(), "short", locale=self.language)
