"""`deck.toml` and front matter become a frozen configuration; all mistakes are found at once, each with its line."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping
from typing import Annotated, Any

import yaml
from pydantic import BaseModel, ConfigDict, Field, StrictStr, ValidationError, field_validator

from deckgen import rules
from deckgen.diagnostics import Diagnostic, Source, suggest
from deckgen.model import Database, Unchecked

DECK_ID = re.compile(r"[a-z0-9][a-z0-9_-]*")
_VERSION = r"\d+\.\d+(\.\d+)?"
_FRONT_MATTER_KEYS = ("id", "name", "description", "unchecked", "sqlalchemy", "databases", "timeout")
_ADVICE = {"missing": "add it", "extra_forbidden": "remove it"}


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class DeckTable(_Strict):
    """The `[deck]` table: who the deck is."""

    id: StrictStr
    name: Annotated[StrictStr, Field(min_length=1, max_length=100)]
    description: StrictStr = ""
    unchecked: Unchecked = Unchecked.LEAVE_OUT

    @field_validator("id")
    @classmethod
    def _packable(cls, value: str) -> str:
        if not DECK_ID.fullmatch(value):
            raise ValueError("an id consists of lower-case letters, digits, - and _")
        if value == "collection" or value.startswith("backup-"):
            raise ValueError("Anki would take a package of this name for a backup of the whole collection")
        return value


class VerifyTable(_Strict):
    """The `[verify]` table: where, and for how long, the checks run."""

    sqlalchemy: tuple[Annotated[StrictStr, Field(pattern=f"^{_VERSION}$")], ...] = ()
    databases: Annotated[tuple[Database, ...], Field(min_length=1)] = (Database.SQLITE,)
    timeout: Annotated[float, Field(gt=0, le=3600)] = 10.0


class DeckConfig(_Strict):
    """All that `deck.toml` says."""

    deck: DeckTable
    verify: VerifyTable = VerifyTable()


_KEYS = {
    "": tuple(DeckConfig.model_fields),
    "deck": tuple(DeckTable.model_fields),
    "verify": tuple(VerifyTable.model_fields),
}


def parse(source: Source) -> tuple[DeckConfig | None, list[Diagnostic]]:
    """The configuration in a TOML source, None with at least one diagnostic where it has a mistake."""
    try:
        data = tomllib.loads(source.text)
    except tomllib.TOMLDecodeError as error:
        place = re.search(r"\(at line (\d+), column (\d+)\)", str(error))
        line, column = (int(place[1]), int(place[2])) if place else (len(source.lines), 1)
        return None, [source.report(rules.BAD_TOML, line, column, reason=str(error).split(" (at ")[0])]
    try:
        return DeckConfig.model_validate(data), []
    except ValidationError as error:
        return None, list(_mistakes(source, error))


def parse_front_matter(source: Source, text: str, line: int) -> tuple[Mapping[str, Any], list[Diagnostic]]:
    """The keys of a document's front matter (YAML whose first line is `line`), and what is wrong with it.

    Keys that deckgen does not know are reported and left out: notes carry front matter for other tools too.
    """
    try:
        data = yaml.safe_load(text) or {}
    except yaml.MarkedYAMLError as error:
        at = error.problem_mark.line if error.problem_mark else 0
        return {}, [source.report(rules.BAD_FRONT_MATTER, line + at, reason=error.problem or "not YAML")]
    except yaml.YAMLError as error:
        return {}, [source.report(rules.BAD_FRONT_MATTER, line, reason=str(error).splitlines()[0])]
    if not isinstance(data, dict):
        return {}, [source.report(rules.BAD_FRONT_MATTER, line, reason="it is not a list of `key: value` lines")]
    found = [
        source.report(
            rules.UNUSED_FRONT_MATTER,
            _line_of(source, str(key)),
            key=key,
            advice=suggest(str(key), _FRONT_MATTER_KEYS),
        )
        for key in data
        if key not in _FRONT_MATTER_KEYS
    ]
    return {key: value for key, value in data.items() if key in _FRONT_MATTER_KEYS}, found


def from_front_matter(source: Source, values: Mapping[str, Any]) -> tuple[DeckConfig | None, list[Diagnostic]]:
    """The configuration of a single document that is a deck; `values` is its front matter with defaults filled in."""
    verify = {key: values[key] for key in VerifyTable.model_fields if key in values}
    deck = {key: values[key] for key in DeckTable.model_fields if key in values}
    try:
        return DeckConfig.model_validate({"deck": deck, "verify": verify}), []
    except ValidationError as error:
        return None, list(_mistakes(source, error))


def _mistakes(source: Source, error: ValidationError) -> Iterator[Diagnostic]:
    for mistake in error.errors():
        path = [str(part) for part in mistake["loc"] if isinstance(part, str)]
        reason = mistake["msg"].removeprefix("Value error, ")
        advice = _ADVICE.get(mistake["type"], "correct it")
        if mistake["type"] == "extra_forbidden":
            reason = "unknown key"
            advice = suggest(path[-1], _KEYS[path[0] if len(path) > 1 else ""])
        line = _line_of(source, path[-1], path[0] if len(path) > 1 else None)
        yield source.report(rules.BAD_CONFIG, line, key=".".join(path), reason=reason, advice=advice)


def _line_of(source: Source, key: str, table: str | None = None) -> int:
    """The line where a key is set, else where its table begins, else the first: tomllib keeps no positions."""
    start = next((n for n, line in enumerate(source.lines, 1) if line.strip() == f"[{table}]"), 1)
    wanted = re.compile(rf"\s*(\[\s*)?[\"']?{re.escape(key)}[\"']?\s*[=:\]]")
    return next((n for n, line in enumerate(source.lines[start - 1 :], start) if wanted.match(line)), start)
