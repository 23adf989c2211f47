"""Something is done again whenever a file is saved."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import click

from deckgen.options import OK, watchable


def whenever_saved(targets: Sequence[str], once: Callable[[], int]) -> int:
    """Do something now and whenever a file of some targets is saved, until the user interrupts it."""
    from deckgen import console
    from deckgen.reading import selection

    folders = selection.watched(watchable(targets))
    try:
        from watchfiles import PythonFilter, watch
    except ImportError:
        raise click.UsageError("--watch needs deckgen-verified[watch]") from None
    saves = watch(
        *folders,
        watch_filter=PythonFilter(extra_extensions=(".md", ".toml")),
        ignore_permission_denied=True,  # of a folder beside a document, which may be anybody's
        rust_timeout=100,
        yield_on_timeout=True,
    )
    console.say("watching; Ctrl-C ends it")
    status = None
    # The first pass comes without a change: what is saved while the first run goes on is seen as well.
    for saved in saves:
        if saved or status is None:
            status = once()
    return OK if status is None else status
