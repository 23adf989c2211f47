"""Documents become pages: what is unchanged is taken from a folder of known pages, the rest is read on all cores."""

from __future__ import annotations

import gc
import os
import signal
import sys
import threading
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from multiprocessing import get_context
from multiprocessing.connection import Connection, wait
from multiprocessing.process import BaseProcess
from pathlib import Path, PurePosixPath

from deckgen.diagnostics import Diagnostic, Source
from deckgen.reading import brevity, craft, grammar, media, packed, sidecar, sources
from deckgen.reading.grammar import Page
from deckgen.reading.media import Find, Remembering

_PAYS = 256 * 1024  # bytes; another process takes longer to begin than to read less


@dataclass(frozen=True, slots=True)
class Sheet:
    """A document that is to be read: its name as shown, its path inside the deck, its bytes, and its sidecar.

    `root` is the folder in which it finds images, None where there is none.
    """

    name: str
    inside: str
    data: bytes
    root: Path | None = None
    checks: bytes | Diagnostic | None = None

    @property
    def source(self) -> Source:
        """Its text; only what could be read has one."""
        source = sources.decode(self.data, self.name)
        assert isinstance(source, Source)
        return source

    @property
    def find(self) -> Find:
        """How it finds the images and sounds that it names."""
        return media.beside(self.root, Path(self.inside)) if self.root else media.nowhere

    @property
    def key(self) -> str:
        """A name for everything that can change its page, but for its images."""
        return packed.name(self.name, self.inside, self.data, self.checks)


def read(sheets: Sequence[Sheet], known: Path | None = None) -> list[Page | Diagnostic]:
    """The page of each sheet, or what keeps it from being read; `known` is a folder of pages read before."""
    with _without_collector():
        pages = [packed.recall(known / sheet.key, sheet.find) if known else None for sheet in sheets]
        missing = [sheet for sheet, page in zip(sheets, pages, strict=True) if page is None]
        fresh = iter(_on_all_cores(missing, known))
        if missing and known:
            packed.forget(known)
        return [next(fresh) if page is None else page for page in pages]


@contextmanager
def _without_collector() -> Iterator[None]:
    """Without the collector of cycles: a parse makes none, but so many objects that they are looked at many times."""
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if enabled:
            gc.enable()


def _on_all_cores(sheets: Sequence[Sheet], known: Path | None) -> list[Page | Diagnostic]:
    shares = _shares(sheets)
    if len(shares) < 2 or threading.active_count() > 1:  # a copy of a process may wait for threads that it lacks
        return [_read(sheet, known) for sheet in sheets]
    fork = get_context("fork")
    children: list[BaseProcess] = []
    waiting: dict[Connection, Iterator[Sheet]] = {}
    try:
        with suppress(OSError):  # where no process can be had, the rest is read here
            for share in shares:
                receiving, sending = fork.Pipe(duplex=False)
                ends = [*waiting, receiving]
                child: BaseProcess = fork.Process(target=_read_share, args=(share, sending, ends), daemon=True)
                child.start()
                children.append(child)
                waiting[receiving] = iter(share)
                sending.close()
        pages = dict(_received(waiting, known))
    finally:
        for child in children:
            child.kill()
            child.join()
    return [pages.get(sheet.name) or _read(sheet, known) for sheet in sheets]


def _shares(sheets: Sequence[Sheet]) -> list[list[Sheet]]:
    """Sheets in about equal shares, as many as there are cores if each is worth a process."""
    size = sum(len(sheet.data) for sheet in sheets)
    cores = len(os.sched_getaffinity(0)) if sys.platform == "linux" else 1
    sizes = [0] * max(1, min(cores, len(sheets), size // _PAYS))
    shares: list[list[Sheet]] = [[] for _ in sizes]
    for sheet in sorted(sheets, key=lambda sheet: -len(sheet.data)):
        least = sizes.index(min(sizes))
        sizes[least] += len(sheet.data)
        shares[least].append(sheet)
    return shares


def _read_share(share: Sequence[Sheet], sending: Connection, receivers: Iterable[Connection]) -> None:
    """What a process of its own does, which ends with the one that reads from it: no other end may stay open."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # its parent ends it
    for receiver in receivers:
        receiver.close()
    with suppress(BrokenPipeError):
        for sheet in share:
            sending.send_bytes(_packed(sheet)[1])


def _received(
    waiting: dict[Connection, Iterator[Sheet]], known: Path | None
) -> Iterator[tuple[str, Page | Diagnostic | None]]:
    """Names of sheets and their pages as they come; a process that is lost sends no more."""
    while waiting:
        for receiving in wait(list(waiting)):
            assert isinstance(receiving, Connection)
            try:
                data = receiving.recv_bytes()
            except (EOFError, OSError):  # the latter in the middle of a page
                del waiting[receiving]
            else:
                sheet = next(waiting[receiving])
                if known:
                    packed.keep(known / sheet.key, data)
                yield sheet.name, packed.unpack(data, sheet.find)


def _read(sheet: Sheet, known: Path | None) -> Page | Diagnostic:
    """The page of a sheet, which becomes known."""
    if known is None:
        return _page(sheet, sheet.find)
    page, data = _packed(sheet)
    packed.keep(known / sheet.key, data)
    return page


def _packed(sheet: Sheet) -> tuple[Page | Diagnostic, bytes]:
    find = Remembering(sheet.find)
    page = _page(sheet, find)
    return page, packed.pack(page, find.asked)


def _page(sheet: Sheet, find: Find) -> Page | Diagnostic:
    source = sources.decode(sheet.data, sheet.name)
    if isinstance(source, Diagnostic):
        return source
    return _weighed(_checked(grammar.read(source, sheet.inside, find), sheet))


def _checked(page: Page, sheet: Sheet) -> Page:
    """A page with the functions of its sidecar at its cards."""
    if sheet.checks is None:
        return page
    name = PurePosixPath(sheet.name).with_suffix(".checks.py").as_posix()
    checks = sources.decode(sheet.checks, name) if isinstance(sheet.checks, bytes) else sheet.checks
    if isinstance(checks, Diagnostic):
        return replace(page, diagnostics=(*page.diagnostics, checks))
    cards, found = sidecar.attach(page.cards, checks, sheet.name)
    return replace(page, cards=tuple(cards), diagnostics=(*page.diagnostics, *found))


def _weighed(page: Page) -> Page:
    """A page with warnings about cards that are weak."""
    weak = [found for card in page.cards for found in (*craft.weigh(card), *brevity.weigh(card))]
    return replace(page, diagnostics=(*page.diagnostics, *weak))
