"""The commands about packages that are finished, and about what is remembered of them."""

from __future__ import annotations

from pathlib import Path

import click

from deckgen import options
from deckgen.options import OK, SOURCE, USAGE, WRONG_CARDS

_PACKAGE = click.Path(exists=True, dir_okay=False, path_type=Path)


@click.command()
@click.argument("packages", nargs=-1, required=True, type=_PACKAGE)
def audit(packages: tuple[Path, ...]) -> int:
    """Have the official Anki engine judge packages.

    \b
    Example:
      deckgen audit build/notes.apkg
    """
    from deckgen import console
    from deckgen.diagnostics import Severity
    from deckgen.publishing.audit import audit as judge

    status = OK
    for path in packages:
        findings = judge(path)
        console.out("".join(f"{path}: {each.code} {each.severity}: {each.message}\n" for each in findings))
        console.say(f"{path}: {len(findings)} findings" if findings else f"{path}: nothing to find fault with")
        if any(each.severity is Severity.ERROR for each in findings):
            status = WRONG_CARDS
    return status


@click.command()
@options.paths
@click.option("--from", "package", required=True, type=_PACKAGE, help="The package of the last release.")
def ledger(paths: tuple[str, ...], package: Path) -> int:
    """Write the released ledger of a deck, where it is lost, from the package of its last release.

    \b
    Example:
      deckgen ledger source/notes --from notes-1.apkg
    """
    from deckgen import console, shipping
    from deckgen.reading import decks

    reading = decks.read(paths or SOURCE)
    console.complain(reading.diagnostics)
    for place, cards in shipping.restore(reading.decks, package).items():
        console.say(f"{place}: {cards} cards")
    return USAGE if reading.diagnostics else OK


@click.command()
@click.argument("old", type=_PACKAGE)
@click.argument("new", type=_PACKAGE)
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text", help="Form of the answer.")
def diff(old: Path, new: Path, form: str) -> int:
    """Say what a learner who has the package OLD gets from NEW, by the official Anki engine.

    Each note is new, updated, withdrawn, retired, untouched, conflicting, or absent from NEW, so that it stays.

    \b
    Example:
      deckgen diff notes-1.apkg build/notes.apkg
    """
    from deckgen import console
    from deckgen.publishing.diff import FORMATS
    from deckgen.publishing.diff import diff as compare

    found = compare(old, new)
    console.out(FORMATS[form](found))
    return OK if found.harmless else WRONG_CARDS


COMMANDS = (audit, diff, ledger)
