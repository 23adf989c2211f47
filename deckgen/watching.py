"""Something is done again whenever a file is saved."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import click

from deckgen.options import OK

if TYPE_CHECKING:
    from deckgen.reading.decks import Reading


def whenever_saved(reading: Reading, once: Callable[[], int]) -> int:
    """Do something now and whenever a file of some decks is saved, until the user interrupts it."""
    from deckgen import console

    try:
        from watchfiles import PythonFilter, watch
    except ImportError:
        raise click.UsageError("--watch needs deckgen-verified[watch]") from None
    places = [Path(deck.path) for deck in reading.decks]
    watched = PythonFilter(extra_extensions=(".md", ".toml"))
    # An editor may write another file and rename it, which only the folder sees.
    folders = {place if place.is_dir() else place.parent for place in places}
    console.say("watching; Ctrl-C ends it")
    status = None
    # The first pass comes without a change: what is saved while the first run goes on is seen as well.
    for saved in watch(*folders, watch_filter=watched, rust_timeout=100, yield_on_timeout=True):
        if saved or status is None:
            status = once()
    return OK if status is None else status
