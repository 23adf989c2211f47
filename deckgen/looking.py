"""The commands that look and change nothing: what a deck amounts to, what it looks like, and what a code means."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from deckgen import options
from deckgen.options import OK, SOURCE, USAGE

if TYPE_CHECKING:
    from deckgen.effort import Effort


@click.command()
@options.paths
def stats(paths: tuple[str, ...]) -> int:
    """Count the cards of decks, and say how they are proved and how long they take to learn; nothing is run.

    \b
    Example:
      deckgen stats notes.md
    """
    from deckgen import console, drafting
    from deckgen.folders import PAGES
    from deckgen.reading import selection

    reading = selection.read(paths or SOURCE, known=PAGES)
    console.complain(reading.diagnostics)
    for deck in reading.decks:
        console.figures(*drafting.stats(deck))
    return USAGE if reading.diagnostics else OK


@click.command()
@click.argument("name", metavar="[CODE|VERDICT]", default="")
def explain(name: str) -> int:
    """Explain a code such as D012 or a verdict such as vacuous, with an example; list them all where none is named.

    \b
    Examples:
      deckgen explain D012
      deckgen explain vacuous
    """
    from deckgen import console, explanations

    if not name:
        console.out("".join(f"{each}: {title}\n" for each, title in explanations.titles().items()))
        return OK
    try:
        console.markdown(explanations.explanation(name))
    except KeyError:
        raise click.UsageError(f"there is no code or verdict {name}; `deckgen explain` lists them") from None
    return OK


@click.command()
@options.paths
@click.option("--port", type=click.IntRange(0, 65535), default=8642, show_default=True, help="Where to listen; 0: any.")
@options.proving
def preview(paths: tuple[str, ...], port: int, effort: Effort) -> int:
    """Show decks in a browser as they will look in Anki, and prove what changes whenever a file is saved.

    It listens on this machine alone, until it is interrupted.

    \b
    Examples:
      deckgen preview                    every deck in source/
      deckgen preview notes.md --port 0  a document of your own, on a port that is free
    """
    from deckgen import console

    try:
        from deckgen.preview import server
    except ImportError as error:
        raise click.UsageError(f"preview needs deckgen-verified[preview]: {error}") from None
    server.serve(options.watchable(paths or SOURCE), effort, port, console.say)
    return OK


COMMANDS = (explain, preview, stats)
