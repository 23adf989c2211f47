"""A ledger as text: it parses to itself, git merges it line by line, and what two branches said of a card is merged."""

from __future__ import annotations

import json
import subprocess
from dataclasses import replace
from pathlib import Path

import pytest

from deckgen.packing import ledgerfile
from deckgen.packing.ledger import Entry, Ledger, State, TypeEntry
from deckgen.packing.ledgerfile import LedgerError

TYPES = {"deckgen basic": TypeEntry("hash", 1_000)}


def entry(number: int, modified: int = 1_000, content: str = "hash") -> Entry:
    return Entry(f"guid-{number}", 20 * number, "deckgen basic", f"What is <code>{number}</code>?", content, modified)


def written(**notes: Entry) -> str:
    return ledgerfile.dump(Ledger("small", notes, TYPES))


def test_a_dumped_ledger_parses_to_itself() -> None:
    gone = replace(entry(3), state=State.RETIRED)
    refuted = replace(entry(4), state=State.WITHDRAWN, answer="what was found")
    cloze = replace(entry(5), deletions=(1, 3))
    notes = {"a": entry(1), "ä": entry(2), "cloze": cloze, "gone": gone, "refuted": refuted}
    ledger = Ledger("small", notes, TYPES)
    text = ledgerfile.dump(ledger)
    assert ledgerfile.parse(text, "small") == ledger
    assert len(text.splitlines()) == 8, "one line for each, the header, and the end"
    assert isinstance(json.loads(text), list), "any program can read it"


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "damaged"),
        ("{}", "damaged"),
        ("[]", "damaged"),
        ('[{"schema": 2}]', "damaged"),
        ('[{"schema": 3, "deck": "small"}]', "schema 3"),
        ('[{"schema": 2, "deck": "other"}]', "deck `other`"),
        ('[{"schema": 2, "deck": "small"}, {"card": "a", "guid": "x"}]', "damaged"),
        (written(a=entry(1)).replace("released", "lost"), "damaged"),
        (written(a=entry(1)).replace("\n,", "\n<<<<<<< HEAD\n,", 1), "conflict markers of git in line 2"),
        (written(a=entry(1)).replace("\n,", "\n=======\n,", 1), "conflict markers of git in line 2"),
    ],
)
def test_a_ledger_that_cannot_be_read_is_refused(text: str, reason: str) -> None:
    with pytest.raises(LedgerError, match=reason):
        ledgerfile.parse(text, "small")


def git(folder: Path, *arguments: str) -> int:
    command = ["git", "-c", "user.name=a", "-c", "user.email=a@b", "-c", "init.defaultBranch=main", *arguments]
    return subprocess.run(command, cwd=folder, capture_output=True).returncode


def merged(folder: Path, base: str, ours: str, theirs: str, *, attributes: str = "") -> str:
    """What git makes of a ledger that two branches have changed; the way out of a conflict is taken."""
    file = folder / "ledger.json"
    git(folder, "init")
    (folder / ".gitattributes").write_text(attributes)
    for branch, text in (("main", base), ("theirs", theirs), ("ours", ours)):
        git(folder, "checkout", "-q", "main")
        git(folder, "checkout", "-q", "-b", branch)
        file.write_text(text)
        git(folder, "add", ".")
        git(folder, "commit", "-q", "-m", branch)
    conflict = git(folder, "merge", "-q", "theirs") != 0
    lines = file.read_text().splitlines(keepends=True)
    found = [line for line in lines if not line.startswith(("<<<<<<<", "=======", ">>>>>>>"))]
    assert (len(found) < len(lines)) == conflict
    return "".join(found)


@pytest.mark.parametrize("attributes", ["", "ledger.json merge=union\n"], ids=["git's own merge", "union"])
def test_two_branches_that_both_added_cards_are_one_ledger(tmp_path: Path, attributes: str) -> None:
    base = written(b=entry(2), d=entry(4))
    ours = written(a=entry(1), b=entry(2), d=entry(4), e=entry(5))
    theirs = written(b=entry(2), c=entry(3), d=entry(4), f=entry(6))
    text = merged(tmp_path, base, ours, theirs, attributes=attributes)
    assert set(ledgerfile.parse(text, "small").notes) == set("abcdef")


def test_branches_that_added_cards_apart_merge_without_a_conflict(tmp_path: Path) -> None:
    base = written(b=entry(2), c=entry(3), d=entry(4))
    text = merged(tmp_path, base, written(a=entry(1), **_notes(base)), written(**_notes(base), e=entry(5)))
    assert text == written(a=entry(1), **_notes(base), e=entry(5))


def _notes(text: str) -> dict[str, Entry]:
    return dict(ledgerfile.parse(text, "small").notes)


@pytest.mark.parametrize("attributes", ["", "ledger.json merge=union\n"], ids=["git's own merge", "union"])
def test_of_a_card_that_both_branches_changed_the_later_change_is_kept(tmp_path: Path, attributes: str) -> None:
    ours, theirs = written(a=entry(1, 3_000, "ours")), written(a=entry(1, 2_000, "theirs"))
    text = merged(tmp_path, written(a=entry(1)), ours, theirs, attributes=attributes)
    assert text.count('"card": "a"') == 2
    assert ledgerfile.parse(text, "small").notes == {"a": entry(1, 3_000, "ours")}


def test_of_two_changes_in_one_second_neither_is_known_to_have_been_shipped_last() -> None:
    """So whichever content is next, it gets a later time, and who has the other one gets it."""
    line = written(a=entry(1, 2_000, "ours")).splitlines()[2]
    text = written(a=entry(1, 2_000, "theirs")).replace("\n]", f"\n{line}\n]")
    assert ledgerfile.parse(text, "small").notes == {"a": entry(1, 2_000, "")}
