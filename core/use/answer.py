"""`python -m core.use.answer PROJECT RUN`: keeps one model in memory and answers over its standard streams.

One JSON object a line. In: {"texts": […], "questions": […] or null}, or {"gold": […], "predicted": […]}. Out: {"probabilities": [[…]]}
(the number instead, where the model gives one: core.use.meaning), {"figures": {…}} or {"error": "…"}. Where questions find their text,
also {"find": "a question", "most": 5}, answered by {"found": [[text, probability], …]}. It leaves when its input ends or after ten idle
minutes, so that the web server never carries torch.
"""

from __future__ import annotations

import json
import os
import queue
import sys
import threading
import traceback
from typing import TYPE_CHECKING, Any, TextIO

if TYPE_CHECKING:
    from core.store.run import Run

IDLE = 600
"""Seconds without a question after which the process leaves."""


def main(project_id: str, run_id: str) -> None:
    # What libraries print must not land between the answers.
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)
    waiting: queue.Queue[str | None] = queue.Queue()
    threading.Thread(target=_listen, args=(waiting,), daemon=True).start()
    try:
        respond = _load(project_id, run_id)
    except Exception as error:
        traceback.print_exc()
        _say(answers, {"error": str(error)})
        return
    _say(answers, {"ready": True})
    while True:
        try:
            line = waiting.get(timeout=IDLE)
        except queue.Empty:
            return
        if line is None:
            return
        try:
            _say(answers, respond(json.loads(line)))
        except Exception as error:
            traceback.print_exc()
            _say(answers, {"error": str(error)})


def _listen(waiting: queue.Queue[str | None]) -> None:
    for line in sys.stdin:
        waiting.put(line)
    waiting.put(None)


def _say(answers: TextIO, value: dict[str, Any]) -> None:
    answers.write(json.dumps(value) + "\n")
    answers.flush()


def _load(project_id: str, run_id: str) -> Any:
    from core.store.run import Run
    from core.train.metrics import agreement
    from core.use.model import load

    run = Run(project_id, run_id)
    if run.record().roles.task == "matching":
        return _load_matcher(run)
    _, ask = load(run)

    def respond(question: dict[str, Any]) -> dict[str, Any]:
        if "gold" in question:
            return {"figures": agreement(question["gold"], question["predicted"])}
        shares = ask(question["texts"], question["questions"])
        return {"probabilities": [[round(float(share), 6) for share in row] for row in shares]}

    return respond


def _load_matcher(run: Run) -> Any:
    from core.use.matching import Matcher

    matcher = Matcher(run)

    def respond(question: dict[str, Any]) -> dict[str, Any]:
        if "find" in question:
            return {"found": matcher.find(question["find"], question["most"])}
        shares = matcher.probabilities(question["texts"], question["questions"])
        return {"probabilities": [[round(float(share), 6)] for share in shares[:, 0]]}

    return respond


if __name__ == "__main__":
    main(*sys.argv[1:])
