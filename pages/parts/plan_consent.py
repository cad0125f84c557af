"""What a back-translation will cost, and the yes to sending texts away."""

from __future__ import annotations

from dataclasses import dataclass

import streamlit as st

from core.augment.engines.catalogue import ENTRIES
from core.augment.engines.engine import Engine
from core.augment.estimate import Estimate
from core.jobs.augment import agree, is_agreed
from core.store.consents import consents
from core.store.project import Project
from core.words import Words
from pages.parts.look import quiet
from pages.parts.plain import plain
from pages.parts.sheet import figures_row


@dataclass(frozen=True)
class Agreement:
    """Whether texts may be sent, and the yes to be kept when the work is started."""

    project: Project
    engine: Engine
    characters: int
    is_given: bool
    is_new: bool

    def keep(self) -> None:
        """Records a yes that was given just now."""
        if self.is_given and self.is_new:
            agree(self.project.id, self.engine, self.characters, self.project.owner)


def show_estimate(estimate: Estimate, engine: Engine, words: Words) -> None:
    """Rows, requests, characters, time, money; and what the memory spares."""
    _ = words.gettext
    sent = _("Characters sent") if engine.sends_text_to else _("Characters")
    figures = [
        (_("Rows"), words.integer(estimate.rows)),
        (_("Paraphrases"), words.integer(estimate.paraphrases)),
        (_("Requests"), words.integer(estimate.requests)),
        (sent, words.integer(estimate.characters)),
        (_("Time, about"), words.duration(max(1.0, estimate.seconds + estimate.judging))),
    ]
    price = estimate.price
    if price is not None:
        figures.append((_("Price, about"), words.money(estimate.cost, price.currency)))
    figures_row(figures)
    if estimate.remembered:
        quiet(
            words.ngettext(
                "{count} translation is known from earlier and is not asked for again.",
                "{count} translations are known from earlier and are not asked for again.",
                estimate.remembered,
            )
        )
    if price is None and engine.name in ENTRIES and ENTRIES[engine.name].needs_key:
        quiet(_("What it costs depends on your account at the service."))
    if price is not None:
        quiet(
            _(
                "Reckoned with about {price} for a million characters, the list price as we looked it up on {day}. A monthly fee may come on top, "
                "a free quota may come off: your account at the service says what counts."
            ).format(price=words.money(price.a_million, price.currency), day=words.day(price.as_of))
        )


def ask_consent(project: Project, engine: Engine, estimate: Estimate, words: Words, key: str = "consent") -> Agreement:
    """The box that says who gets what, with a tick; a yes that was given stands below the button's way."""
    _ = words.gettext
    host = engine.sends_text_to
    if host is None or is_agreed(project.id, engine):
        if host is not None:
            _given(project, engine, words)
        return Agreement(project, engine, estimate.characters, is_given=True, is_new=False)
    with st.container(border=True, key=key):
        st.markdown("**" + plain(_("These texts leave this machine: {host}").format(host=host)) + "**")
        st.markdown(
            plain(
                _(
                    "The texts of {rows}, word for word, and what they become on the way: about {characters} characters. Neither labels nor "
                    "other columns nor your name are sent. What the service keeps of it is up to its own terms."
                ).format(
                    rows=words.ngettext("{count} row", "{count} rows", estimate.rows),
                    characters=words.integer(estimate.characters),
                )
            )
        )
        ticked = st.checkbox(
            _("I agree that these texts of this project are sent to {host}").format(host=host),
            key=f"{key}_{engine.name}",
        )
        quiet(_("Your yes is kept with its time and holds for this engine and this project."))
    return Agreement(project, engine, estimate.characters, is_given=ticked, is_new=True)


def _given(project: Project, engine: Engine, words: Words) -> None:
    _ = words.gettext
    last = [each for each in consents(project.id) if (each.engine, each.host) == (engine.name, engine.sends_text_to)][
        -1
    ]
    quiet(
        _("{person} agreed on {moment} that texts of this project are sent to {host}.").format(
            person=_("Somebody at this machine") if last.person == "local" else last.person,
            moment=words.moment(last.at),
            host=last.host,
        )
    )
