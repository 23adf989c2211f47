"""Code blocks become fences: what the info string says a block is for, and what is wrong with it."""

from __future__ import annotations

import doctest
import re
import shlex
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache

from packaging.specifiers import InvalidSpecifier, SpecifierSet

from deckgen import rules
from deckgen.diagnostics import Findings, Rule, suggest
from deckgen.model import DIALECTS, Fence, Role
from deckgen.reading.document import Code

_ALIASES = {"py": "python", "python3": "python"}
_ROLES: Mapping[str, Mapping[str, Role]] = {
    "python": {"": Role.SHOWN} | {role.value: role for role in (Role.FRAGMENT, Role.SETUP, Role.CHECK, Role.REFUTE)},
    "text": {"": Role.TEXT, "output": Role.OUTPUT},
    "sql": {"": Role.TEXT, "emitted": Role.EMITTED},
    "pycon": {"": Role.PYCON, "fragment": Role.FRAGMENT},
}
_KEYS = ("dialect", "sqlalchemy")
_BIDIRECTIONAL = re.compile("[\u202a-\u202e\u2066-\u2069]")
_NAME = re.compile(r"[A-Za-z][\w-]*")  # what else stands in an info string, such as {1,3}, is for other tools


def read(block: Code, findings: Findings) -> Fence:
    """The fence of a block; what cannot be understood of it is reported."""
    info = _understood(block.info)
    for rule, values in info.problems:
        column = findings.source.line(block.line).find(block.info) + 1
        findings.add(rule, block.line, column, **values)
    place = findings.source.at(block.line + 1)
    fence = Fence(info.role, info.language, block.code, place, dict(info.attributes))
    if not block.code.isascii():
        _disguised(fence, findings)
    if info.role is Role.PYCON:
        _transcript(fence, findings)
    return fence


def _transcript(fence: Fence, findings: Findings) -> None:
    """Report a transcript that doctest cannot read, or that has no prompt."""
    try:
        if doctest.DocTestParser().get_examples(fence.code):
            return
        line, reason = 1, "no line begins with `>>> `"
    except ValueError as error:
        found = re.match(r"line (\d+) of the (?:docstring|doctest) for <string> (.*)", str(error), re.DOTALL)
        line, reason = (int(found[1]), found[2]) if found else (1, str(error))
    findings.add(rules.BAD_TRANSCRIPT, fence.location.line + line - 1, reason=reason)


def _disguised(fence: Fence, findings: Findings) -> None:
    """Report characters that make code look like other code (Trojan Source, CVE-2021-42574)."""
    for number, line in enumerate(fence.code.split("\n"), fence.location.line):
        if match := _BIDIRECTIONAL.search(line):
            column = findings.source.line(number).find(match[0]) + 1
            findings.add(rules.DISGUISED_CODE, number, column, character=f"U+{ord(match[0]):04X}")


@dataclass(frozen=True, slots=True)
class _Info:
    """What an info string says, and what of it cannot be understood: a rule and the values of its message."""

    language: str
    role: Role = Role.TEXT
    attributes: Mapping[str, str] = field(default_factory=dict)
    problems: tuple[tuple[Rule, dict[str, object]], ...] = ()


@lru_cache(maxsize=1000)
def _understood(info: str) -> _Info:
    language, rest = [*info.split(None, 1), "", ""][:2]
    language = _ALIASES.get(language.lower(), language.lower())
    known = _ROLES.get(language)
    if known is None:
        return _Info(language, problems=tuple(_misplaced(language)))
    words = list(_words(rest))
    names = [word for word in words if _NAME.fullmatch(word)]
    role = known.get(names[0] if names else "")
    if role is None or len(names) > 1:
        wrong = names[0] if role is None else names[1]
        problem: tuple[Rule, dict[str, object]] = (
            rules.UNKNOWN_ROLE,
            {"role": wrong, "advice": _role_advice(wrong, known)},
        )
        return _Info(language, Role.FRAGMENT, problems=(problem,))
    attributes = dict(word.split("=", 1) for word in words if "=" in word)
    return _Info(language, role, attributes, tuple(_keys(role, attributes)) if names else ())


def _misplaced(language: str) -> Iterator[tuple[Rule, dict[str, object]]]:
    if language and language in _ROLES["python"]:
        yield rules.UNKNOWN_ROLE, {"role": language, "advice": f"write `python {language}`"}


def _keys(role: Role, attributes: Mapping[str, str]) -> Iterator[tuple[Rule, dict[str, object]]]:
    allowed = _KEYS if role is Role.EMITTED else ()
    for key in sorted(attributes.keys() - set(allowed)):
        advice = suggest(key, allowed) if allowed else "it takes none"
        yield rules.UNKNOWN_FENCE_KEY, {"key": key, "role": role, "advice": advice}
    dialect, versions = attributes.get("dialect"), attributes.get("sqlalchemy", "")
    if dialect is not None and dialect not in DIALECTS:
        reason, advice = f"unknown dialect `{dialect}`", suggest(dialect, DIALECTS)
        yield rules.BAD_ATTRIBUTE_VALUE, {"key": "dialect", "reason": reason, "advice": advice}
    try:
        SpecifierSet(versions)
    except InvalidSpecifier:
        reason, advice = f"`{versions}` is not a version range", 'write a range such as ">=2.0"'
        yield rules.BAD_ATTRIBUTE_VALUE, {"key": "sqlalchemy", "reason": reason, "advice": advice}


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
