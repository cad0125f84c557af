"""An engine at the edge: it turns the words of a text round and counts what it is asked."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from itertools import repeat

from core.augment.engines.engine import Failed, Limits, Outcome, Translated
from core.augment.patience import Patience, translate_all
from core.augment.plan import EngineChoice, Plan, make_tasks
from core.augment.remembering import Remembering
from core.jobs.augment import trainable
from core.store.augmentation import Augmentation, AugmentationRecord, Task, create_augmentation
from core.store.project import Project
from core.store.run import utc_now


class Reversing:
    """fails: a text in which it says why. sends: the host that it claims to send to."""

    name = "reversing"

    def __init__(
        self,
        fails: Callable[[str], Failed | None] = lambda text: None,
        sends: str | None = None,
        version: str = "1",
        limits: Limits | None = None,
    ) -> None:
        self.fails = fails
        self.sends_text_to = sends
        self.version = version
        self.limits = limits or Limits(at_once=4, texts=3, characters=5000)
        self.asked: Counter[tuple[str, str, str]] = Counter()
        self._lock = threading.Lock()

    def languages(self) -> frozenset[tuple[str, str]] | None:
        return None

    def translate(self, texts: Sequence[str], source: str, target: str) -> list[Outcome]:
        with self._lock:
            self.asked.update((text, source, target) for text in texts)
        return [self.fails(text) or Translated(f"{' '.join(reversed(text.split()))}|{target}") for text in texts]

    def probe(self, source: str, target: str) -> Failed | None:
        return None


class Cut(Exception):
    """The end that a test puts to the work."""


class Directly:
    """Carries within this process, through the engine's memory as the courier does. most: outcomes before all is cut off."""

    def __init__(self, engine: Reversing, most: int | None = None) -> None:
        self.engine = engine
        self.left = iter(range(most)) if most is not None else repeat(0)

    def carry(
        self, texts: Sequence[str], source: str, target: str, variant: int, check: Callable[[], None]
    ) -> Iterator[tuple[int, Outcome]]:
        patience = Patience(attempts=2, first_wait=0.001)
        engine = Remembering(self.engine, variant)
        for outcome in translate_all(engine, texts, source, target, check=check, patience=patience):
            if next(self.left, None) is None:
                raise Cut
            yield outcome


def plan(**values: object) -> Plan:
    given = {"engine": EngineChoice(name="reversing"), "source": "en", "paths": ("en>es>en",)}
    return Plan.model_validate(given | values)


def laid_down(project: Project, plan: Plan, tasks: Sequence[Task] | None = None) -> Augmentation:
    """A back-translation on disk, neither queued nor started."""
    tasks = make_tasks(plan, trainable(project).examples) if tasks is None else tasks
    record = AugmentationRecord(plan=plan.model_dump(mode="json"), rows=len(tasks), characters=0, created_at=utc_now())
    return create_augmentation(project.id, record, tasks, on_device=False)
