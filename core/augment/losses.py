"""What a paraphrase lost or brought in: numbers, dates, proper names, negations. Rules for French and English."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator

from core.augment.flags import MOST_PER_KIND, Flag
from core.augment.numbers import MONTHS, dates, missing, numbers

_WORD = re.compile(r"[^\W\d_]+(?:-[^\W\d_]+)*")
_SENTENCE_END = re.compile(r"[.!?…:;\n«“\"(]\s*[-–—•]?\s*$")
DAYS = {"monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"}
"""English writes them and the months with a capital."""
SHOUTED = 0.5
"""From this share of its words in capitals on, a text is shouted and its capitals name nobody."""

NEGATIONS = {
    "fr": re.compile(
        r"\b(?:pas|jamais|aucune?s?|nulle?s?|rien|guère|non|sans|ni|nullement|impossible)\b"
        r"|\b(?:ne\s|n['’])\s*(?:\w+['’\s-]+){0,4}(?:plus|personne|point)\b",
        re.I,
    ),
    "en": re.compile(
        r"\b(?:not|never|no|none|nothing|nobody|nowhere|without|cannot|neither|nor|impossible|unable)\b|n['’]t\b"
        r"|\b(?:dont|cant|wont|didnt|doesnt|isnt|havent|couldnt|wasnt|im not)\b",
        re.I,
    ),
}
"""What makes a sentence negative. "Ne" alone does not: "avant qu’il ne parte", "je ne fais que"."""
NEUTRAL = {
    "fr": re.compile(r"\bpas (?:seulement|uniquement|que)\b|\bpourquoi pas\b|\bn['’]est-ce pas\b|\bsans doute\b", re.I),
    "en": re.compile(r"\bnot only\b|\bno doubt\b|\bwhy not\b|\bno\. ?\d", re.I),
}
"""Turns of phrase with such a word that deny nothing."""


def losses(origin: str, paraphrase: str, language: str) -> list[Flag]:
    """Flags for what disappeared and what came in. language: ISO 639-1 code of both texts."""
    before_dates, before_rest = dates(origin)
    after_dates, after_rest = dates(paraphrase)
    before, after = numbers(before_rest, language), numbers(after_rest, language)
    # A date may come back in words that are not read as one: its numbers answer for it.
    lost = missing(before_dates, after_dates) if before_dates else []
    came = missing(after_dates, before_dates) if after_dates else []
    found = [Flag("date_lost", {"date": date}) for date in lost[:MOST_PER_KIND]]
    found += [Flag("date_new", {"date": date}) for date in came[:MOST_PER_KIND]]
    found += [Flag("number_lost", {"number": each}) for each in missing(before, after)[:MOST_PER_KIND]]
    found += [Flag("number_new", {"number": each}) for each in missing(after, before)[:MOST_PER_KIND]]
    found += [Flag("name_lost", {"name": name}) for name in _names_missing(origin, paraphrase)[:MOST_PER_KIND]]
    found += [Flag("name_new", {"name": name}) for name in _names_missing(paraphrase, origin)[:MOST_PER_KIND]]
    denied, denies = negations(origin, language), negations(paraphrase, language)
    if denied and not denies:
        found.append(Flag("negation_lost"))
    elif denies and not denied:
        found.append(Flag("negation_new"))
    return found


def negations(text: str, language: str) -> int:
    """How many negations a text has; 0 for a language without rules."""
    if language not in NEGATIONS:
        return 0
    return len(NEGATIONS[language].findall(NEUTRAL[language].sub(" ", text)))


def names(text: str) -> list[str]:
    """Words with a capital that no sentence begins with, and those in capitals, each once; none of a text that is shouted.

    Those that stand beside each other are one name: United Kingdom.
    """
    found = [match for match in _WORD.finditer(text) if len(match.group()) > 1]
    shouted = sum(match.group().isupper() for match in found)
    if len(found) > 2 and shouted > len(found) * SHOUTED:
        return []
    together: list[tuple[int, int]] = []
    for match in found:
        if not _is_name(match, text):
            continue
        if together and text[together[-1][1] : match.start()].isspace():
            together[-1] = together[-1][0], match.end()
        else:
            together.append(match.span())
    return list(dict.fromkeys(" ".join(text[start:end].split()) for start, end in together))


def _is_name(match: re.Match[str], text: str) -> bool:
    word, before = match.group(), text[: match.start()]
    if word.isupper():
        return True
    if not word[0].isupper() or word.lower() in DAYS or word.lower() in MONTHS:
        return False
    # French puts l' and d' before the first word of a sentence too.
    start = re.sub(r"[^\W\d_]{1,2}['’]$", "", before)
    return bool(start.strip()) and not _SENTENCE_END.search(start[-8:])


def _names_missing(one: str, other: str) -> list[str]:
    """Names of one text of which a word stands nowhere in the other, capitals, accents and a plural aside."""
    there = set(_folded(other))
    return [name for name in names(one) if not set(_folded(name)) <= there]


def _folded(text: str) -> Iterator[str]:
    for match in _WORD.finditer(text):
        for part in match.group().split("-"):
            yield _plain(part)


def _plain(word: str) -> str:
    spelled = unicodedata.normalize("NFKD", word.casefold())
    return "".join(sign for sign in spelled if not unicodedata.combining(sign)).removesuffix("s")
