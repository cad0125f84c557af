"""A back-translation as a job does it: the engine, the rows, their judgement, and how it ended."""

from __future__ import annotations

import time
from collections.abc import Callable

from core.augment.back_translation import back_translate
from core.augment.carrying import Courier
from core.augment.chosen import engine_of, label_of
from core.augment.engines.engine import FAILURES
from core.augment.judging import Ended, judge_arrivals
from core.augment.patience import Interrupted
from core.augment.plan import Plan
from core.errors import UserError
from core.home import write_json
from core.store.arrivals import counts
from core.store.augmentation import Augmentation
from core.store.job_folder import Progress, State


def augment(augmentation: Augmentation, check: Callable[[], None] = lambda: None) -> State:
    """Translates what has no paraphrase yet, then judges what has no judgement. Returns "done", or what was asked for meanwhile.

    check: called again and again; raises UserError when the machine no longer allows it to go on. Raises
    UserError("engine_gave_up") when the engine refuses: what arrived is judged, and the job can be resumed.
    """
    record = augmentation.record()
    plan = Plan.model_validate(record.plan)

    def look() -> None:
        request = augmentation.asked()
        if request is not None:
            raise Ended(request)
        check()

    began = time.monotonic()
    made, failed = counts(augmentation)
    augmentation.report(Progress(phase="translating", step=made, steps=record.rows))
    try:
        with Courier(plan.engine, augmentation.folder / "courier.lock", look) as courier:
            made, failed = back_translate(
                augmentation, plan, lambda variant: engine_of(plan.engine, variant), courier, look
            )
        reader = judge_arrivals(augmentation, plan.source, look, plan.judge)
    except Ended as ended:
        # What has no judgement yet can be reviewed all the same; resumed, the job goes on with it.
        return "stopped" if ended.request == "stop" else "paused"
    except Interrupted as interrupted:
        reason = interrupted.reason
        problem = {"message": FAILURES[reason.code], **reason.facts}
        gave_up = UserError("engine_gave_up", engine=label_of(plan.engine.name), problem=problem)
        try:
            judge_arrivals(augmentation, plan.source, check, plan.judge)
        except UserError as error:
            # The log has both; what has no judgement yet gets one when the job is resumed.
            raise gave_up from error
        raise gave_up from None
    result = {"made": made, "failed": failed, "reader": reader, "seconds": time.monotonic() - began}
    write_json(augmentation.folder / "result.json", result)
    augmentation.report(Progress(phase="over", step=record.rows, steps=record.rows))
    return "done"
