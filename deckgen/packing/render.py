"""Cards become notes: fields of HTML that show the same in Anki on every device, and run nothing."""

from __future__ import annotations

import itertools
import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import cache, lru_cache
from urllib.parse import quote

import nh3
import pygments
from packaging.version import Version
from pygments.formatters import HtmlFormatter
from pygments.lexer import Lexer
from pygments.lexers import get_lexer_by_name
from pygments.token import Token, _TokenType
from pygments.util import ClassNotFound

from deckgen.apkg import RETIRED_TAG, WITHDRAWN_TAG
from deckgen.model import DIAGRAMS, HTML_TAGS, UNSAFE_TEX, Card, Deck, Fence, Gap, Html, Medium, Role
from deckgen.notes import Glimpse, Note, Packable, Retirement, Withdrawal
from deckgen.packing import media
from deckgen.packing.notetypes import KINDS
from deckgen.packing.notetypes.face import Face
from deckgen.proof import Admitted, Environment, MarkedCard, Refuted, Result, VerifiedCard, minor

UNPROVED_TAG = "deckgen::unproved"

_TAGS = HTML_TAGS | {"a", "blockquote", "h1", "h2", "h3", "h4", "h5", "h6", "hr", "pre", "span"}
_TAGS |= {"img", "table", "tbody", "td", "th", "thead", "tr"}
_ATTRIBUTES = {"a": {"href"}, "code": {"class"}, "ol": {"start"}, "p": {"class"}, "span": {"class"}}
_ATTRIBUTES |= {"td": {"style"}, "th": {"style"}, "img": {"alt", "class", "src"}}
_FOCUSABLE = {"pre": {"tabindex": "0"}, "table": {"tabindex": "0"}}  # what scrolls is reached by the keyboard too
_REFERENCE = re.compile(r"&#(?:x0*([0-9a-f]+)|0*(\d+));?", re.IGNORECASE)
_SPACES = str.maketrans("\f\r", "  ")  # Anki would drop them
_FORMATTER = HtmlFormatter(nowrap=True)
_MARK = re.compile(f"({Gap.OPEN}\\d+{Gap.TEXT}|{Gap.CLOSE})")
_RETIRED = '<p class="withdrawn">This card was retired: it is no longer part of its deck.</p>'
_LONGEST_VALUE = 500
# Anki takes these for its own commands even inside <code>.
_COMMAND = re.compile(r"\[(?=sound:|latex\]|\$|anki:|\[type:)", re.IGNORECASE)
_FORMULA = re.compile(r"\\(?=[(\[])")
_NO_TEX = re.compile(f"<code.*?</code>|<[^>]*>|{Gap.OPEN}\\d+{Gap.TEXT}|[{Gap.HINT}{Gap.CLOSE}]", re.DOTALL)
_DIALECTS = {"mariadb": "MariaDB", "mssql": "SQL Server", "mysql": "MySQL", "oracle": "Oracle"}
_DIALECTS |= {"postgresql": "PostgreSQL", "sqlite": "SQLite"}
_DATABASES = {"sqlite": "SQLite", "postgresql": "PostgreSQL", "mariadb": "MariaDB"}


def render(deck: Deck, packables: Sequence[Packable | Glimpse]) -> list[Note]:
    """A note for each of them, in their order; raises KeyError for a note type that is not registered."""
    subdecks = {document.path: document.subdeck for document in deck.documents}
    spellings: dict[str, str] = {}
    return [
        _recalled(deck.name, each)
        if isinstance(each, Withdrawal | Retirement)
        else _note(deck, subdecks[each.card.document], each, spellings)
        for each in packables
    ]


def _recalled(deck: str, recall: Withdrawal | Retirement) -> Note:
    """What is left of a released card: nothing that the source or a later run could change.

    A cloze keeps its numbers, since a note without one would have no card for it.
    """
    kind = {each.note_type.name: each for each in KINDS.values()}[recall.note_type]
    match recall:
        case Withdrawal(answer=answer):
            state, tag = "withdrawn", WITHDRAWN_TAG
        case Retirement():
            state, tag, answer = "retired", RETIRED_TAG, _RETIRED
    gaps = "".join(f"<p>{Gap.OPEN}{number}{Gap.TEXT}{state}{Gap.CLOSE}</p>" for number in recall.deletions)
    face = Face(
        question=recall.question,
        answer=answer + gaps,
        typed="",
        proof="",
        verified=state,
        source="",
        id=_cleaner(())(_text(recall.card_id)),
        report="",
    )
    return Note(recall.card_id, recall.question, kind.note_type, deck, kind.fill(face), (tag,), recall=recall)


def finding(refuted: Refuted, results: Sequence[Result]) -> str:
    """What a withdrawn card's answer says: on what it was refuted, and what was found there."""
    names = ", ".join(dict.fromkeys(_database(each.environment) for each in results))
    found = _value(refuted.message)
    if refuted.expected is not None and refuted.observed is not None:
        found = f"expected {_value(refuted.expected)}, observed {_value(refuted.observed)}"
    where = _text(f"SQLAlchemy {', '.join(_versions(results))} with {names}")
    return _cleaner(())(f'<p class="withdrawn">No longer holds on {where}: {found}</p>')


def _value(text: str) -> str:
    """A value as code in a line of prose."""
    short = text if len(text) <= _LONGEST_VALUE else f"{text[:_LONGEST_VALUE]}..."
    return "<code>" + _text(short).replace("\n", "<br>") + "</code>"


def _note(deck: Deck, subdeck: str, packable: Admitted | Glimpse, spellings: dict[str, str]) -> Note:
    card = packable.card
    kind = KINDS[card.note_type]
    clean = _cleaner(card.media)
    face = Face(
        question=clean(card.heading),
        answer=clean(_answer(packable)),
        typed=clean(_text(card.typed)),
        proof=clean("".join(_code(fence) for fence in card.fences if fence.role is Role.CHECK)),
        verified=_verified(packable),
        source=clean(_text(f"{card.document} #{card.id}")),
        id=clean(_text(card.id)),
        report=_text(_report(deck, card)),
    )
    fields = kind.fill(face)
    named = {medium.name: medium for medium in card.media if any(medium.name in field for field in fields)}
    return Note(
        card_id=card.id,
        question=media.described(face.question),
        note_type=kind.note_type,
        deck="::".join(filter(None, (deck.name, subdeck, *packable.card.section))),
        fields=fields,
        tags=tuple(sorted({_spelled(tag, spellings) for tag in (*card.tags, *_proof_tags(packable))} - {""})),
        media=tuple(named.values()),
    )


def _spelled(tag: str, spellings: dict[str, str]) -> str:
    """A tag as Anki stores it: without empty levels, and each level as it is spelled first in the deck."""
    levels: list[str] = []
    for level in filter(None, unicodedata.normalize("NFC", tag).split("::")):
        levels.append(spellings.setdefault("::".join([*levels, level]).casefold(), level))
    return "::".join(levels)


def _report(deck: Deck, card: Card) -> str:
    """The address at which a card is reported."""
    values = {"deck": deck.id, "id": card.id, "path": card.document}
    return deck.report.format_map({name: quote(value, safe="") for name, value in values.items()})


def _answer(packable: Admitted | Glimpse) -> str:
    match packable:
        case VerifiedCard(card=card):
            return _content(card)
        case MarkedCard(card=card) | Glimpse(card=card):
            return f'<p class="unproved">This answer was not proved.</p>{_content(card)}'


def _content(card: Card) -> str:
    drawn = {medium.target: media.diagram(medium) for medium in card.media}
    return "".join(
        part.text if isinstance(part, Html) else (part.language in DIAGRAMS and drawn.get(part.code)) or _code(part)
        for part in card.answer
    )


def _code(fence: Fence) -> str:
    """Highlighted code; the classes are Pygments' short names, styled by the theme."""
    code = (fence.display or fence.code).rstrip("\n")
    lexer = _lexer("pycon" if fence.role is Role.PYCON else fence.language)
    body = pygments.format(_tokens(code, lexer), _FORMATTER).rstrip("\n") if lexer else _text(code)
    return f'{_caption(fence)}<pre><code class="hl">{body}</code></pre>'


def _tokens(code: str, lexer: Lexer) -> Iterator[tuple[_TokenType, str]]:
    """The tokens of code, and the marks of its deletions where they stand, as if the code were without them."""
    texts, marks = _MARK.split(code)[::2], _MARK.split(code)[1::2]
    ends = list(itertools.accumulate(map(len, texts)))
    position = 0
    for kind, text in pygments.lex("".join(texts), lexer):
        start, position = position, position + len(text)
        while marks and ends[0] <= position:
            end = ends.pop(0)
            yield kind, text[: end - start]
            yield Token, marks.pop(0)
            text, start = text[end - start :], end
        yield kind, text
    yield from ((Token, mark) for mark in marks)


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


@lru_cache(maxsize=8)  # most cards show no media, and what cleans them is the same
def _cleaner(found: tuple[Medium, ...]) -> Callable[[str], str]:
    """What leaves nothing in HTML that could run, load or be taken for a command of Anki's, but some media.

    The text is brought into the normal form in which Anki stores it.
    """
    cleaner = nh3.Cleaner(
        tags=_TAGS,
        clean_content_tags={"script", "style"},
        attributes=_ATTRIBUTES,
        attribute_filter=media.source_filter(found),
        set_tag_attribute_values=_FOCUSABLE,
        filter_style_properties={"text-align"},
        url_schemes={"http", "https", "mailto"},
        link_rel=None,
    )

    def clean(text: str) -> str:
        harmless = _COMMAND.sub("&#91;", cleaner.clean(_REFERENCE.sub(_character, text)).translate(_SPACES))
        return unicodedata.normalize("NFC", media.placed(_without_unsafe_formulas(harmless), found))

    return clean


def _without_unsafe_formulas(text: str) -> str:
    """HTML whose formulas do no harm once tags are gone: where one could, none is shown as a formula."""
    if _FORMULA.search(text) and UNSAFE_TEX.search(_NO_TEX.sub("", text)):
        return _FORMULA.sub("\\\\\u2060", text)
    return text


def _character(reference: re.Match[str]) -> str:
    """A reference to a character, unless it is one of control: Anki's separator of fields, or a mark of a deletion."""
    hexadecimal, decimal = reference.groups()
    code = int(hexadecimal, 16) if hexadecimal else int(decimal[:9])
    return "\ufffd" if (code < 32 and chr(code) not in "\t\n\r") or code == 127 else reference[0]


def _verified(packable: Admitted | Glimpse) -> str:
    """What a card was verified on: minor versions only, so that a patch release changes no note."""
    match packable:
        case MarkedCard() | Glimpse():
            return "not proved"
        case VerifiedCard(results=results):
            names = dict.fromkeys(_database(each.environment) for each in results)
            return f"verified on SQLAlchemy {', '.join(_versions(results))} · {', '.join(names)}"


def _proof_tags(packable: Admitted | Glimpse) -> list[str]:
    """Tags to search for what was proved where, and for what was not."""
    match packable:
        case MarkedCard() | Glimpse():
            return [UNPROVED_TAG]
        case VerifiedCard(results=results):
            servers = {each.environment.server for each in results}
            return [f"sqlalchemy::{each}" for each in _versions(results)] + [f"database::{each}" for each in servers]


def _versions(results: Iterable[Result]) -> list[str]:
    return sorted({minor(each.environment.sqlalchemy) for each in results}, key=Version)


def _database(environment: Environment) -> str:
    return " ".join(filter(None, (_DATABASES[environment.server], environment.release)))
