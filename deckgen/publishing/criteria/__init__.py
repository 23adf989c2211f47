"""What a package is judged by: each criterion looks at a snapshot and yields what it finds."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from deckgen.publishing.criteria import cards, identity, markup, media, notetypes
from deckgen.publishing.criteria.finding import Finding
from deckgen.publishing.snapshot import Snapshot

CRITERIA: tuple[Callable[[Snapshot], Iterator[Finding]], ...] = (
    identity.package_name,
    identity.guid_twice,
    identity.as_intended,
    identity.imported_whole,
    identity.question_twice,
    cards.cards,
    cards.place,
    cards.rendering,
    notetypes.templates,
    notetypes.ids,
    notetypes.style,
    markup.nothing_runs,
    markup.no_command,
    media.references,
    media.names,
    media.contents,
    media.collection,
)
