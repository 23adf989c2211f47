"""The official engine judges a package: it imports it into a scratch collection and shows every card."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from deckgen import apkg
from deckgen.apkg import NotAPackageError
from deckgen.notes import StampedNote
from deckgen.publishing import snapshot
from deckgen.publishing.criteria import CRITERIA
from deckgen.publishing.criteria.finding import Finding
from deckgen.publishing.engine import RefusedError, scratch


def audit(path: Path, intent: Sequence[StampedNote] | None = None) -> list[Finding]:
    """What the engine holds against a package, and where it differs from the notes it was made of.

    Raises EngineMissingError, and OSError where the file cannot be read.
    """
    try:
        with scratch() as collection:
            found = snapshot.take(collection, path, apkg.read(path), intent)
    except NotAPackageError as error:
        return [Finding("A001", str(error))]
    except RefusedError as error:
        return [Finding("A002", f"the engine refuses the package: {error}")]
    return [finding for criterion in CRITERIA for finding in criterion(found)]
