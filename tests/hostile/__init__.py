"""Documents that mean harm, or look as if: each a table of a TOML file that also says what becomes of it.

| key | holds |
|---|---|
| `answer`, `dot`, `svg` | what stands below `Q1. What? {#ID}`: text, a diagram, or an image whose inside is given |
| `document` | the whole document instead; `@ID@` is the card's id |
| `name`, `encoding` | of the document's file, where they are not `cards.md` and UTF-8 |
| `files`, `links` | what else lies in its folder: bytes as Latin-1, or `@grey` for an image, and symbolic links |
| `found` | every diagnostic: line, column, code |
| `shown`, `asked` | the answer and the question as the engine has them; without `shown` there is no note |

`⟨x*3⟩` is `xxx`, and `@a.png` in what is shown the name under which that file is packed.
"""

from __future__ import annotations

import os
import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from deckgen.reading.grammar import slug
from tests.samples import MEDIA, png

_REPEATED = re.compile("⟨(.*?)\\*(\\d+)⟩", re.DOTALL)
MADE = {"@grey": png(), "@black": png(shade=0), "@silence": MEDIA["wav"], "@bomb": png(claimed=(100_000, 100_000))}
_SVG = '<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink">{}</svg>'


@dataclass(frozen=True)
class Hostile:
    """A document, the files beside it, and what is expected."""

    id: str
    file: str
    data: bytes
    files: dict[str, bytes] = field(default_factory=dict)
    links: dict[str, str] = field(default_factory=dict)
    found: tuple[str, ...] = ()
    asked: str = "What?"
    shown: str | None = None


def documents() -> Iterator[Hostile]:
    for file in sorted(Path(__file__).parent.glob("*.toml")):
        for title, table in tomllib.loads(file.read_text("utf-8")).items():
            yield _document(slug(title), table)


def _document(name: str, table: dict[str, Any]) -> Hostile:
    files = {file: _bytes(data) for file, data in table.get("files", {}).items()}
    if "svg" in table:
        files["a.svg"] = _bytes(_SVG.format(table["svg"]))
    answer = f"```dot\n{table['dot']}\n```" if "dot" in table else table.get("answer", "![x](a.svg)")
    text = table.get("document", f"Q1. What? {{#@ID@}}\n\n{answer}")
    encoding = table.get("encoding", "utf-8")
    shown = table.get("shown")
    return Hostile(
        id=name,
        file=os.fsdecode(table.get("name", "cards.md").encode("latin-1")),
        data=_unfolded(text.replace("@ID@", name)).encode(encoding),
        files=files,
        links=table.get("links", {}),
        found=tuple(table.get("found", ())),
        asked=_unfolded(table.get("asked", "What?")),
        shown=None if shown is None else _unfolded(shown),
    )


def _bytes(text: str) -> bytes:
    for name, data in MADE.items():
        if text.startswith(name):
            return data + text.removeprefix(name).encode("latin-1")
    return _unfolded(text).encode("latin-1")


def _unfolded(text: str) -> str:
    return _REPEATED.sub(lambda match: match[1] * int(match[2]), text)
