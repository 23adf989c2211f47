"""What ends a run before its time: each error is one line to the user, and an exit status."""

from __future__ import annotations


class InputError(Exception):
    """A package or a ledger cannot be used, for the reason in the message; the user has to mend it or name another."""


class SurroundingsError(Exception):
    """Something outside the cards keeps deckgen from its work: confinement, a server, an engine, another program."""
