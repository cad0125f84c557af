"""A paraphrase beside the text that it came from, as HTML: what differs is marked by a line and a colour, what is odd is said."""

from __future__ import annotations

from html import escape
from typing import Any

from core.augment.chosen import label_of
from core.augment.differences import Piece, differences
from core.augment.flags import told
from core.augment.novelty import length_ratio, texts_of, word_edits
from core.store.paraphrase_rows import ParaphraseRow
from core.words import N_, NO_BREAK_SPACE, Words

SHOWN = 3_000
"""Characters of a text that are shown; the editor has it whole."""

DECISIONS = {
    "undecided": N_("to decide"),
    "accepted": N_("accepted"),
    "rejected": N_("rejected"),
    "edited": N_("accepted in your words"),
}


def state_of(row: ParaphraseRow) -> str:
    """undecided, accepted, rejected or edited."""
    return "edited" if row.decision == "accepted" and row.edited else row.decision or "undecided"


def path_words(path: str) -> str:
    """A path, on one line: fr → ca → fr."""
    return f"{NO_BREAK_SPACE}→{NO_BREAK_SPACE}".join(path.split(">"))


def card(row: ParaphraseRow, words: Words) -> dict[str, Any]:
    """What the browser shows of a paraphrase, and the texts for its editor. Every text of the table is escaped."""
    _ = words.gettext
    text = row.final_text if row.final_text is not None else row.text or ""
    question = row.final_question if row.final_question is not None else row.question or ""
    title = _("Row {row}, {path}, {decision}")
    decision = state_of(row)
    return {
        "id": row.id,
        "decision": decision,
        "title": title.format(
            row=row.origin.removeprefix("r"), path=path_words(row.path), decision=_(DECISIONS[decision])
        ),
        "html": _html(row, text, question, words),
        "text": text,
        "question": question if row.origin_question else "",
    }


def _html(row: ParaphraseRow, text: str, question: str, words: Words) -> str:
    _ = words.gettext
    before, after = _marked(row.origin_text, text)
    if row.origin_question or question:
        asked_before, asked_after = _marked(row.origin_question, question)
        before += f"<p class='asked'>{asked_before}</p>"
        after += f"<p class='asked'>{asked_after}</p>"
    # What came back was measured, not the words that a person put in its place.
    is_measured = state_of(row) != "edited"
    flags = "".join(f"<li>{escape(told(flag, words))}</li>" for flag in row.flags or [] if is_measured)
    where = _("row {row}").format(row=row.origin.removeprefix("r"))
    about = [where, path_words(row.path), label_of(row.engine), row.label]
    facts = "".join(f"<span>{escape(fact)}</span>" for fact in about if fact)
    both = texts_of(row)
    measures = "".join(
        f"<span><b>{escape(value)}</b> {escape(name)}</span>"
        for name, value in (
            (_("of the meaning kept"), _share(row.similarity, words)),
            (_("new"), _share(row.novelty, words)),
            (_("of the words changed"), _share(word_edits(*both), words)),
            (_("of the length"), _share(length_ratio(*both), words)),
        )
        if value and is_measured
    )
    return (
        f"<div class='about'>{facts}<span class='decision'>{escape(_(DECISIONS[state_of(row)]))}</span></div>"
        f"<div class='both'><div class='side' lang='{escape(row.path.split('>')[0])}'>{before}</div>"
        f"<div class='side' lang='{escape(row.path.split('>')[0])}'>{after}</div></div>"
        f"<div class='below'><div class='measures'>{measures}</div><ul class='flags'>{flags}</ul><div class='acts'></div></div>"
    )


def _share(value: float | None, words: Words) -> str:
    return "" if value is None else words.percent(max(value, 0.0), 0)


def _marked(before: str, after: str) -> tuple[str, str]:
    gone, new = differences(_cut(before), _cut(after))
    return _tagged(gone, "del"), _tagged(new, "ins")


def _tagged(pieces: list[Piece], tag: str) -> str:
    found = (f"<{tag}>{escape(piece.text)}</{tag}>" if piece.differs else escape(piece.text) for piece in pieces)
    return "".join(found).replace("\n", "<br>")


def _cut(text: str) -> str:
    return text if len(text) <= SHOWN else text[: SHOWN - 1] + "…"
