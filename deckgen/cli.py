"""The command line: arguments to a verb of the pipeline, its reports to the console, and an exit status.

Everything heavy is imported inside the commands, so that `--help` answers at once.
"""

from __future__ import annotations

import io
import signal
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from deckgen import __version__, looking, options, packages, writing
from deckgen.ahead import watch_upstream
from deckgen.effort import OnFailure
from deckgen.errors import InputError, SurroundingsError
from deckgen.options import INTERRUPTED, OK, SOURCE, SURROUNDINGS, USAGE, WRONG_CARDS
from deckgen.watching import whenever_saved

if TYPE_CHECKING:
    from deckgen.diagnostics import Diagnostic
    from deckgen.effort import Effort
    from deckgen.model import Deck
    from deckgen.reading.decks import Reading
    from deckgen.report import Report

    Show = Callable[[Sequence[Report], Sequence[Diagnostic]], None]  # it shows reports, and what gave none


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="deckgen")
def cli() -> None:
    """Question-and-answer Markdown becomes Anki decks whose answers are proved.

    PATHS are deck folders, folders of decks, Markdown files, or - for standard input; the default is source/.

    Exit status: 0 all well, 1 something in the cards is wrong, 2 usage or configuration, 3 surroundings,
    130 interrupted.
    """


@cli.command()
@options.paths
@click.option("-o", "out", type=click.Path(file_okay=False, path_type=Path), default="build", help="Where to write.")
@click.option("--release", is_flag=True, help="Write the released ledger, which fixes every note's identity.")
@click.option("--locked", is_flag=True, help="Write no ledger; fail where a release would, or an environment lacks.")
@options.proving
def build(paths: tuple[str, ...], out: Path, release: bool, locked: bool, effort: Effort) -> int:
    """Prove decks and pack what is proved, into OUT/DECK.apkg, with OUT/DECK.report.html and .json.

    \b
    Examples:
      deckgen build                      every deck in source/, into build/
      deckgen build notes.md -o decks    a document of your own
    """
    with options.reading():
        from deckgen import console, folders, pipeline
        from deckgen.reading import decks
        from deckgen.shipping import Ledgers

        found = decks.read(paths or SOURCE, folders.pages())
    ledgers = Ledgers.LOCKED if locked else Ledgers.RELEASE if release else Ledgers.DRAFT

    def run(deck: Deck) -> Report:
        with console.progress(deck.name) as progress:
            return pipeline.build(deck, out, ledgers, progress, effort)

    return _each(found, run, _in("text"), out.as_posix())


@cli.command()
@options.paths
@options.form
def lint(paths: tuple[str, ...], form: str) -> int:
    """Read decks and say what is wrong with them; nothing is run.

    \b
    Examples:
      deckgen lint notes.md
      deckgen lint --format github       annotations at the lines of a pull request
    """
    with options.reading():
        from deckgen import drafting
        from deckgen.folders import PAGES
        from deckgen.reading import selection

        found = selection.read(paths or SOURCE, known=PAGES)
    return _each(found, drafting.lint, _in(form))


@cli.command()
@options.choosing
@options.form
@click.option("--mutate", is_flag=True, help="Also say which small changes to a check it would not notice.")
@click.option("--watch", "watching", is_flag=True, help="Go on, and prove what changed whenever a file is saved.")
@click.option("--watch-upstream", "ahead", is_flag=True, help="Say what changes on the newest SQLAlchemy there is.")
@options.proving
def verify(chosen: options.Chosen, form: str, mutate: bool, watching: bool, ahead: bool, effort: Effort) -> int:
    """Run the checks of decks, of documents, or of single cards.

    A document in a deck's folder is proved with its deck's prelude; a card is named by its id, as in
    source/sqlalchemy/00-interview.md::why-sessionmaker.

    \b
    Examples:
      deckgen verify notes.md --watch    again whenever it is saved
      deckgen verify --lf -x             what failed last, up to the first failure
      deckgen verify --sqlalchemy 1.4 --sqlalchemy 2.1 --database postgresql
      deckgen verify --watch-upstream    the verdicts that the next release changes, if there is a pre-release of it
    """
    if ahead:
        if mutate or watching or form != "text" or effort.on_failure is OnFailure.STOP:
            raise click.UsageError("--watch-upstream goes without --watch, --mutate, --format and -x")
        return watch_upstream(chosen(), effort)
    run = _proving(replace(effort, mutate=mutate))

    def once() -> int:
        return _each(chosen(), run, _in(form))

    return whenever_saved(chosen.targets, once) if watching else once()


@cli.command()
@options.choosing
@options.proving
def matrix(chosen: options.Chosen, effort: Effort) -> int:
    """Run the checks, and show for each card what became of it in each environment.

    \b
    Examples:
      deckgen matrix                     where the cards of source/ hold
      deckgen matrix --sqlalchemy 1.4 --sqlalchemy 2.1 --database mariadb
    """
    from deckgen import console

    return _each(chosen(), _proving(effort), lambda reports, _: console.matrix(reports))


def _proving(effort: Effort) -> Callable[[Deck], Report]:
    """What proves a deck and shows its progress."""
    from deckgen import console, pipeline

    def run(deck: Deck) -> Report:
        with console.progress(deck.name) as progress:
            return pipeline.verify(deck, progress, effort)

    return run


@cli.command()
@options.paths
@click.option("--dry-run", is_flag=True, help="Say what would become of each note, and change nothing in Anki.")
@click.option("--anki", "url", default="http://127.0.0.1:8765", show_default=True, help="Where AnkiConnect listens.")
@click.option("--key", envvar="ANKICONNECT_KEY", help="The key that AnkiConnect asks for, if it does.")
@options.proving
def push(paths: tuple[str, ...], dry_run: bool, url: str, key: str | None, effort: Effort) -> int:
    """Build decks into build/, and bring them into a running Anki through its add-on AnkiConnect.

    Notes are updated where they are and keep the learner's own tags, what is recalled is suspended, and notes that are
    not of these decks are not touched.

    \b
    Examples:
      deckgen push --dry-run             what would become of each note of source/
      deckgen push notes.md
    """
    from deckgen import console, pipeline
    from deckgen.folders import OUT, pages
    from deckgen.publishing.ankiconnect import AnkiConnect
    from deckgen.publishing.push import Effect
    from deckgen.reading import decks

    anki = AnkiConnect(url, key)
    anki("version")
    effect = Effect.DRY_RUN if dry_run else Effect.DONE

    def run(deck: Deck) -> Report:
        with console.progress(deck.name) as progress:
            report, changes = pipeline.push(deck, anki, effect, progress, effort)
        console.changes(changes)
        return report

    return _each(decks.read(paths or SOURCE, pages()), run, _in("text"), OUT.as_posix())


for command in (*packages.COMMANDS, *looking.COMMANDS, *writing.COMMANDS):
    cli.add_command(command)


def _in(form: str) -> Show:
    """What prints reports in a form."""
    from deckgen import console
    from deckgen.publishing.reports import FORMATS

    return lambda reports, unread: console.out(FORMATS[form](reports, unread))


def _each(reading: Reading, verb: Callable[[Deck], Report], show: Show, folder: str = "") -> int:
    """Apply a verb to each of some decks, show their reports and print their summaries."""
    from deckgen import console

    console.complain(reading.diagnostics)
    reports = [verb(deck) for deck in reading.decks]
    show(reports, reading.diagnostics)
    for report in reports:
        console.summary(report, folder)
        console.advise(report)
    return status(reports, reading.diagnostics)


def status(reports: Sequence[Report], unread: Sequence[Diagnostic]) -> int:
    """The exit status of a run: usage before cards, and an empty deck is never success."""
    return USAGE if unread else max((WRONG_CARDS if _wrong(report) else OK for report in reports), default=USAGE)


def _wrong(report: Report) -> bool:
    from deckgen.proof import Verdict
    from deckgen.report import Verb

    unproved = report.verb is not Verb.LINT and not report.count(Verdict.VERIFIED)
    return report.wrong or unproved or not report.judgements


@contextmanager
def _surroundings() -> Iterator[None]:
    """What is wrong outside the cards ends the run with a line that says so and a status of its own."""
    try:
        yield
    except InputError as error:
        click.echo(f"error: {error}", err=True)
        sys.exit(USAGE)
    except (SurroundingsError, OSError) as error:
        click.echo(f"error: {error}", err=True)
        sys.exit(SURROUNDINGS)


def main(arguments: Sequence[str] | None = None) -> Any:
    """Run the command line and exit; to be asked to end is to be interrupted."""
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):  # what is printed may be a file that says that it is UTF-8
            stream.reconfigure(encoding="utf-8", errors="backslashreplace")
    try:
        with _surroundings():
            sys.exit(cli.main(arguments, prog_name="deckgen", standalone_mode=False))
    except click.exceptions.Abort:
        click.echo("interrupted", err=True)
        sys.exit(INTERRUPTED)
    except click.ClickException as error:
        error.show()
        sys.exit(error.exit_code)
