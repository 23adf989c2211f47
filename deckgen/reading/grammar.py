"""Blocks become cards: a question, its answer, the fences that prove it, and what is wrong with any of them."""

from __future__ import annotations

import hashlib
import re
import shlex
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from deckgen import rules
from deckgen.diagnostics import Diagnostic, Findings, Severity, Source, suggest
from deckgen.model import HIDDEN_ROLES, Card, Fence, Html, Role
from deckgen.reading import document
from deckgen.reading.attributes import split
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
_BIDIRECTIONAL = re.compile("[\u202a-\u202e\u2066-\u2069]")
_NAME = re.compile(r"[A-Za-z][\w-]*")  # what else stands in an info string, such as {1,3}, is for other tools
_MARKUP = re.compile(r"<!--.*?-->|<[^>]*>", re.DOTALL)


@dataclass(slots=True)
class _Draft:
    """A question and the blocks below it, up to its last line."""

    question: Question
    last_line: int
    blocks: list[Prose | Code] = field(default_factory=list)


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
    findings = Findings(source, losses)
    cards = tuple(_card(draft, path, findings) for draft in _drafts(blocks, findings))
    if not cards:
        findings.add(rules.NO_QUESTIONS, 1)
    return Page(
        cards=cards,
        title=next((block.title for block in blocks if isinstance(block, Section)), None),
        front_matter=next((block for block in blocks if isinstance(block, FrontMatter)), None),
        diagnostics=tuple(sorted(findings.found, key=lambda diagnostic: diagnostic.location)),
    )


def _drafts(blocks: Iterable[Block], findings: Findings) -> list[_Draft]:
    drafts: list[_Draft] = []
    current: _Draft | None = None
    for block in blocks:
        if current is not None and isinstance(block, (Question, Section)):
            current.last_line = block.line - 1
        match block:
            case Question():
                current = _Draft(block, len(findings.source.lines))
                drafts.append(current)
            case Section() | FrontMatter():
                current = None
            case Prose() | Code() if current is not None:
                current.blocks.append(block)
            case Prose():
                if _visible([Html(block.html)]):
                    findings.add(rules.OUTSIDE_QUESTIONS, block.line)
            case Code():
                _outside(block, findings)
    return drafts


def _outside(code: Code, findings: Findings) -> None:
    """A check that belongs to no question is a mistake; any other code there is merely text."""
    _, role, _ = _role(code, findings)
    if role in HIDDEN_ROLES:
        findings.add(rules.FENCE_OUTSIDE_QUESTIONS, code.line, role=role)
    else:
        findings.add(rules.OUTSIDE_QUESTIONS, code.line)


def _card(draft: _Draft, path: str, findings: Findings) -> Card:
    question = draft.question
    text, attributes = split(question, findings)
    heading, losses = document.inline(text, findings.source, question.line)
    findings.found.extend(losses)
    answer, fences = _answer(draft.blocks, findings)
    answered = bool(_visible(answer))
    if not answered:
        findings.add(rules.UNANSWERED, question.line, question.column)
    if not _visible([Html(heading)]):
        findings.add(rules.EMPTY_QUESTION, question.line, question.column)
    if not attributes.id:
        findings.add(rules.NO_ID, question.line, question.column, id=slug(text))
    return Card(
        id=attributes.id or slug(text),
        label=question.label,
        question=text,
        heading=heading,
        answer=answer,
        fences=fences,
        location=findings.source.at(question.line, question.column),
        line=findings.source.line(question.line),
        document=path,
        tags=attributes.tags,
        claims=attributes.claims,
        note_type=attributes.note_type,
        timeout=attributes.timeout,
        answered=answered,
        defects=_defects(findings.found, question.line, draft.last_line),
    )


def _visible(answer: Iterable[Html | Fence]) -> str:
    """The text of an answer, whatever its markup."""
    texts = (_MARKUP.sub("", part.text) if isinstance(part, Html) else part.code for part in answer)
    return "".join(texts).strip()


def _defects(found: Iterable[Diagnostic], first: int, last: int) -> tuple[Diagnostic, ...]:
    """The errors within some lines that make what stands there unfit to be run.

    A missing answer is not one, nor is code that looks like other code: it runs as what it is.
    """
    return tuple(
        diagnostic
        for diagnostic in found
        if diagnostic.severity is Severity.ERROR
        and diagnostic.code not in (rules.UNANSWERED.code, rules.DISGUISED_CODE.code)
        and first <= diagnostic.location.line <= last
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


def _answer(blocks: Iterable[Prose | Code], findings: Findings) -> tuple[tuple[Html | Fence, ...], tuple[Fence, ...]]:
    """What a card shows, and the blocks that run, both in document order."""
    shown: list[Html | Fence] = []
    runs: list[Fence] = []
    for block in blocks:
        if isinstance(block, Prose):
            shown.append(Html(block.html))
            continue
        language, role, attributes = _role(block, findings)
        fence = Fence(role, language, block.code, findings.source.at(block.line + 1), attributes)
        _disguised(fence, findings)
        if role not in HIDDEN_ROLES:
            shown.append(fence)
        if role not in (Role.TEXT, Role.FRAGMENT):
            runs.append(fence)
    if shown and isinstance(shown[-1], Html):
        shown[-1] = Html(_without_rule(shown[-1].text))
    return tuple(shown), tuple(runs)


def _disguised(fence: Fence, findings: Findings) -> None:
    """Report characters that make code look like other code (Trojan Source, CVE-2021-42574)."""
    for number, line in enumerate(fence.code.split("\n"), fence.location.line):
        if match := _BIDIRECTIONAL.search(line):
            column = findings.source.line(number).find(match[0]) + 1
            findings.add(rules.DISGUISED_CODE, number, column, character=f"U+{ord(match[0]):04X}")


def _without_rule(html: str) -> str:
    """HTML without the thematic breaks at its end: they separate one card from the next."""
    while html.endswith("<hr>"):
        html = html.removesuffix("<hr>").rstrip()
    return html


def _role(block: Code, findings: Findings) -> tuple[str, Role, dict[str, str]]:
    """Language, role and attributes of a fence's info string; what cannot be understood is reported."""
    language, rest = [*block.info.split(None, 1), "", ""][:2]
    language = _ALIASES.get(language.lower(), language.lower())
    known = _ROLES.get(language)
    if language and language in _ROLES["python"]:
        column = findings.source.line(block.line).find(block.info) + 1
        findings.add(rules.UNKNOWN_ROLE, block.line, column, role=language, advice=f"write `python {language}`")
    if known is None:
        return language, Role.TEXT, {}
    words = list(_words(rest))
    names = [word for word in words if _NAME.fullmatch(word)]
    role = known.get(names[0] if names else "")
    column = findings.source.line(block.line).find(block.info) + 1
    if role is None or len(names) > 1:
        wrong = names[0] if role is None else names[1]
        advice = _role_advice(wrong, known)
        findings.add(rules.UNKNOWN_ROLE, block.line, column, role=wrong, advice=advice)
        return language, Role.FRAGMENT, {}
    if role in _NOT_RUN_YET:
        findings.add(rules.NOT_RUN_YET, block.line, column, role=role)
    attributes = dict(word.split("=", 1) for word in words if "=" in word)
    allowed = _FENCE_KEYS.get(role, frozenset())
    for key in sorted(attributes.keys() - allowed) if names else ():
        advice = suggest(key, sorted(allowed)) if allowed else "it takes none"
        findings.add(rules.UNKNOWN_FENCE_KEY, block.line, column, key=key, role=role, advice=advice)
    return language, role, attributes


def _role_advice(wrong: str, known: Mapping[str, Role]) -> str:
    names = [name for name in known if name]
    if not names:
        return "this language takes no role"
    return "a block has one role" if wrong in names else suggest(wrong, names)


def _words(text: str) -> Iterator[str]:
    """The words of an info string; quotes hold a value together, and a stray one is an ordinary character."""
    try:
        yield from shlex.split(text)
    except ValueError:
        yield from text.split()
