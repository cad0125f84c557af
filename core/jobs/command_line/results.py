"""results: what a training, a cross-validation or a search came to; the answers of folds and the best settings as files."""

from __future__ import annotations

from argparse import Namespace
from collections.abc import Sequence
from pathlib import Path

from core.errors import UserError
from core.home import why
from core.jobs.command_line.beside import tell_beside, tell_table
from core.jobs.command_line.documents import search_results, study_results, training_results
from core.jobs.command_line.finding import find_job, settle
from core.jobs.command_line.listing import reference
from core.jobs.command_line.showing import figures_of, record_of
from core.jobs.command_line.studies import find_study, study_reference
from core.jobs.command_line.voice import Voice
from core.jobs.overview import Look, look, project_names
from core.jobs.search_words import TRIAL_STATES, figure_title, score_words, value_words
from core.store.search import Search
from core.store.study import Study
from core.train.search_space import DIMENSIONS, with_values
from core.train.settings import Settings
from core.train.tasks import spread_said, task_of
from core.words import Words


def show_results(args: Namespace, voice: Voice) -> int:
    settle()
    study = find_study(args.job)
    if study is not None:
        return _of_study(study, args, voice)
    seen = look(find_job(args.job), project_names())
    if args.answers:
        raise UserError("not_a_study", name=reference(seen))
    if isinstance(seen.job.folder, Search):
        return _of_search(seen.job.folder, reference(seen), args, voice)
    if args.settings:
        raise UserError("not_a_search", name=reference(seen))
    return _of_training(seen, args, voice)


def _of_training(seen: Look, args: Namespace, voice: Voice) -> int:
    words, record = voice.words, record_of(seen)
    if record is None:
        raise UserError("run_not_found")
    if args.json:
        voice.document(training_results(seen, words))
        return 0
    result = seen.job.run.result() or {}
    figures = figures_of(record.roles, result, words)
    none = words.gettext("There is no result yet.")
    if result:
        none = words.gettext(
            "It learned from every row, so no row was left to measure it. Its folds say what it can do."
        )
    voice.facts(figures or {reference(seen): none})
    _labels((result.get("test") or result.get("validation") or {}).get("labels", []), voice)
    tell_beside(seen.job.run, voice)
    return 0


def _of_search(search: Search, name: str, args: Namespace, voice: Voice) -> int:
    words, record, findings = voice.words, search.record(), search.findings()
    best = findings.best
    if args.settings:
        if best is None:
            raise UserError("no_best_yet", name=name)
        voice.document(with_values(Settings.model_validate(record.run.settings), best.values).model_dump(mode="json"))
    elif args.json:
        voice.document(search_results(search))
    else:
        _ = words.gettext
        names = list(record.space)
        title = figure_title(record, words)
        titles = [_("Trial"), *(_(DIMENSIONS[each].title) for each in names), title, _("State"), _("Duration")]
        rows = [
            [
                words.integer(line.place + 1) + (" *" if line == best else ""),
                *(value_words(each, line.values[each], words) for each in names),
                score_words(record, line.score, words),
                _(TRIAL_STATES[line.state]),
                words.duration(line.seconds),
            ]
            for line in findings.trials
        ]
        tell_table(titles, rows, voice)
        if best is not None:
            said = _("* The best trial. Its settings, to launch them: {command}")
            voice.say(said.format(command=f"python -m core.jobs results {name} --settings"))
        for each, share in sorted(findings.importance.items(), key=lambda pair: -pair[1]):
            about = _("{setting} explains {share} of the differences.")
            voice.say(about.format(setting=_(DIMENSIONS[each].title), share=words.percent(share, 0)))
    return 0


def _of_study(study: Study, args: Namespace, voice: Voice) -> int:
    if args.settings:
        raise UserError("not_a_search", name=study_reference(study))
    if args.answers:
        keep_answers(study, Path(args.answers), voice.words)
    if args.json:
        voice.document(study_results(study, voice.words))
        return 0
    _tell_study(study, voice)
    if args.answers:
        voice.say(voice.words.gettext("The answers to every row are in {name}.").format(name=args.answers))
    return 0


def keep_answers(study: Study, path: Path, words: Words) -> None:
    """The answer to each row by the model that had not seen it, as a CSV. Raises UserError: no_answers_yet, answers_file."""
    from core.results.folds import out_of_fold_csv, study_result

    if not study_result(study).done:
        raise UserError("no_answers_yet", name=study_reference(study))
    made = out_of_fold_csv(study, ";" if words.language == "fr" else ",")
    try:
        path.write_bytes(made.read_bytes())
    except OSError as error:
        raise UserError("answers_file", name=str(path), problem=why(error)) from None


def _tell_study(study: Study, voice: Voice) -> None:
    from core.results.folds import study_result
    from core.results.over_all_rows import NOT_TOGETHER, over_all_rows

    words, record, result = voice.words, study.record(), study_result(study)
    _, task = words.gettext, task_of(study.roles())
    figures = [figure for figure in task.figures if figure.name in result.over_folds]
    rows = []
    for fold in result.folds:
        name = _("fold {fold}") if record.repeats == 1 else _("repeat {repeat}, fold {fold}")
        reached = fold.figures
        told = [words.integer(fold.rows), words.decimal(fold.best_epoch, 2), words.duration(fold.seconds)]
        rows.append(
            [
                name.format(repeat=fold.repeat, fold=fold.fold),
                *(figure.shown(reached[figure.name], words) if reached else "–" for figure in figures),
                *(told if reached else ["–"] * 3),
            ]
        )
    titles = [_("Fold"), *(_(figure.title) for figure in figures), _("Rows"), _("Epoch kept"), _("Duration")]
    tell_table(titles, rows, voice)
    done = _("{done} of {folds} folds are done")
    voice.say(done.format(done=words.integer(result.done), folds=words.integer(len(result.folds))) + ".")
    for figure in figures:
        spread = result.over_folds[figure.name]
        said = spread_said({"mean": spread.mean, "deviation": spread.deviation}, figure, words)
        voice.say(_("{figure}, mean over the folds: {spread}").format(figure=_(figure.title), spread=said))
    together = over_all_rows(study)
    if together is None and task.name == "matching":
        voice.say(_(NOT_TOGETHER))
    for figure in figures if together is not None else []:
        assert together is not None
        said = figure.shown(together[figure.name], words)
        voice.say(_("{figure}, over all rows together: {value}").format(figure=_(figure.title), value=said))
    _labels((together or {}).get("labels", []), voice)
    tell_beside(study, voice)


def _labels(labels: Sequence[dict[str, object]], voice: Voice) -> None:
    """Label by label, the most frequent first; nothing where there are none."""
    _, words = voice.words.gettext, voice.words
    ranked = sorted(labels, key=lambda each: -int(str(each["support"])))
    rows = [
        [
            str(each["label"]),
            *(words.percent(float(str(each[name]))) for name in ("precision", "recall", "f1")),
            words.integer(int(str(each["support"]))),
        ]
        for each in ranked
    ]
    if rows:
        tell_table([_("Label"), _("Precision"), _("Recall"), _("F1"), _("Rows")], rows, voice)
