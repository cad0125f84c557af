"""What can be wrong with the way a training is checked and with the model that it starts from: the sentences of core.errors."""

from __future__ import annotations

from core.words import N_

LEARNING_SENTENCES = {
    # protocols
    "kept_together_too_few": N_(
        "Groups of rows that are to be kept together, and so are never divided: {groups}, for {rows} rows. None of them can be spared to "
        "check the result: they are too few, or too large, or nothing would be left to learn a label from. On the Data page choose another "
        "column to keep together, or none, or add rows of other groups."
    ),
    "texts_too_few": N_(
        "Different texts that the {rows} questions are about: {groups}. The questions about one text are never divided, so no text can be "
        "spared to check the result. Add rows about other texts."
    ),
    "copies_too_few": N_(
        "Of {rows} rows, those that say something of their own: {groups}. Rows that say the same are never divided, so none can be spared "
        "to check the result. Add rows that say something else."
    ),
    "none_for_validation": N_(
        "With {validation} for validation none of the {rows} rows can be spared to watch the training: the share is too small, or "
        "most labels have one row only. Make the share larger, add rows, or merge labels on the Data page."
    ),
    "split_from_learned": N_(
        "The training to start from has learned from so many of the {rows} rows that none can be spared to check the result. Start from "
        "another model, or add rows that are new to it."
    ),
    "folds_invalid": N_("{folds} folds cannot be made: choose {least} to {most}."),
    "too_few_groups": N_(
        "{folds} folds need at least {folds} rows that can be kept apart, and there are {groups}: rows that say the same, or that are "
        "to be kept together, are never divided. Choose fewer folds or another column to keep together, or add rows."
    ),
    "repeats_invalid": N_("{repeats} repeats cannot be made: choose 1 to {most}."),
    "folds_from_learned": N_(
        "The training to start from has learned from {rows} rows of this table, so the folds that ask for them would flatter it. "
        "Start from another model, or use one split, which keeps such rows where they were."
    ),
    "no_fold_done": N_(
        "No fold of cross-validation {number} is done, so nothing says for how many epochs to learn from all rows. "
        "Resume a fold, and resume this one when the fold is done."
    ),
    "no_test_file": N_("There is no test file. Upload one, or choose another way of checking."),
    "test_file_empty": N_(
        "None of the {rows} rows of the test file can be asked: they have no text, or no label. Look at where its columns go."
    ),
    "test_file_learned": N_(
        "The training to start from has learned from {rows} rows of the test file, which would flatter it. Start from another model."
    ),
    "test_file_is_all": N_(
        "All {rows} rows of the table are in the test file too, so nothing is left to learn from. Upload another file for the test, if this one is the table itself."
    ),
    "study_busy": N_(
        "Trainings of cross-validation {number} are waiting or at work. Stop them all first, then delete it."
    ),
    "study_not_found": N_("This cross-validation does not exist any more. Choose another one."),
    "label_in_one_group": N_(
        "Labels whose rows cannot be divided: {count} ({labels}). They have one row only, or rows that say the same or are to be "
        "kept together, so a fold that asks for them would have none to learn from. Add rows, merge these labels with others, or set their "
        "rows aside on the Data page."
    ),
    # models
    "hub_unreachable": N_(
        "The model “{model}” could not be fetched: the hub does not answer. Check the internet connection, "
        "or choose the embedded model, which needs none."
    ),
    "model_not_found": N_(
        "There is no model “{model}” on the hub, or it is private. Check the spelling, for example “camembert-base”."
    ),
    "model_folder": N_(
        "“{folder}” does not hold a model that can be fine-tuned: {problem}. "
        "Choose a folder with config.json, model.safetensors and the tokenizer's files."
    ),
    "model_cannot_write": N_(
        "“{model}” is a model of the kind “{kind}”, which reads but cannot be taught to write. For questions about texts choose the embedded "
        "model, a BERT or CamemBERT, or one that writes by itself, for example “moussaKam/barthez” or “google/mt5-small”."
    ),
    "model_damaged": N_(
        "The embedded model's file is not the published one (its fingerprint differs). Install Parafine again: "
        "remove the folder .venv and run start.py."
    ),
    "model_no_safetensors": N_(
        "“{model}” has no safetensors file, and older weight files can carry programs, so they are never opened. "
        "Choose another model or, if you trust its author, convert it where transformers is installed, with these lines of Python, "
        "and choose the folder that they write."
    ),
    "model_kind": N_(
        "“{model}” cannot learn this: {kind}. Choose a model that reads texts (an encoder), for example camembert-base for French or "
        "bert-base-uncased for English, or the embedded one."
    ),
    "model_unknown": N_(
        "“{model}” has the architecture “{name}”, which Parafine does not know as a reader of texts. Choose another model, for "
        "example camembert-base for French or bert-base-uncased for English, or the embedded one."
    ),
    "model_quantised": N_(
        "The weights of “{model}” are quantised: made small for reading, they cannot learn any more. Choose the model that it was made from."
    ),
    "model_too_short": N_(
        "“{model}” reads {most} word pieces at most, and the longest input is set to {longest}. Set it to {most} or less, "
        "or choose a model that reads longer texts."
    ),
    "no_pretraining": N_(
        "“{model}” cannot be taught your texts without their labels: it has no way to guess a hidden word. Set the epochs of pre-training to 0, "
        "or choose a model such as camembert-base for French or bert-base-uncased for English."
    ),
    "nothing_learns": N_(
        "With all {layers} layers of “{model}” frozen nothing is left to learn: which question belongs to which text is learned by the layers "
        "themselves, without a head. Freeze fewer layers, or none."
    ),
    "model_not_finite": N_(
        "What this model computes from your texts are no numbers, before it has learned anything: its weights are damaged. "
        "Choose another model, or bring it here again."
    ),
    "run_has_no_model": N_("Training {run} kept no model, so nothing can start from it. Choose another one."),
}
