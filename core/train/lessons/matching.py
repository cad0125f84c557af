"""Does a question belong to a text? One encoder reads both apart; what belongs together is to lie close (cosine).

The loss is the cross-entropy of the right text among all texts of a batch, those of its other rows and those made for it
(core.train.negatives), and of the question among the questions. A model that reads both at once would have to read every question
with every text to find one.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self, cast

import numpy as np
import pandas as pd
import torch
from torch import Tensor, nn
from torch.utils.checkpoint import checkpoint

from core.errors import UserError
from core.models.encoder import load_encoder
from core.models.layers import layers_of
from core.store.run import RunRecord
from core.train.batches import Encoded, collate, encode, micro_batches
from core.train.calibration import calibrated, sigmoid
from core.train.inference import FloatArray, token_states
from core.train.lesson import Lesson, Progressed
from core.train.matching_metrics import (
    SHARPNESS,
    Candidates,
    Places,
    Ranking,
    Scores,
    candidates,
    histogram,
    pair_scores,
    ranked_and_told,
    ranking,
)
from core.train.negatives import Negatives, fixed, nearest
from core.train.settings import Settings

KEPT = 20_000_000
"""Word pieces times width times layers of a batch whose inner values are kept for the way back; of more, they are computed twice."""
QUESTION = "question_"
"""Before the names of the tensors of the questions."""


@dataclass(frozen=True)
class Part:
    """What is known of the examples that were encoded together."""

    ids: list[str]
    of: Candidates
    texts: list[Encoded]
    questions: list[Encoded]
    made: Places
    """A wrong text for each question, see core.train.negatives.fixed."""
    first: int
    """What stands in "labels" for its first example; the others follow."""


class Matching(Lesson):
    """Outputs: the vector of the question, then that of the text, each of length 1: (inputs, 2 · width)."""

    learned = "id"
    is_probed = False
    negatives: Negatives | None = None
    tokens = 0
    """Word pieces computed together."""
    scale: float = SHARPNESS
    bias: float = 0.0
    """The probability that a question belongs to a text is the sigmoid of scale · cosine + bias. Decided on the validation part."""

    def __init__(self, *known: Any, **more: Any) -> None:
        super().__init__(*known, **more)
        self.known: list[Part] = []

    @classmethod
    def load(cls, record: RunRecord, settings: Settings, folder: Path) -> Self:
        model, tokenizer = load_encoder(folder, settings.dropout)
        layers = layers_of(cast(nn.Module, model))[1]
        if settings.frozen_layers >= layers:
            raise UserError("nothing_learns", model=folder.name, layers=layers)
        return cls(record, settings, model, tokenizer, head_is_new=False)

    def targets(self, labels: Sequence[str]) -> list[Any]:
        """Places along all examples encoded so far: where to look up the rest."""
        first = sum(len(part.ids) for part in self.known)
        return list(range(first, first + len(labels)))

    def encode(self, rows: pd.DataFrame) -> list[Encoded]:
        if not len(rows):
            return []
        of, places = candidates(rows), self.targets(rows[self.learned].tolist())
        longest = self.settings.max_tokens
        texts = encode(self.tokenizer, of.texts, None, longest)
        questions = encode(self.tokenizer, rows["question"].tolist(), None, longest)
        self.known.append(Part(rows["id"].tolist(), of, texts, questions, fixed(of), places[0]))
        return [
            {"input_ids": texts[text]["input_ids"], "labels": place}
            for text, place in zip(of.right.tolist(), places, strict=True)
        ]

    def part_of(self, encoded: Sequence[Encoded]) -> Part:
        return next(part for part in reversed(self.known) if part.first <= encoded[0]["labels"])

    def learn_from(self, encoded: Sequence[Encoded], progressed: Progressed = lambda done: None) -> None:
        """Finds the texts near each other, as the model sees them before its first step."""
        part, near = self.part_of(encoded), None
        if self.settings.hard_share > 0:
            near = nearest(part.of, self.vectors(part.texts, progressed, bf16=False))
        self.negatives = Negatives(part.of, near, self.settings.seed)

    def collate(self, encoded: list[Encoded]) -> dict[str, Tensor]:
        """The questions of the batch; each of their texts once, and as many made for each as wanted, in the order of their length.

        labels: the place of each question's text; wrong: (questions, texts), see Candidates.is_wrong.
        """
        assert self.negatives is not None
        part, settings = self.part_of(encoded), self.settings
        rows = np.array([entry["labels"] - part.first for entry in encoded], np.int64)
        rows = np.array(sorted(rows.tolist(), key=lambda row: len(part.questions[row]["input_ids"])), np.int64)
        asked = sorted(set(part.of.right[rows].tolist()))
        made = [self.negatives.drawn(text, settings.negatives, settings.hard_share, self.epoch) for text in asked]
        texts = list(dict.fromkeys([*asked, *(text for some in made for text in some)]))
        texts.sort(key=lambda text: (len(part.texts[text]["input_ids"]), text))
        questions = collate(self.tokenizer, [part.questions[row] for row in rows.tolist()])
        place_of = {text: place for place, text in enumerate(texts)}
        return {
            **collate(self.tokenizer, [part.texts[text] for text in texts]),
            **{QUESTION + name: tensor for name, tensor in questions.items()},
            "labels": torch.tensor([place_of[text] for text in part.of.right[rows].tolist()]),
            "wrong": torch.from_numpy(part.of.is_wrong(rows)[:, texts]),
        }

    def parts(self, batch: dict[str, Tensor], tokens: int) -> list[dict[str, Tensor]]:
        """The whole batch, for every question is told from all texts of it; `loss` reads it in parts of so many word pieces."""
        self.tokens = tokens
        return [batch]

    def loss(self, model: nn.Module, part: dict[str, Tensor]) -> Tensor:
        known = ("input_ids", "attention_mask", "token_type_ids")
        texts = self._read(model, {name: part[name] for name in known if name in part})
        questions = self._read(model, {name: part[QUESTION + name] for name in known if QUESTION + name in part})
        labels, wrong = part["labels"], part["wrong"]
        cosines = SHARPNESS * questions @ texts.T
        is_right = nn.functional.one_hot(labels, cosines.shape[1]).bool()
        among_texts = cosines.masked_fill(~(wrong | is_right), -torch.inf)
        # A question is told from those that do not belong to its text.
        counted = wrong[:, labels] | torch.eye(len(labels), dtype=torch.bool, device=labels.device)
        among_questions = cosines[:, labels].masked_fill(~counted, -torch.inf)
        found = nn.functional.cross_entropy(among_texts, labels)
        own = torch.arange(len(labels), device=labels.device)
        return (found + nn.functional.cross_entropy(among_questions.T, own)) / 2

    def _read(self, model: nn.Module, batch: dict[str, Tensor]) -> Tensor:
        config = self.model.config
        size = batch["input_ids"].numel() * config.hidden_size * config.num_hidden_layers
        parts = micro_batches(batch, max(self.tokens, 1))
        if size <= KEPT:
            return torch.cat([mean_states(model, part) for part in parts])
        # Only vectors are kept; on the way back each part is read once more (Gao et al. 2021, "GradCache").
        return torch.cat([checkpoint(mean_states, model, part, use_reentrant=False) for part in parts])

    def vectors(self, encoded: list[Encoded], progressed: Progressed, *, bf16: bool) -> FloatArray:
        """(inputs, width), rows of length 1."""
        _, mean = token_states(self.model, self.tokenizer, encoded, bf16, progressed)
        found: FloatArray = mean / np.maximum(np.linalg.norm(mean, axis=1, keepdims=True), 1e-12)
        return found

    def outputs(
        self, encoded: list[Encoded], progressed: Progressed = lambda done: None, *, bf16: bool = False
    ) -> FloatArray:
        part = self.part_of(encoded)
        found = self.vectors([*part.questions, *part.texts], progressed, bf16=bf16)
        questions, texts = found[: len(part.questions)], found[len(part.questions) :]
        return np.concatenate([questions, texts[part.of.right]], axis=1)

    def figures(self, encoded: list[Encoded], outputs: FloatArray) -> dict[str, float]:
        """While it learns, with the threshold that is right for this very part."""
        return self._figures(self.part_of(encoded), outputs, self.calibration(encoded, outputs))

    def _figures(self, part: Part, outputs: FloatArray, calibration: tuple[float, float]) -> dict[str, float]:
        scores = scores_of(part, outputs)
        ranked = ranking(part.of, scores, SHARPNESS)
        scale, bias = calibration
        return ranked_and_told(ranked, *pair_scores(part.of, scores, part.made), threshold=-bias / scale)

    def calibration(self, encoded: list[Encoded], outputs: FloatArray) -> tuple[float, float]:
        part = self.part_of(encoded)
        return calibrated(*pair_scores(part.of, scores_of(part, outputs), part.made))

    def settle(self, encoded: list[Encoded], outputs: FloatArray) -> None:
        self.scale, self.bias = self.calibration(encoded, outputs)

    def settle_as(self, from_folds: dict[str, Any]) -> None:
        self.scale, self.bias = from_folds["matching"]["scale"], from_folds["matching"]["bias"]

    def report(self, encoded: list[Encoded], outputs: FloatArray) -> dict[str, Any]:
        part = self.part_of(encoded)
        found = self._figures(part, outputs, (self.scale, self.bias))
        ranks = histogram(self.ranked(part, outputs).rank)
        return {"rows": len(encoded), "texts": len(part.of.texts), **found, "ranks": ranks}

    def ranked(self, part: Part, outputs: FloatArray) -> Ranking:
        return ranking(part.of, scores_of(part, outputs), SHARPNESS)

    def predictions(self, rows: pd.DataFrame, outputs: FloatArray) -> pd.DataFrame:
        """predicted: id of an example with the text that comes first; rank of the right text; probabilities of both texts."""
        part = next(part for part in reversed(self.known) if part.ids == rows["id"].tolist())
        ranked = self.ranked(part, outputs)
        example_of = [part.ids[int(questions[0])] for questions in part.of.questions_of()]
        found = {
            "predicted": [example_of[text] for text in ranked.first.tolist()],
            "rank": ranked.rank,
            "probability": sigmoid(self.scale * ranked.score + self.bias),
            "first_probability": sigmoid(self.scale * ranked.first_score + self.bias),
        }
        return pd.DataFrame(found, index=rows.index)

    def facts(self) -> dict[str, Any]:
        return {"matching": {"scale": self.scale, "bias": self.bias}}

    def save(self, folder: Path) -> None:
        self.model.config.matching = {"pooling": "mean", "scale": self.scale, "bias": self.bias}
        super().save(folder)


def mean_states(model: nn.Module, batch: dict[str, Tensor]) -> Tensor:
    """Mean of the last states over the word pieces of each input, of length 1: (inputs, width)."""
    states = model(**batch).last_hidden_state.float()
    real = batch["attention_mask"].unsqueeze(-1)
    return nn.functional.normalize((states * real).sum(dim=1) / real.sum(dim=1), dim=-1)


def scores_of(part: Part, outputs: FloatArray) -> Scores:
    """Cosines, from the outputs of the part."""
    questions, rights = np.split(outputs, 2, axis=1)
    texts = np.zeros((len(part.of.texts), rights.shape[1]), np.float32)
    texts[part.of.right] = rights
    return lambda rows: questions[rows] @ texts.T
