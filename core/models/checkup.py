"""The health of a project's table, seen with the model that it is to be learned with."""

from __future__ import annotations

from core.data.health import Report, examine
from core.errors import UserError
from core.models.catalogue import languages_of
from core.models.choice import ModelChoice
from core.models.outlook import longest_setting
from core.models.tokens import count_tokens, tokenizer_file
from core.store.draft import read_draft
from core.store.project import Project, read_table, select_table


def check_up(project: Project) -> Report:
    """Raises UserError: those of check_roles."""
    assert project.roles is not None
    selection = select_table(project)
    choice = read_draft(project).model
    try:
        tokenizer, is_own = tokenizer_file(choice, project.id)
        if is_own:
            count_tokens(tokenizer, [])
    except UserError:
        # The folder chosen on the Train page has gone, or is damaged: that page says so; here any tokenizer will do.
        choice = ModelChoice()
        tokenizer, _ = tokenizer_file(choice, project.id)
    return examine(
        read_table(project, project.roles.columns()),
        project.roles,
        selection,
        limit=longest_setting(choice, project.id),
        known=languages_of(choice),
        count=lambda texts, questions: count_tokens(tokenizer, texts, questions),
    )
