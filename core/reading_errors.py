"""The sentences of an upload that is no table or cannot be read; core.errors says them."""

from __future__ import annotations

from core.words import N_

READING_SENTENCES: dict[str, str] = {
    "empty_file": N_("“{name}” is empty: it holds not a single character. Export the table again, then upload it."),
    "not_a_table": N_(
        "“{name}” is not a table of text (it looks like {kind}). "
        "Save the table as CSV from your spreadsheet, then upload that file."
    ),
    "unreadable_text": N_(
        "“{name}” could not be read as text: line {row} holds bytes of no encoding known here. "
        "Save it again as “CSV UTF-8”, then upload it."
    ),
    "no_rows": N_(
        "“{name}” has a header ({columns}) and no row below it. Upload the table with its rows, one text a row."
    ),
    "one_column": N_(
        "“{name}” has one column only (“{column}”). A classifier needs a text and its label, each in its own column; "
        "to learn from it, add a column with the label. If there are several columns in the file, "
        "the delimiter was not recognised: save it with commas, semicolons or tabs."
    ),
    "all_set_aside": N_(
        "None of the {rows} rows of “{name}” fits under its header ({columns}). "
        "Check the delimiter and the quotation marks in the file, then upload it again."
    ),
    "table_sparse": N_(
        "“{name}” has {columns} columns, and its shorter rows would have to be filled with more than {limit_cells} empty cells. "
        "Check its header and its delimiter, then upload it again."
    ),
    "too_many_columns": N_(
        "“{name}” has {columns} columns, and the limit is {limit_columns}. Check its delimiter, or keep only the columns that matter, "
        "then upload it again."
    ),
    "html_file": N_(
        "“{name}” is a web page, whatever its name says: many sites give their “Excel” files so. "
        "Open it in your spreadsheet, save it as .xlsx or CSV, then upload that file."
    ),
    "xml_file": N_(
        "“{name}” is an XML file. Open it in your spreadsheet, save it as .xlsx or CSV, then upload that file."
    ),
    "archive_damaged": N_("“{name}” cannot be unpacked: it is damaged or cut short. Pack or download it again."),
    "archive_password": N_("“{name}” is protected by a password. Pack it again without one, then upload it."),
    "archive_path": N_(
        "“{name}” holds a file named “{path}”, which would be written outside its folder; such archives are not opened. "
        "Upload the table itself."
    ),
    "archive_bomb": N_(
        "“{name}” unpacks to {size} or more, hundreds of times what it weighs; such archives are not opened. "
        "Upload the table itself."
    ),
    "archive_too_large": N_(
        "“{name}” unpacks to more than the limit of {limit}. Split the table, or keep only the columns that matter."
    ),
    "archive_nested": N_("“{name}” holds another archive. Unpack it, then upload the table itself."),
    "archive_without_table": N_("“{name}” holds no table; what it holds: {found}. Upload a CSV file or a workbook."),
    "member_not_found": N_("There is no “{member}” in “{name}”. Choose another sheet or file."),
    "workbook_password": N_(
        "“{name}” is protected by a password. Remove it in your spreadsheet, save the workbook, then upload it again."
    ),
    "workbook_damaged": N_(
        "“{name}” cannot be read as a workbook: it is damaged, or of a kind unknown here. "
        "Save it as .xlsx or CSV from your spreadsheet, then upload that file."
    ),
    "workbook_entities": N_(
        "“{name}” defines XML entities, which no spreadsheet writes; such workbooks are not opened. "
        "Save it again from your spreadsheet, then upload it."
    ),
    "workbook_cells": N_(
        "A sheet of “{name}” reaches over {cells} cells, empty ones included, and the limit is {limit_cells}. "
        "Delete what stands far from the table, then save the workbook again."
    ),
    "empty_workbook": N_("“{name}” is an empty workbook. Save it with the table in it, then upload it."),
    "json_broken": N_("“{name}” is not JSON at its line {row}. Export the table again, then upload it."),
    "json_without_table": N_(
        "“{name}” is JSON without a table in it. Give a list of objects, one a row, each with a text and its label."
    ),
    "parquet_damaged": N_("“{name}” cannot be read as a Parquet file: it is damaged or cut short. Export it again."),
    "too_large": N_("“{name}” is {size} and the limit is {limit}. Split it, or keep only the columns that matter."),
    "same_file_twice": N_("“{name}” is already part of this table, byte for byte. Choose another file."),
    "together_too_large": N_(
        "With “{name}” the files of this table are {size} together, and the limit is {limit}. Keep only what matters."
    ),
    "no_common_column": N_(
        "No column of “{name}” ({found}) goes into one of this table ({columns}). Say which goes where, or make a project for it."
    ),
    "mapped_twice": N_("Two columns of “{name}” go into “{column}”. Leave one of them out."),
    "added_without_text": N_(
        "“{name}” would bring rows without text: no column of it with words goes into “{column}”. Say which one does."
    ),
}
