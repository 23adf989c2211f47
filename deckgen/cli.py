"""The command line: arguments to a verb of the pipeline, its reports to the console, and an exit status.

Everything heavy is imported inside the commands, so that `--help` answers at once.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from deckgen import __version__

if TYPE_CHECKING:
    from deckgen.diagnostics import Diagnostic
    from deckgen.model import Deck, Report, Trust

OK, WRONG_CARDS, USAGE, SURROUNDINGS, INTERRUPTED = 0, 1, 2, 3, 130

_paths = click.argument("paths", nargs=-1, type=click.Path(exists=True, allow_dash=True))
_format = click.option(
    "--format", "form", type=click.Choice(["text", "json"]), default="text", help="Form of the report."
)
_workers = click.option("-j", "workers", type=click.IntRange(1), metavar="N", help="Workers; default: one per core.")

_trusted = click.option(
    "--trust-checks", "trusted", is_flag=True, help="Run checks even where they cannot be confined."
)


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="deckgen")
def cli() -> None:
    """Question-and-answer Markdown becomes Anki decks whose answers are proved.

    PATHS are deck folders, folders of decks, Markdown files, or - for standard input; the default is source/.

    Exit status: 0 all well, 1 something in the cards is wrong, 2 usage or configuration, 3 surroundings,
    130 interrupted.
    """


@cli.command()
@_paths
@click.option("-o", "out", type=click.Path(file_okay=False, path_type=Path), default="build", help="Where to write.")
@click.option("--release", is_flag=True, help="Write the released ledger, which fixes every note's identity.")
@_workers
@_trusted
def build(paths: tuple[str, ...], out: Path, release: bool, workers: int | None, trusted: bool) -> int:
    """Prove decks and pack what is proved, into OUT/DECK.apkg and OUT/DECK.report.json."""
    from deckgen import console, pipeline

    ledgers = pipeline.Ledgers.RELEASE if release else pipeline.Ledgers.DRAFT

    def run(deck: Deck) -> Report:
        with console.progress(deck.name) as progress:
            return pipeline.build(deck, out, ledgers, progress, workers, _trust_in(trusted))

    return _each(paths, "text", run, out.as_posix())


@cli.command()
@_paths
@_format
def lint(paths: tuple[str, ...], form: str) -> int:
    """Read decks and say what is wrong with them; nothing is run."""
    from deckgen import pipeline

    return _each(paths, form, pipeline.lint)


@cli.command()
@_paths
@_format
@_workers
@_trusted
def verify(paths: tuple[str, ...], form: str, workers: int | None, trusted: bool) -> int:
    """Run the checks of decks."""
    from deckgen import console, pipeline

    def run(deck: Deck) -> Report:
        with console.progress(deck.name) as progress:
            return pipeline.verify(deck, progress, workers, _trust_in(trusted))

    return _each(paths, form, run)


@cli.command()
@click.argument("packages", nargs=-1, required=True, type=click.Path(exists=True, dir_okay=False, path_type=Path))
def audit(packages: tuple[Path, ...]) -> int:
    """Have the official Anki engine judge packages."""
    from deckgen import console
    from deckgen.publishing.audit import audit as judge

    status = OK
    for path in packages:
        findings = judge(path)
        console.out("".join(f"{path}: {finding.code} {finding.message}\n" for finding in findings))
        console.say(f"{path}: {len(findings)} findings" if findings else f"{path}: nothing to find fault with")
        status = WRONG_CARDS if findings else status
    return status


def _trust_in(trusted: bool) -> Trust:
    from deckgen.model import Trust

    return Trust.GIVEN if trusted else Trust.NONE


def _each(paths: Sequence[str], form: str, verb: Callable[[Deck], Report], folder: str = "") -> int:
    """Read the decks at some paths, apply a verb to each, print their reports and summaries."""
    from deckgen import console
    from deckgen.publishing.reports import FORMATS
    from deckgen.publishing.reports.text import paragraph
    from deckgen.reading.decks import read

    reading = read(paths or ["source"])
    for diagnostic in reading.diagnostics:
        console.say(paragraph(diagnostic))
    reports = [verb(deck) for deck in reading.decks]
    console.out(FORMATS[form](reports))
    for report in reports:
        console.summary(report, folder)
    return status(reports, reading.diagnostics)


def status(reports: Sequence[Report], unread: Sequence[Diagnostic]) -> int:
    """The exit status of a run: usage before cards, and an empty deck is never success."""
    return USAGE if unread else max((WRONG_CARDS if _wrong(report) else OK for report in reports), default=USAGE)


def _wrong(report: Report) -> bool:
    from deckgen.diagnostics import Severity
    from deckgen.model import Unchecked, Verb, Verdict

    harmless = {None, Verdict.VERIFIED, Verdict.UNAVAILABLE, Verdict.NOT_CLAIMED}
    if report.deck.unchecked is Unchecked.MARK:
        harmless.add(Verdict.UNCHECKED)
    return (
        not report.judgements
        or (report.verb is not Verb.LINT and not report.count(Verdict.VERIFIED))
        or any(judgement.verdict not in harmless for judgement in report.judgements)
        or any(diagnostic.severity is Severity.ERROR for diagnostic in report.diagnostics)
    )


@contextmanager
def _surroundings() -> Iterator[None]:
    """What is wrong outside the cards ends the run with a line that says so and a status of its own."""
    from deckgen.checking.forkserver import SurroundingsError
    from deckgen.packing.ledger import LedgerError
    from deckgen.publishing.audit import EngineMissingError

    try:
        yield
    except LedgerError as error:
        click.echo(f"error: {error}", err=True)
        sys.exit(USAGE)
    except (SurroundingsError, EngineMissingError, OSError) as error:
        click.echo(f"error: {error}", err=True)
        sys.exit(SURROUNDINGS)


def main(arguments: Sequence[str] | None = None) -> Any:
    """Run the command line and exit."""
    try:
        with _surroundings():
            sys.exit(cli.main(arguments, standalone_mode=False))
    except click.exceptions.Abort:
        click.echo("interrupted", err=True)
        sys.exit(INTERRUPTED)
    except click.ClickException as error:
        error.show()
        sys.exit(error.exit_code)
