"""A configuration is read whole or not at all, and every mistake in it is found at once, on its line."""

from __future__ import annotations

import pytest

from deckgen import config
from deckgen.config import DeckConfig, DeckTable, VerifyTable
from deckgen.diagnostics import Diagnostic, Source
from deckgen.model import Database, Unchecked

DECK = '[deck]\nid = "wine"\nname = "Wine"\n'


def parse(text: str) -> tuple[DeckConfig | None, list[Diagnostic]]:
    return config.parse(Source.of("deck.toml", text))


def mistakes(text: str) -> list[tuple[str, int, str]]:
    settings, found = parse(text)
    assert settings is None
    return sorted((each.code, each.location.line, each.message.split(": ")[0]) for each in found)


def test_the_least_a_deck_says() -> None:
    settings, found = parse(DECK)
    assert found == []
    assert settings == DeckConfig(deck=DeckTable(id="wine", name="Wine"))
    assert (settings.deck.description, settings.deck.unchecked) == ("", Unchecked.LEAVE_OUT)
    assert settings.verify == VerifyTable(sqlalchemy=(), databases=(Database.SQLITE,), timeout=10.0)


def test_all_that_a_deck_may_say() -> None:
    settings, found = parse(
        f"""{DECK}description = "Red and white"
unchecked = "mark"

[verify]
sqlalchemy = ["1.4", "2.0.36"]
databases = ["postgresql", "sqlite"]
timeout = 2.5
"""
    )
    assert found == []
    assert settings is not None
    assert (settings.deck.description, settings.deck.unchecked) == ("Red and white", Unchecked.MARK)
    assert settings.verify.sqlalchemy == ("1.4", "2.0.36")
    assert settings.verify.databases == (Database.POSTGRESQL, Database.SQLITE)
    assert settings.verify.timeout == 2.5


WHOLE = f"""{DECK}description = "Red \\"and\\"\\n\\twhite \\\\ \U0001f377"
unchecked = "mark"
sections = "ignore"
[verify]
sqlalchemy = ["1.4", "2.0.36"]
databases = ["postgresql"]
timeout = 0.00001
"""


@pytest.mark.parametrize("text", [DECK, WHOLE], ids=["the least", "the most"])
def test_a_configuration_is_written_as_it_is_read(text: str) -> None:
    settings, _ = parse(text)
    assert settings is not None
    written = config.dump(settings)
    assert parse(written) == (settings, [])
    assert [line.split(" = ")[0] for line in written.splitlines() if line] == [
        line.split(" = ")[0] for line in text.splitlines()
    ]


GOOD_IDS = ["a", "2wine", "red-wine_2", "backup", "collections"]
BAD_IDS = [
    "",
    "Wine",
    "red wine",
    "-wine",
    "_wine",
    "wein\u00e9",
    "a/b",
    "a.b",
    "..",
    "wine\\n",
    "collection",
    "backup-1",
]


@pytest.mark.parametrize("deck_id", GOOD_IDS)
def test_an_id_that_can_be_a_file_name(deck_id: str) -> None:
    settings, found = parse(f'[deck]\nid = "{deck_id}"\nname = "Wine"\n')
    assert found == []
    assert settings is not None
    assert settings.deck.id == deck_id


@pytest.mark.parametrize("deck_id", BAD_IDS)
def test_an_id_that_cannot(deck_id: str) -> None:
    assert mistakes(f'[deck]\nid = "{deck_id}"\nname = "Wine"\n') == [("D006", 2, "deck.id")]


BAD_VALUES = {
    "id is a number": ('[deck]\nid = 5\nname = "Wine"\n', 2, "deck.id"),
    "name is empty": ('[deck]\nid = "wine"\nname = ""\n', 3, "deck.name"),
    "name is too long": (f'[deck]\nid = "wine"\nname = "{"x" * 101}"\n', 3, "deck.name"),
    "description is a list": (f"{DECK}description = []\n", 4, "deck.description"),
    "unchecked is another word": (f'{DECK}unchecked = "keep"\n', 4, "deck.unchecked"),
    "versions are a string": (f'{DECK}[verify]\nsqlalchemy = "2.0"\n', 5, "verify.sqlalchemy"),
    "a version is a number": (f"{DECK}[verify]\nsqlalchemy = [2.0]\n", 5, "verify.sqlalchemy"),
    "a version has no minor": (f'{DECK}[verify]\nsqlalchemy = ["2"]\n', 5, "verify.sqlalchemy"),
    "a version is a range": (f'{DECK}[verify]\nsqlalchemy = [">=2.0"]\n', 5, "verify.sqlalchemy"),
    "a version has a line more": (f'{DECK}[verify]\nsqlalchemy = ["2.0\\n"]\n', 5, "verify.sqlalchemy"),
    "unknown database": (f'{DECK}[verify]\ndatabases = ["oracle"]\n', 5, "verify.databases"),
    "no database": (f"{DECK}[verify]\ndatabases = []\n", 5, "verify.databases"),
    "timeout is zero": (f"{DECK}[verify]\ntimeout = 0\n", 5, "verify.timeout"),
    "timeout is negative": (f"{DECK}[verify]\ntimeout = -1\n", 5, "verify.timeout"),
    "timeout is too long": (f"{DECK}[verify]\ntimeout = 3601\n", 5, "verify.timeout"),
    "timeout is infinite": (f"{DECK}[verify]\ntimeout = inf\n", 5, "verify.timeout"),
    "timeout is no number": (f"{DECK}[verify]\ntimeout = nan\n", 5, "verify.timeout"),
    "timeout is a word": (f'{DECK}[verify]\ntimeout = "soon"\n', 5, "verify.timeout"),
    "timeout is a truth value": (f"{DECK}[verify]\ntimeout = true\n", 5, "verify.timeout"),
    "id is missing": ('[deck]\nname = "Wine"\n', 1, "deck.id"),
    "id is missing, and another table has one": (
        '[deck]\nname = "Wine"\n[other]\nid = "wine"\n',
        1,
        "deck.id",
    ),
    "name is missing": ('\n\n[deck]\nid = "wine"\n', 3, "deck.name"),
    "everything is missing": ("", 1, "deck"),
    "deck is no table": ('deck = "wine"\n', 1, "deck"),
    "verify is no table": (f"verify = 1\n{DECK}", 1, "verify"),
}


@pytest.mark.parametrize(("text", "line", "key"), BAD_VALUES.values(), ids=BAD_VALUES.keys())
def test_a_bad_value_is_reported_once_and_on_its_line(text: str, line: int, key: str) -> None:
    found = [(where, name) for _, where, name in mistakes(text) if not name.startswith("other")]
    assert found == [(line, key)]


UNKNOWN = {
    "in deck": (f'{DECK}descripton = "x"\n', 4, "deck.descripton", "did you mean `description`?"),
    "in verify": (f"{DECK}[verify]\ntimeot = 3\n", 5, "verify.timeot", "did you mean `timeout`?"),
    "a table": (f"{DECK}[verfy]\ntimeout = 3\n", 4, "verfy", "did you mean `verify`?"),
    "a key before the tables": (f"databases = []\n{DECK}", 1, "databases", "known are deck, verify"),
    "in the wrong table": (
        f"{DECK}timeout = 3\n",
        4,
        "deck.timeout",
        "known are id, name, description, report, unchecked",
    ),
    "in quotes": (f'{DECK}"nmae" = "x"\n', 4, "deck.nmae", "did you mean `name`?"),
    "unlike any": (
        f"{DECK}[verify]\ncolour = 3\n",
        5,
        "verify.colour",
        "known are sqlalchemy, python, databases",
    ),
}


@pytest.mark.parametrize(("text", "line", "key", "hint"), UNKNOWN.values(), ids=UNKNOWN.keys())
def test_an_unknown_key_is_an_error_with_advice(text: str, line: int, key: str, hint: str) -> None:
    settings, [report] = parse(text)
    assert settings is None
    assert (report.code, report.location.line, report.message) == ("D006", line, f"{key}: unknown key")
    assert report.hint.replace("`", "").startswith(hint.replace("`", ""))
    assert report.excerpt == text.split("\n")[line - 1]


def test_all_mistakes_are_found_at_once_each_on_its_line() -> None:
    text = """[deck]
id = "Wine"
nmae = "Wine"
unchecked = "no"

[verify]
timeot = 3
timeout = -1
databases = ["sqlit", "oracle"]
sqlalchemy = ["2"]

[decks]
"""
    assert [(line, key) for _, line, key in mistakes(text)] == [
        (1, "deck.name"),
        (2, "deck.id"),
        (3, "deck.nmae"),
        (4, "deck.unchecked"),
        (7, "verify.timeot"),
        (8, "verify.timeout"),
        (9, "verify.databases"),
        (9, "verify.databases"),
        (10, "verify.sqlalchemy"),
        (12, "decks"),
    ]


NO_TOML = {
    "half a line": ('[deck]\nid = "wine"\nname =\n', 3, 7),
    "half a table": ("[deck\n", 1, 6),
    "an open string": ('[deck]\nid = "wine\n', 2, 11),
    "a key twice": ('[deck]\nid = "a"\nid = "b"\n', 3, 9),
    "words": ("wine is a drink\n", 1, 6),
    "ends too early": ("[deck]\nid = [", 2, 1),
}


@pytest.mark.parametrize(("text", "line", "column"), NO_TOML.values(), ids=NO_TOML.keys())
def test_what_is_not_toml_is_reported_where_it_fails(text: str, line: int, column: int) -> None:
    settings, [report] = parse(text)
    assert settings is None
    assert (report.code, report.location.line, report.location.column) == ("D005", line, column)


def test_toml_nested_without_end_is_reported() -> None:
    settings, [report] = parse("a = " + "[" * 2000)
    assert settings is None
    assert report.code == "D005"


# ---------------------------------------------------------------- front matter


def front_matter(text: str) -> tuple[dict[str, object], list[Diagnostic]]:
    values, found = config.parse_front_matter(Source.of("wine.md", f"---\n{text}\n---\n\nQ1. What?\n"), text, 2)
    return dict(values), found


def test_front_matter_keys_are_taken() -> None:
    values, found = front_matter("id: wine\nname: Wine\ndatabases: [sqlite]\ntimeout: 3\nunchecked: mark")
    assert found == []
    assert values == {"id": "wine", "name": "Wine", "databases": ["sqlite"], "timeout": 3, "unchecked": "mark"}


@pytest.mark.parametrize("text", ["", "# nothing", "null", "{}"])
def test_front_matter_may_be_empty(text: str) -> None:
    assert front_matter(text) == ({}, [])


def test_keys_of_other_tools_are_reported_and_left_out() -> None:
    values, found = front_matter("titel: Wine\nid: wine\nidd: x\n2024: y\nzettel:\n  - vino")
    assert values == {"id": "wine"}
    assert [(each.code, each.severity.value, each.location.line) for each in found] == [
        ("D031", "warning", 2),
        ("D031", "warning", 4),
        ("D031", "warning", 5),
        ("D031", "warning", 6),
    ]
    assert found[1].hint == "did you mean `id`?"
    assert found[3].hint.replace("`", "").startswith("known are id, name")


NO_FRONT_MATTER = {
    "a list": ("- wine", 2),
    "text": ("just words", 2),
    "a number": ("5", 2),
    "an open list": ("id: wine\nname: [a", 3),
    "two colons": ("id: wine\nname: a: b", 3),
    "a tab": ("id: wine\n\tname: b", 3),
    "an object": ("id: !!python/object/apply:os.getcwd []", 2),
    "an unknown anchor": ("id: *wine", 2),
    "a key that is a list": ("? [a]\n: b", 2),
    "a date that is none": ("created: 2024-13-45", 2),
    "a number that is none": ("id: 0b_", 2),
    "a timestamp that is none": ("id: !!timestamp wine", 2),
    "nested without end": ("id: " + "[" * 2000, 2),
    "a control character": ("id: a\x07", 2),
}


@pytest.mark.parametrize(("text", "line"), NO_FRONT_MATTER.values(), ids=NO_FRONT_MATTER.keys())
def test_front_matter_that_cannot_be_read_is_reported(text: str, line: int) -> None:
    values, [report] = front_matter(text)
    assert values == {}
    assert (report.code, report.severity.value) == ("D032", "error")
    assert 2 <= report.location.line <= line


def test_a_document_can_be_a_deck() -> None:
    source = Source.of("wine.md", "---\nid: wine\n---\n")
    settings, found = config.from_front_matter(source, {"id": "wine", "name": "Wine", "databases": ["mariadb"]})
    assert found == []
    assert settings is not None
    assert (settings.deck.id, settings.verify.databases) == ("wine", (Database.MARIADB,))


def test_all_mistakes_of_a_document_that_is_a_deck_are_found_at_once() -> None:
    source = Source.of("wine.md", "---\nid: Red Wine\nname: Wine\ntimeout: 0\nsqlalchemy: 2.0\n---\n\nQ1. timeout: x\n")
    values = {"id": "Red Wine", "name": "Wine", "timeout": 0, "sqlalchemy": 2.0}
    settings, found = config.from_front_matter(source, values)
    assert settings is None
    assert sorted((each.code, each.location.line) for each in found) == [("D006", 2), ("D006", 4), ("D006", 5)]


@pytest.mark.parametrize(
    "report", ["", "https://example.org/new?title={id}&body={deck}/{path}", "mailto:cards@example.org?subject={id}"]
)
def test_an_address_for_reports(report: str) -> None:
    settings, found = parse(f'[deck]\nid = "a"\nname = "A"\nreport = "{report}"\n')
    assert found == []
    assert settings is not None
    assert settings.deck.report == report


@pytest.mark.parametrize(
    ("report", "reason"),
    [
        ("https://example.org/{line}", "{line} is not filled in"),
        ("https://example.org/{}", "{} is not filled in"),
        ("https://example.org/{id!r}", "{id} is not filled in"),
        ("https://example.org/{id:>9}", "{id} is not filled in"),
        ("https://example.org/{id.__class__}", "is not filled in"),
        ("https://example.org/{id", "it cannot be filled in"),
        ("https://example.org/id}", "it cannot be filled in"),
        ("example.org/{id}", "an address begins with"),
        ("{id}", "an address begins with"),
        ("https://{id}.example.org", "an address begins with"),
        ("javascript:alert(1)", "an address begins with"),
        ("file:///etc/passwd", "an address begins with"),
        ("https://example.org/ {id}", "an address begins with"),
        ("https://example.org/<{id}>", "an address begins with"),
        ("https://example.org/'{id}'", "an address begins with"),
        ("https://example.org/é", "an address begins with"),
    ],
)
def test_what_is_no_address_for_reports(report: str, reason: str) -> None:
    settings, [found] = parse(f'[deck]\nid = "a"\nname = "A"\nreport = "{report}"\n')
    assert settings is None
    assert (found.code, found.location.line) == ("D006", 4)
    assert reason in found.message


def test_what_a_learner_reads_of_a_deck_is_text() -> None:
    text = '[deck]\nid = "a"\nname = "A\\u001f"\ndescription = "\\u0000"\n'
    assert mistakes(text) == [("D006", 3, "deck.name"), ("D006", 4, "deck.description")]
