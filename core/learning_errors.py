"""The sentences of a table that nothing can be learned from as its columns are chosen; core.errors says them."""

from __future__ import annotations

from core.words import N_

LEARNING_SENTENCES: dict[str, str] = {
    # roles
    "same_column_twice": N_("The column “{column}” has two roles. Choose a different column for each role."),
    "missing_column": N_("The column “{column}” ({role}) is not in this table. Its columns are: {found}."),
    "no_label_role": N_(
        "This table has no label yet, so there is nothing to learn. "
        "On the Data page, choose the column that holds the label, or upload a table with one."
    ),
    "no_examples": N_(
        "With these roles no row can be used: {empty_text} without text, {empty_label} without label. "
        "Choose other columns, or fill in the missing cells."
    ),
    "one_label": N_(
        "Every row has the same label, “{label}”. A classifier learns to tell labels apart: "
        "add rows with at least one other label, or choose another label column."
    ),
    "no_question_role": N_(
        "No column is the question, and this task learns which question belongs to which text. "
        "On the Data page, choose the column that holds the question."
    ),
    "one_value": N_("Every row has the same number: there is nothing to learn. Choose another column, or add rows."),
    "one_text": N_(
        "Every question is about the same text: there is no other text to tell it from. Add rows about other texts."
    ),
    "one_question": N_(
        "Every row asks the same question, so it belongs to every text. Choose another column for the question, or add rows with others."
    ),
    "too_few_texts": N_(
        "The questions are about {texts} different texts, too few to learn from some and find the right one among others: at least "
        "{minimum} are needed. Add rows about other texts."
    ),
    "too_few_examples": N_(
        "Too few rows have a label ({rows}) to learn from some and check the result on others: at least {minimum} are "
        "needed, and at least one label with several rows. Add rows."
    ),
    "nothing_left_to_train": N_(
        "With {validation} for validation and {test} for the test, the label “{label}” has no row left to learn from. "
        "Make these shares smaller, or add rows of this label."
    ),
    # protocols
    "folds_invalid": N_("{folds} folds cannot be made: choose {least} to {most}."),
    "too_few_groups": N_(
        "{folds} folds need at least {folds} rows that can be kept apart, and there are {groups}: rows that say the same, or that are "
        "to be kept together, are never divided. Choose fewer folds."
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
        "All {rows} rows of the table are in the test file too, so nothing is left to learn from. Is it the same file?"
    ),
    "study_not_found": N_("This cross-validation does not exist any more. Choose another one."),
    "label_in_one_group": N_(
        "Labels whose rows cannot be divided: {count} ({labels}). They have one row only, or rows that say the same or are to be "
        "kept together, so a fold that asks for them would have none to learn from. Add rows, merge these labels with others, or set their "
        "rows aside on the Data page."
    ),
}
