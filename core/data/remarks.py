"""What is said of a training before it begins, for no figure will tell: by the Train page, and by the command line on its error output."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from core.data.columns import TaskName
from core.data.examples import Tally
from core.data.findings import CONSEQUENCES, TITLES
from core.data.folds import named as first_of
from core.data.health_labels import own_labels
from core.data.test_rows import TestFacts
from core.data.unjudged import Unjudged, named
from core.words import N_, Words

SHARES = {"most": 1, "share": 0}
"""Facts in [0, 1], and the digits that are shown of them in percent."""
MOST_OF_ONE = 0.5
"""Share of the questions about one text from which on that is said."""

ALONE = N_(
    "Labels with one row only, or whose rows say the same or are kept together: {count} ({labels}). They are learned from, so "
    "neither validation nor the test can say whether the model knows these labels. Add rows, merge these labels with others, "
    "or set their rows aside on the Data page."
)
NEVER = N_(
    "Labels of which no row is in validation or test: {count} ({labels}). No figure says whether the model knows them."
)
NOT_IN_VALIDATION = N_(
    "Labels of which no row is in validation: {count} ({labels}). The training is watched without them."
)
NOT_IN_TEST = N_(
    "Labels of which no row is in the test: {count} ({labels}). It cannot say whether the model knows them."
)
NOT_LEARNED = N_("Labels that no row to learn from has: {count} ({labels}). Every answer to their rows is wrong.")
MORE_ROWS = N_("More rows of these labels help, or larger shares.")
SCARCE = N_("Labels with fewer rows than folds: {count} ({labels}). Some folds will not ask for them.")
ONE_TEXT = N_(
    "{share} of the questions are about one and the same text: they teach little of how to tell texts apart. "
    "Add questions about other texts."
)
CUT = N_(
    "Every text is longer than {longest} word pieces, so the model would read only the beginning of each. "
    "Raise the longest input in the settings; this model reads up to {most}."
)
CUT_BY_THE_MODEL = N_(
    "Every text is longer than the {longest} word pieces that can be read at once, so the model would read only the beginning of "
    "each. Where what matters does not stand there, cut the texts into parts, or shorten them, in your file."
)
UNSEEN = N_(
    "Test rows with labels that no row to learn from has: {rows} ({labels}). Every answer to them is wrong, so the accuracy "
    "can reach {most} at most. Add rows with these labels, or correct their names."
)
UNSEEN_OF_SEVERAL = N_(
    "Test rows with labels that no row to learn from has: {rows} ({labels}). The model never gives these labels, so at most {most} of the "
    "rows can be exactly right. Add rows with these labels, or correct their names."
)
OUTSIDE = N_(
    "Test rows with a number outside those of the table, which go from {low} to {high}: {rows}. Every answer stays within these bounds, so "
    "none of these rows can be answered right. Add rows with such numbers to the table, or correct them in the test file."
)


@dataclass(frozen=True)
class Remark:
    message: str
    """An English msgid, as is the title."""
    facts: Mapping[str, int | float | str] = field(default_factory=dict)
    title: str = ""
    is_loud: bool = True
    """Whether it warns; else it is good to know."""

    def heading(self, words: Words) -> str:
        return words.gettext(self.title).format(**self._shown(words, str)) if self.title else ""

    def sentence(self, words: Words, written: Callable[[str], str] = str) -> str:
        """written: how names that people gave are put where it is shown."""
        return words.gettext(self.message).format(**self._shown(words, written))

    def _shown(self, words: Words, written: Callable[[str], str]) -> dict[str, str]:
        return {
            name: written(fact)
            if isinstance(fact, str)
            else words.integer(fact)
            if isinstance(fact, int)
            else words.percent(fact, SHARES[name])
            if name in SHARES
            else words.number(fact)
            for name, fact in self.facts.items()
        }


def of_unjudged(found: Unjudged, *, is_file: bool) -> list[Remark]:
    """What the parts cannot judge. is_file: whether the test is a file, whose strange labels are told of with the file."""
    loud = [Remark(ALONE, _labels(found.alone))] if found.alone else []
    quiet = [
        (found.never, NEVER),
        (found.not_in_validation, NOT_IN_VALIDATION),
        (found.not_in_test, NOT_IN_TEST),
        ((), NOT_LEARNED) if is_file else (found.not_learned, NOT_LEARNED),
    ]
    told = [Remark(message, _labels(labels), is_loud=False) for labels, message in quiet if labels]
    return [*loud, *told, *([Remark(MORE_ROWS, is_loud=False)] if told else [])]


def of_labels(labels: int, rows: int) -> list[Remark]:
    """Where nearly every row has a label of its own."""
    found = own_labels(labels, rows)
    return (
        [Remark(CONSEQUENCES[found.code], {"labels": labels, "rows": rows}, TITLES[found.code])]
        if found is not None
        else []
    )


def of_texts(tally: Tally) -> list[Remark]:
    """Where questions are to find their text and most are about one."""
    share = tally.most_of_a_text / tally.used if tally.used else 0.0
    return [Remark(ONE_TEXT, {"share": share})] if share > MOST_OF_ONE else []


def of_lengths(tokens: list[int], longest: int, most: int) -> list[Remark]:
    """Where the model would read the beginning of every text only. tokens: word pieces of each input; most: what it can read at once."""
    if not tokens or min(tokens) <= longest:
        return []
    return [Remark(CUT if longest < most else CUT_BY_THE_MODEL, {"longest": longest, "most": most})]


def of_folds(scarce: list[str]) -> list[Remark]:
    """scarce: labels of which some folds have no row."""
    return [Remark(SCARCE, {"count": len(scarce), "labels": first_of(scarce)}, is_loud=False)] if scarce else []


def of_test_file(told: TestFacts, task: TaskName) -> list[Remark]:
    """What the rows of a test file ask that no answer can give."""
    found = []
    if told.unseen_rows:
        message = UNSEEN_OF_SEVERAL if task == "several_labels" else UNSEEN
        facts: dict[str, int | float | str] = {
            "rows": told.unseen_rows,
            "labels": first_of(list(told.unseen)),
            "most": 1 - told.unseen_rows / told.rows,
        }
        found.append(Remark(message, facts))
    if told.outside and told.scale is not None:
        low, high = told.scale
        found.append(Remark(OUTSIDE, {"rows": told.outside, "low": float(low), "high": float(high)}))
    return found


def _labels(labels: tuple[str, ...]) -> dict[str, int | float | str]:
    return {"count": len(labels), "labels": named(labels)}
