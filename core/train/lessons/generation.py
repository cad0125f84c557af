"""A question about a text, written word piece by word piece by an encoder-decoder."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Self, cast

import numpy as np
import pandas as pd
import torch
from torch import Tensor, nn

from core.models.seq2seq import load_seq2seq
from core.store.run import SAMPLES, Run, RunRecord
from core.train.batches import Encoded, by_length, collate
from core.train.inference import FloatArray
from core.train.lesson import Lesson, Progressed
from core.train.question_metrics import likeness, mean_likeness
from core.train.settings import Settings
from core.train.writing import MOST, write

LOOKED_AT = 48
"""Rows for which a question is written at each evaluation; at the end it is done for all."""
SHOWN = 3
"""Of them, kept to be shown while it learns."""
IGNORED = -100
"""What the loss passes over, in the convention of torch."""
UNKNOWN = -1.0
"""In the columns of a row for which nothing was written."""


class Generation(Lesson):
    """Outputs: mean loss over the word pieces of the true question, chrF in [0, 100] and ROUGE-L in [0, 1] of the one written."""

    learned = "question"
    is_probed = False
    is_over = False
    written: dict[str, str]
    """By text, what was written last."""

    @classmethod
    def load(cls, record: RunRecord, settings: Settings, folder: Path) -> Self:
        model, tokenizer, is_new = load_seq2seq(folder, settings.dropout)
        lesson = cls(record, settings, model, tokenizer, head_is_new=is_new)
        lesson.written = {}
        return lesson

    def encode(self, rows: pd.DataFrame) -> list[Encoded]:
        encoded = super().encode(rows)
        for entry, text, question in zip(encoded, rows["text"], rows["question"], strict=True):
            entry["text"], entry["question"] = text, question
        return encoded

    def targets(self, labels: Sequence[str]) -> list[Any]:
        """The word pieces of each question, without the start that the model itself puts before them."""
        pieces = self.tokenizer(text_target=list(labels), truncation=True, max_length=MOST)["input_ids"]
        start = self.model.config.decoder_start_token_id
        return [list(each[1:] if each and each[0] == start else each) for each in pieces]

    def length(self, entry: Encoded) -> int:
        return len(entry["input_ids"]) + len(entry["labels"])

    def collate(self, encoded: list[Encoded]) -> dict[str, Tensor]:
        ranked = sorted(encoded, key=lambda entry: len(entry["input_ids"]))
        batch = collate(self.tokenizer, [_without_labels(entry) for entry in ranked])
        longest = max(len(entry["labels"]) for entry in ranked)
        filled = [entry["labels"] + [IGNORED] * (longest - len(entry["labels"])) for entry in ranked]
        return batch | {"labels": torch.tensor(filled)}

    def loss(self, model: nn.Module, part: dict[str, Tensor]) -> Tensor:
        return self._losses(model, part).mean()

    def _losses(self, model: nn.Module, part: dict[str, Tensor]) -> Tensor:
        """Of each row, the mean over the word pieces of its question: long questions count like short ones, and parts of a batch add up."""
        labels = part["labels"]
        texts = {name: tensor for name, tensor in part.items() if name not in ("labels", "token_type_ids")}
        starts = int(self.model.config.decoder_start_token_id)
        shifted = torch.cat([torch.full_like(labels[:, :1], starts), labels[:, :-1]], dim=1)
        pad = self.tokenizer.pad_token_id
        found = model(
            **texts, decoder_input_ids=shifted.masked_fill(shifted == IGNORED, cast(int, pad)), use_cache=False
        )
        each = nn.functional.cross_entropy(
            found.logits.float().transpose(1, 2), labels, ignore_index=IGNORED, reduction="none"
        )
        return each.sum(dim=1) / (labels != IGNORED).sum(dim=1).clamp(min=1)

    def outputs(
        self, encoded: list[Encoded], progressed: Progressed = lambda done: None, *, bf16: bool = False
    ) -> FloatArray:
        found = np.full((len(encoded), 3), UNKNOWN, dtype=np.float32)
        if not encoded:
            return found
        self.model.train(False)
        device = self.model.device
        done = 0
        with torch.inference_mode(), torch.autocast(device.type, torch.bfloat16, enabled=bf16):
            for places in by_length(encoded):
                # Not collated by length: a row of the answer is a row of the batch.
                ranked = sorted(places, key=lambda place: len(encoded[place]["input_ids"]))
                batch = self.collate([encoded[place] for place in ranked])
                losses = self._losses(
                    cast(nn.Module, self.model), {name: tensor.to(device) for name, tensor in batch.items()}
                )
                found[ranked, 0] = losses.float().cpu().numpy()
                done += len(places)
                progressed(done)
        chosen = range(len(encoded)) if self.is_over else _some(len(encoded))
        texts = list(dict.fromkeys(encoded[place]["text"] for place in chosen))
        pieces = {entry["text"]: _without_labels(entry) for entry in encoded}
        # As precise as asked for, whether the Trainer has put its own precision on the model (while it learns) or not (resumed).
        with torch.autocast(device.type, torch.bfloat16, enabled=bf16):
            questions = write(self.model, self.tokenizer, [pieces[text] for text in texts], lambda _: progressed(done))
        self.written |= dict(zip(texts, questions, strict=True))
        for place in chosen:
            entry = encoded[place]
            found[place, 1:] = likeness(entry["question"], self.written[entry["text"]])
        return found

    def figures(self, encoded: list[Encoded], outputs: FloatArray) -> dict[str, float]:
        compared = outputs[outputs[:, 1] >= 0]
        return {"loss": float(outputs[:, 0].mean()), **mean_likeness(compared[:, 1:])}

    def settle(self, encoded: list[Encoded], outputs: FloatArray) -> None:
        self.is_over = True

    def keep(self, run: Run, encoded: list[Encoded], step: int, epoch: float) -> None:
        """samples.jsonl: what it writes about the same rows, as it learns."""
        with (run.folder / SAMPLES).open("a", encoding="utf-8") as file:
            for place in _some(len(encoded))[:SHOWN]:
                entry = encoded[place]
                line = {"step": step, "epoch": round(epoch, 4), "text": entry["text"], "question": entry["question"]}
                file.write(json.dumps(line | {"written": self.written[entry["text"]]}, ensure_ascii=False) + "\n")

    def report(self, encoded: list[Encoded], outputs: FloatArray) -> dict[str, Any]:
        """rows: those for which a question was written, all of them unless the training was stopped; chrf and rouge_l are theirs."""
        return {"rows": int((outputs[:, 1] >= 0).sum()), **self.figures(encoded, outputs)}

    def predictions(self, rows: pd.DataFrame, outputs: FloatArray) -> pd.DataFrame:
        written = [self.written[text] for text in rows["text"]]
        return pd.DataFrame(
            {"predicted": written, "loss": outputs[:, 0], "chrf": outputs[:, 1], "rouge_l": outputs[:, 2]},
            index=rows.index,
        )


def _without_labels(entry: Encoded) -> Encoded:
    return {name: value for name, value in entry.items() if name != "labels"}


def _some(count: int) -> list[int]:
    """Places of at most LOOKED_AT rows, evenly taken."""
    return [int(place) for place in np.unique(np.linspace(0, count - 1, min(count, LOOKED_AT)).astype(int))]
