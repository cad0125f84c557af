"""The model card: what the model is, what it learned from, what it reached, how to load it; real figures of the run only."""

from __future__ import annotations

from typing import Any

from core.data.columns import TaskName
from core.models.catalogue import display_name
from core.store.run import Run
from core.train.settings import Settings
from core.train.tasks import TASKS, Task, spread_said, task_of
from core.use.card_rivals import rivals
from core.use.card_words import limits, purpose, reading, title, using
from core.words import Words

METADATA = """---
library_name: transformers
pipeline_tag: text-classification
tags: [parafine, text-classification]
---
"""

MATCHING_METADATA = """---
library_name: transformers
pipeline_tag: sentence-similarity
tags: [parafine, sentence-similarity]
---
"""

LOADING = """```python
from transformers import AutoModelForSequenceClassification, AutoTokenizer

model = AutoModelForSequenceClassification.from_pretrained("this folder")
tokenizer = AutoTokenizer.from_pretrained("this folder")
```
"""


WRITING_METADATA = """---
library_name: transformers
pipeline_tag: text-generation
tags: [parafine, question-generation]
---
"""

WRITING_LOADING = """```python
from transformers import AutoModelForSeq2SeqLM, AutoTokenizer

model = AutoModelForSeq2SeqLM.from_pretrained("this folder")
tokenizer = AutoTokenizer.from_pretrained("this folder")
inputs = tokenizer("a text", truncation=True, return_tensors="pt", return_token_type_ids=False)
print(tokenizer.decode(model.generate(**inputs, num_beams=4, max_new_tokens=64)[0], skip_special_tokens=True))
```
"""

MATCHING_LOADING = """```python
import torch
from transformers import AutoModel, AutoTokenizer

model = AutoModel.from_pretrained("this folder")
tokenizer = AutoTokenizer.from_pretrained("this folder")


def vector(text):
    inputs = tokenizer(text, truncation=True, return_tensors="pt")
    with torch.no_grad():
        return torch.nn.functional.normalize(model(**inputs).last_hidden_state[0].mean(dim=0), dim=-1)


known = model.config.matching
probability = torch.sigmoid(known["scale"] * vector("a text") @ vector("a question") + known["bias"])
```
"""


METADATA_OF: dict[TaskName, str] = {"matching": MATCHING_METADATA, "generation": WRITING_METADATA}
LOADING_OF: dict[TaskName, str] = {"matching": MATCHING_LOADING, "generation": WRITING_LOADING}


def model_card(run: Run, words: Words) -> str:
    """Markdown in the language of `words`; with the hub's metadata block in front."""
    _ = words.gettext
    record, result = run.record(), run.result() or {}
    settings = Settings.model_validate(record.settings)
    sections = [
        METADATA_OF.get(record.roles.task, METADATA),
        "# " + title(record.roles.task, words),
        purpose(record, words),
        "## " + _("How good it is"),
        _figures(task_of(record.roles), result, words),
        *_rivals(run, words),
        "## " + _("What it learned from"),
        _data(run, words),
        "## " + _("How it was trained"),
        _table(
            [(name, str(value)) for name, value in _settings(run, settings, result, words).items()],
            (_("Setting"), _("Value")),
        ),
        "## " + _("How to use it"),
        using(record.roles.task, words),
        LOADING_OF.get(record.roles.task, LOADING),
        *reading(record.roles.task, words),
        "## " + _("Limits"),
        limits(record.roles.task, words),
    ]
    return "\n\n".join(filter(None, sections)) + "\n"


def _figures(task: Task, result: dict[str, Any], words: Words) -> str:
    _ = words.gettext
    if "from_folds" in result:
        return _from_folds(result["from_folds"], words)
    part = "test" if "test" in result else "validation"
    figures = result.get(part)
    if figures is None:
        return _("The training was stopped before it was measured: there are no figures.")
    where = (
        _("Measured once, on {rows} rows that the training never saw (test part).")
        if part == "test"
        else _(
            "Measured on {rows} rows of the validation part, by which the training was watched: expect a little less on new texts."
        )
    ).format(rows=words.integer(figures["rows"]))
    head = [
        (_(figure.title), figure.shown(figures[figure.name], words))
        for figure in task.figures
        if figure.name in figures
    ]
    tables = [_table(head, (_("Figure"), _("Value")))]
    if "labels" in figures:
        tables.append(_labels(figures["labels"], words))
    return "\n\n".join([where, *tables])


def _labels(labels: list[dict[str, Any]], words: Words) -> str:
    """A row for each; where several may apply, with the probability from which it is given."""
    _ = words.gettext
    has_thresholds = any("threshold" in label for label in labels)
    rows = [
        (
            label["label"],
            words.percent(label["precision"]),
            words.percent(label["recall"]),
            words.percent(label["f1"]),
            words.integer(label["support"]),
            *([words.percent(label["threshold"], 0)] if has_thresholds else []),
        )
        for label in labels
    ]
    columns = [_("Label"), _("Precision"), _("Recall"), _("F1"), _("Rows")]
    return _table(rows, (*columns, _("Given from")) if has_thresholds else tuple(columns))


def _from_folds(told: dict[str, Any], words: Words) -> str:
    """Of a model that learned from all rows: what those reached that were asked about rows they had not seen."""
    _ = words.gettext
    said = _(
        "It learned from all rows, so none is left to measure it. The {folds} models of its cross-validation, made in the same way from "
        "a part of the rows and asked about the others, reached (mean ± standard deviation):"
    ).format(folds=words.integer(told["folds"]))
    rows: list[tuple[str, str]] = []
    for task in TASKS.values():
        for figure in task.figures:
            if figure.name in told["figures"] and _(figure.title) not in [row[0] for row in rows]:
                rows.append((_(figure.title), spread_said(told["figures"][figure.name], figure, words)))
    return "\n\n".join([said, _table(rows, (_("Figure"), _("Value")))])


def _rivals(run: Run, words: Words) -> list[str]:
    """What simple models reached on the same rows, and the verdict; nothing while they are not measured."""
    found = rivals(run, words)
    if found is None:
        return []
    measured_on, (titles, rows), verdict = found
    return ["### " + words.gettext("Beside simple models"), measured_on, _table(rows, tuple(titles)), verdict]


def _data(run: Run, words: Words) -> str:
    _ = words.gettext
    record = run.record()
    rows = [
        (_("Table"), record.tables),
        (
            _("Columns of the text, joined by line breaks") if record.roles.text_more else _("Text column"),
            ", ".join(record.roles.texts),
        ),
        (_("Question column"), record.roles.question or "–"),
        (_("Label column"), ", ".join(record.roles.label_columns) or record.roles.label or "–"),
        (_("Training rows"), words.integer(record.parts.get("train", 0))),
        (_("Validation rows"), words.integer(record.parts.get("validation", 0))),
        (_("Test rows"), words.integer(record.parts.get("test", 0))),
        (_("Fingerprint of the rows (sha256)"), f"`{record.fingerprint}`"),
    ]
    return _table(rows, (_("Fact"), _("Value")))


def base_model(run: Run, settings: Settings, words: Words) -> str:
    """What the run started from; where a folder lies on the server is no business of whoever gets the model."""
    return settings.model.name if settings.model.kind == "hub" else display_name(settings.model, run.project_id, words)


def _settings(run: Run, settings: Settings, result: dict[str, Any], words: Words) -> dict[str, Any]:
    shown = settings.model_dump(exclude={"model"})
    measured = {name: result[name] for name in ("steps", "epochs", "seconds", "device", "precision") if name in result}
    return {
        "base_model": base_model(run, settings, words),
        **shown,
        **{f"measured_{name}": value for name, value in measured.items()},
    }


def _table(rows: list[Any], columns: tuple[str, ...]) -> str:
    lines = [columns, tuple("---" for _ in columns), *rows]
    return "\n".join(
        "| " + " | ".join(str(cell).replace("|", "\\|").replace("\n", " ") for cell in line) + " |" for line in lines
    )
