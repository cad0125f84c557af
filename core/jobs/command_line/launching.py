"""launch: from a project and a file of settings to trainings in the queue."""

from __future__ import annotations

from argparse import Namespace
from pathlib import Path

from core.jobs.command_line.finding import find_project
from core.jobs.command_line.following import follow
from core.jobs.command_line.listing import document, places, reference
from core.jobs.command_line.voice import Voice
from core.jobs.overview import look, project_names
from core.jobs.queue import job_of
from core.jobs.settings_file import complete, faults_of, read_settings_file


def launch_file(args: Namespace, voice: Voice) -> int:
    # Here, for it brings pandas: who only looks at jobs does without.
    from core.jobs.baselines import ask_for_baselines
    from core.jobs.launch import launch_all

    words, path = voice.words, Path(args.settings)
    project_id = find_project(args.project)
    values = read_settings_file(path)
    faults = [(place, fault) for place, each in enumerate(values, 1) for fault in faults_of(each)]
    for place, fault in faults:
        where = path.name if len(values) == 1 else f"{path.name}[{place}]"
        voice.complain(f"{where}{words.colon} {fault.sentence(words)}")
    if faults:
        return 2
    runs = launch_all(project_id, complete(values, project_id, path.resolve().parent), name=args.name)
    ask_for_baselines(*runs)
    names = project_names()
    looks = [look(job, names) for run in runs if (job := job_of(run)) is not None]
    if args.json:
        order = places()
        voice.document([document(each, order) for each in looks])
        voice = voice.aside()
    else:
        for each in looks:
            voice.say(words.gettext("{name} is queued, job {job}.").format(name=reference(each), job=each.job.id))
    return follow([each.job.id for each in looks], voice) if args.wait else 0
