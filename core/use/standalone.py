"""Predictions with this model: transformers and torch are all it needs.

python predict.py "A text" ["A question"]
python predict.py table.csv predictions.csv
"""

import json
import sys
from pathlib import Path

import torch
from transformers import AutoModelForSequenceClassification, AutoTokenizer

from core.use.standalone_table import read_table

FOLDER = Path(__file__).resolve().parent


class Classifier:
    """The model of this folder: `Classifier().answers(texts, questions)`. What it answers is the "task" of parafine.json."""

    def __init__(self, folder: Path = FOLDER) -> None:
        self.facts = json.loads((folder / "parafine.json").read_text(encoding="utf-8"))
        self.task = self.facts.get("task", "classes")
        self.tokenizer = AutoTokenizer.from_pretrained(folder)
        self.model = AutoModelForSequenceClassification.from_pretrained(folder).eval()
        self.labels = [self.model.config.id2label[place] for place in range(self.model.config.num_labels)]

    def probabilities(self, texts: list[str], questions: list[str] | None = None) -> list[dict[str, float]]:
        """For each text (and question, for a model that reads pairs): every label with its probability."""
        with_scores = torch.sigmoid if self.task == "several_labels" else torch.nn.Softmax(dim=-1)
        rows = with_scores(self._logits(texts, questions))
        return [dict(zip(self.labels, row.tolist(), strict=True)) for row in rows]

    def numbers(self, texts: list[str], questions: list[str] | None = None) -> list[float]:
        """For each text, where the task is "number": the number, between the bounds of the scale."""
        return self._logits(texts, questions)[:, 0].clamp(*self.facts["scale"]).tolist()

    def answers(self, texts: list[str], questions: list[str] | None = None) -> list[dict[str, str]]:
        """For each text the columns that a table gets, `prediction` first."""
        if self.task == "number":
            return [{"prediction": f"{number:.4f}"} for number in self.numbers(texts, questions)]
        found = self.probabilities(texts, questions)
        if self.task == "several_labels":
            joined = self.facts["separator"].join
            return [{"prediction": joined(self.applying(row)), **_written(row)} for row in found]
        best = [max(row, key=lambda label: row[label]) for row in found]
        return [{"prediction": name, "probability": f"{row[name]:.4f}"} for name, row in zip(best, found, strict=True)]

    def applying(self, shares: dict[str, float]) -> list[str]:
        """Of several labels those whose probability reaches their threshold."""
        together = zip(self.labels, self.facts["thresholds"], strict=True)
        return [label for label, threshold in together if shares[label] >= threshold]

    def _logits(self, texts: list[str], questions: list[str] | None) -> torch.Tensor:
        rows = [texts] if questions is None else [texts, questions]
        found = [torch.zeros((0, len(self.labels)))]
        for start in range(0, len(texts), 32):
            batch = self.tokenizer(
                *(column[start : start + 32] for column in rows),
                truncation="longest_first",
                max_length=self.facts["max_tokens"],
                padding=True,
                return_tensors="pt",
            )
            with torch.inference_mode():
                found.append(self.model(**batch).logits)
        return torch.cat(found)


def _written(shares: dict[str, float]) -> dict[str, str]:
    return {f"p({label})": f"{share:.4f}" for label, share in shares.items()}


def predict_table(source: Path, target: Path) -> None:
    """Adds the answers to a CSV that has the columns the model was trained on: `prediction`, and for labels their probability."""
    classifier = Classifier()
    parts = [classifier.facts["text_column"], *classifier.facts.get("text_more", [])]
    question = classifier.facts["question_column"]
    table = read_table(source, [*parts, *([question] if question else [])])
    found = classifier.answers(table.texts(parts), table.column(question) if question else None)
    table.write(target, list(found[0]), [list(answer.values()) for answer in found])


def main(arguments: list[str]) -> None:
    if not 1 <= len(arguments) <= 2:
        sys.exit(__doc__)
    if arguments[0].endswith(".csv"):
        predict_table(Path(arguments[0]), Path(arguments[1] if len(arguments) > 1 else "predictions.csv"))
        return
    classifier = Classifier()
    if classifier.facts["question_column"] and len(arguments) < 2:
        sys.exit("This model reads a text and a question: give both.")
    if not classifier.facts["question_column"] and len(arguments) > 1:
        sys.exit("This model reads one text: put it in quotation marks.")
    questions = arguments[1:] or None
    if classifier.task == "number":
        print(f"{classifier.numbers([arguments[0]], questions)[0]:.4f}")
        return
    shares = classifier.probabilities([arguments[0]], questions)[0]
    chosen = classifier.applying(shares) if classifier.task == "several_labels" else []
    for label in sorted(shares, key=lambda name: -shares[name]):
        print(f"{shares[label]:.4f}  {label}{'  *' if label in chosen else ''}")
    if classifier.task == "several_labels":
        print("* applies: its probability reaches its threshold" if chosen else "No label applies.")


if __name__ == "__main__":
    main(sys.argv[1:])
