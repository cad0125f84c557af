"""Questions about texts: transformers and torch are all that this needs.

python predict.py "A text"
python predict.py table.csv predictions.csv
"""

import json
import sys
from pathlib import Path

import torch
from transformers import AutoModelForSeq2SeqLM, AutoTokenizer

from core.use.standalone_table import read_table

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


def predict_table(source: Path, target: Path) -> None:
    """Adds the column `prediction`: a question about the text of the row."""
    asker = Asker()
    parts = [asker.facts["text_column"], *asker.facts["text_more"]]
    table = read_table(source, parts)
    table.write(target, ["prediction"], [[ways[0]] for ways in asker.questions(table.texts(parts))])


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
