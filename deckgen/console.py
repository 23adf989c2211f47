"""What is printed: the report on standard output, progress and summary on standard error."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from rich import box
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, Task, TextColumn, TimeRemainingColumn
from rich.table import Table
from rich.text import Text

from deckgen import rules
from deckgen.diagnostics import Diagnostic, Severity
from deckgen.model import Document
from deckgen.proof import Judgement, Verdict
from deckgen.publishing import grid
from deckgen.publishing.advice import next_step
from deckgen.publishing.grid import Cell, Column, Grid
from deckgen.publishing.reports.problem import failed
from deckgen.publishing.reports.text import failure, paragraph
from deckgen.report import Progress as Callback
from deckgen.report import Report, Step, Verb

if TYPE_CHECKING:
    from deckgen.publishing.changes import Change
    from deckgen.publishing.forecast import Forecast
    from deckgen.reading.acceptance import Acceptance
    from deckgen.reading.figures import Figures
    from deckgen.reading.ids import MissingId

_VERDICTS = {
    None: "dim",
    Verdict.VERIFIED: "green",
    Verdict.UNCHECKED: "yellow",
    Verdict.UNAVAILABLE: "yellow",
    Verdict.NOT_CLAIMED: "yellow",
}
_CELLS = {
    Cell.PASSED: "green",
    Cell.TIMED_OUT: "yellow",
    Cell.UNAVAILABLE: "yellow",
    Cell.NOT_CLAIMED: "dim",
    Cell.HOLDS_TOO: "cyan",
    Cell.NOT_RUN: "dim",
}
_COUNTED = ("cards", "checked", "mistakes", "words")  # of a tally, and what its columns are called
_QUESTION = 20  # columns with which a question can still be told from another
_LEFT_TO_CARDS = _QUESTION + 24  # the label and the verdict as well
# What moves a terminal's cursor, changes its settings or turns its text round; a stranger's file may hold it.
_COMMANDS = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")


def out(text: str) -> None:
    """Print the chosen report."""
    sys.stdout.write(harmless(text))


def harmless(text: str) -> str:
    """A text in which nothing is a command to the terminal: what would be is shown as Python writes it."""
    return _COMMANDS.sub(lambda found: repr(found[0])[1:-1], text)


def markdown(text: str) -> None:
    """Print Markdown, as a page on a terminal and as it is elsewhere."""
    console = Console()
    if console.is_terminal:
        from rich.markdown import Markdown  # here, since it takes a parser and a highlighter

        console.print(Markdown(text, code_theme="ansi_light", hyperlinks=False))
    else:
        out(text)


def say(text: str) -> None:
    """Print a line about the run itself."""
    print(harmless(text), file=sys.stderr)


def complain(diagnostics: Iterable[Diagnostic]) -> None:
    """Print diagnostics about the run itself, in full."""
    for diagnostic in diagnostics:
        say(paragraph(diagnostic))


def ids(missing: Sequence[MissingId]) -> None:
    """Print some questions, each with the id that it lacks, and why that is not the one made of its words."""
    out("".join(f"{each.card.location}: {each.card.label} {each.card.question} {{#{each.id}}}\n" for each in missing))
    complain(each.changed for each in missing if each.changed)


def acceptances(taken: Iterable[Acceptance]) -> None:
    """Print for each block that would change what would change in it."""
    for each in taken:
        out(f"{each.before.location}: {each.card.label} {each.card.question} (#{each.card.id})\n{each.diff}\n")


def left(judgements: Iterable[Judgement]) -> None:
    """Print why some cards are not proved, whatever is accepted."""
    for judgement in judgements:
        complain(judgement.card.defects)
        for problem in failed(judgement):
            say(failure(problem))


def changes(found: Sequence[Change]) -> None:
    """Print what becomes of each note in a learner's Anki."""
    from deckgen.publishing.changes import lines

    out("".join(f"{line}\n" for line in lines(found)))


def matrix(reports: Iterable[Report]) -> None:
    """Print for each deck what became of its cards in each environment."""
    console = Console(highlight=False)
    for report in reports:
        found = grid.of(report)
        named = sum(map(_width, found.columns)) <= console.width - _LEFT_TO_CARDS
        console.print(_table(report.deck.name, found, named=named))
        console.print(_key(found, named=named))


def _width(column: Column) -> int:
    return max(map(len, (*column.name.split(), _total(column)))) + 2


def _total(column: Column) -> str:
    return f"{column.passed}/{column.claimed}"


def _table(title: str, found: Grid, *, named: bool) -> Table:
    """Cards by environments; where there is no room for their names and totals, environments are numbered."""
    table = Table(box=box.SIMPLE, show_edge=False, padding=(0, 1, 0, 0), show_footer=named)
    table.add_column("", no_wrap=True)
    table.add_column(Text(harmless(title)), "passed", min_width=_QUESTION)
    for number, column in enumerate(found.columns, 1):
        header = column.name.replace(" ", "\n") if named else str(number)
        table.add_column(header, _total(column), justify="center", no_wrap=True)
    table.add_column("verdict", no_wrap=True)
    for judgement, cells in found.rows:
        question = Text(harmless(judgement.card.question), no_wrap=True, overflow="ellipsis")
        signs = (Text(cell.sign, _CELLS.get(cell, "bold red")) for cell in cells)
        verdict = Text(judgement.verdict or "not run", _VERDICTS.get(judgement.verdict, "red"))
        table.add_row(Text(judgement.card.label), question, *signs, verdict)
    return table


def _key(found: Grid, *, named: bool) -> Text:
    """What the numbers mean where there are any, and the signs that occur."""
    numbers = [f"{number:>3}  {each.name}: {_total(each)} passed" for number, each in enumerate(found.columns, 1)]
    signs = "  ".join(f"{cell.sign} {cell.word}" for cell in found.seen)
    return Text("\n".join([*([] if named else ["", *numbers]), signs, ""]))


def figures(found: Figures, expected: Forecast | None) -> None:
    """Print what a deck amounts to, subdeck by subdeck and as a whole, and how long it takes to learn."""
    console = Console(highlight=False)
    whole, several = found.whole, len(found.subdecks) > 1
    table = Table(box=box.SIMPLE, show_edge=False, padding=(0, 1, 0, 0), show_footer=several)
    table.add_column(Text(harmless(whole.name)), "in all", overflow="fold")
    for name in _COUNTED:
        table.add_column(name, str(getattr(whole, name)), justify="right", no_wrap=True)
    for each in found.subdecks:
        table.add_row(Text(harmless(each.name)), *(str(getattr(each, name)) for name in _COUNTED))
    console.print(table)
    rows = Table.grid(padding=(0, 2, 0, 0))
    for name, counts in (
        ("proved by", whole.kinds),
        ("SQLAlchemy", whole.versions),
        ("databases", whole.databases),
        ("tags", whole.tags),
    ):
        if counts:
            rows.add_row(name, Text(harmless(", ".join(f"{each} {count}" for each, count in counts.items()))))
    if whole.faces:
        rows.add_row("to learn", Text(learning(found, expected)))
    console.print(rows, "")


def learning(found: Figures, expected: Forecast | None) -> str:
    """How long a deck takes to learn, in words; None is expected where the engine is missing."""
    from deckgen.publishing.engine import EXTRA
    from deckgen.publishing.forecast import A_DAY

    faces = "" if found.whole.faces == found.whole.cards else f", {found.whole.faces} cards in Anki"
    if expected is None:
        return f"not known{faces}: the engine that tells is missing, install deckgen-verified[{EXTRA}]"
    days = _many(expected.days, "day")
    return (
        f"{days} at {A_DAY} new cards a day{faces}: {_many(round(expected.minutes), 'minute')} a day until then, "
        f"{expected.afterwards:.0f} in the month after"
    )


@contextmanager
def progress(title: str) -> Iterator[Callback]:
    """A callback that draws a bar on a terminal, and elsewhere writes a line at every tenth of the way."""
    console = Console(stderr=True)
    columns = (
        TextColumn("{task.description}", markup=False),
        BarColumn(),
        MofNCompleteColumn(),
        TimeRemainingColumn(elapsed_when_finished=True),
        TextColumn("{task.fields[doing]}", markup=False),
    )
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as bar:
        bar.add_task(harmless(title), total=None, doing="")
        [task] = bar.tasks
        yield lambda step: _proceed(bar, task, step)


def _proceed(bar: Progress, task: Task, step: Step) -> None:
    if not step.total:  # nobody knows how long it takes
        bar.update(task.id, doing=step.doing)
        return
    if task.total != step.total:  # what is known already came at once, and tells nothing of the time that is left
        bar.reset(task.id, total=step.total, completed=step.done)
    tenth = task.completed * 10 // step.total
    bar.update(task.id, completed=step.done, doing=step.doing)
    if bar.disable and step.done * 10 // step.total != tenth:
        left = f", about {task.time_remaining:.0f} s left" if task.time_remaining else ""
        say(f"{task.description}: {step.done} of {step.total} checks run {step.doing}{left}")


def summary(report: Report, folder: str = "") -> None:
    """How many of a deck's cards are worth what, and what became of the package that goes to `folder`."""
    console = Console(stderr=True, highlight=False, soft_wrap=True)
    console.print(_counts(report))
    for form, documents in _forms(report).items():
        questions = sum(len(document.cards) for document in documents)
        where = f" in {len(documents)} documents" if len(documents) > 1 else ""
        console.print(Text(f"read as: {form}, {_many(questions, 'question')}{where}", "dim"))
    for remark in report.remarks:
        console.print(Text(remark, "yellow"))
    if report.package is not None:
        path = (Path(folder) / report.package.path).as_posix()
        console.print(Text(f"{path}: {_many(report.package.notes, 'note')}, import it into Anki"))
    elif report.verb is Verb.BUILD:
        console.print(Text("no package is written: " + _why_none(report), "red"))


def advise(report: Report) -> None:
    """Print the one thing to do next, if there is any."""
    if step := next_step(report):
        Console(stderr=True, highlight=False, soft_wrap=True).print(Text.assemble(("next: ", "bold"), harmless(step)))


def _many(count: int, noun: str) -> str:
    return f"{count} {noun}" if count == 1 else f"{count} {noun}s"


def _forms(report: Report) -> Mapping[str, list[Document]]:
    """The documents of a deck that have questions, by how these are written."""
    found: dict[str, list[Document]] = {}
    for document in report.deck.documents:
        if document.form and document.cards:
            found.setdefault(document.form, []).append(document)
    return found


def _counts(report: Report) -> Text:
    line = Text.assemble((harmless(report.deck.name), "bold"), ": ")
    cards, verified = len(report.judgements), report.count(Verdict.VERIFIED)
    if report.verb is Verb.LINT:
        line.append(_many(cards, "card"))
    else:
        line.append(f"{verified} of {cards} verified", "green" if verified else "red")
    for verdict in Verdict:
        if verdict is not Verdict.VERIFIED and (count := report.count(verdict)):
            line.append(f", {count} ").append(verdict, _VERDICTS.get(verdict, "red"))
    if report.stopped:
        line.append(f", {sum(each.verdict is None for each in report.judgements)} not run", "yellow")
    for severity, style in ((Severity.ERROR, "red"), (Severity.WARNING, "yellow"), (Severity.NOTE, "dim")):
        if count := sum(diagnostic.severity is severity for diagnostic in report.diagnostics):
            line.append(f" · {_many(count, severity)}", style)
    if report.verb is not Verb.LINT:
        mutants, killed = report.mutants
        if mutants:
            line.append(f", {killed} of {mutants} mutants killed")
        known = f", {report.cached} known already" if report.cached else ""
        line.append(f" ({report.seconds:.1f} s{known})", "dim")
    return line


def _why_none(report: Report) -> str:
    if report.stopped:
        return "the run was stopped at the first failure"
    if not report.count(Verdict.VERIFIED):
        return "no card is verified"
    audited = any(diagnostic.code == rules.AUDIT.code for diagnostic in report.diagnostics)
    return "the audit has findings" if audited else "the ledger would change"
