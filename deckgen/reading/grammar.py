"""Blocks become cards: a question, its answer, the fences that prove it, and what is wrong with any of them."""

from __future__ import annotations

import difflib
import hashlib
import re
import shlex
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from mdit_py_plugins.attrs.parse import ParseError, parse
from packaging.specifiers import InvalidSpecifier, SpecifierSet

from deckgen import rules
from deckgen.diagnostics import Diagnostic, Severity, Source
from deckgen.model import HIDDEN_ROLES, NOTE_TYPES, Card, Claims, Database, Fence, Html, Role
from deckgen.reading import document
from deckgen.reading.document import Block, Code, FrontMatter, Prose, Question, Section

_ALIASES = {"py": "python", "python3": "python"}
_ROLES: Mapping[str, Mapping[str, Role]] = {
    "python": {"": Role.SHOWN} | {role.value: role for role in (Role.FRAGMENT, Role.SETUP, Role.CHECK, Role.REFUTE)},
    "text": {"": Role.TEXT, "output": Role.OUTPUT},
    "sql": {"": Role.TEXT, "emitted": Role.EMITTED},
    "pycon": {"": Role.PYCON},
}
_FENCE_KEYS: Mapping[Role, frozenset[str]] = {Role.EMITTED: frozenset({"dialect", "sqlalchemy"})}
_NOT_RUN_YET = frozenset({Role.OUTPUT, Role.EMITTED, Role.PYCON})
_CARD_KEYS = ("sqlalchemy", "database", "type", "timeout")

_ATTRIBUTES = re.compile(r"\{(?=\s*(?:[#.]|[\w:-]+=))")
_RULE_AT_END = re.compile(r"(?:\s*<hr\s*/?>)+\s*$")
_NAME = re.compile(r"[A-Za-z][\w-]*")  # what else stands in an info string, such as {1,3}, is for other tools
_MARKUP = re.compile(r"<[^>]*>")


@dataclass(slots=True)
class _Draft:
    """A question and the blocks below it, up to the next question or section."""

    question: Question
    last_line: int = 0
    blocks: list[Prose | Code] = field(default_factory=list)


@dataclass(slots=True)
class _Notes:
    """The diagnostics of one document, collected while it is read."""

    source: Source
    found: list[Diagnostic]

    def add(self, rule: rules.Rule, line: int, column: int = 1, **values: object) -> None:
        self.found.append(self.source.report(rule, line, column, **values))

    def errors_between(self, first: int, last: int) -> tuple[Diagnostic, ...]:
        return tuple(
            diagnostic
            for diagnostic in self.found
            if diagnostic.severity is Severity.ERROR
            and diagnostic.code != rules.UNANSWERED.code
            and first <= diagnostic.location.line <= last
        )


@dataclass(frozen=True, slots=True)
class Page:
    """What one document holds: cards in order, its first heading, its front matter, and what is wrong with it."""

    cards: tuple[Card, ...] = ()
    title: str | None = None
    front_matter: FrontMatter | None = None
    diagnostics: tuple[Diagnostic, ...] = ()


def read(source: Source, path: str) -> Page:
    """The page of a source; `path` is its path inside the deck, which its cards show as their origin."""
    if not source.text.strip():
        return Page(diagnostics=(source.report(rules.EMPTY_FILE, 1),))
    blocks, losses = document.parse(source)
    notes = _Notes(source, losses)
    cards = tuple(_card(draft, path, notes) for draft in _drafts(blocks, notes))
    if not cards:
        notes.add(rules.NO_QUESTIONS, 1)
    return Page(
        cards=cards,
        title=next((block.title for block in blocks if isinstance(block, Section)), None),
        front_matter=next((block for block in blocks if isinstance(block, FrontMatter)), None),
        diagnostics=tuple(sorted(notes.found, key=lambda diagnostic: diagnostic.location)),
    )


def _drafts(blocks: Iterable[Block], notes: _Notes) -> list[_Draft]:
    drafts: list[_Draft] = []
    current: _Draft | None = None
    for block in blocks:
        match block:
            case Question():
                current = _Draft(block)
                drafts.append(current)
            case Section() | FrontMatter():
                current = None
            case Prose() | Code() if current is not None:
                current.blocks.append(block)
            case Prose():
                notes.add(rules.OUTSIDE_QUESTIONS, block.line)
            case Code():
                _outside(block, notes)
    for draft, following in zip(drafts, [*drafts[1:], None], strict=True):
        draft.last_line = following.question.line - 1 if following else len(notes.source.lines)
    return drafts


def _outside(code: Code, notes: _Notes) -> None:
    """A check that belongs to no question is a mistake; any other code there is merely text."""
    _, role, _ = _role(code, notes)
    if role in HIDDEN_ROLES:
        notes.add(rules.FENCE_OUTSIDE_QUESTIONS, code.line, role=role)
    else:
        notes.add(rules.OUTSIDE_QUESTIONS, code.line)


def _card(draft: _Draft, path: str, notes: _Notes) -> Card:
    question = draft.question
    text, attributes, column = _attributes(question, notes)
    heading, losses = document.inline(text, notes.source, question.line)
    notes.found.extend(losses)
    answer, fences = _answer(draft.blocks, notes)
    answered = bool(
        _MARKUP.sub("", "".join(part.text if isinstance(part, Html) else part.code for part in answer)).strip()
    )
    if not answered:
        notes.add(rules.UNANSWERED, question.line, question.column)
    card_id = attributes.pop("id", "")
    if not card_id:
        card_id = slug(text)
        notes.add(rules.NO_ID, question.line, question.column, id=card_id)
    tags = tuple(dict.fromkeys(attributes.pop("class", "").split()))
    options = _Options(attributes, question.line, column, notes)
    claims, note_type, timeout = options.claims(), options.note_type(), options.timeout()
    options.unknown()
    return Card(
        id=card_id,
        label=question.label,
        question=text,
        heading=heading,
        answer=answer,
        fences=fences,
        location=notes.source.at(question.line, question.column),
        document=path,
        tags=tags,
        claims=claims,
        note_type=note_type,
        timeout=timeout,
        answered=answered,
        defects=notes.errors_between(question.line, draft.last_line),
    )


def slug(text: str) -> str:
    """An id made from a question's words: at most 60 ASCII characters, or a short hash where no letter is ASCII."""
    ascii_text = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode().lower()
    words = re.findall(r"[a-z0-9]+", ascii_text)
    if not any(character.isalpha() for character in "".join(words)):
        return "q-" + hashlib.sha256(text.encode()).hexdigest()[:10]
    result: str = words[0][:60]
    for word in words[1:]:
        if len(result) + 1 + len(word) > 60:
            break
        result += "-" + word
    return result


def _attributes(question: Question, notes: _Notes) -> tuple[str, dict[str, str], int]:
    """A title without the attributes at its end, the attributes, and the column where they begin."""
    text = question.title
    offset = notes.source.line(question.line).find(text) + 1
    if not text.endswith("}"):
        return text, {}, offset
    reason = ""
    for match in _ATTRIBUTES.finditer(text):
        candidate = text[match.start() :]
        try:
            end, attributes = parse(candidate)
        except ParseError as error:
            reason = str(error).replace("at position", f"at column {offset + match.start()} +")
            continue
        if end == len(candidate) - 1:
            return text[: match.start()].rstrip(), attributes, offset + match.start()
    if reason:
        start = text.rindex("{")
        notes.add(rules.BAD_ATTRIBUTES, question.line, offset + start, reason=reason)
        return text[:start].rstrip(), {}, offset
    return text, {}, offset


@dataclass(slots=True)
class _Options:
    """The keys of a card's attributes, taken one by one; what is left over in the end is unknown."""

    values: dict[str, str]
    line: int
    column: int
    notes: _Notes

    def claims(self) -> Claims:
        versions = self.values.pop("sqlalchemy", None)
        if versions is not None:
            try:
                SpecifierSet(versions)
            except InvalidSpecifier:
                self._bad("sqlalchemy", f"`{versions}` is not a version range", 'write a range such as ">=2.0"')
                versions = None
        databases = tuple(self.values.pop("database", "").split())
        for name in databases:
            if name not in set(Database):
                self._bad("database", f"unknown database `{name}`", _suggest(name, list(Database)))
        return Claims(versions, tuple(name for name in databases if name in set(Database)))

    def note_type(self) -> str:
        name = self.values.pop("type", "basic")
        if name not in NOTE_TYPES:
            self._bad("type", f"unknown note type `{name}`", _suggest(name, NOTE_TYPES))
            return "basic"
        return name

    def timeout(self) -> float | None:
        text = self.values.pop("timeout", None)
        if text is None:
            return None
        if not re.fullmatch(r"\d+(\.\d+)?", text) or not 0 < float(text) <= 3600:
            self._bad("timeout", f"`{text}` is not a number of seconds", "write seconds, more than 0 and at most 3600")
            return None
        return float(text)

    def unknown(self) -> None:
        for key in self.values:
            self.notes.add(rules.UNKNOWN_ATTRIBUTE, self.line, self.column, key=key, advice=_suggest(key, _CARD_KEYS))

    def _bad(self, key: str, reason: str, advice: str) -> None:
        self.notes.add(rules.BAD_ATTRIBUTE_VALUE, self.line, self.column, key=key, reason=reason, advice=advice)


def _answer(blocks: Iterable[Prose | Code], notes: _Notes) -> tuple[tuple[Html | Fence, ...], tuple[Fence, ...]]:
    """What a card shows, and the blocks that run, both in document order."""
    shown: list[Html | Fence] = []
    runs: list[Fence] = []
    for block in blocks:
        if isinstance(block, Prose):
            shown.append(Html(block.html))
            continue
        language, role, attributes = _role(block, notes)
        fence = Fence(role, language, block.code, notes.source.at(block.line + 1), attributes)
        if role not in HIDDEN_ROLES:
            shown.append(fence)
        if role not in (Role.TEXT, Role.FRAGMENT):
            runs.append(fence)
    if shown and isinstance(shown[-1], Html):
        shown[-1] = Html(_RULE_AT_END.sub("", shown[-1].text))
    return tuple(shown), tuple(runs)


def _role(block: Code, notes: _Notes) -> tuple[str, Role, dict[str, str]]:
    """Language, role and attributes of a fence's info string; what cannot be understood is reported."""
    language, _, rest = block.info.partition(" ")
    language = _ALIASES.get(language.lower(), language.lower())
    known = _ROLES.get(language)
    if known is None:
        return language, Role.TEXT, {}
    words = list(_words(rest))
    names = [word for word in words if _NAME.fullmatch(word)]
    role = known.get(names[0] if names else "")
    column = notes.source.line(block.line).find(block.info) + 1
    if role is None or len(names) > 1:
        wrong = names[0] if role is None else names[1]
        notes.add(
            rules.UNKNOWN_ROLE, block.line, column, role=wrong, advice=_suggest(wrong, [name for name in known if name])
        )
        return language, Role.FRAGMENT, {}
    if role in _NOT_RUN_YET:
        notes.add(rules.NOT_RUN_YET, block.line, column, role=role)
    attributes = dict(word.split("=", 1) for word in words if "=" in word)
    allowed = _FENCE_KEYS.get(role, frozenset())
    for key in sorted(attributes.keys() - allowed) if names else ():
        advice = _suggest(key, sorted(allowed)) if allowed else "it takes none"
        notes.add(rules.UNKNOWN_FENCE_KEY, block.line, column, key=key, role=role, advice=advice)
    return language, role, attributes


def _words(text: str) -> Iterator[str]:
    """The words of an info string; quotes hold a value together, and a stray one is an ordinary character."""
    try:
        yield from shlex.split(text)
    except ValueError:
        yield from text.split()


def _suggest(word: str, known: Iterable[str]) -> str:
    """Advice that names the known word nearest to a mistyped one, else all of them."""
    names = list(known)
    close = difflib.get_close_matches(word, names, n=1)
    return f"did you mean `{close[0]}`?" if close else "known are " + ", ".join(f"`{name}`" for name in names)
