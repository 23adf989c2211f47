"""The command that starts a deck."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

import click

from deckgen.options import OK, USAGE

if TYPE_CHECKING:
    from deckgen.report import Report

_SOURCE = Path("source")


@click.command()
@click.argument("name")
@click.option(
    "--from",
    "document",
    metavar="FILE",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="A document to make the deck of; it is copied, and left as it is.",
)
def new(name: str, document: Path | None) -> int:
    """Start a deck in source/NAME, a folder that is not there yet.

    It begins with one card that is proved, or with the questions of FILE. The copy of FILE differs from it by nothing
    but the ids that its questions lack; beside it is an empty check for each answer that has none, and its images.
    NAME is the deck's id.

    \b
    Examples:
      deckgen new networks               one card that is proved
      deckgen new interview --from notes.md
    """
    from deckgen import config, console, drafting
    from deckgen.publishing.reports import FORMATS
    from deckgen.reading import decks

    if reason := config.unfit(name):
        raise click.UsageError(f"NAME is the deck's id, and `{name}` is none: {reason}; try `{decks.deck_id(name)}`")
    folder = _SOURCE / name
    try:
        begun = drafting.start(folder, document)
    except FileExistsError as error:
        raise click.UsageError(f"{error.filename} is there already; nothing is written") from None
    console.complain(begun.diagnostics)
    if not begun.files:
        console.say(f"{document} has no questions that could be read; nothing is written")
        return USAGE
    place = folder.as_posix()
    if document:
        console.say(f"{place} is made of {document}; ids inserted: {begun.inserted}")
    reports = [drafting.lint(deck) for deck in decks.read([place]).decks]
    console.out(FORMATS["text"](reports))
    for report in reports:
        console.summary(report)
    console.say(f"next: {_task(place, begun.files, reports)}deckgen build {place}")
    return OK


def _task(place: str, files: Iterable[str], reports: Iterable[Report]) -> str:
    """What is to be written before a build is worth while, empty where nothing is."""
    from deckgen.proof import Verdict

    checks = next((f"{place}/{file}" for file in files if file.endswith(".py")), f"the documents of {place}")
    unchecked = any(report.count(Verdict.UNCHECKED) for report in reports)
    return f"write the checks in {checks}, then say " if unchecked else ""
