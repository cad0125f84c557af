"""Questions about texts: transformers and torch are all that this needs.

python predict.py "A text"
python predict.py table.csv predictions.csv
"""

import csv
import io
import json
import sys
from collections.abc import Collection
from pathlib import Path

import torch
from transformers import AutoModelForSeq2SeqLM, AutoTokenizer

FOLDER = Path(__file__).resolve().parent
WAYS = 4
"""Questions written about a text given by hand."""


class Asker:
    """The model of this folder: `Asker().questions(texts, ways)`."""

    def __init__(self, folder: Path = FOLDER) -> None:
        self.facts = json.loads((folder / "parafine.json").read_text(encoding="utf-8"))
        self.tokenizer = AutoTokenizer.from_pretrained(folder)
        self.model = AutoModelForSeq2SeqLM.from_pretrained(folder).eval()

    def questions(self, texts: list[str], ways: int = 1) -> list[list[str]]:
        """So many questions about each text, the likeliest first."""
        found = []
        for start in range(0, len(texts), 16):
            batch = self.tokenizer(
                texts[start : start + 16],
                truncation=True,
                max_length=self.facts["max_tokens"],
                padding=True,
                return_tensors="pt",
            )
            batch.pop("token_type_ids", None)
            with torch.inference_mode():
                written = self.model.generate(
                    **batch,
                    max_new_tokens=64,
                    num_beams=max(4, ways),
                    num_return_sequences=ways,
                    do_sample=False,
                    early_stopping=True,
                    no_repeat_ngram_size=3,
                    length_penalty=1.0,
                )
            words = [each.strip() for each in self.tokenizer.batch_decode(written, skip_special_tokens=True)]
            found += [words[place : place + ways] for place in range(0, len(words), ways)]
        return found


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
    """Adds the column `prediction`: a question about the text of the row."""
    asker = Asker()
    parts = [asker.facts["text_column"], *asker.facts["text_more"]]
    delimiter, header, names, rows = read_table(source, parts)
    written = asker.questions(texts_of(rows, names, parts))
    with target.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file, delimiter=delimiter)
        writer.writerow([*header, free("prediction", names)])
        for row, questions in zip(rows, written, strict=True):
            writer.writerow([*row[: len(names)], questions[0], *row[len(names) :]])


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
    if not 1 <= len(arguments) <= 2 or (len(arguments) == 2 and not arguments[0].endswith(".csv")):
        sys.exit(__doc__)
    if arguments[0].endswith(".csv"):
        predict_table(Path(arguments[0]), Path(arguments[1] if len(arguments) > 1 else "predictions.csv"))
        return
    for question in dict.fromkeys(filter(None, Asker().questions([arguments[0]], WAYS)[0])):
        print(question)


if __name__ == "__main__":
    main(sys.argv[1:])
