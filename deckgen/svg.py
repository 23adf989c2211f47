"""What keeps an SVG from being packed: anything that runs, loads, or is no SVG at all."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from urllib.parse import unquote
from xml.parsers import expat

_NAMESPACE = "http://www.w3.org/2000/svg"
_ACTIVE = {"script", "foreignobject", "iframe", "object", "embed", "audio", "video", "handler", "listener"}
_REFERENCE = {"href", "src", "data", "base"}
_EMBEDDED = re.compile(r"data:image/(?:png|jpeg|gif|webp);base64,[\w+/=\s]*", re.ASCII)
_LOADS = re.compile(r"""@import|url\(\s*["']?(?!\s*["']?\#)|image-set|expression\(|-moz-binding""", re.IGNORECASE)
_REFERRED = re.compile(r"""(?:^\s*|url\(\s*["']?\s*)\#([^\s"')]+)""", re.IGNORECASE)
_MOST = 1_000_000  # elements that are drawn, each as often as something refers to it


class _UnsafeError(Exception):
    """Something that is not allowed; the message says what."""


def unsafe(data: bytes) -> str | None:
    """What an SVG holds that it should not, as the end of a sentence; None where it is safe to show.

    Entities are not expanded: their declaration is refused before they could be.
    """
    reader = _Reader()
    try:
        reader.parser.Parse(data, True)
        reader.count()
    except _UnsafeError as found:
        return str(found)
    except (expat.ExpatError, ValueError) as error:
        return f"is not well-formed: {error}"
    return None


class _Reader:
    """Listens to the parser and stops it at the first thing that is not allowed."""

    def __init__(self) -> None:
        self.parser = expat.ParserCreate(namespace_separator=" ")
        self.parser.StartElementHandler = self._element
        self.parser.CharacterDataHandler = self._text
        self.parser.ProcessingInstructionHandler = self._instruction
        self.parser.EntityDeclHandler = self._entity
        self.parser.buffer_text = True
        self.parser.EndElementHandler = self._end
        self._inside: list[str] = []
        self._parts = [""]  # the nearest id of each open element
        self._elements: Counter[str] = Counter()  # of a part, those of its own parts aside
        self._draws: defaultdict[str, list[str]] = defaultdict(list)  # what a part holds or refers to

    def count(self) -> None:
        """Refuse what refers to itself, or to so much so often that drawing it would never end."""
        waiting, drawn = [""], 0
        while waiting:
            part = waiting.pop()
            waiting += self._draws[part]
            drawn += self._elements[part] + len(self._draws[part])
            if drawn > _MOST:
                raise _UnsafeError(f"draws more than {_MOST} elements")

    def _element(self, name: str, attributes: dict[str, str]) -> None:
        namespace, _, local = name.rpartition(" ")
        element = local.lower()
        if not self._inside and (namespace, local) != (_NAMESPACE, "svg"):
            raise _UnsafeError("is no SVG")
        if element in _ACTIVE:
            raise _UnsafeError(f"holds <{local}>")
        self._inside.append(element)
        part = attributes.get("id", self._parts[-1])
        if "id" in attributes:
            self._draws[self._parts[-1]].append(part)
        self._parts.append(part)
        self._elements[part] += 1
        for key, value in attributes.items():
            self._attribute(element, key.rpartition(" ")[2].lower(), value)
            self._draws[part] += map(unquote, _REFERRED.findall(value))

    def _end(self, _name: str) -> None:
        self._inside.pop()
        self._parts.pop()

    def _attribute(self, element: str, name: str, value: str) -> None:
        if name.startswith("on"):
            raise _UnsafeError(f"has the event handler {name}")
        if name == "attributename" and value.rpartition(":")[2].lower().startswith(("on", *_REFERENCE)):
            raise _UnsafeError(f"changes {value} while it is shown")
        embedded = element in ("image", "feimage") and _EMBEDDED.fullmatch(value)
        if name in _REFERENCE and not value.strip().startswith("#") and not embedded:
            raise _UnsafeError(f"refers to {value[:80]}")
        self._style(value)

    def _text(self, text: str) -> None:
        if self._inside[-1] == "style":
            self._style(text)

    def _style(self, text: str) -> None:
        """Refuse what loads; an escape could hide it."""
        if found := _LOADS.search(text):
            raise _UnsafeError(f"loads something by {text[found.start() :][:80]}")
        if "\\" in text and (self._inside[-1] == "style" or "(" in text):
            raise _UnsafeError("has an escape in its style")

    def _instruction(self, target: str, _data: str) -> None:
        raise _UnsafeError(f"has the processing instruction {target}")

    def _entity(self, name: str, *_: object) -> None:
        raise _UnsafeError(f"declares the entity {name}")
