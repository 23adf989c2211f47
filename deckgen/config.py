"""`deck.toml` and front matter become a frozen configuration; all mistakes are found at once, each with its line."""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from string import Formatter
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, StrictStr, ValidationError, field_validator

from deckgen import rules
from deckgen.diagnostics import Diagnostic, Source, suggest
from deckgen.model import Database, Sections, Unchecked

DECK_ID = re.compile(r"[a-z0-9][a-z0-9_-]*")
REPORT_FIELDS = ("deck", "id", "path")
_ADDRESS = re.compile(r"(?:https?://[A-Za-z0-9]|mailto:)[A-Za-z0-9%&=+?#/:;,.@_~!$()*-]*")
_VERSION = r"\d+\.\d+(\.\d+)?"
WRITTEN = "questions"  # the key of front matter that says how they are written
FRONT_MATTER_KEYS = (
    "id",
    "name",
    "description",
    "report",
    "unchecked",
    "sections",
    "sqlalchemy",
    "databases",
    "timeout",
)


def unfit(deck_id: str) -> str:
    """Why a text is no id of a deck, empty where it is one."""
    if not DECK_ID.fullmatch(deck_id):
        return "an id consists of lower-case letters, digits, - and _"
    if deck_id == "collection" or deck_id.startswith("backup-"):
        return "Anki would take a package of this name for a backup of the whole collection"
    return ""


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class DeckTable(_Strict):
    """The `[deck]` table: who the deck is."""

    id: StrictStr
    name: Annotated[StrictStr, Field(min_length=1, max_length=100)]
    description: StrictStr = ""
    report: StrictStr = ""
    unchecked: Unchecked = Unchecked.LEAVE_OUT
    sections: Sections = Sections.TAGS

    @field_validator("name", "description")
    @classmethod
    def _text(cls, value: str) -> str:
        if re.search(r"[\x00-\x08\x0b-\x1f\x7f]", value):
            raise ValueError("it holds a character that is not text")
        return value

    @field_validator("id")
    @classmethod
    def _packable(cls, value: str) -> str:
        if reason := unfit(value):
            raise ValueError(reason)
        return value

    @field_validator("report")
    @classmethod
    def _address(cls, value: str) -> str:
        try:
            parts = list(Formatter().parse(value))
        except ValueError as error:
            raise ValueError(f"it cannot be filled in: {error}") from error
        for _, name, form, conversion in parts:
            if name is not None and (name not in REPORT_FIELDS or form or conversion):
                raise ValueError(f"{{{name}}} is not filled in; what is are {{deck}}, {{id}} and {{path}}")
        if value and not _ADDRESS.fullmatch("".join(text for text, *_ in parts)):
            raise ValueError(
                "an address begins with https://, http:// or mailto: and holds no other characters than URLs"
            )
        return value


class VerifyTable(_Strict):
    """The `[verify]` table: where, and for how long, the checks run."""

    sqlalchemy: tuple[Annotated[StrictStr, Field(pattern=f"^{_VERSION}$")], ...] = ()
    python: tuple[Annotated[StrictStr, Field(pattern=f"^{_VERSION}$")], ...] = ()
    databases: Annotated[tuple[Database, ...], Field(min_length=1)] = (Database.SQLITE,)
    timeout: Annotated[float, Field(gt=0, le=3600, strict=True)] = 10.0


class DeckConfig(_Strict):
    """All that `deck.toml` says."""

    deck: DeckTable
    verify: VerifyTable = VerifyTable()


_KEYS = {
    "": tuple(DeckConfig.model_fields),
    "deck": tuple(DeckTable.model_fields),
    "verify": tuple(VerifyTable.model_fields),
}

_WHY = {
    "id": "part of every card's identity: it never changes",
    "name": "what Anki shows: it never changes either, since Anki finds decks by name",
}

# What PyYAML's constructors let through besides its own: `!!int` of nothing, the 30th of February, endless nesting.
_SLIPS = (ValueError, TypeError, LookupError, AttributeError, RecursionError)
_HEADER = re.compile(r"\s*\[+\s*[\"']?([\w-]+)")


def parse(source: Source) -> tuple[DeckConfig | None, list[Diagnostic]]:
    """The configuration in a TOML source, None with at least one diagnostic where it has a mistake."""
    try:
        data = tomllib.loads(source.text)
    except RecursionError:
        return None, [source.report(rules.BAD_TOML, 1, reason="it is nested too deep")]
    except tomllib.TOMLDecodeError as error:
        place = re.search(r"\(at line (\d+), column (\d+)\)", str(error))
        line, column = (int(place[1]), int(place[2])) if place else (len(source.lines), 1)
        return None, [source.report(rules.BAD_TOML, line, column, reason=str(error).split(" (at ")[0])]
    try:
        return DeckConfig.model_validate(data), []
    except ValidationError as error:
        return None, list(_mistakes(source, error))


def dump(settings: DeckConfig) -> str:
    """The `deck.toml` that says what was set of a configuration, and no more."""
    tables = settings.model_dump(mode="json", exclude_unset=True)
    return "\n".join(
        "".join([f"[{name}]\n", *(_assignment(key, value) for key, value in values.items())])
        for name, values in tables.items()
        if values
    )


def _assignment(key: str, value: object) -> str:
    """A key and its value in TOML, which writes texts, numbers and lists of them as JSON does."""
    comment = f"  # {_WHY[key]}" if key in _WHY else ""
    return f"{key} = {json.dumps(value, ensure_ascii=False)}{comment}\n"


def parse_front_matter(
    source: Source, text: str, line: int, known: Sequence[str] = FRONT_MATTER_KEYS
) -> tuple[dict[str, Any], list[Diagnostic]]:
    """The known keys of a document's front matter (YAML whose first line is `line`), and what is wrong with it.

    Other keys are reported and left out: notes carry front matter for other tools too.
    """
    import yaml  # here, since most documents have none

    try:
        data = yaml.safe_load(text) or {}
    except yaml.MarkedYAMLError as error:
        at = min(error.problem_mark.line, text.count("\n")) if error.problem_mark else 0  # YAML has more line ends
        return {}, [source.report(rules.BAD_FRONT_MATTER, line + at, reason=error.problem or "not YAML")]
    except (yaml.YAMLError, *_SLIPS) as error:
        return {}, [source.report(rules.BAD_FRONT_MATTER, line, reason=str(error).splitlines()[0])]
    if not isinstance(data, dict):
        return {}, [source.report(rules.BAD_FRONT_MATTER, line, reason="it is not a list of `key: value` lines")]
    found = [
        source.report(rules.UNUSED_FRONT_MATTER, _line_of(source, str(key)), key=key, advice=suggest(str(key), known))
        for key in data
        if key not in known
    ]
    return {key: value for key, value in data.items() if key in known}, found


def from_front_matter(source: Source, values: Mapping[str, Any]) -> tuple[DeckConfig | None, list[Diagnostic]]:
    """The configuration of a single document that is a deck; `values` is its front matter with defaults filled in."""
    verify = {key: values[key] for key in VerifyTable.model_fields if key in values}
    deck = {key: values[key] for key in DeckTable.model_fields if key in values}
    try:
        return DeckConfig.model_validate({"deck": deck, "verify": verify}), []
    except ValidationError as error:
        return None, list(_mistakes(source, error))


def _mistakes(source: Source, error: ValidationError) -> Iterator[Diagnostic]:
    """A diagnostic for every mistake; that a list has too few parts is none where its parts are the mistakes."""
    seen: set[str] = set()
    for mistake in error.errors():
        path = [str(part) for part in mistake["loc"] if isinstance(part, str)]
        key = ".".join(path)
        if key in seen and mistake["type"] == "too_short":
            continue
        seen.add(key)
        reason = mistake["msg"].removeprefix("Value error, ")
        table = path[0] if len(path) > 1 else None
        line = _line_of(source, path[-1], table)
        advice = "correct it"
        if mistake["type"] == "missing":
            advice, line = "add it", _line_of(source, table) if table else 1
        elif mistake["type"] == "extra_forbidden":
            reason, advice = "unknown key", suggest(path[-1], _KEYS[table or ""])
        yield source.report(rules.BAD_CONFIG, line, key=key, reason=reason, advice=advice)


def _line_of(source: Source, key: str, table: str | None = None) -> int:
    """The line where a key is set or a table begins, else the first of the table: tomllib keeps no positions."""
    name = rf"[\"']?{re.escape(key)}[\"']?\s*"
    wanted = re.compile(rf"\s*({name}[=:]|\[\s*{name}\])")
    headers = {number: match[1] for number, line in enumerate(source.lines, 1) if (match := _HEADER.match(line))}
    first, inside = 1, table not in headers.values()  # front matter has no tables
    for number, line in enumerate(source.lines, 1):
        if number in headers and table in headers.values():
            inside = headers[number] == table
            first = number if inside else first
        if inside and wanted.match(line):
            return number
    return first
