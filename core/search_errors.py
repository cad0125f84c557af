"""The sentences of UserError about a search for the best settings; core.errors says them."""

from __future__ import annotations

from core.words import N_

SEARCH_SENTENCES: dict[str, str] = {
    "search_bounds": N_("The lowest value is above the highest: {problem}. Exchange them."),
    "search_nothing": N_(
        "Every setting is fixed, so there is nothing to search. Give at least one of them two different bounds."
    ),
    "search_budget": N_(
        "This search would try nothing, or never end. Say from 1 to {most} trials, or from 1 to {minutes} minutes."
    ),
    "search_all_diverged": N_(
        "None of the {count} trials could be measured: the loss of each became infinite. "
        "Search again between smaller learning rates, with {learning_rate} as the highest, say."
    ),
    "search_not_found": N_("This search does not exist any more. Choose another one."),
}
