"""Work outside the page, in a real browser: what is killed, paused, queued, told, and seen from two servers."""

from __future__ import annotations

import itertools
from pathlib import Path

import pytest
from playwright.sync_api import Page

from core.jobs.processes import supervisor_lock
from core.jobs.queue import end_waiting, enqueue, jobs
from core.models.choice import ModelChoice
from core.store.draft import Draft, keep_draft
from core.store.project import Project
from core.store.run import Run, list_runs
from tests.browser.conftest import Server, Visit, free_port, settled
from tests.browser.test_journey import CURVES
from tests.conftest import processes_of
from tests.tables import lay_down, messages
from tests.trained import project_of, small
from tests.waiting import wait_until

pytestmark = pytest.mark.slow

RECORDER = """
window.told = [];
const real = window.Notification;
window.Notification = class {
  constructor(title, options) { window.told.push(title); }
  static get permission() { return real.permission; }
  static requestPermission() { return real.requestPermission(); }
};
"""
"""Notifications are noted instead of shown; the permission stays the browser's own."""


@pytest.fixture(autouse=True)
def one_thread(monkeypatch: pytest.MonkeyPatch) -> None:
    """It comes before the server, which hands it on."""
    monkeypatch.setenv("OMP_NUM_THREADS", "1")
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "")


@pytest.fixture
def project(server: Server, monkeypatch: pytest.MonkeyPatch) -> Project:
    """A project in the server's home, which this process may use too."""
    monkeypatch.setenv("PARAFINE_HOME", str(server.home))
    return project_of(messages(240))


def launched(visit: Visit, project: Project, model: Path) -> tuple[Page, Run]:
    """A training of many short steps, launched on the Train page."""
    changed = {"epochs": 100, "batch_size": 2, "max_tokens": 32, "patience": 0}
    keep_draft(project, Draft(model=ModelChoice(kind="folder", name=str(model)), changed=changed))
    page = visit.open(f"/train?project={project.id}&lang=en")
    page.get_by_role("button", name="Launch the training").click()
    page.wait_for_url("**run=*")
    [run] = list_runs(project.id)
    wait_until(lambda: list((run.folder / "checkpoints").glob("step-*/manifest.json")))
    return page, run


def epochs(page: Page) -> list[float]:
    """Where the points of the training loss lie; none while the chart is not drawn."""
    chart = page.locator(CURVES).first
    found: list[float] = chart.evaluate("(node) => (node.data || [{}])[0].x || []") if chart.count() else []
    return found


def grows(page: Page) -> list[float]:
    """Waits until the curve goes on; it must have neither a hole nor a point twice."""
    before = epochs(page)
    start = before[-1] if before else 0.0

    def longer() -> list[float]:
        # Asked once: between two questions a page that is drawn anew may have no chart.
        found = epochs(page)
        return found if found and found[-1] > start else []

    found = wait_until(longer)
    gaps = [later - earlier for earlier, later in itertools.pairwise(found)]
    assert min(gaps) > 0
    assert max(gaps) <= 2.5 * min(gaps)
    return found


def kill(home: Path, module: str) -> None:
    found = processes_of(home, module)
    assert found, module
    for process in found:
        process.kill()


def press(page: Page, name: str) -> None:
    """The first of that name: below the training stand the simple models, which are resumed for themselves."""
    page.get_by_role("button", name=name, exact=True).first.click()


def test_a_training_is_killed_resumed_paused_resumed_and_stopped(
    visit: Visit, project: Project, tiny_bert: Path
) -> None:
    """Its page says each end and offers the way on; nothing of the curve is lost or there twice."""
    page, run = launched(visit, project, tiny_bert)
    grows(page)
    page.evaluate("window.neverReloaded = true")
    kill(visit.server.home, "core.jobs.worker")
    page.wait_for_selector("text=The training was cut off")
    assert [job.state for job in jobs() if job.kind == "train"] == ["interrupted"]
    kept = epochs(page)
    press(page, "Resume")
    grown = grows(page)
    assert grown[: len(kept)] == kept or kept[: len(grown)] == grown
    press(page, "Pause")
    page.wait_for_selector("text=Paused. It waits outside the queue until you resume it.")
    assert "Resume" in page.inner_text("[data-testid=stMain]")
    press(page, "Resume")
    grows(page)
    press(page, "Stop and keep what was learned")
    page.wait_for_selector("text=Stopped. The best model so far was kept and can be used.")
    steps = [point["step"] for point in run.metrics() if (point["split"], point["name"]) == ("train", "loss")]
    assert len(steps) == len(set(steps))
    press(page, "See the results")
    page.wait_for_url("**/results?*")
    assert page.evaluate("window.neverReloaded") is True


def test_everything_is_killed_and_one_click_goes_on(visit: Visit, project: Project, tiny_bert: Path) -> None:
    """As when the machine loses its power: after the server's start the same URL says so, and Resume is enough."""
    page, run = launched(visit, project, tiny_bert)
    before = grows(page)
    home = visit.server.home
    kill(home, "core.jobs.supervisor")
    kill(home, "core.jobs.worker")
    visit.server.kill()
    visit.server.start()
    page.goto(page.url)
    page.wait_for_selector("text=The training was cut off")
    [job] = [each for each in jobs() if each.kind == "train"]
    assert (job.state, job.run) == ("interrupted", run)
    press(page, "Resume")
    wait_until(lambda: len(epochs(page)) > len(before))
    assert grows(page)[: len(before)] == before
    press(page, "Stop and keep what was learned")
    page.wait_for_selector("text=See the results")


def order(page: Page) -> list[str]:
    """What waits, as the Jobs page numbers it."""
    return page.locator("[data-testid=stMain] ol li strong").all_inner_texts()


def asked(visit: Visit) -> Page:
    """The Jobs page in a browser that may notify and notes what it would show."""
    page = visit.open("/jobs?lang=en")
    page.context.grant_permissions(["notifications"])
    page.context.add_init_script(RECORDER)
    page.reload()
    settled(page)
    return page


def test_the_order_made_by_hand_is_that_of_the_work_and_ends_are_told(
    visit: Visit, project: Project, tiny_bert: Path
) -> None:
    """Three wait, and an older one is over. Who asked for it hears of each end once, nobody of the older one."""
    runs = [lay_down(project, small(tiny_bert, epochs=1)) for _ in range(4)]
    with supervisor_lock().acquire(timeout=60):
        enqueue(*runs)
        end_waiting(runs[0], "stopped")
        page, other = asked(visit), asked(visit)
        press(page, "Tell me when a job ends")
        page.wait_for_selector("text=This browser tells you when a job ends")
        page.get_by_role("button", name="↑").nth(2).click()
        wait_until(lambda: order(page) == ["Training 2", "Training 4", "Training 3"])
        settled(page)
        page.get_by_role("button", name="First", exact=True).nth(2).click()
        wait_until(lambda: order(page) == ["Training 3", "Training 2", "Training 4"])
    page.wait_for_selector("[data-testid=stToast]")
    wait_until(lambda: sum(job.kind == "train" for job in jobs("done")) == 3)
    done = [job for job in jobs("done") if job.kind == "train"]
    assert [job.run for job in sorted(done, key=lambda job: job.turn or 0)] == [runs[2], runs[1], runs[3]]
    wait_until(lambda: page.evaluate("window.told.length") >= 3)
    ended = page.locator("[data-testid=stMain] p.quiet", has_text="done · ")
    wait_until(lambda: ended.count() == 3)
    assert page.evaluate("window.told") == [f"Training {number} · done" for number in (3, 2, 4)]
    assert other.evaluate("window.told") == [], "nobody asked for it there"
    # As if they had ended while this browser was closed.
    page.evaluate("localStorage.removeItem('parafine-notified')")
    page.reload()
    page.wait_for_selector("text=This browser tells you when a job ends")
    settled(page)
    assert page.evaluate("window.told") == [], "these are old by now"


@pytest.mark.long
def test_two_servers_on_one_home_show_the_same_run(visit: Visit, project: Project, tiny_bert: Path) -> None:
    """One supervisor serves both; what one asks for, the other says; the end of one server changes nothing."""
    page, _ = launched(visit, project, tiny_bert)
    home = visit.server.home
    second = Server(home, free_port())
    second.start()
    try:
        there = Visit(visit.browser, second).open(page.url.removeprefix(visit.server.url))
        both = [grows(each) for each in (page, there)]
        shorter = min(map(len, both))
        assert both[0][:shorter] == both[1][:shorter]
        assert len(processes_of(home, "core.jobs.supervisor")) == 1
        on_device = [each for each in processes_of(home, "core.jobs.worker") if each.cmdline()[-1] == "cpu"]
        assert len(on_device) == 1
        visit.server.kill()
        grows(there)
        visit.server.start()
        press(there, "Stop and keep what was learned")
        page.wait_for_selector("text=See the results")
        assert len(processes_of(home, "core.jobs.supervisor")) <= 1
    finally:
        second.kill()
    assert second.outside == []
