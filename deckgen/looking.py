"""The commands that look and change nothing: what a deck amounts to, and what a code means."""

from __future__ import annotations

import click

from deckgen import options
from deckgen.options import OK, USAGE


@click.command()
@options.paths
def stats(paths: tuple[str, ...]) -> int:
    """Count the cards of decks, and say how they are proved and how long they take to learn; nothing is run."""
    from deckgen import console, pipeline
    from deckgen.reading import decks

    reading = decks.read(paths or ["source"], pipeline.PAGES)
    console.complain(reading.diagnostics)
    for deck in reading.decks:
        console.figures(*pipeline.stats(deck))
    return USAGE if reading.diagnostics else OK


@click.command()
@click.argument("name", metavar="[CODE|VERDICT]", default="")
def explain(name: str) -> int:
    """Explain a code such as D012 or a verdict such as vacuous, with an example; list them all where none is named."""
    from deckgen import console, explanations

    if not name:
        console.out("".join(f"{each}: {title}\n" for each, title in explanations.titles().items()))
        return OK
    try:
        console.markdown(explanations.explanation(name))
    except KeyError:
        raise click.UsageError(f"there is no code or verdict {name}; `deckgen explain` lists them") from None
    return OK


COMMANDS = (explain, stats)
