"""What the commands of the command line share: exit statuses, which cards are meant, and how they are proved."""

from __future__ import annotations

import functools
import re
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from deckgen.effort import Access
    from deckgen.reading.decks import Reading

SOURCE = ("source",)  # what is meant where nothing is named
OK, WRONG_CARDS, USAGE, SURROUNDINGS, INTERRUPTED = 0, 1, 2, 3, 130

_VERSION = re.compile(r"\d+\.\d+(\.\d+((a|b|rc)\d+)?)?")
_ADDRESS = re.compile(r"(tcp|tls)://.+:\d+")

paths = click.argument("paths", nargs=-1, type=click.Path(exists=True, allow_dash=True))
form = click.option(
    "--format",
    "form",
    type=click.Choice(["text", "json", "html", "junit", "sarif", "github"]),
    default="text",
    help="Form of the report; github: annotations for its Actions.",
)
allow_dirty = click.option("--allow-dirty", is_flag=True, help="Edit files even where git could not bring them back.")


def _versions(_context: click.Context, _option: click.Parameter, given: tuple[str, ...]) -> tuple[str, ...]:
    for version in given:
        if not _VERSION.fullmatch(version):
            raise click.BadParameter(f"{version} is not a version such as 2.0 or 2.0.58")
    return given


def _address(_context: click.Context, _option: click.Parameter, given: str | None) -> str | None:
    if given and not _ADDRESS.fullmatch(given):
        raise click.BadParameter(f"{given} is not an address such as tcp://192.0.2.7:8786")
    return given


def _combined(executor: str, scheduler: str | None, workers: int | None) -> None:
    """What is asked for together must make sense together."""
    if scheduler and executor != "dask":
        raise click.UsageError("--scheduler is for --executor dask")
    if scheduler and workers:
        raise click.UsageError("-j is for workers of this machine: those of a scheduler are as many as were started")


@contextmanager
def reading() -> Iterator[None]:
    """Say on a terminal that decks are read; what reads them has to be imported first, which takes a moment."""
    shown = sys.stderr.isatty()
    if shown:
        click.echo("reading ..", err=True, nl=False)
    try:
        yield
    finally:
        if shown:
            click.echo("\r\x1b[K", err=True, nl=False)


_EFFORT = (
    click.option(
        "--sqlalchemy",
        multiple=True,
        metavar="V",
        callback=_versions,
        help="Prove on this version, such as 2.0, instead of the deck's; may be repeated.",
    ),
    click.option(
        "--database",
        "databases",
        multiple=True,
        type=click.Choice(["sqlite", "postgresql", "mariadb"]),
        help="Prove on this database instead of the deck's; may be repeated.",
    ),
    click.option("-j", "workers", type=click.IntRange(1), metavar="N", help="Workers; default: one per core."),
    click.option("-x", "stopping", is_flag=True, help="Stop at the first card that fails."),
    click.option("--timeout", type=click.FloatRange(0.1, 3600), metavar="S", help="Seconds for each run of a check."),
    click.option(
        "--cache", metavar="URL", help="Share what is known in a database: postgresql+psycopg://user@host/db."
    ),
    click.option("--cache-read-only", is_flag=True, help="Use what is known, and write nothing of this run."),
    click.option("--no-cache", "afresh", is_flag=True, help="Run every check, whatever is known of it."),
    click.option(
        "--executor",
        type=click.Choice(["zygote", "dask"]),
        default="zygote",
        help="What runs the checks; see the README.",
    ),
    click.option(
        "--scheduler", metavar="URL", callback=_address, help="The scheduler of the cluster that Dask is to use."
    ),
    click.option("--trust-checks", "trusted", is_flag=True, help="Run checks even where they cannot be confined."),
)


def proving(command: Callable[..., int]) -> Callable[..., int]:
    """Give a command the options that say how cards are proved, and their values as `effort`."""

    @functools.wraps(command)
    def wrapped(stopping: bool, afresh: bool, trusted: bool, **given: Any) -> int:
        from deckgen.effort import Effort, OnFailure, Trust

        _combined(given["executor"], given["scheduler"], given["workers"])
        names = ("workers", "timeout", "sqlalchemy", "databases", "executor", "scheduler")
        cache, access = _cache(given.pop("cache"), given.pop("cache_read_only"), afresh)
        effort = Effort(
            **{name: given.pop(name) for name in names},
            trust=Trust.GIVEN if trusted else Trust.NONE,
            cache=cache,
            access=access,
            on_failure=OnFailure.STOP if stopping else OnFailure.GO_ON,
        )
        return command(effort=effort, **given)

    for option in reversed(_EFFORT):
        wrapped = option(wrapped)
    return wrapped


def _cache(url: str | None, read_only: bool, afresh: bool) -> tuple[str | None, Access]:
    """What is asked of the cache; one that is named has to be there, since the user counts on it."""
    from deckgen.effort import Access
    from deckgen.folders import VERDICTS

    access = Access.READ_ONLY if read_only else Access.READ_WRITE
    if afresh and (url or read_only):
        raise click.UsageError("--no-cache uses no cache: leave out --cache and --cache-read-only")
    if url is None:
        return None if afresh else VERDICTS.as_posix(), access
    from deckgen.checking import cache, store

    try:
        cache.ensure(url, access)
    except store.UnfitError as error:
        raise click.UsageError(f"--cache: {error}") from None
    return url, access


class _Target(click.Path):
    """A path, or a document's path and the id of one of its cards."""

    def convert(self, value: Any, param: click.Parameter | None, context: click.Context | None) -> Any:
        super().convert(str(value).partition("::")[0], param, context)
        return value


_CHOICE = (
    click.argument("targets", nargs=-1, metavar="[PATH[::CARD]]...", type=_Target(exists=True, allow_dash=True)),
    click.option("--tag", "tags", multiple=True, metavar="TAG", help="Only cards with this tag; may be repeated."),
    click.option("--lf", "failed", is_flag=True, help="Only the cards that failed last; all, where none did."),
)


@dataclass(frozen=True)
class Chosen:
    """The cards that a command line means; to call it is to read them."""

    targets: tuple[str, ...]
    tags: tuple[str, ...]
    failed: bool

    def __call__(self) -> Reading:
        """What is meant, as the files say it now."""
        with reading():
            from deckgen import folders, pipeline
            from deckgen.reading import selection

            found = selection.read(self.targets, self.tags, folders.pages())
        last = pipeline.failed_last() if self.failed else {}
        return replace(found, decks=tuple(selection.failed(deck, last) for deck in found.decks))


def watchable(targets: Sequence[str]) -> Sequence[str]:
    """The same targets. Raises UsageError where one is standard input, which nobody saves."""
    if "-" in targets:
        raise click.UsageError("standard input cannot be watched")
    return targets


def choosing(command: Callable[..., int]) -> Callable[..., int]:
    """Give a command the arguments that say which cards are meant, and as `chosen` what reads them."""

    @functools.wraps(command)
    def wrapped(targets: tuple[str, ...], tags: tuple[str, ...], failed: bool, **others: Any) -> int:
        return command(chosen=Chosen(targets or SOURCE, tags, failed), **others)

    for option in reversed(_CHOICE):
        wrapped = option(wrapped)
    return wrapped
