"""The other commands, exit statuses, and what goes to which stream."""

from __future__ import annotations

import os
import pty
import re
import subprocess
import sys
from contextlib import nullcontext
from pathlib import Path
from subprocess import PIPE

import click
import pytest

from deckgen.cli import cli
from tests.decks import card, deck
from tests.decks import process as deckgen  # each command at least once as a user starts it

COMMANDS = sorted(cli.commands)
ROUGH = "Q1. What is it?  \nThis.\nQ2 .And that\n"


@pytest.mark.parametrize("arguments", [[], *([command] for command in COMMANDS)], ids=["deckgen", *COMMANDS])
def test_help_names_what_there_is(tmp_path: Path, arguments: list[str]) -> None:
    ran = deckgen(*arguments, "--help", cwd=tmp_path)
    assert ran.status == 0
    assert ran.out.startswith("Usage: ")
    assert not arguments or re.search(rf"^  Examples?:\n    deckgen {arguments[0]}\b", ran.out, re.MULTILINE)


def test_help_is_light(tmp_path: Path) -> None:
    """What takes time to import is imported by the commands that use it."""
    ran = deckgen("--help", cwd=tmp_path, PYTHONPROFILEIMPORTTIME="1")
    imported = set(re.findall(r"\| +([\w.]+)$", ran.err, re.MULTILINE))
    assert "click" in imported
    assert not imported & {
        "markdown_it",
        "pygments",
        "genanki",
        "sqlalchemy",
        "pydantic",
        "anki",
        "nh3",
        "rich",
        "dask",
    }


def test_lint_imports_nothing_that_proves_or_packs(tmp_path: Path) -> None:
    (tmp_path / "rough.md").write_text(ROUGH)
    ran = deckgen("lint", "rough.md", cwd=tmp_path, PYTHONPROFILEIMPORTTIME="1")
    imported = set(re.findall(r"\| +([\w.]+)$", ran.err, re.MULTILINE))
    assert {"markdown_it", "pydantic"} <= imported
    assert not imported & {"genanki", "nh3", "sqlalchemy", "anki", "jinja2", "asyncio", "deckgen.pipeline", "yaml"}


def test_lint_reads_and_runs_nothing(tmp_path: Path) -> None:
    (tmp_path / "rough.md").write_text(ROUGH)
    ran = deckgen("lint", "rough.md", "--format", "json", cwd=tmp_path)
    assert ran.status == 1
    assert ran.json["summary"]["cards"] == 2
    assert [(each["label"], each["question"], each["line"], each["verdict"]) for each in ran.json["cards"]] == [
        ("Q1", "What is it?", 1, "unchecked"),
        ("Q2", "And that", 3, "unanswered"),
    ]
    [unanswered] = [each for each in ran.json["diagnostics"] if each["severity"] == "error"]
    assert (unanswered["code"], unanswered["path"], unanswered["line"]) == ("D012", "rough.md", 3)
    assert not (tmp_path / "build").exists()


def test_a_terminal_is_told_that_decks_are_read_until_they_are(tmp_path: Path) -> None:
    (tmp_path / "rough.md").write_text(ROUGH)
    shown, ours = pty.openpty()
    subprocess.run([sys.executable, "-m", "deckgen", "lint", "rough.md"], cwd=tmp_path, stdout=PIPE, stderr=ours)
    assert os.read(shown, 1000).startswith(b"reading ..\r\x1b[K")


def test_lint_of_a_good_deck_is_quiet_and_succeeds(tmp_path: Path) -> None:
    deck(tmp_path / "deck", card(1, "one"))
    ran = deckgen("lint", "deck", cwd=tmp_path)
    assert (ran.status, ran.out) == (0, "")
    assert ran.err == "Small: 1 card\nread as: labels, 1 question\nnext: nothing was run: deckgen verify deck\n"


def test_standard_input_is_a_document(tmp_path: Path) -> None:
    ran = deckgen("lint", "-", "--format", "json", cwd=tmp_path, stdin=ROUGH)
    assert ran.json["cards"][0]["path"] == "-"
    assert ran.json["deck"]["id"] == "stdin"


def test_what_is_printed_is_utf_8_whatever_the_terminal_speaks(tmp_path: Path) -> None:
    deck(tmp_path / "deck", card(1, "So.").replace("What is", "何ですか"))
    ran = deckgen("lint", "deck", "--format", "html", cwd=tmp_path, PYTHONIOENCODING="cp1252")
    assert ran.status == 0
    assert "何ですか" in ran.out


def test_verify_reports_and_packs_nothing(tmp_path: Path) -> None:
    deck(tmp_path / "deck", card(1, "one"))
    ran = deckgen("verify", "deck", "--format", "json", cwd=tmp_path)
    assert ran.status == 0
    [each] = ran.json["cards"]
    assert each["verdict"] == "verified"
    assert each["results"][0]["expectations"] == 1
    assert ran.json["environments"][0]["id"] == each["results"][0]["environment"]
    assert [path.name for path in (tmp_path / "build").iterdir()] == [".cache"]


@pytest.mark.slow
@pytest.mark.parametrize(
    ("verb", "said"), [("verify", "<strong>1</strong> of 1 verified"), ("lint", "1</strong> card read")]
)
def test_the_report_for_the_browser_goes_to_standard_output(tmp_path: Path, verb: str, said: str) -> None:
    deck(tmp_path / "deck", card(1, "one"))
    ran = deckgen(verb, "deck", "--format", "html", cwd=tmp_path)
    assert ran.status == 0
    assert ran.out.startswith("<!doctype html>\n")
    assert ran.out.endswith("</html>\n")
    assert said in ran.out


@pytest.mark.slow
@pytest.mark.parametrize("workers", ["1", "3"])
def test_verdicts_do_not_depend_on_the_number_of_workers(tmp_path: Path, workers: str) -> None:
    wrong = "\n```python check\nassert engine.name == 'x'\n```\n"
    cards = [
        card(number, "x", check=wrong if number % 3 == 0 else card(0, "").split("\n", 3)[3]) for number in range(9)
    ]
    deck(tmp_path / "deck", "".join(cards))
    ran = deckgen("verify", "deck", "-j", workers, "--format", "json", cwd=tmp_path)
    assert [each["verdict"] for each in ran.json["cards"]] == ["refuted", "verified", "verified"] * 3


CLUSTER = ["verify", "notes/a.md", "--executor", "dask", "--scheduler"]


@pytest.mark.parametrize(
    ("arguments", "status", "said"),
    [
        (["lint", "missing.md"], 2, "does not exist"),
        (["lint", "--format", "yaml"], 2, "is not one of"),
        (["frobnicate"], 2, "No such command"),
        (["lint", "empty"], 2, "D008 error: no deck here"),
        (["lint", "notes"], 2, "D007 error: the folder has no deck.toml"),
        (["lint"], 2, "source:1:1: D008 error: no deck here"),
        (["audit", "notes/a.md"], 1, "1 findings"),
        (["verify", "--watch-upstream", "-x", "notes/a.md"], 2, "goes without --watch, --mutate, --format and -x"),
        (["verify", "-", "--watch"], 2, "standard input cannot be watched"),
        (["verify", "notes/a.md", "--scheduler", "tcp://127.0.0.1:8786"], 2, "--scheduler is for --executor dask"),
        ([*CLUSTER, "there"], 2, "there is not an address such as tcp://"),
        ([*CLUSTER, "tcp://127.0.0.1:8786", "-j", "2"], 2, "-j is for workers of this machine"),
    ],
)
def test_usage(tmp_path: Path, arguments: list[str], status: int, said: str) -> None:
    (tmp_path / "empty").mkdir()
    (tmp_path / "notes").mkdir()
    (tmp_path / "notes" / "a.md").write_text(ROUGH)
    ran = deckgen(*arguments, cwd=tmp_path)
    assert ran.status == status, ran.err
    assert said in ran.err
    assert "Traceback" not in ran.err


@pytest.mark.parametrize(
    ("version", "fits"),
    [("2.0", True), ("2.0.58", True), ("2.2.0b1", True), ("2.2.0rc12", True), ("2.2b1", False), (">=2.0", False)],
)
def test_a_version_is_minor_or_exact_and_may_be_a_pre_release(version: str, *, fits: bool) -> None:
    context = click.Context(cli.commands["verify"])
    with nullcontext() if fits else pytest.raises(click.BadParameter, match="is not a version such as"):
        cli.commands["verify"].parse_args(context, ["--sqlalchemy", version])


@pytest.mark.slow
def test_a_claimed_environment_that_is_missing_leaves_the_card_out_and_exits_0(tmp_path: Path) -> None:
    claimed = [card(number, "so", attributes=f'#card-{number} database="postgresql"') for number in (2, 3)]
    deck(tmp_path / "deck", card(1, "one") + "".join(claimed))
    nowhere = "postgresql://nobody@127.0.0.1:1/nothing"
    ran = deckgen("build", "deck", cwd=tmp_path, DECKGEN_POSTGRESQL_URL=nowhere)
    assert ran.status == 0
    assert "1 of 3 verified, 2 unavailable" in ran.err
    second, third, why, where = ran.out.rstrip().split("\n")[-4:]
    assert second.endswith(": unavailable: Q2 What is number 2? (#card-2)")
    assert third.endswith(": unavailable: Q3 What is number 3? (#card-3)")
    assert "DECKGEN_POSTGRESQL_URL" in why
    assert where.startswith("  on: py")


@pytest.mark.slow
def test_audit_judges_a_package(tmp_path: Path) -> None:
    deck(tmp_path / "deck", card(1, "one"))
    assert deckgen("build", "deck", cwd=tmp_path).status == 0
    ran = deckgen("audit", "build/small.apkg", cwd=tmp_path)
    assert (ran.status, ran.out) == (0, "")
    assert "build/small.apkg: nothing to find fault with" in ran.err


def test_audit_without_the_engine_is_a_matter_of_the_surroundings(tmp_path: Path) -> None:
    (tmp_path / "x.apkg").write_bytes(b"")
    (tmp_path / "anki.py").write_text("raise ImportError('this stands for a machine without the engine')")
    ran = deckgen("audit", "x.apkg", cwd=tmp_path, PYTHONPATH=str(tmp_path))
    assert ran.status == 3
    assert "deckgen-verified[audit]" in ran.err


def test_a_cluster_without_dask_is_a_matter_of_the_surroundings(tmp_path: Path) -> None:
    deck(tmp_path / "deck", card(1, "one"))
    (tmp_path / "distributed.py").write_text("raise ModuleNotFoundError('none', name='distributed')")
    ran = deckgen("verify", "deck", "--executor", "dask", "--no-cache", cwd=tmp_path, PYTHONPATH=str(tmp_path))
    assert (ran.status, ran.err) == (3, "error: distributed is not installed: install deckgen-verified[dask]\n")


def test_examples_in_the_help_can_be_typed() -> None:
    found = 0
    for name, command in cli.commands.items():
        options = {option for each in command.params for option in each.opts}
        for line in re.findall(rf"^\s+deckgen {name}\b(.*)$", command.help or "", re.MULTILINE):
            words = re.split(r"\s{2,}", line)[0].split()
            assert {word for word in words if word.startswith("-")} <= options, line
            found += 1
    assert found > 5


def test_a_shell_can_ask_what_may_follow(tmp_path: Path) -> None:
    ran = deckgen(cwd=tmp_path, _DECKGEN_COMPLETE="bash_complete", COMP_WORDS="deckgen ver", COMP_CWORD="1")
    assert ran.out.split() == ["plain,verify"]
