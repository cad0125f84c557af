"""Does a question belong to a text? transformers and torch are all that this needs.

python predict.py "A text" "A question"
python predict.py --find "A question" table.csv
python predict.py table.csv predictions.csv
"""

import json
import sys
from pathlib import Path

import torch
from transformers import AutoModel, AutoTokenizer

from core.use.standalone_table import read_table

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


def predict_table(source: Path, target: Path) -> None:
    """Adds the columns `prediction` (1: the question belongs to the text of its row, 0: it does not) and `probability`."""
    matcher = Matcher()
    parts, question = [matcher.facts["text_column"], *matcher.facts["text_more"]], matcher.facts["question_column"]
    table = read_table(source, [*parts, question])
    shares = matcher.probabilities(table.texts(parts), table.column(question))
    answers = [[str(int(share >= 0.5)), f"{share:.4f}"] for share in shares]
    table.write(target, ["prediction", "probability"], answers)


def find_in_table(question: str, source: Path) -> None:
    """Says which texts of a table the question belongs to most likely."""
    matcher = Matcher()
    parts = [matcher.facts["text_column"], *matcher.facts["text_more"]]
    texts = list(dict.fromkeys(read_table(source, parts).texts(parts)))
    for text, share in matcher.find(question, texts)[:FOUND]:
        print(f"{share:.4f}  {' '.join(text.split())}")


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
