"""What Anki's reviewer puts into the sides of a card before it shows them, as aqt's `reviewer` and `sound` write it."""

from __future__ import annotations

import re

_TYPED = re.compile(r"\[\[type:.+?\]\]")
_SOUND = re.compile(r"\[anki:(play:(?:q|a):\d+)\]")
_RULE = "<hr id=answer>"
_FONT = "font-family: 'Liberation Sans'; font-size: 20px"


def with_input(front: str) -> str:
    """A front with the line to type into."""
    line = f'<center>\n<input type=text id=typeans onkeypress="_typeAnsPress();"\n   style="{_FONT};">\n</center>'
    return _TYPED.sub(line, with_icons(front))


def with_comparison(back: str, comparison: str) -> str:
    """A back with what the engine says of what was typed; the rule between question and answer moves before it."""
    back = with_icons(back)
    if not _TYPED.search(back):
        return back
    return _TYPED.sub(lambda _: f'{_RULE}<div style="{_FONT}">{comparison}</div>', back.replace(_RULE, ""))


def with_icons(side: str) -> str:
    """A side with a button for each sound."""
    return _SOUND.sub(
        r"""<a class="replay-button soundLink" href=# onclick="pycmd('\1'); return false;" draggable="false">
    <svg class="playImage" viewBox="0 0 64 64" version="1.1"><circle cx="32" cy="32" r="29" />
        <path d="M56.502,32.301l-37.502,20.101l0.329,-40.804l37.173,20.703Z" /></svg></a>""",
        side,
    )
