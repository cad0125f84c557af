"""Accepted paraphrases join a training with the id and the present label of their origin, and nothing else does."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from core.data.fixes import Fix
from core.errors import UserError
from core.jobs.control import stop
from core.jobs.launch import launch
from core.models.choice import ModelChoice
from core.store.fixes import add_fix
from core.store.project import Project, open_project, select_table
from core.store.run import Run, RunRecord
from core.train.settings import Settings
from tests.paraphrases import keep


@pytest.fixture
def settings(tiny_bert: Path) -> Settings:
    return Settings(model=ModelChoice(kind="folder", name=str(tiny_bert)), epochs=1)


def launched(project: Project, settings: Settings) -> Run:
    run = launch(project.id, settings)
    stop(run)
    return run


def parts(run: Run) -> pd.DataFrame:
    return run.examples().set_index("id")


def in_part(run: Run, part: str, place: int = 0) -> str:
    """The id of an original of this part."""
    found = run.examples().query("part == @part and origin == ''")
    return str(found["id"].iloc[place])


def test_what_was_accepted_is_learned_from_with_its_origin_and_label(project: Project, settings: Settings) -> None:
    bare = launched(project, settings)
    first, second, third = (in_part(bare, "train", place) for place in range(3))
    asked = in_part(bare, "test")
    plain = keep(project, first, "my courier is late")
    edited = keep(project, second, "as it came", final_text="as I say it", job_id="other")
    unasked = [keep(project, third, "rejected", "rejected"), keep(project, third, "undecided", None, job_id="b")]
    failed = keep(project, third, None, None, job_id="c", reason={"code": "empty", "facts": {}})
    of_the_test = keep(project, asked, "a text that is asked, said otherwise")
    run = launched(project, settings)
    found = parts(run)
    assert found.loc[[plain, edited], "part"].tolist() == ["train", "train"]
    assert found.loc[[plain, edited], "text"].tolist() == ["my courier is late", "as I say it"]
    assert found.loc[[plain, edited], "origin"].tolist() == [first, second]
    assert found.loc[[plain, edited], "label"].tolist() == parts(bare).loc[[first, second], "label"].tolist()
    assert found.loc[of_the_test, "part"] == "unused"
    assert set(found.index) - set(parts(bare).index) == {plain, edited, of_the_test}
    assert {*unasked, failed} & set(found.index) == set()
    # The rows of the table are where they were, so that both can be compared.
    assert found.loc[parts(bare).index, "part"].equals(parts(bare)["part"])
    assert (bare.record().paraphrases, run.record().paraphrases) == (0, 2)
    assert run.record().parts == {"train": 50, "validation": 6, "test": 6, "unused": 1}
    assert run.record().fingerprint != bare.record().fingerprint
    without = launched(project, settings.model_copy(update={"paraphrases": False}))
    assert without.record().fingerprint == bare.record().fingerprint
    assert without.record().settings["paraphrases"] is False


def test_words_that_are_asked_are_not_learned_from_a_paraphrase(project: Project, settings: Settings) -> None:
    bare = launched(project, settings)
    texts = parts(bare)["text"]
    learned = [in_part(bare, "train", place) for place in range(4)]
    said = [texts[in_part(bare, "validation")].upper(), f"  {texts[in_part(bare, 'test')]} ", texts[learned[0]], "new"]
    made = [keep(project, origin, text) for origin, text in zip(learned, said, strict=True)]
    run = launched(project, settings)
    assert parts(run).loc[made, "part"].tolist() == ["unused", "unused", "train", "train"]
    assert parts(run).loc[parts(bare).index, "part"].equals(parts(bare)["part"])


def test_a_paraphrase_follows_its_origin_through_fixes(project: Project, settings: Settings) -> None:
    assert project.roles is not None
    bare = launched(project, settings)
    label = parts(bare).loc[in_part(bare, "train"), "label"]
    learned = list(parts(bare).query("part == 'train' and label == @label").index)[:2]
    made = [keep(project, origin, f"said otherwise {origin}") for origin in learned]
    add_fix(project.folder, Fix(code="x", roles=project.roles, does="aside", rows=(int(learned[0][1:]),)))
    add_fix(project.folder, Fix(code="y", roles=project.roles, does="merge", rows=(), labels={label: "renamed"}))
    run = launched(project, settings)
    assert made[0] not in parts(run).index
    assert parts(run).loc[made[1], "label"] == "renamed"


def test_a_paraphrase_of_a_text_that_has_changed_belongs_to_nothing(project: Project, settings: Settings) -> None:
    same = keep(project, "r1", "said otherwise", origin_text="MY   " + text_of(project, "r1")[3:])
    other = keep(project, "r2", "said otherwise", origin_text="another table")
    run = launched(project, settings)
    assert same in parts(run).index
    assert other not in parts(run).index


def text_of(project: Project, identifier: str) -> str:
    return str(select_table(open_project(project.id)).examples.set_index("id").loc[identifier, "text"])


def test_settings_and_records_of_older_trainings_still_load(project: Project, settings: Settings) -> None:
    record = launched(project, settings).record().model_dump(mode="json")
    del record["paraphrases"], record["settings"]["paraphrases"]
    old = RunRecord.model_validate(record)
    assert old.paraphrases == 0
    assert Settings.model_validate(old.settings) == settings


def test_too_small_a_table_stays_too_small(make_project, settings: Settings) -> None:  # type: ignore[no-untyped-def]
    project = make_project(b"text,label\n" + b"".join(b"text %d,%s\n" % (n, b"ab"[n % 2 :][:1]) for n in range(8)))
    for place in range(1, 9):
        keep(project, f"r{place}", f"otherwise {place}")
    with pytest.raises(UserError, match="Too few rows"):
        launch(project.id, settings)
