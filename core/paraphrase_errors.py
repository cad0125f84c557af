"""The sentences of back-translation; core.errors says them."""

from __future__ import annotations

from core.words import N_

PARAPHRASE_SENTENCES: dict[str, str] = {
    "no_path": N_("Choose at least one pivot language: without one there is nothing to translate to and back from."),
    "path_invalid": N_(
        "The languages “{path}” do not lead from the language of the rows to others and back. Write for example fr>en>fr."
    ),
    "no_rows_to_paraphrase": N_(
        "With these choices there is no row to paraphrase. Choose other rows, or another column."
    ),
    "all_paraphrased": N_(
        "This engine has already paraphrased all of these rows along these languages. "
        "Choose other rows, other languages or another engine; or decide on what there is."
    ),
    "consent_needed": N_(
        "{engine} would get {characters} characters of this project, and nobody has agreed to that yet. "
        "Read what is sent, tick the box, then start again."
    ),
    "engine_unknown": N_("There is no engine called “{name}” in this version of Parafine. Choose another one."),
    "engine_not_working": N_("{engine} does not work now. {problem} Choose another engine, or try again later."),
    "engine_gave_up": N_(
        "{engine} stopped answering as it should. {problem} The work was ended before it burns more requests; everything that "
        "was translated is kept. Resume it later: it goes on where it was. Or choose another engine."
    ),
    "augmentation_not_found": N_("This back-translation does not exist any more. Start a new one on the Augment page."),
    "comparison_not_found": N_("This comparison does not exist any more. Start a new one on the Augment page."),
    "nothing_failed": N_("There is no row left that failed: somebody else has tried again meanwhile."),
}
