"""How much room a project takes and may take."""

from __future__ import annotations

import pytest

from core.errors import UserError
from core.jobs.control import delete
from core.jobs.launch import launch
from core.jobs.processes import supervisor_lock
from core.jobs.queue import enqueue, finish, jobs
from core.store.project import Project
from core.store.run import list_runs
from core.store.storage import project_size, quota, require_quota
from core.train.settings import Settings
from core.words import Words
from tests.core.jobs.at_work import taken
from tests.tables import lay_down


@pytest.mark.parametrize(
    ("named", "size"),
    [
        (None, None),
        ("", None),
        ("  ", None),
        ("20 GB", 20 * 10**9),
        ("20GB", 20 * 10**9),
        ("20 Go", 20 * 10**9),
        ("20\u00a0Go", 20 * 10**9),
        ("20 GiB", 20 * 10**9),
        ("1,5 g", 1_500_000_000),
        ("1.5 TB", 1_500_000_000_000),
        (" 500 mo ", 500 * 10**6),
        ("64k", 64_000),
        ("750", 750),
        ("750 B", 750),
        ("0", 0),
    ],
)
def test_a_quota_is_written_as_people_write_sizes(
    monkeypatch: pytest.MonkeyPatch, named: str | None, size: int | None
) -> None:
    monkeypatch.delenv("PARAFINE_PROJECT_QUOTA", raising=False)
    if named is not None:
        monkeypatch.setenv("PARAFINE_PROJECT_QUOTA", named)
    assert quota() == size


@pytest.mark.parametrize("named", ["much", "-1", "1 PB", "GB", "1.2.3", "5 GBx", "1 000 000", "∞"])
def test_what_is_no_size_is_a_sentence_that_names_it(
    project: Project, monkeypatch: pytest.MonkeyPatch, named: str
) -> None:
    monkeypatch.setenv("PARAFINE_PROJECT_QUOTA", named)
    with pytest.raises(UserError) as caught:
        launch(project.id, Settings())
    assert caught.value.code == "number_invalid"
    for language in ("en", "fr"):
        sentence = caught.value.sentence(Words(language))
        assert "PARAFINE_PROJECT_QUOTA" in sentence
        assert named in sentence
    assert list_runs(project.id) == []


def test_a_project_takes_what_its_files_take_the_bin_included(project: Project) -> None:
    before = project_size(project)
    run = lay_down(project)
    (run.folder / "weights").write_bytes(b"1" * 5_000)
    with_run = project_size(project)
    assert with_run == before + run.size() > before + 5_000
    with supervisor_lock():
        enqueue(run)
        finish(taken(), "stopped")
        delete(run)
    assert project_size(project) == with_run


def test_a_project_may_be_filled_to_the_brim_and_not_beyond(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("PARAFINE_PROJECT_QUOTA", raising=False)
    require_quota(project, 10**18)
    size = project_size(project)
    monkeypatch.setenv("PARAFINE_PROJECT_QUOTA", str(size + 1_000))
    require_quota(project, 1_000)
    with pytest.raises(UserError) as caught:
        require_quota(project, 1_001)
    facts = {"project": "messages", "size": size, "limit": size + 1_000, "needed": 1_001}
    assert (caught.value.code, caught.value.facts) == ("quota_reached", facts)


def test_a_training_beyond_the_quota_is_not_made(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PARAFINE_PROJECT_QUOTA", "100 MB")
    with pytest.raises(UserError) as caught:
        launch(project.id, Settings())
    assert caught.value.code == "quota_reached"
    assert "100\u00a0MB" in caught.value.sentence(Words("en"))
    assert (list_runs(project.id), jobs()) == ([], [])
