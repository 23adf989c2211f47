"""The commands that write what an author goes on with: a new deck, ids, and outputs that are expected."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

import click

from deckgen import options
from deckgen.options import OK, SOURCE, USAGE, WRONG_CARDS

if TYPE_CHECKING:
    from deckgen.effort import Effort
    from deckgen.report import Report


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
    folder = Path(*SOURCE, name)
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


@click.command()
@options.choosing
@click.option("--write", is_flag=True, help="Write it into the files, and touch nothing else in them.")
@options.allow_dirty
@options.proving
def accept(chosen: options.Chosen, write: bool, allow_dirty: bool, effort: Effort) -> int:
    """Show what output, emitted and pycon blocks would be if they expected what is observed.

    \b
    Examples:
      deckgen accept notes.md            shows the differences
      deckgen accept notes.md --write    and takes what is observed
    """
    from deckgen import console, pipeline
    from deckgen.drafting import Uncommitted

    reading = chosen()
    console.complain(reading.diagnostics)
    uncommitted = Uncommitted.EDIT if allow_dirty else Uncommitted.REFUSE
    status = USAGE if reading.diagnostics else OK
    for deck in reading.decks:
        with console.progress(deck.name) as progress:
            taken = pipeline.observe(deck, progress, effort)
        console.acceptances(taken.acceptances)
        done = pipeline.accept(deck, taken, uncommitted) if write else taken
        console.left(taken.left)
        console.complain([*done.diagnostics, *done.refusals])
        written = write and taken.acceptances and not done.refusals
        rest = ", but for the files named above" if done.diagnostics else ""
        differing = f"{deck.name}: blocks that differ: {len(taken.acceptances)}"
        others = f"; cards still not proved: {len(taken.left)}" if taken.left else ""
        console.say(differing + (f"; written{rest}" if written else "") + others)
        wanting = done.diagnostics or taken.left or (taken.acceptances and not write)
        status = max(status, USAGE if done.refusals else WRONG_CARDS if wanting else OK)
    return status


@click.command("id")
@options.paths
@click.option("--write", is_flag=True, help="Insert the ids into the files, and touch nothing else in them.")
@options.allow_dirty
def identify(paths: tuple[str, ...], write: bool, allow_dirty: bool) -> int:
    """List the questions that have no id, with one for each.

    \b
    Examples:
      deckgen id notes.md                shows them
      deckgen id notes.md --write        inserts them, and touches no other byte
    """
    from deckgen import console, drafting
    from deckgen.reading import decks, ids

    if write and decks.STANDARD_INPUT in paths:
        raise click.UsageError("ids cannot be written to standard input")
    reading = decks.read(paths or SOURCE)
    missing = [each for deck in reading.decks for each in ids.missing(deck)]
    console.complain([*reading.diagnostics, *(each for deck in reading.decks for each in ids.unread(deck))])
    uncommitted = drafting.Uncommitted.EDIT if allow_dirty else drafting.Uncommitted.REFUSE
    edited = drafting.insert_ids(reading.decks if write else (), uncommitted)
    console.complain([*edited.diagnostics, *edited.refusals])
    console.ids(edited.inserted if write else missing)
    console.say(f"questions without an id: {len(missing)}" + (f"; inserted: {len(edited.inserted)}" if write else ""))
    if reading.diagnostics or edited.refusals:
        return USAGE
    wanting = len(missing) > len(edited.inserted) or any(map(ids.unread, reading.decks))
    return WRONG_CARDS if wanting else OK


COMMANDS = (accept, identify, new)
