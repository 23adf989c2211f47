"""Decks are proved on the SQLAlchemy that is to come."""

from __future__ import annotations

from typing import TYPE_CHECKING

from deckgen.options import OK, USAGE, WRONG_CARDS

if TYPE_CHECKING:
    from deckgen.effort import Effort
    from deckgen.reading.decks import Reading


def watch_upstream(reading: Reading, effort: Effort) -> int:
    """Prove decks where they are proved now and on the newest SQLAlchemy, and list the cards whose verdict changes.

    Raises SurroundingsError, also where the package index cannot be asked.
    """
    from deckgen import console, pipeline
    from deckgen.checking import interpreters
    from deckgen.errors import SurroundingsError
    from deckgen.publishing import upstream

    console.complain(reading.diagnostics)
    try:
        newest = interpreters.newest()
    except interpreters.MissingInterpreterError as error:
        raise SurroundingsError(f"what the package index offers cannot be told: {error}") from error
    status = USAGE if reading.diagnostics or not reading.decks else OK
    for deck in reading.decks:
        with console.progress(deck.name) as progress:
            report, turns = pipeline.ahead(deck, newest, progress, effort)
        console.summary(report)
        if turns is None:
            console.say(f"{deck.name}: it is proved on the newest already: the index offers SQLAlchemy {newest}")
        else:
            console.out(upstream.render(turns))
            console.say(f"{deck.name}: {len(turns)} of {len(deck.cards)} verdicts change on SQLAlchemy {newest}")
        status = max(status, WRONG_CARDS if turns else OK)
    return status
