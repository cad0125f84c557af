"""Does a question belong to a text? transformers and torch are all that this needs.

python predict.py "A text" "A question"
python predict.py --find "A question" table.csv
python predict.py table.csv predictions.csv
"""

import csv
import io
import json
import sys
from collections.abc import Collection
from pathlib import Path

import torch
from transformers import AutoModel, AutoTokenizer

FOLDER = Path(__file__).resolve().parent
FOUND = 10
"""Texts shown for a question."""


class Matcher:
    """The model of this folder: `Matcher().probabilities(texts, questions)`, `Matcher().find(question, texts)`."""

    def __init__(self, folder: Path = FOLDER) -> None:
        self.facts = json.loads((folder / "parafine.json").read_text(encoding="utf-8"))
        self.tokenizer = AutoTokenizer.from_pretrained(folder)
        self.model = AutoModel.from_pretrained(folder).eval()
        self.scale, self.bias = self.model.config.matching["scale"], self.model.config.matching["bias"]

    def vectors(self, texts: list[str]) -> torch.Tensor:
        """The mean of the last states over the word pieces of each text, of length 1: (texts, width)."""
        found = []
        for start in range(0, len(texts), 32):
            batch = self.tokenizer(
                texts[start : start + 32],
                truncation=True,
                max_length=self.facts["max_tokens"],
                padding=True,
                return_tensors="pt",
            )
            with torch.inference_mode():
                states, real = self.model(**batch).last_hidden_state, batch["attention_mask"].unsqueeze(-1)
            found.append(torch.nn.functional.normalize((states * real).sum(dim=1) / real.sum(dim=1), dim=-1))
        return torch.cat(found)

    def probabilities(self, texts: list[str], questions: list[str]) -> list[float]:
        """That each question belongs to the text beside it."""
        cosines = (self.vectors(texts) * self.vectors(questions)).sum(dim=1)
        return torch.sigmoid(self.scale * cosines + self.bias).tolist()

    def find(self, question: str, texts: list[str]) -> list[tuple[str, float]]:
        """Every text with the probability that the question belongs to it, the likeliest first."""
        shares = torch.sigmoid(self.scale * (self.vectors(texts) @ self.vectors([question])[0]) + self.bias)
        return [(texts[place], float(shares[place])) for place in shares.argsort(descending=True, stable=True).tolist()]


def read_table(source: Path, needed: list[str]) -> tuple[str, list[str], list[str], list[list[str]]]:
    """Delimiter, header as written, columns as the training knew them, rows of at least so many cells."""
    content = decoded(source)
    delimiter = max(",;\t", key=content.split("\n", 1)[0].count)
    csv.field_size_limit(len(content) + 1)
    lines = [row for row in csv.reader(io.StringIO(content, newline=""), delimiter=delimiter) if any(row)]
    header, *rows = lines or [[]]
    names = named(header)
    if not rows or not set(needed) <= set(names):
        wanted = " and ".join(f"“{name}”" for name in needed)
        sys.exit(f"{source} needs rows, and the columns {wanted}.")
    return delimiter, header, names, [row + [""] * (len(names) - len(row)) for row in rows]


def texts_of(rows: list[list[str]], names: list[str], parts: list[str]) -> list[str]:
    """A text of several columns: its parts one under the other, as in the training."""
    places = [names.index(part) for part in parts]
    return ["\n".join(filter(None, (row[place].strip() for place in places))) for row in rows]


def predict_table(source: Path, target: Path) -> None:
    """Adds the columns `prediction` (1: the question belongs to the text of its row, 0: it does not) and `probability`."""
    matcher = Matcher()
    parts, question = [matcher.facts["text_column"], *matcher.facts["text_more"]], matcher.facts["question_column"]
    delimiter, header, names, rows = read_table(source, [*parts, question])
    questions = [row[names.index(question)].strip() for row in rows]
    shares = matcher.probabilities(texts_of(rows, names, parts), questions)
    added = [free("prediction", names), free("probability", names)]
    with target.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file, delimiter=delimiter)
        writer.writerow([*header, *added])
        for row, share in zip(rows, shares, strict=True):
            writer.writerow([*row[: len(names)], int(share >= 0.5), f"{share:.4f}", *row[len(names) :]])


def find_in_table(question: str, source: Path) -> None:
    """Says which texts of a table the question belongs to most likely."""
    matcher = Matcher()
    parts = [matcher.facts["text_column"], *matcher.facts["text_more"]]
    _, _, names, rows = read_table(source, parts)
    texts = list(dict.fromkeys(texts_of(rows, names, parts)))
    for text, share in matcher.find(question, texts)[:FOUND]:
        print(f"{share:.4f}  {' '.join(text.split())}")


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
    if len(arguments) == 3 and arguments[0] == "--find":
        find_in_table(arguments[1], Path(arguments[2]))
    elif 1 <= len(arguments) <= 2 and arguments[0].endswith(".csv"):
        predict_table(Path(arguments[0]), Path(arguments[1] if len(arguments) > 1 else "predictions.csv"))
    elif len(arguments) == 2:
        share = Matcher().probabilities([arguments[0]], [arguments[1]])[0]
        print(f"{share:.4f}  {'belongs' if share >= 0.5 else 'does not belong'}")
    else:
        sys.exit(__doc__)


if __name__ == "__main__":
    main(sys.argv[1:])
