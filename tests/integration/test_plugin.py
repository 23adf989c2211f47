"""Cards as tests of pytest: each fails where `deckgen verify` would for its sake, and pytest's options work on it."""

from __future__ import annotations

import shutil
import sys
from importlib.metadata import entry_points
from pathlib import Path
from xml.etree import ElementTree

import pytest

# What a run of pytester imports is imported by each of them anew, which SQLAlchemy does not bear.
from deckgen import console, pipeline  # noqa: F401
from deckgen.checking import cache  # noqa: F401
from tests.decks import DECK_TOML, card, deck, deckgen, slow

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="checks run on Linux only")
pytest_plugins = ["pytester"]

ROOT = Path(__file__).parents[2]
NO_SERVER = {"DECKGEN_MARIADB_URL": "mariadb://root@127.0.0.1:1/test"}
INI = "[pytest]\ndeckgen_cards = true\n"


def check(code: str) -> str:
    return f"\n```python check\n{code}\n```\n"


HOLDS = 'assert engine.name == "sqlite"'
FALSE = check('assert engine.name == "oracle"')
CARDS = {
    "verified": ("#verified", check(HOLDS)),
    "refuted": ("#refuted", FALSE),
    "broken": ("#broken", check("assert engine.nam == 1")),
    "misread": ('#misread colour="red"', check(HOLDS)),
    "vacuous": ("#vacuous", check("assert 1 == 1")),
    "crashed": ("#crashed", check(f"import os\n{HOLDS}\nos.abort()")),
    "timed-out": ("#timed-out timeout=1", check(f"{HOLDS}\nwhile True:\n    pass")),
    "unavailable": ('#unavailable database="mariadb"', check(HOLDS)),
    "not-claimed": ('#not-claimed sqlalchemy="<1.0"', check(HOLDS)),
    "unchecked": ("#unchecked", ""),
}
UNANSWERED = card(11, "", check="", attributes="#unanswered")
TEXT = "".join(card(n, "So.", check=code, attributes=each) for n, (each, code) in enumerate(CARDS.values(), 1))
OUTCOMES = {
    "verified": "passed",
    "refuted": "failure",
    "broken": "error",
    "misread": "error",
    "vacuous": "failure",
    "crashed": "failure",
    "timed-out": "failure",
    "unavailable": "skipped",
    "not-claimed": "skipped",
    "unchecked": "failure",
    "unanswered": "failure",
}
SMALL = card(1, "One.") + card(2, "Two.", check=FALSE) + card(3, "Three.")


@pytest.fixture(scope="module")
def once(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A deck with every verdict, which was proved by the command."""
    folder = tmp_path_factory.mktemp("once")
    deck(folder / "deck", TEXT + UNANSWERED)
    assert deckgen("verify", "deck", cwd=folder, **NO_SERVER).status == 1
    return folder


@pytest.fixture
def folder(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where pytest runs, in this process unless a test says otherwise."""
    alone = {"PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1", "PYTEST_PLUGINS": "deckgen.plugin,xdist.plugin"}  # it saves time
    for name, value in (alone | NO_SERVER).items():
        monkeypatch.setenv(name, value)
    pytester.makeini(INI)
    return pytester.path


def outcomes(folder: Path) -> dict[str, str]:
    """The cards of a run by their outcomes, as told to continuous integration."""
    cases = ElementTree.parse(folder / "junit.xml").iter("testcase")
    return {each.attrib["name"]: each[0].tag if len(each) else "passed" for each in cases}


def known(folder: Path) -> list[str]:
    """The cards whose verdicts are kept."""
    report = deckgen("verify", "deck", "--format", "json", cwd=folder).json
    return [each["id"] for each in report["cards"] if each["results"] and each["results"][0]["cached"]]


@pytest.mark.parametrize(
    "options", [[], pytest.param(["-n", "2"], marks=pytest.mark.slow)], ids=["one process", "xdist"]
)
def test_every_card_has_the_outcome_of_its_verdict(
    once: Path, folder: Path, pytester: pytest.Pytester, options: list[str]
) -> None:
    shutil.copytree(once, folder, dirs_exist_ok=True)
    ran = pytester.runpytest("deck", "--junitxml=junit.xml", *options)
    assert (ran.ret, outcomes(folder)) == (1, OUTCOMES)


@pytest.mark.slow
def test_what_fails_is_what_the_command_counts_as_wrong(once: Path) -> None:
    """Beside a card that is verified, since nothing verified is never success."""
    report = deckgen("verify", "deck", "--format", "json", cwd=once, **NO_SERVER).json
    assert {each["id"]: each["verdict"] for each in report["cards"]} == {
        name: name.replace("misread", "broken") for name in OUTCOMES
    }
    for name, outcome in OUTCOMES.items():
        targets = [f"deck/cards.md::{each}" for each in {"verified", name}]
        assert deckgen("verify", *targets, cwd=once, **NO_SERVER).status == (outcome in ("failure", "error")), name


def test_a_card_without_a_check_is_skipped_where_its_deck_marks_it(folder: Path, pytester: pytest.Pytester) -> None:
    deck(folder / "deck", card(1, "One.") + card(2, "Two.", check=""), toml=DECK_TOML + 'unchecked = "mark"\n')
    ran = pytester.runpytest("-rs")
    ran.assert_outcomes(passed=1, skipped=1)
    ran.stdout.fnmatch_lines("SKIPPED [[]1[]] deck/cards.md: unchecked: The answer has no check")
    assert deckgen("verify", "deck", cwd=folder).status == 0


@pytest.mark.slow
def test_failures_read_as_the_text_report_does(
    once: Path, folder: Path, pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch
) -> None:
    shutil.copytree(once, folder, dirs_exist_ok=True)
    monkeypatch.setenv("COLUMNS", "80")
    ran = pytester.runpytest("-rfEs")
    said = deckgen("verify", "deck", cwd=folder, **NO_SERVER).out.split("\n\n")
    paragraphs = [
        each for each in said if each and not any(word in each for word in ("warning", "not-claimed", "unav"))
    ]
    assert len(paragraphs) == sum(outcome in ("failure", "error") for outcome in OUTCOMES.values()) - 1
    for paragraph in paragraphs:
        assert f"\n{paragraph}\n" in ran.stdout.str()
    assert "plugin.py" not in ran.stdout.str()
    ran.stdout.fnmatch_lines_random(
        [
            "deck/cards.md:*: unchecked: The answer has no check",
            "FAILED deck/cards.md::refuted - 14:1: refuted: Q2 What is number 2? (#refuted)",
            "ERROR deck/cards.md::misread - 25:23: D016 error: unknown key `colour`",
            "SKIPPED * deck/cards.md: unavailable: the server that DECKGEN_MARIADB_URL names: *refused*",
            "SKIPPED * deck/cards.md: not-claimed: The card claims none of the deck's environments",
        ]
    )


def test_what_a_check_says_is_no_command_to_the_terminal(folder: Path, pytester: pytest.Pytester) -> None:
    deck(folder / "deck", card(1, "One.", check=check(r'raise ValueError("\x1b]0;evil\x07")')))
    printed = pytester.runpytest().stdout.str()
    assert r"ValueError: \x1b]0;evil\x07" in printed
    assert "\x1b]" not in printed


@pytest.mark.slow
def test_only_what_is_selected_is_proved(folder: Path, pytester: pytest.Pytester) -> None:
    deck(folder / "deck", card(1, "One.", check=FALSE) + slow(2) + slow(3))
    pytester.runpytest("-k", "card-1 or card-2").assert_outcomes(passed=1, failed=1, deselected=1)
    assert known(folder) == ["card-1", "card-2"]
    pytester.runpytest("deck/cards.md::card-3").assert_outcomes(passed=1)


@pytest.mark.slow
def test_what_failed_last_is_proved_until_nothing_fails(folder: Path, pytester: pytest.Pytester) -> None:
    deck(folder / "deck", SMALL + card(4, "Four.", check=check("assert engine.nam == 1")))
    pytester.runpytest().assert_outcomes(passed=2, failed=1, errors=1)
    pytester.runpytest("--lf").assert_outcomes(failed=1, errors=1)
    deck(folder / "deck", SMALL.replace("oracle", "sqlite") + card(4, "Four."))
    pytester.runpytest("--lf").assert_outcomes(passed=2)


DURATIONS = """
def pytest_runtest_logreport(report):
    if report.when == "setup":
        print(f"{report.nodeid} took {report.duration:.3f}")
"""


@pytest.mark.slow
def test_the_cards_of_a_deck_are_proved_in_one_run(folder: Path, pytester: pytest.Pytester) -> None:
    deck(folder / "deck", slow(1) + slow(2) + slow(3))
    pytester.makeconftest(DURATIONS)
    ran = pytester.runpytest("-s")
    ran.assert_outcomes(passed=3)
    first, *others = (float(line.split()[-1]) for line in ran.outlines if " took " in line)
    assert len(others) == 2
    assert max(others) < 0.4 < first


@pytest.mark.slow
def test_the_first_failure_ends_the_proving_as_well(folder: Path, pytester: pytest.Pytester) -> None:
    later = "".join(slow(number) for number in range(3, 31))
    deck(folder / "deck", slow(1) + card(2, "Two.", check=FALSE) + later)
    pytester.runpytest("deck/cards.md::card-2").assert_outcomes(failed=1)
    pytester.runpytest("-x").assert_outcomes(passed=1, failed=1)  # a failure that is known ends the run before card 1
    report = deckgen("verify", "deck", "-x", "--format", "json", cwd=folder).json  # what is known, and no more
    assert [each["id"] for each in report["cards"] if each["results"]] == ["card-1", "card-2"]


@pytest.mark.slow
def test_what_is_skipped_ends_nothing(folder: Path, pytester: pytest.Pytester) -> None:
    deck(folder / "deck", card(1, "One.", attributes='#card-1 database="mariadb"') + card(2, "Two."))
    pytester.runpytest("-x").assert_outcomes(passed=1, skipped=1)


WORKERS = """
import os
from pathlib import Path

def pytest_sessionfinish(session):
    for item in getattr(session, "items", ()):
        for result in item.found.judgements[0].results if item.found else ():
            with Path("results.txt").open("a") as file:
                print(os.environ["PYTEST_XDIST_WORKER"], item.name, result.cached, file=file)
"""


@pytest.mark.slow
def test_several_workers_run_no_check_twice(folder: Path, pytester: pytest.Pytester) -> None:
    deck(folder / "deck", "".join(slow(number) for number in range(1, 5)))
    pytester.makeconftest(WORKERS)
    pytester.runpytest_subprocess("-n", "2").assert_outcomes(passed=4)
    results = [line.split() for line in (folder / "results.txt").read_text().splitlines()]
    assert {worker for worker, *_ in results} == {"gw0", "gw1"}
    assert sorted(name for _, name, known in results if known == "False") == [f"card-{n}" for n in range(1, 5)]


FAULTS = {
    "a document that is no text": ("deck/other.md", b"\xff", "deck/other.md", "deck/other.md:1:1: D003 error: *"),
    "a document without questions": ("deck/other.md", b"No.\n", "deck/other.md", "deck/other.md:1:1: D011 error: *"),
    "checks that are no Python": ("deck/cards.checks.py", b'"""', "deck/cards.md", "deck/cards.checks.py:1:*: D029 *"),
    "checks of nothing": ("deck/a.b.checks.py", b"", "deck/deck.toml", "deck/a.b.checks.py:1:1: D035 error: *"),
    "a prelude that is no text": ("deck/prelude.py", b"\xff", "deck/deck.toml", "deck/prelude.py:1:1: D003 error: *"),
    "a deck without a name": ("deck/deck.toml", b"[deck]\n", "deck/cards.md", "deck/deck.toml:1:*: D006 error: *"),
}


@pytest.mark.slow
@pytest.mark.parametrize(("path", "data", "place", "said"), FAULTS.values(), ids=FAULTS)
def test_what_is_wrong_with_a_file_is_an_error_of_its_collection(
    folder: Path, pytester: pytest.Pytester, path: str, data: bytes, place: str, said: str
) -> None:
    deck(folder / "deck", card(1, "One."))
    (folder / path).write_bytes(data)
    ran = pytester.runpytest()
    assert ran.ret == pytest.ExitCode.INTERRUPTED
    ran.stdout.fnmatch_lines([f"*ERROR collecting {place} *", said, "  hint: *"])
    assert deckgen("verify", "deck", cwd=folder).status != 0


@pytest.mark.slow
def test_what_is_wrong_with_one_document_is_not_said_of_another(folder: Path, pytester: pytest.Pytester) -> None:
    deck(folder / "deck", "What is said before the questions.\n\n" + card(1, "One."))
    (folder / "deck" / "other.md").write_bytes(b"\xff")
    assert "1 error · 1 note" in deckgen("lint", "deck", cwd=folder).err
    pytester.runpytest("--continue-on-collection-errors").assert_outcomes(passed=1, errors=1)


@pytest.mark.slow
def test_documents_are_those_of_decks_and_those_that_are_named(folder: Path, pytester: pytest.Pytester) -> None:
    deck(folder / "source" / "deck" / "part", card(1, "One."))
    (folder / "source" / "deck" / "part" / "deck.toml").rename(folder / "source" / "deck" / "deck.toml")
    for path in ("source/README.md", "source/deck/README.md", "notes.md"):
        (folder / path).write_text(card(2, "Two."))
    ran = pytester.runpytest("--collect-only", "-q")
    assert [line for line in ran.outlines if "::" in line] == ["source/deck/part/cards.md::card-1"]
    pytester.runpytest("notes.md", "notes.md", "--keep-duplicates").assert_outcomes(passed=2)
    pytester.runpytest("source/deck/part/cards.md::card-1").assert_outcomes(passed=1)


def test_without_the_means_to_prove_every_card_is_an_error(folder: Path, pytester: pytest.Pytester) -> None:
    deck(folder / "deck", SMALL)
    (folder / "build").write_text("no folder")
    ran = pytester.runpytest()
    ran.assert_outcomes(errors=3)
    ran.stdout.fnmatch_lines("error: *'build*'")
    assert deckgen("verify", "deck", cwd=folder).status == 3


@pytest.mark.slow
def test_remarks_on_the_run_are_warnings(folder: Path, pytester: pytest.Pytester) -> None:
    deck(folder / "deck", SMALL)
    (folder / "build" / ".cache").mkdir(parents=True)
    (folder / "build" / ".cache" / "verdicts.sqlite").write_text("no database " * 100)
    ran = pytester.runpytest()
    ran.assert_outcomes(passed=2, failed=1, warnings=1)
    ran.stdout.fnmatch_lines("*PytestWarning: *verdicts.sqlite*")


MODULES = """
import sys

def pytest_unconfigure():
    print("loaded:", *(name for name in sys.modules if name.split(".")[0] in ("deckgen", "sqlalchemy", "markdown_it")))
"""


@pytest.mark.slow
def test_a_project_that_does_not_ask_for_its_cards_has_none(pytester: pytest.Pytester) -> None:
    deck(pytester.path / "deck", SMALL)
    pytester.makeconftest(MODULES)
    ran = pytester.runpytest_subprocess("deck", "-s")
    assert ran.ret == pytest.ExitCode.NO_TESTS_COLLECTED
    assert "loaded: deckgen deckgen.plugin" in ran.outlines
    assert not (pytester.path / "build").exists()


@pytest.mark.slow
def test_our_own_tests_prove_no_card(pytester: pytest.Pytester) -> None:
    ran = pytester.runpytest_subprocess(
        f"--rootdir={ROOT}", f"-c{ROOT / 'pyproject.toml'}", "--collect-only", ROOT / "source"
    )
    assert ran.ret == pytest.ExitCode.NO_TESTS_COLLECTED
    assert [each.value for each in entry_points(group="pytest11", name="deckgen")] == ["deckgen.plugin"]
