"""The judgement of paraphrases: what is kept, what is new, what went wrong, and one number to sort them by.

Doubt is `1 - similarity` (0.5 where no model read the texts) plus the weight of each kind of flag (WEIGHTS in flags). From 0:
nothing speaks against it. What is hardly new is not doubtful; the threshold of novelty is for that.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence, Set
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from core.augment.flags import WEIGHTS, Flag
from core.augment.losses import losses
from core.augment.novelty import length_ratio, novelty, word_edits
from core.augment.similarity import Heard, Reader, ignored, likeness
from core.data.kin import content_key
from core.data.language import detected
from core.data.near import near_references

SHORTEST, LONGEST = 0.6, 1.7
"""Lengths for one of the origin's beyond which a paraphrase is flagged."""
ENOUGH_TO_MEASURE = 20
"""Characters under which a ratio of lengths says nothing."""
ENOUGH_TO_READ = 60
"""Characters under which the language is not asked for: two words belong to any."""
UNREAD = 0.5
"""Doubt where no model read the texts."""


@dataclass(frozen=True)
class Pair:
    """A row and what came back; a question that is no part of the task is ""."""

    origin_id: str
    origin_text: str
    text: str
    origin_question: str = ""
    question: str = ""


@dataclass(frozen=True)
class Judgement:
    similarity: float | None
    """Cosine in [-1, 1], the smaller one where text and question were both translated; None without a reader."""
    novelty: float
    """1 − chrF in [0, 1], of text and question together."""
    edits: float
    """Words changed, a share in [0, 1]."""
    flags: tuple[Flag, ...]
    doubt: float

    def stored(self) -> dict[str, Any]:
        """Columns of ParaphraseRow."""
        flags = [flag.stored() for flag in self.flags]
        return {"similarity": self.similarity, "novelty": self.novelty, "doubt": self.doubt, "flags": flags}


@dataclass
class Surroundings:
    """The rows beside which a paraphrase is judged; it remembers the paraphrases that it has met."""

    rows: Iterable[tuple[str, str, str]] = ()
    """Id, text and question of every example."""
    held_out: Sequence[tuple[str, str, str]] = ()
    """The same of the rows in validation or test."""
    made: Iterable[tuple[str, str]] = ()
    """Text and question of the paraphrases that there are already."""
    _known: dict[str, str] = field(default_factory=dict, init=False)
    _made: set[str] = field(default_factory=set, init=False)

    def __post_init__(self) -> None:
        for identifier, text, question in self.rows:
            self._known.setdefault(content_key(text, question), identifier)
        self._made |= {content_key(text, question) for text, question in self.made}

    def flag(self, pair: Pair) -> Flag | None:
        """Whether it repeats its origin, a row, or a paraphrase met before."""
        key = content_key(pair.text, pair.question)
        if key == content_key(pair.origin_text, pair.origin_question):
            return Flag("unchanged")
        if key in self._known:
            return Flag("same_as_row", {"row": row_number(self._known[key])})
        if key in self._made:
            return Flag("same_as_paraphrase")
        self._made.add(key)
        return None

    def near_held_out(self, pairs: Sequence[Pair]) -> dict[int, str]:
        """Places of pairs that say nearly what a row of validation or test says, with the id of that row."""
        if not self.held_out or not pairs:
            return {}
        texts = [_together(pair.text, pair.question) for pair in pairs]
        references = [_together(text, question) for _, text, question in self.held_out]
        return {place: self.held_out[found][0] for place, found in near_references(texts, references).items()}


def judge(
    pairs: Sequence[Pair], language: str, around: Surroundings, reader: Reader | None, heard: Heard = ignored
) -> list[Judgement]:
    """One judgement for each pair, in order.

    language: ISO 639-1 code of the originals. reader: None judges without similarity. heard: called with the share that was read.
    """
    similarities: Sequence[float | None] = (
        similarities_of(pairs, reader, heard) if reader is not None else [None] * len(pairs)
    )
    near = around.near_held_out(pairs)
    found = []
    for place, pair in enumerate(pairs):
        before, after = _together(pair.origin_text, pair.origin_question), _together(pair.text, pair.question)
        flags = [flag for flag in (around.flag(pair),) if flag is not None]
        if place in near and not any(flag.code == "unchanged" for flag in flags):
            flags.append(Flag("near_held_out", {"row": row_number(near[place])}))
        flags += losses(before, after, language)
        flags += _length(before, after)
        flags += _language(pair, language)
        new = novelty(before, after)
        doubt = doubt_of(similarities[place], {flag.code for flag in flags})
        found.append(Judgement(similarities[place], new, word_edits(before, after), tuple(flags), doubt))
    return found


def row_number(identifier: str) -> str:
    """Of an example's id, as people count the rows: "r12" is row 12."""
    return identifier.removeprefix("r")


def similarities_of(pairs: Sequence[Pair], reader: Reader, heard: Heard = ignored) -> list[float]:
    """What each pair keeps of the meaning, see Judgement.similarity."""
    texts = [(pair.origin_text, pair.text) for pair in pairs]
    asked = [place for place, pair in enumerate(pairs) if pair.origin_question != pair.question]
    questions = [(pairs[place].origin_question, pairs[place].question) for place in asked]
    cosines = likeness(partial(reader.embed, heard=heard), texts + questions)
    found = cosines[: len(texts)]
    for place, cosine in zip(asked, cosines[len(texts) :], strict=True):
        found[place] = min(cosine, cosines[place])
    return found


def _length(before: str, after: str) -> list[Flag]:
    ratio = length_ratio(before, after)
    if max(len(before), len(after)) < ENOUGH_TO_MEASURE or SHORTEST <= ratio <= LONGEST:
        return []
    return [Flag("shorter" if ratio < 1 else "longer", {"percent": round(ratio * 100)})]


def _language(pair: Pair, language: str) -> list[Flag]:
    """A language other than expected, where the origin itself is known to be in the right one."""
    for before, after in ((pair.origin_text, pair.text), (pair.origin_question, pair.question)):
        if before == after or len(after) < ENOUGH_TO_READ:
            continue
        found = detected(after, language)
        if found not in (None, language) and detected(before, language) == language:
            return [Flag("language", {"language": str(found)})]
    return []


def doubt_of(similarity: float | None, kinds: Set[str]) -> float:
    """kinds: codes of the flags, each once; one that this version does not know weighs nothing."""
    meaning = UNREAD if similarity is None else 1 - min(similarity, 1.0)
    return round(meaning + sum(WEIGHTS.get(code, 0.0) for code in sorted(kinds)), 4)


def _together(text: str, question: str) -> str:
    return f"{text}\n{question}" if question else text
