"""Diagrams in the language of Graphviz are drawn by it, where it is installed."""

from __future__ import annotations

import html
import re
import shutil
import subprocess
import tempfile
from collections.abc import Mapping
from dataclasses import replace

from deckgen import rules
from deckgen.diagnostics import Diagnostic, Location, Severity
from deckgen.model import DIAGRAMS, Card, Deck, Fence, Medium
from deckgen.reading import media

_SECONDS = 10
_STYLE = ("-Gbgcolor=transparent", *(f"-{part}fontname=Helvetica" for part in "GNE"), "-Gpad=0.1")
# With SERVER_NAME set Graphviz reads no file that a diagram names.
_ENVIRONMENT = {"SERVER_NAME": "deckgen", "LC_ALL": "C.UTF-8"}
_TITLE = re.compile(r'class="graph"[^>]*>\s*<title>([^<%]+)</title>')
_LINE = re.compile(r"in line (\d+)")

Drawn = Medium | Diagnostic


def drawn(deck: Deck) -> Deck:
    """The deck with its diagrams among the media of its cards, and a diagnostic for each that could not be drawn."""
    command = shutil.which("dot")
    made: dict[str, Drawn] = {}
    for card in deck.cards:
        for fence in _fences(card):
            if fence.code not in made:
                made[fence.code] = _draw(command, fence) if command else rules.NOT_DRAWN.at(fence.location)
    if not made:
        return deck
    documents = [replace(each, cards=tuple(_with(card, made) for card in each.cards)) for each in deck.documents]
    found = [each for each in made.values() if isinstance(each, Diagnostic)]
    return replace(deck, documents=tuple(documents), diagnostics=(*deck.diagnostics, *found))


def _fences(card: Card) -> list[Fence]:
    return [part for part in card.answer if isinstance(part, Fence) and part.language in DIAGRAMS]


def _with(card: Card, made: Mapping[str, Drawn]) -> Card:
    found = [made[fence.code] for fence in _fences(card)]
    media = [each for each in found if isinstance(each, Medium)]
    errors = [each for each in found if isinstance(each, Diagnostic) and each.severity is Severity.ERROR]
    return replace(card, media=(*card.media, *media), defects=(*card.defects, *errors))


def _draw(command: str, fence: Fence) -> Drawn:
    with tempfile.TemporaryDirectory() as folder:
        try:
            ran = subprocess.run(
                [command, "-Tsvg", *_STYLE],
                input=fence.code.encode(),
                capture_output=True,
                cwd=folder,
                env=_ENVIRONMENT,
                timeout=_SECONDS,
            )
        except subprocess.TimeoutExpired:
            return _bad(fence.location, f"it takes more than {_SECONDS} s")
        except OSError as error:
            return _bad(fence.location, f"`dot` cannot be run: {error.strerror}")
    complaints = ran.stderr.decode("utf-8", "replace").strip()
    begins = ran.stdout.find(b"<svg")  # before it stand the version of Graphviz, and a reference to a DTD
    if ran.returncode or complaints or begins < 0:
        return _bad(_place(fence, complaints), _reason(complaints) or f"`dot` ended with {ran.returncode}")
    found = media.admitted(ran.stdout[begins:], fence.code)
    if not isinstance(found, Medium):
        return _bad(fence.location, found.rule.message.format(target="it", **found.values))
    title = _TITLE.search(ran.stdout.decode())
    return replace(found, description=f"diagram: {html.unescape(title[1])}" if title else "diagram")


def _reason(complaints: str) -> str:
    return complaints.split("\n")[0].removeprefix("Error: ").removeprefix("<stdin>: ")


def _place(fence: Fence, complaint: str) -> Location:
    """Where a complaint points, or the first line of the fence; what is missing is missed behind the last."""
    line = _LINE.search(complaint)
    below = min(int(line[1]), fence.code.count("\n")) - 1 if line else 0
    return replace(fence.location, line=fence.location.line + max(below, 0))


def _bad(place: Location, reason: str) -> Diagnostic:
    return rules.BAD_DIAGRAM.at(place, reason=reason)
