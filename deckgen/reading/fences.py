"""Code blocks become fences: what the info string says a block is for, and what is wrong with it."""

from __future__ import annotations

import doctest
import re
import shlex
from collections.abc import Iterator, Mapping

from packaging.specifiers import InvalidSpecifier, SpecifierSet

from deckgen import rules
from deckgen.diagnostics import Findings, suggest
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
    language, role, attributes = _role(block, findings)
    fence = Fence(role, language, block.code, findings.source.at(block.line + 1), attributes)
    _disguised(fence, findings)
    if role is Role.PYCON:
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
    attributes = dict(word.split("=", 1) for word in words if "=" in word)
    if names:
        _keys(role, attributes, block.line, column, findings)
    return language, role, attributes


def _keys(role: Role, attributes: Mapping[str, str], line: int, column: int, findings: Findings) -> None:
    allowed = _KEYS if role is Role.EMITTED else ()
    for key in sorted(attributes.keys() - set(allowed)):
        advice = suggest(key, allowed) if allowed else "it takes none"
        findings.add(rules.UNKNOWN_FENCE_KEY, line, column, key=key, role=role, advice=advice)
    dialect, versions = attributes.get("dialect"), attributes.get("sqlalchemy", "")
    if dialect is not None and dialect not in DIALECTS:
        reason, advice = f"unknown dialect `{dialect}`", suggest(dialect, DIALECTS)
        findings.add(rules.BAD_ATTRIBUTE_VALUE, line, column, key="dialect", reason=reason, advice=advice)
    try:
        SpecifierSet(versions)
    except InvalidSpecifier:
        reason, advice = f"`{versions}` is not a version range", 'write a range such as ">=2.0"'
        findings.add(rules.BAD_ATTRIBUTE_VALUE, line, column, key="sqlalchemy", reason=reason, advice=advice)


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
