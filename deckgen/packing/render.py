"""Cards become notes: fields of HTML that show the same in Anki on every device, and run nothing."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence
from functools import cache

import nh3
import pygments
from packaging.version import Version
from pygments.formatters import HtmlFormatter
from pygments.lexer import Lexer
from pygments.lexers import get_lexer_by_name
from pygments.util import ClassNotFound

from deckgen.apkg import RETIRED_TAG, WITHDRAWN_TAG
from deckgen.model import (
    HTML_TAGS,
    Admitted,
    Card,
    Deck,
    Environment,
    Fence,
    Html,
    MarkedCard,
    Note,
    Packable,
    Refuted,
    Result,
    Retirement,
    Role,
    VerifiedCard,
    Withdrawal,
    minor,
)
from deckgen.packing.notetypes import KINDS
from deckgen.packing.notetypes.face import Face

UNPROVED_TAG = "deckgen::unproved"

_TAGS = HTML_TAGS | {"a", "blockquote", "h1", "h2", "h3", "h4", "h5", "h6", "hr", "pre", "span"}
_TAGS |= {"table", "tbody", "td", "th", "thead", "tr"}
_ATTRIBUTES = {"a": {"href"}, "code": {"class"}, "ol": {"start"}, "p": {"class"}, "span": {"class"}}
_ATTRIBUTES |= {"td": {"style"}, "th": {"style"}}
_CLEANER = nh3.Cleaner(
    tags=_TAGS,
    clean_content_tags={"script", "style"},
    attributes=_ATTRIBUTES,
    filter_style_properties={"text-align"},
    url_schemes={"http", "https", "mailto"},
    link_rel=None,
)
_FORMATTER = HtmlFormatter(nowrap=True)
_RETIRED = '<p class="withdrawn">This card was retired: it is no longer part of its deck.</p>'
_LONGEST_VALUE = 500
# Anki takes these for its own commands even inside <code>.
_COMMAND = re.compile(r"\[(?=sound:|latex\]|\$|anki:)", re.IGNORECASE)
_DIALECTS = {"mariadb": "MariaDB", "mssql": "SQL Server", "mysql": "MySQL", "oracle": "Oracle"}
_DIALECTS |= {"postgresql": "PostgreSQL", "sqlite": "SQLite"}
_DATABASES = {"sqlite": "SQLite", "postgresql": "PostgreSQL", "mariadb": "MariaDB"}


def render(deck: Deck, packables: Sequence[Packable]) -> list[Note]:
    """A note for each of them, in their order; raises KeyError for a note type that is not registered."""
    subdecks = {document.path: document.subdeck for document in deck.documents}
    return [
        _recalled(deck.name, each)
        if isinstance(each, Withdrawal | Retirement)
        else _note(deck.name, subdecks[each.card.document], each)
        for each in packables
    ]


def _recalled(deck: str, recall: Withdrawal | Retirement) -> Note:
    """What is left of a released card: nothing that the source or a later run could change."""
    kind = {each.note_type.name: each for each in KINDS.values()}[recall.note_type]
    match recall:
        case Withdrawal(answer=answer):
            state, tag = "withdrawn", WITHDRAWN_TAG
        case Retirement():
            state, tag, answer = "retired", RETIRED_TAG, _RETIRED
    face = Face(recall.question, answer, proof="", verified=state, source="", id=_clean(_text(recall.card_id)))
    return Note(recall.card_id, recall.question, kind.note_type, deck, kind.fill(face), (tag,), recall)


def finding(refuted: Refuted, results: Sequence[Result]) -> str:
    """What a withdrawn card's answer says: on what it was refuted, and what was found there."""
    names = ", ".join(dict.fromkeys(_database(each.environment) for each in results))
    found = _value(refuted.message)
    if refuted.expected is not None and refuted.observed is not None:
        found = f"expected {_value(refuted.expected)}, observed {_value(refuted.observed)}"
    where = _text(f"SQLAlchemy {', '.join(_versions(results))} with {names}")
    return _clean(f'<p class="withdrawn">No longer holds on {where}: {found}</p>')


def _value(text: str) -> str:
    """A value as code in a line of prose."""
    short = text if len(text) <= _LONGEST_VALUE else f"{text[:_LONGEST_VALUE]}..."
    return "<code>" + _text(short).replace("\n", "<br>") + "</code>"


def _note(deck: str, subdeck: str, packable: Admitted) -> Note:
    card = packable.card
    kind = KINDS[card.note_type]
    face = Face(
        question=_clean(card.heading),
        answer=_answer(packable),
        proof=_clean("".join(_code(fence) for fence in card.fences if fence.role is Role.CHECK)),
        verified=_verified(packable),
        source=_clean(_text(f"{card.document} #{card.id}")),
        id=_clean(_text(card.id)),
    )
    return Note(
        card_id=card.id,
        question=face.question,
        note_type=kind.note_type,
        deck="::".join(filter(None, (deck, subdeck))),
        fields=kind.fill(face),
        tags=tuple(sorted({*card.tags, *_proof_tags(packable)})),
    )


def _answer(packable: Admitted) -> str:
    match packable:
        case VerifiedCard(card=card):
            return _clean(_content(card))
        case MarkedCard(card=card):
            return _clean(f'<p class="unproved">This answer was not proved.</p>{_content(card)}')


def _content(card: Card) -> str:
    return "".join(part.text if isinstance(part, Html) else _code(part) for part in card.answer)


def _code(fence: Fence) -> str:
    """Highlighted code; the classes are Pygments' short names, styled by the theme."""
    code = (fence.display or fence.code).rstrip("\n")
    lexer = _lexer("pycon" if fence.role is Role.PYCON else fence.language)
    body = pygments.highlight(code, lexer, _FORMATTER).rstrip("\n") if lexer else _text(code)
    return f'{_caption(fence)}<pre><code class="hl">{body}</code></pre>'


def _caption(fence: Fence) -> str:
    """Which dialect and versions SQL is for, where its author names them."""
    if fence.role is not Role.EMITTED or not fence.attributes:
        return ""
    dialect, versions = fence.attributes.get("dialect"), fence.attributes.get("sqlalchemy")
    words = [*([_DIALECTS[dialect]] if dialect else []), *([f"SQLAlchemy {versions}"] if versions else [])]
    return f'<p class="dialect">{_text(", ".join(words))}</p>'


@cache
def _lexer(language: str) -> Lexer | None:
    try:
        return get_lexer_by_name(language, stripnl=False)
    except ClassNotFound:
        return None


def _text(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _clean(html: str) -> str:
    """The HTML with nothing in it that could run, load or be taken for a command of Anki's; NFC, as Anki stores it."""
    return unicodedata.normalize("NFC", _COMMAND.sub("&#91;", _CLEANER.clean(html)))


def _verified(packable: Admitted) -> str:
    """What a card was verified on: minor versions only, so that a patch release changes no note."""
    match packable:
        case MarkedCard():
            return "not proved"
        case VerifiedCard(results=results):
            names = dict.fromkeys(_database(each.environment) for each in results)
            return f"verified on SQLAlchemy {', '.join(_versions(results))} · {', '.join(names)}"


def _proof_tags(packable: Admitted) -> list[str]:
    """Tags to search for what was proved where, and for what was not."""
    match packable:
        case MarkedCard():
            return [UNPROVED_TAG]
        case VerifiedCard(results=results):
            servers = {each.environment.server for each in results}
            return [f"sqlalchemy::{each}" for each in _versions(results)] + [f"database::{each}" for each in servers]


def _versions(results: Iterable[Result]) -> list[str]:
    return sorted({minor(each.environment.sqlalchemy) for each in results}, key=Version)


def _database(environment: Environment) -> str:
    """SQLite comes with Python, so that its version would differ from machine to machine; a server's is named."""
    name, release = _DATABASES[environment.server], environment.database.partition(" ")[2]
    return name if environment.server == "sqlite" else f"{name} {release.split('.')[0]}"
