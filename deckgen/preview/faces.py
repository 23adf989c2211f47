"""The sides of a note's cards as Anki shows them: the small part of its templates and clozes that note types use."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from deckgen.notes import Makes, Note
from deckgen.packing.notetypes import cloze

_SECTION = re.compile(r"\{\{#(\w+)\}\}(.*?)\{\{/\1\}\}")
_PLACE = re.compile(r"\{\{(?:(cloze|type):)?(\w+)\}\}")
_EMPTY = re.compile(r"(?:\s|</?(?:br|div) ?/?>)*", re.IGNORECASE)
_DELETION = re.compile(r"\{\{c(\d+)::(.*?)(?:::(.*?))?\}\}", re.DOTALL)
_FORMULA = re.compile(r"(\\[(\[])(.*?)(\\[\])])", re.DOTALL)
_TAG = re.compile(r"<[^>]*>")
_SOUND = re.compile(r"\[sound:([^\]]*)\]")
_TYPED = re.compile(r"\[\[type:\w+\]\]")
_RULE = "<hr id=answer>"
_UNQUOTED = re.compile(r"[\x00-\xff](?<![0-9A-Za-z])")
_NAMED = {'"': "&quot;", "&": "&amp;", "<": "&lt;", ">": "&gt;"}


@dataclass(frozen=True, slots=True)
class Face:
    """Both sides of a card as Anki's engine renders them, with sounds and places to type in as it marks them."""

    front: str
    back: str


def faces(note: Note) -> tuple[Face, ...]:
    """The cards of a note: one for each template, or for each number of its deletions."""
    fields = {field.name: text for field, text in zip(note.note_type.fields, note.fields, strict=True)}
    match note.note_type.makes:
        case Makes.TEMPLATES:
            cards = [(template, 1) for template in note.note_type.templates]
        case Makes.DELETIONS:
            cards = [(note.note_type.templates[0], number) for number in cloze.numbers(note.fields) or (1,)]
    found = []
    for template, number in cards:
        front = _filled(template.front, fields, number, asking=True)
        found.append(Face(front, _filled(template.back, {**fields, "FrontSide": front}, number, asking=False)))
    return tuple(found)


def _filled(template: str, fields: Mapping[str, str], number: int, *, asking: bool) -> str:
    def section(match: re.Match[str]) -> str:
        return "" if _EMPTY.fullmatch(fields[match[1]]) else match[2]

    def place(match: re.Match[str]) -> str:
        text = fields[match[2]]
        match match[1]:
            case "cloze":
                return _FORMULA.sub(_plain, _revealed(text, number, asking=asking))
            case "type":
                return f"[[type:{match[2]}]]"
            case _:
                return text

    return _PLACE.sub(place, _SECTION.sub(section, template))


def _plain(formula: re.Match[str]) -> str:
    """A formula without the tags that MathJax could not read."""
    return formula[1] + _TAG.sub("", formula[2]) + formula[3]


def _revealed(text: str, number: int, *, asking: bool) -> str:
    """A text whose deletions of a number are asked for, or where nothing is asked shown; all others are shown.

    `cloze.fill` writes no deletion inside another.
    """

    def span(match: re.Match[str]) -> str:
        own, inside, hint = match.groups()
        if int(own) != number:
            return f'<span class="cloze-inactive" data-ordinal="{own}">{inside}</span>'
        if not asking:
            return f'<span class="cloze" data-ordinal="{own}">{inside}</span>'
        hidden = _UNQUOTED.sub(_quoted, inside)
        return f'<span class="cloze" data-cloze="{hidden}" data-ordinal="{own}">[{hint or "..."}]</span>'

    return _DELETION.sub(span, text)


def _quoted(character: re.Match[str]) -> str:
    """A character in an attribute, written as the engine writes it."""
    return _NAMED.get(character[0]) or f"&#x{ord(character[0]):02X};"


def dressed(side: str, typed: str) -> str:
    """A side with what a client puts into it: players of its sounds, and a line to type into or what was to be typed.

    `typed` is empty on a front.
    """
    side = _SOUND.sub(r'<audio controls src="\1"></audio>', side)
    if not _TYPED.search(side):
        return side
    if not typed:
        return _TYPED.sub('<input type="text" id="typeans">', side)
    return _TYPED.sub(lambda _: f'{_RULE}<code id="typeans">{typed}</code>', side.replace(_RULE, ""))
