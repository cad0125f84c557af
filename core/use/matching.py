"""A model that knows which question belongs to which text, ready to be asked. Imports torch: never from a page."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from transformers import AutoModel, AutoTokenizer

from core.errors import UserError
from core.home import write_whole
from core.store.run import Run, open_run
from core.train.batches import encode
from core.train.calibration import sigmoid
from core.train.inference import FloatArray, token_states

MOST_TEXTS = 5000
"""Texts of the table that a question is compared with: reading more takes minutes on a processor."""


class Matcher:
    """Reads questions and texts apart."""

    def __init__(self, run: Run) -> None:
        """Raises UserError: run_not_found, run_not_finished."""
        record = open_run(run.project_id, run.id).record()
        if not run.has_model():
            raise UserError("run_not_finished", run=record.number)
        self.run = run
        self.max_tokens = int(record.settings["max_tokens"])
        self.model = AutoModel.from_pretrained(run.model_folder, use_safetensors=True, attn_implementation="eager")
        self.tokenizer = AutoTokenizer.from_pretrained(run.model_folder)
        known = self.model.config.matching
        self.scale, self.bias = float(known["scale"]), float(known["bias"])
        self._table: tuple[list[str], FloatArray] | None = None

    def probabilities(self, texts: list[str], questions: list[str] | None) -> FloatArray:
        """That each question belongs to the text beside it: (texts, 1)."""
        assert questions is not None
        different = list(dict.fromkeys([*texts, *questions]))
        place = {text: number for number, text in enumerate(different)}
        vectors = self.vectors(different)
        cosines = (vectors[[place[text] for text in texts]] * vectors[[place[text] for text in questions]]).sum(axis=1)
        return self.shares(cosines)[:, None]

    def find(self, question: str, most: int) -> list[tuple[str, float]]:
        """The texts of the table to which it belongs most likely, the likeliest first, each with its probability."""
        texts, vectors = self.table()
        shares = self.shares(vectors @ self.vectors([question])[0])
        return [(texts[place], float(shares[place])) for place in np.argsort(-shares, kind="stable")[:most].tolist()]

    def table(self) -> tuple[list[str], FloatArray]:
        """The different texts that the training was given, and their vectors, which are kept in the run's folder."""
        if self._table is None:
            examples = self.run.examples()
            texts = examples.loc[examples["origin"] == "", "text"].drop_duplicates().tolist()[:MOST_TEXTS]
            kept = self._kept()
            vectors = np.load(kept, allow_pickle=False) if kept.exists() else None
            if vectors is None or len(vectors) != len(texts):
                vectors = self.vectors(texts)
                for old in self.run.folder.glob("vectors-*.npy"):
                    old.unlink(missing_ok=True)
                write_whole(kept, lambda aside: _save(aside, vectors))
            self._table = texts, vectors
        return self._table

    def _kept(self) -> Path:
        """Another name for another model: a training that is resumed ends with new weights."""
        return self.run.folder / f"vectors-{(self.run.model_folder / 'model.safetensors').stat().st_mtime_ns}.npy"

    def vectors(self, texts: list[str]) -> FloatArray:
        """(texts, width), rows of length 1."""
        encoded = encode(self.tokenizer, texts, None, self.max_tokens)
        _, mean = token_states(self.model, self.tokenizer, encoded, bf16=False)
        found: FloatArray = mean / np.maximum(np.linalg.norm(mean, axis=1, keepdims=True), 1e-12)
        return found

    def shares(self, cosines: FloatArray) -> FloatArray:
        return sigmoid(self.scale * cosines.astype(np.float64) + self.bias).astype(np.float32)


def _save(path: Path, vectors: FloatArray) -> None:
    with path.open("wb") as file:
        np.save(file, vectors, allow_pickle=False)
