"""Images and sounds in the HTML of a card: named as their files are in Anki, or replaced by their descriptions."""

from __future__ import annotations

import html
import re
from collections.abc import Callable, Sequence

from deckgen.model import Medium

_IMAGE = re.compile(r'<img((?: [a-z]+="[^"]*")*)>')  # as the sanitiser writes it
_SOUND = re.compile(r"\[sound:[^\]]*\]")
_ATTRIBUTE = re.compile(r' ([a-z]+)="([^"]*)"')


def source_filter(media: Sequence[Medium]) -> Callable[[str, str, str], str | None]:
    """For the sanitiser: the source of an image becomes the name of its file, any other is taken away."""
    names = {medium.target: medium.name for medium in media} | {medium.name: medium.name for medium in media}

    def filtered(tag: str, attribute: str, value: str) -> str | None:
        return names.get(value) if (tag, attribute) == ("img", "src") else value

    return filtered


def placed(text: str, media: Sequence[Medium]) -> str:
    """Sanitised HTML with its sounds as Anki plays them, and the description of every image that has no source."""
    sounds = {medium.name for medium in media if medium.is_sound}

    def image(match: re.Match[str]) -> str:
        attributes = dict(_ATTRIBUTE.findall(match[1]))
        source, description = attributes.get("src"), _text(attributes.get("alt", ""))
        if source is None:
            return description or "image"
        return f"[sound:{source}] {description}".rstrip() if source in sounds else match[0]

    return _IMAGE.sub(image, text)


def described(field: str) -> str:
    """A field of Anki with no media in it: a description stands for each image, and for each sound that it is one."""

    def image(match: re.Match[str]) -> str:
        return _text(dict(_ATTRIBUTE.findall(match[1])).get("alt", "")) or "image"

    return _IMAGE.sub(image, _SOUND.sub("(sound)", field))


def _text(attribute: str) -> str:
    """The value of an attribute as text."""
    return html.escape(html.unescape(attribute), quote=False).replace("[", "&#91;")


def diagram(medium: Medium) -> str:
    """The HTML of a diagram."""
    return f'<img class="diagram" src="{medium.name}" alt="{html.escape(medium.description)}">'
