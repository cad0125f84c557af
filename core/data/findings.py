"""What can be wrong with a table: every finding has a code, a colour, its rows, a consequence in plain words, one fix at most."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Literal

from core.data.columns import Roles
from core.data.fixes import Fix
from core.words import N_, Words

Level = Literal["good", "warning", "fault"]
"""Green: to know. Amber: to look at. Red: the training will suffer from it."""

TITLES: dict[str, str] = {
    "empty_text": N_("Rows without text: {count}"),
    "empty_label": N_("Rows without label: {count}"),
    "empty_question": N_("Rows without question: {count}"),
    "not_a_number": N_("Rows whose label is no number: {count}"),
    "not_yes_or_no": N_("Rows that say neither yes nor no: {count}"),
    "lost_characters": N_("Rows with lost characters (“�”): {count}"),
    "damaged_text": N_("Rows with damaged accents (“Ã©” for “é”): {count}"),
    "one_label": N_("One label only: “{label}”"),
    "label_spelling": N_("Labels that differ only by case, spaces or accents: {labels}"),
    "own_label": N_("Nearly a label for each row: {labels} labels in {rows} rows"),
    "rare_label": N_("Labels with fewer than {least} rows: {labels}"),
    "rare_of_several": N_("Labels with fewer than {least} rows: {labels}"),
    "outlier": N_("Numbers far from all others, which lie between {low} and {high}: {count} rows"),
    "numbers_apart": N_("The same text with numbers far apart: {count} rows"),
    "copy": N_("Copies of a text: {count} rows"),
    "near_copy": N_("Nearly the same text: {count} rows"),
    "imbalance": N_("“{largest}” has {times} times as many rows as “{smallest}”"),
    "contradiction": N_("The same text under different labels: {count} rows"),
    "near_contradiction": N_("Nearly the same text under different labels: {count} rows"),
    "duplicate": N_("Copies of a text with the same label: {count} rows"),
    "near_duplicate": N_("Nearly the same text with the same label: {count} rows"),
    "leakage": N_("The label stands in the text itself: {labels}"),
    "too_long": N_("Texts longer than the model can read: {count}"),
    "about_too_long": N_("Texts probably longer than the model can read: {count}"),
    "language_mix": N_("Several languages: {languages}"),
    "language_model": N_("The texts are in {language}, and the chosen model reads {known}"),
    "same_question": N_("The question is the same in every row"),
    "question_is_text": N_("The question repeats the text: {count} rows"),
    "personal": N_("Personal data: {kinds}"),
    "formula": N_("Cells that a spreadsheet would take for a formula: {count}"),
}

CONSEQUENCES: dict[str, str] = {
    "empty_text": N_(
        "They are set aside: nothing is learned from them. Fill in the cells in your file if they matter."
    ),
    "empty_label": N_(
        "They are set aside: nothing is learned from them. Fill in the cells in your file if they matter."
    ),
    "empty_question": N_(
        "They are set aside: nothing is learned from them. Fill in the cells in your file if they matter."
    ),
    "not_a_number": N_(
        "They are set aside: nothing is learned from them. Write a number into the cells in your file if they matter."
    ),
    "not_yes_or_no": N_(
        "They are set aside: nothing is learned from them. Write 1 or 0, yes or no, into the cells in your file if they matter."
    ),
    "lost_characters": N_(
        "What stood there was lost before the file came here, and the model reads broken words. Export the table again, as UTF-8."
    ),
    "damaged_text": N_(
        "The model reads “rÃ©clamation” as a word that it has never met. What is certain can be repaired."
    ),
    "one_label": N_("There is nothing to tell apart. Add rows with at least one other label."),
    "label_spelling": N_(
        "Each spelling is a class of its own: the model is asked to tell apart what you hold for the same. "
        "Merged, they take the most frequent spelling."
    ),
    "own_label": N_(
        "The column is probably an identifier or a free text: from a row or two of each label nothing can be learned, and the test cannot judge "
        "them. Choose the column that says to which group a row belongs, merge labels into larger groups in your file, or, where it is a number "
        "or a score, learn it as a number."
    ),
    "rare_label": N_(
        "The model can hardly learn them, and the test has too few of their rows to say how well. "
        "Add rows, or do without these labels."
    ),
    "rare_of_several": N_(
        "The model can hardly learn them, and the test has too few of their rows to say how well. "
        "Add rows, or do without these labels: the rows keep their other labels."
    ),
    "outlier": N_(
        "The scale runs from the lowest number to the highest: one that is wrong stretches it, and all others look alike. "
        "Often it stands for “not known”, or has lost its comma."
    ),
    "numbers_apart": N_(
        "The model is told two different things about one text: it can only answer between them, and is wrong both times."
    ),
    "copy": N_(
        "A copy teaches nothing new and weighs double. Copies always stay on the same side of the split, "
        "so the result is not flattered."
    ),
    "near_copy": N_("If one is learned from and its twin is in the test, the result looks better than it is."),
    "imbalance": N_(
        "A model that always answers the frequent label is often right: judge by macro-F1, not by accuracy. "
        "Rows of the rare labels help most; meanwhile their rows can weigh more in the training."
    ),
    "contradiction": N_("The model is told two opposite things about one text, and one of them counts as its mistake."),
    "near_contradiction": N_(
        "One of the two labels is perhaps wrong, or a few words really decide. Look at them, and correct your file where needed."
    ),
    "duplicate": N_(
        "A copy teaches nothing new and weighs double. Copies always stay on the same side of the split, "
        "so the result is not flattered."
    ),
    "near_duplicate": N_("If one is learned from and its twin is in the test, the result looks better than it is."),
    "leakage": N_(
        "The model may learn to copy the word instead of reading the text, and fail where the word is missing. "
        "If the word will stand in new texts too, nothing is wrong."
    ),
    "too_long": N_(
        "What lies beyond {limit} word pieces is cut off: the model neither learns from it nor sees it later. "
        "Cut such texts into parts if what matters stands at their end."
    ),
    "about_too_long": N_(
        "What lies beyond about {limit} word pieces is cut off: the model neither learns from it nor sees it later. "
        "The lengths were estimated from the number of characters."
    ),
    "language_mix": N_(
        "Each language has to be learned from its own rows. A multilingual model shares between them what it learns; "
        "the others do not."
    ),
    "language_model": N_(
        "It will find patterns in the words, but a model of that language learns better from fewer rows. "
        "Choose one on the Train page."
    ),
    "same_question": N_("It tells the model nothing, and takes room that the text could have."),
    "question_is_text": N_("It tells the model nothing, and takes room that the text could have."),
    "personal": N_(
        "They would be learned from and kept with every training. Masked, “write to anna@example.org” reads “write to [EMAIL]”. "
        "Names and addresses are not recognised."
    ),
    "formula": N_(
        "They are learned from as they are. In the tables that you download here they begin with an apostrophe, "
        "so that no spreadsheet executes them."
    ),
}

FIXES: dict[str, str] = {
    "damaged_text": N_("Repair them"),
    "label_spelling": N_("Merge these spellings"),
    "rare_label": N_("Set their rows aside"),
    "rare_of_several": N_("Do without these labels"),
    "outlier": N_("Set these rows aside"),
    "numbers_apart": N_("Set these rows aside"),
    "copy": N_("Keep one of each"),
    "near_copy": N_("Keep the first of each"),
    "imbalance": N_("Weigh the rare labels up"),
    "contradiction": N_("Set these rows aside"),
    "near_contradiction": N_("Set these rows aside"),
    "duplicate": N_("Keep one of each"),
    "near_duplicate": N_("Keep the first of each"),
    "same_question": N_("Do without the question"),
    "question_is_text": N_("Do without the question"),
    "personal": N_("Mask them"),
}

DONE: dict[str, str] = {
    "damaged_text": N_("Rows with damaged accents, repaired: {count}"),
    "label_spelling": N_("Rows whose label took another spelling: {count}"),
    "rare_label": N_("Rows of rare labels, set aside: {count}"),
    "rare_of_several": N_("Rows that lost a rare label: {count}"),
    "outlier": N_("Rows with a number far from all others, set aside: {count}"),
    "numbers_apart": N_("Rows with one text and numbers far apart, set aside: {count}"),
    "copy": N_("Copies set aside: {count}"),
    "near_copy": N_("Near copies set aside: {count}"),
    "contradiction": N_("Rows with one text under different labels, set aside: {count}"),
    "near_contradiction": N_("Rows with nearly one text under different labels, set aside: {count}"),
    "duplicate": N_("Copies set aside: {count}"),
    "near_duplicate": N_("Near copies set aside: {count}"),
    "same_question": N_("Done without the question, the same in every row"),
    "question_is_text": N_("Done without the question, which repeated the text"),
    "personal": N_("Rows whose personal data are masked: {count}"),
}
"""What a fix has done, for the list in which it can be undone."""

PHRASES = {"languages", "language", "known", "kinds"}
"""Facts whose parts are messages: lists of (name, what stands behind it)."""


@dataclass(frozen=True)
class Setting:
    """What helps while it is learned, not in the table: a field of the settings and its value."""

    name: str
    value: float


@dataclass(frozen=True)
class Finding:
    code: str
    level: Level
    rows: tuple[int, ...] = ()
    """Of the table, from 1, in the order in which they are to be looked at."""
    twins: tuple[int, ...] = ()
    """For each row the one that it resembles, where that is what was found."""
    facts: dict[str, Any] = field(default_factory=dict)
    fix: Fix | Roles | Setting | None = None
    """What one click does: a fix of the table, other roles, or a setting of the next training."""

    def title(self, words: Words) -> str:
        return self._said(TITLES[self.code], words)

    def consequence(self, words: Words) -> str:
        return self._said(CONSEQUENCES[self.code], words)

    def _said(self, message: str, words: Words) -> str:
        facts = {"count": len(self.rows), **self.facts}
        return words.gettext(message).format(**{name: _shown(name, fact, words) for name, fact in facts.items()})


def _shown(name: str, fact: Any, words: Words) -> str:
    if isinstance(fact, int):
        return words.integer(fact)
    if name in PHRASES:
        parts = [(words.gettext(phrase), behind) for phrase, behind in fact]
        return ", ".join(f"{phrase} ({_amount(behind, words)})" if behind else phrase for phrase, behind in parts)
    return str(fact)


def _amount(behind: int | float, words: Words) -> str:
    return words.integer(behind) if isinstance(behind, int) else words.percent(behind, 0)
