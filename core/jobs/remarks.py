"""Everything that is said of a launch before its training begins, as the Train page says it: for who launches at a terminal."""

from __future__ import annotations

from core.data.folds import scarce_labels
from core.data.kin import tied
from core.data.remarks import Remark, of_folds, of_labels, of_lengths, of_test_file, of_texts, of_unjudged
from core.data.unjudged import unjudged
from core.jobs.launch import facts_of_test, freeze, gathered, learnable
from core.models.outlook import longest_setting
from core.models.tokens import count_tokens, tokenizer_file
from core.store.project import open_project
from core.train.settings import Settings


def remarks(project_id: str, settings: Settings, folds: int | None = None) -> list[Remark]:
    """On the project's rows as they are now. folds: of a cross-validation. Raises UserError as a launch does."""
    project = open_project(project_id)
    selection = learnable(project)
    roles, tally = project.roles, selection.tally
    assert roles is not None
    examples = selection.examples
    file, _own = tokenizer_file(settings.model, project_id)
    tokens = count_tokens(file, examples["text"].tolist(), examples["question"].tolist() if roles.is_pair else None)
    longest = longest_setting(settings.model, project_id)
    found = [
        *of_texts(tally),
        *of_labels(len(tally.labels), tally.used),
        *of_lengths(tokens, settings.max_tokens, longest),
    ]
    if folds is not None:
        return [*found, *of_folds(scarce_labels(tied(gathered(project, selection, settings), roles.task), folds))]
    divided = freeze(project, selection, settings)
    is_file = settings.test_from == "file"
    if is_file:
        found += of_test_file(facts_of_test(project, divided), roles.task)
    return [*found, *of_unjudged(unjudged(divided, roles.task), is_file=is_file)]
