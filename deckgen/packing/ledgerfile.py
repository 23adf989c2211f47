"""A ledger as text that git merges: a list of JSON objects, a line for each, that begins with its comma.

So any lines of two ledgers are those of a third. What two branches have said of one card stands twice then, and is
merged when it is read; the same goes for what a person keeps who takes git's conflict markers away.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from dataclasses import asdict, replace
from typing import Any, TypeVar

from deckgen.errors import InputError
from deckgen.packing.ledger import Entry, Ledger, State, TypeEntry

_SCHEMA = 2
_MARKER = re.compile(r"^(<{7}|\|{7}|={7}|>{7})( |$)", re.MULTILINE)
_E = TypeVar("_E", Entry, TypeEntry)


class LedgerError(InputError):
    """A ledger cannot be read: it is damaged, in conflict, of another deck, or was written by another deckgen."""


def parse(text: str, deck: str) -> Ledger:
    """The ledger in a text; raises LedgerError."""
    if marker := _MARKER.search(text):
        line = text.count("\n", 0, marker.start()) + 1
        raise LedgerError(
            f"has conflict markers of git in line {line}: delete the lines with markers and keep all the others, "
            "since what is said twice of a card is merged when it is read"
        )
    try:
        header, *lines = json.loads(text)
        if header["schema"] != _SCHEMA:
            raise LedgerError(f"has schema {header['schema']}, this deckgen reads {_SCHEMA}")
        if header["deck"] != deck:
            raise LedgerError(f"belongs to deck `{header['deck']}`, not `{deck}`")
        types = [(line.pop("note_type"), TypeEntry(**line)) for line in lines if "card" not in line]
        notes = [(line.pop("card"), _entry(line)) for line in lines if "card" in line]
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise LedgerError(f"is damaged: {error}") from error
    return Ledger(deck, _merged(notes), _merged(types))


def _entry(line: dict[str, Any]) -> Entry:
    entry = Entry(**line)
    return replace(entry, state=State(entry.state), deletions=tuple(entry.deletions))


def _merged(entries: Iterable[tuple[str, _E]]) -> dict[str, _E]:
    """The entry of each name; of two, the one that changed last.

    Where both changed in one second, no content is known to be the latest, so that the next one gets a later time.
    """
    merged: dict[str, _E] = {}
    for name, entry in entries:
        other = merged.get(name, entry)
        latest = max(other, entry, key=lambda each: each.modified)
        if other.modified == entry.modified and other.hash != entry.hash:
            latest = replace(latest, hash="")
        merged[name] = latest
    return merged


def dump(ledger: Ledger) -> str:
    """The ledger as text, in alphabetical order."""
    types = ({"note_type": name} | asdict(entry) for name, entry in sorted(ledger.note_types.items()))
    notes = ({"card": card} | _written(entry) for card, entry in sorted(ledger.notes.items()))
    lines = [{"schema": _SCHEMA, "deck": ledger.deck}, *types, *notes]
    return "[" + "\n,".join(json.dumps(line, ensure_ascii=False) for line in lines) + "\n]\n"


def _written(entry: Entry) -> dict[str, Any]:
    """An entry without the answer and the deletions that most do not have."""
    return {name: value for name, value in asdict(entry).items() if value or name not in ("answer", "deletions")}
