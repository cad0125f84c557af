"""Words hidden from a model that is to guess them: whole words, a seventh of a text (Devlin et al. 2019, and its whole-word variant)."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor
from transformers import PreTrainedTokenizerBase

SHARE = 0.15
"""Of the word pieces of a text; never less than one word."""
HIDDEN, REPLACED = 0.8, 0.1
"""Of the pieces chosen: those that become the mask, and those that become any piece. The rest stays as it is."""
UNASKED = -100
"""The target of a piece that is not to be guessed."""

Words = list[list[int]]
"""The places of the pieces of each word of an input."""


def words_of(tokenizer: PreTrainedTokenizerBase, texts: list[str], questions: list[str] | None, longest: int) -> Any:
    """Encoded inputs, each with "words"; inputs without a word are left out."""
    rows = (texts, questions) if questions is not None else (texts,)
    encoded = tokenizer(*rows, truncation="longest_first" if questions is not None else True, max_length=longest)
    found = []
    for place in range(len(texts)):
        entry = {name: encoded[name][place] for name in encoded}
        words: dict[Any, list[int]] = {}
        if encoded.is_fast:
            of_word, of_text = encoded.word_ids(place), encoded.sequence_ids(place)
            for piece, word in enumerate(of_word):
                if word is not None:
                    words.setdefault((of_text[piece], word), []).append(piece)
        else:
            special = set(tokenizer.all_special_ids)
            words = {piece: [piece] for piece, number in enumerate(entry["input_ids"]) if number not in special}
        if words:
            found.append({**entry, "words": list(words.values())})
    return found


def hide(
    batch: dict[str, Tensor], words: list[Words], mask: int, pieces: int, chance: torch.Generator
) -> dict[str, Tensor]:
    """The batch with some words hidden, and "labels" of its shape: the pieces to be guessed, UNASKED elsewhere.

    mask: the number of the mask; pieces: how many there are to put in a chosen one's place.
    """
    ids = batch["input_ids"].clone()
    labels = torch.full_like(ids, UNASKED)
    for row, groups in enumerate(words):
        wanted = max(1, round(SHARE * sum(map(len, groups))))
        taken = 0
        for place in torch.randperm(len(groups), generator=chance).tolist():
            if taken >= wanted:
                break
            for piece in groups[place]:
                labels[row, piece] = ids[row, piece]
                draw = float(torch.rand((), generator=chance))
                if draw < HIDDEN:
                    ids[row, piece] = mask
                elif draw < HIDDEN + REPLACED:
                    ids[row, piece] = int(torch.randint(pieces, (), generator=chance))
            taken += len(groups[place])
    return {**batch, "input_ids": ids, "labels": labels}
