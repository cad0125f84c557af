"""What a person at a terminal types and reads: names, tables, changes, refusals, both languages; no training here."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from core.jobs.command_line.entry import COMMANDS
from core.jobs.command_line.voice import language_of
from core.jobs.processes import supervisor_lock
from core.store.project import Project, create_project
from tests.core.jobs.at_work import now_of
from tests.core.jobs.terminal import document, over, queued, refused, said, settings_file, typed
from tests.test_house import HEAVY, loaded_after_importing


@pytest.fixture
def still(home: Path) -> Iterator[None]:
    """Nobody takes what waits: this process holds the supervisor's place."""
    with supervisor_lock().acquire(timeout=30):
        yield


def test_it_costs_no_torch_and_no_table() -> None:
    heavy = HEAVY | {"streamlit", "pandas", "pyarrow", "numpy"}
    assert loaded_after_importing({"core.jobs.__main__", "core.jobs.command_line.entry"}) & heavy == set()


@pytest.mark.parametrize(("language", "word"), [("en", "exit codes:"), ("fr", "codes de sortie\u00a0:")])
def test_the_help_names_every_command_and_exit_code(home: Path, language: str, word: str) -> None:
    text = said("--help", "--lang", language)
    for command in COMMANDS:
        assert re.search(rf"^    {command} +\w", text, re.MULTILINE), command
        assert said(command, "--help", "--lang", language).count("\n") > 5
    codes = text.partition(word)[2]
    assert re.findall(r"^  (\d+) ", codes, re.MULTILINE) == ["0", "1", "2", "3", "70", "130"]


def test_without_a_command_it_says_what_there_is(home: Path) -> None:
    done = typed()
    assert (done.code, done.out) == (2, "")
    assert "exit codes:" in done.err


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["stop"], "Something is missing: JOB."),
        (["list", "--colour"], "This is not understood: --colour."),
        (["dance"], "COMMAND cannot be “dance”."),
        (["log", "1", "-n", "0"], "-n/--lines cannot be “0”."),
        (["log", "1", "-n"], "-n/--lines lacks its value."),
        (["list", "--lang", "de"], "--lang cannot be “de”."),
    ],
)
def test_a_misuse_is_said_in_our_words(home: Path, arguments: list[str], sentence: str) -> None:
    done = typed(*arguments)
    first, second = done.err.splitlines()[:2]
    assert (done.code, done.out, first) == (2, "", sentence)
    assert second.startswith("usage: python -m core.jobs")


@pytest.mark.parametrize(
    ("arguments", "environment", "language"),
    [
        ([], {"LANG": "fr_FR.UTF-8"}, "fr"),
        ([], {"LANG": "fr"}, "fr"),
        ([], {"LC_MESSAGES": "fr_CA@euro", "LANG": "en_US.UTF-8"}, "fr"),
        ([], {"LC_ALL": "C.UTF-8", "LC_MESSAGES": "fr_FR", "LANG": "fr_FR"}, "en"),
        ([], {"LC_ALL": "", "LANG": "fr_FR"}, "fr"),
        ([], {"LANG": "de_DE"}, "en"),
        ([], {}, "en"),
        (["list", "--lang", "fr"], {"LANG": "en_GB"}, "fr"),
        (["--lang=en", "list"], {"LANG": "fr_FR"}, "en"),
        (["list", "--lang"], {"LANG": "fr_FR"}, "fr"),
    ],
)
def test_the_language_is_the_one_asked_for_or_the_terminals(
    arguments: list[str], environment: dict[str, str], language: str
) -> None:
    assert language_of(arguments, environment) == language


def test_it_speaks_the_language_of_the_terminal(home: Path) -> None:
    french = "Il n’y a pas de travail «\u00a0x\u00a0». La commande list montre ceux qui existent."
    assert refused("stop", "x", LC_ALL="fr_FR.UTF-8") == french
    assert refused("stop", "x") == "There is no job “x”. The command list shows those there are."


def test_an_empty_home_says_what_to_do(home: Path) -> None:
    assert "Launch a training" in said("list")
    assert document("list") == []
    assert said("watch") == "Nothing runs, nothing waits.\n"
    assert said("bin") == "The bin is empty.\n"


def test_the_list_shows_what_waits_in_its_order_and_what_ended(project: Project, still: None) -> None:
    ended = over(project, "failed", {"code": "out_of_memory", "facts": {}}, name="[red]first[/red]\x1b[2J!")
    waiting = [queued(project) for _ in range(3)]
    said("urgent", now_of(waiting[2]).id)
    lines = said("list").splitlines()
    order = [re.search(r"messages/\d", line) for line in lines]
    assert [found[0][-1] for found in order if found] == ["4", "2", "3", "1"]
    assert "place 1, urgent" in lines[2]
    assert "[red]first[/red]!" in "\n".join(lines)
    rows = document("list")
    assert [row["place"] for row in rows] == [1, 2, 3, None]
    assert [row["state"] for row in rows] == ["queued", "queued", "queued", "failed"]
    last = rows[-1]
    assert (last["id"], last["run_id"], last["reason"]["code"]) == (ended.id, ended.run_id, "out_of_memory")
    assert last["size"] > 0


def test_the_list_says_how_many_it_leaves_out(project: Project, still: None) -> None:
    for _ in range(12):
        over(project, "stopped")
    assert said("list").endswith("2 more jobs are shown by --all.\n")
    assert len(document("list")) == 10
    assert len(document("list", "--all")) == 12


def test_a_job_is_found_by_what_a_person_knows_of_it(project: Project, still: None) -> None:
    other = create_project("Été / hiver")
    runs = [queued(project), queued(project, name="The one")]
    job = now_of(runs[1])
    for name in (
        job.id,
        job.run_id,
        job.id[:8],
        job.run_id[:8],
        "messages/2",
        "MESSAGES/2",
        f"{project.id}/2",
        "the one",
    ):
        assert f"Job: {job.id}\n" in said("show", name), name
    assert refused("show", "messages/3") == "There is no job “messages/3”. The command list shows those there are."
    assert refused("show", f"{other.id}/1").startswith("There is no job")
    said("rename", "messages/1", "The one")
    complaint = refused("stop", "the one")
    assert complaint.startswith("“the one” fits several: ")
    assert set(re.findall(r"[0-9a-f]{12}", complaint)) == {now_of(run).id for run in runs}


def test_a_project_is_found_by_its_id_or_name(project: Project, home: Path, tmp_path: Path) -> None:
    file = settings_file(tmp_path, {"epochs": 0})
    for name in (project.id, "messages", "Messages"):
        assert refused("launch", name, file).startswith("settings.json: These settings are out of their bounds")
    assert refused("launch", "mess", file) == "There is no project “mess”. Those there are: messages."
    twin = create_project("Messages")
    assert re.findall(r"[0-9a-f]{12}", refused("launch", "messages", file)) == [project.id, twin.id]


def test_a_home_without_a_project_says_so(home: Path, tmp_path: Path) -> None:
    assert refused("launch", "any", settings_file(tmp_path, {})).startswith("There is no project yet.")


def test_the_order_is_changed_by_hand(project: Project, still: None) -> None:
    for _ in range(3):
        queued(project)
    assert said("up", "messages/3") == "messages/3 has place 2 of 3.\n"
    assert said("down", "messages/1") == "messages/1 has place 2 of 3.\n"
    assert said("urgent", "messages/2") == "messages/2 has place 1 of 3.\n"
    assert said("urgent", "messages/2", "--off") == "messages/2 has place 3 of 3.\n"
    assert [row["number"] for row in document("list")] == [3, 1, 2]
    said("stop", "messages/1")
    assert refused("up", "messages/1") == "messages/1 does not wait, so it has no place in the queue."


def test_waiting_jobs_are_stopped_and_paused_and_resumed(project: Project, still: None) -> None:
    for _ in range(2):
        queued(project)
    assert said("stop", "messages/1", "messages/1") == (
        "messages/1 is out of the queue.\nmessages/1 is out of the queue.\n"
    )
    assert said("pause", "messages/2") == "messages/2 is out of the queue.\n"
    assert [row["state"] for row in document("list")] == ["paused", "stopped"]
    assert said("stop", "messages/2") == "messages/2 has ended already: paused.\n"
    assert said("watch", "messages/2", code=3).startswith("messages/2: Paused.")
    assert re.fullmatch(r"messages/2 is queued, job [0-9a-f]{12}\.\n", said("resume", "messages/2"))
    done = typed("resume", "messages/2", "messages/1")
    assert (done.code, done.out[:21]) == (2, "messages/1 is queued,")
    assert done.err.startswith("messages/2: This one cannot be resumed any more")
