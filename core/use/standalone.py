"""Predictions with this model: transformers and torch are all it needs.

python predict.py "A text" ["A question"]
python predict.py table.csv predictions.csv
"""

import csv
import io
import json
import sys
from collections.abc import Collection
from pathlib import Path

import torch
from transformers import AutoModelForSequenceClassification, AutoTokenizer

FOLDER = Path(__file__).resolve().parent


class Classifier:
    """The model of this folder: `Classifier().probabilities(texts, questions)`."""

    def __init__(self, folder: Path = FOLDER) -> None:
        self.facts = json.loads((folder / "parafine.json").read_text(encoding="utf-8"))
        self.tokenizer = AutoTokenizer.from_pretrained(folder)
        self.model = AutoModelForSequenceClassification.from_pretrained(folder).eval()
        self.labels = [self.model.config.id2label[place] for place in range(self.model.config.num_labels)]

    def probabilities(self, texts: list[str], questions: list[str] | None = None) -> list[dict[str, float]]:
        """For each text (and question, for a model that reads pairs): every label with its probability."""
        rows = [texts] if questions is None else [texts, questions]
        found = []
        for start in range(0, len(texts), 32):
            batch = self.tokenizer(
                *(column[start : start + 32] for column in rows),
                truncation="longest_first",
                max_length=self.facts["max_tokens"],
                padding=True,
                return_tensors="pt",
            )
            with torch.inference_mode():
                shares = torch.softmax(self.model(**batch).logits, dim=-1)
            found += [dict(zip(self.labels, row.tolist(), strict=True)) for row in shares]
        return found


def predict_table(source: Path, target: Path) -> None:
    """Adds the columns `prediction` and `probability` to a CSV that has the columns the model was trained on."""
    classifier = Classifier()
    # A text of several columns: its parts one under the other, as in the training.
    parts = [classifier.facts["text_column"], *classifier.facts.get("text_more", [])]
    question = classifier.facts["question_column"]
    content = decoded(source)
    delimiter = max(",;\t", key=content.split("\n", 1)[0].count)
    csv.field_size_limit(len(content) + 1)
    header, *rows = [row for row in csv.reader(io.StringIO(content, newline=""), delimiter=delimiter) if any(row)] or [
        []
    ]
    names = named(header)
    needed = [*parts, *([question] if question else [])]
    if not rows or not set(needed) <= set(names):
        wanted = " and ".join(f"“{name}”" for name in needed)
        sys.exit(f"{source} needs rows, and the columns {wanted}.")
    # A row with fewer cells than the header is filled; one with more keeps them, behind the two new columns.
    rows = [row + [""] * (len(names) - len(row)) for row in rows]
    questions = [row[names.index(question)] for row in rows] if question else None
    places = [names.index(part) for part in parts]
    texts = ["\n".join(filter(None, (row[place].strip() for place in places))) for row in rows]
    found = classifier.probabilities(texts, questions)
    with target.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file, delimiter=delimiter)
        writer.writerow([*header, free("prediction", names), free("probability", names)])
        for row, shares in zip(rows, found, strict=True):
            best = max(shares, key=lambda label: shares[label])
            writer.writerow([*row[: len(names)], best, f"{shares[best]:.4f}", *row[len(names) :]])


def decoded(source: Path) -> str:
    """The text of a file in UTF-8, in UTF-16 with its mark, or as Excel saves it in Western Europe."""
    content = source.read_bytes()
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        return content.decode("utf-16")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return content.decode("cp1252")


def named(header: list[str]) -> list[str]:
    """The columns as the training knew them: spaces stripped, empty names by their place, repeated ones numbered."""
    names: list[str] = []
    for place, cell in enumerate(header, start=1):
        base = " ".join(cell.split()) or f"column {place}"
        candidate, number = base, 2
        while candidate in names:
            candidate, number = f"{base} ({number})", number + 1
        names.append(candidate)
    return names


def free(name: str, taken: Collection[str]) -> str:
    """The name, with underscores while a column of the table has it."""
    while name in taken:
        name += "_"
    return name


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
    shares = classifier.probabilities([arguments[0]], arguments[1:] or None)[0]
    for label in sorted(shares, key=lambda name: -shares[name]):
        print(f"{shares[label]:.4f}  {label}")


if __name__ == "__main__":
    main(sys.argv[1:])
