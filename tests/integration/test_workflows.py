"""The workflows for GitHub: what they run is there, they may do no more than they must, and one issue is kept."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import click
import pytest
import yaml

from deckgen.cli import cli

ROOT = Path(__file__).parents[2]
WORKFLOWS = sorted((ROOT / ".github" / "workflows").glob("*.yml"))
PERMISSIONS = {"release": {"contents": "write"}, "upstream": {"contents": "read", "issues": "write"}}
GH = """\
#!/bin/sh
echo "$*" >> asked
while [ "$#" -gt 0 ]; do
    if [ "$1" = --body-file ]; then cp "$2" body; fi
    shift
done
grep -q 'issue list' asked && ! grep -q 'issue [ec]' asked && printf "$FOUND"
true
"""

on_linux = pytest.mark.skipif(sys.platform != "linux", reason="the workflow runs on Linux")


def read(path: Path) -> Any:
    return yaml.safe_load(path.read_text())


def scripts(path: Path) -> dict[str, str]:
    """What a workflow runs, by the names of its steps."""
    jobs = read(path)["jobs"].values()
    return {step["name"]: step["run"] for job in jobs for step in job["steps"] if "run" in step}


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.stem)
def test_a_workflow_runs_what_is_there(path: Path) -> None:
    text = "\n".join(scripts(path).values())
    makefile = (ROOT / "Makefile").read_text()
    for target in re.findall(r"^make (\S+)", text, re.MULTILINE):
        assert re.search(rf"^(\S+ )*{re.escape(target)}( \S+)*:", makefile, re.MULTILINE), target
    for name, *options in (line.split() for line in re.findall(r"\.venv/bin/deckgen ([^|>\n]*)", text)):
        context = click.Context(cli.commands[name])
        cli.commands[name].parse_args(context, options)
    for script in scripts(path).values():
        assert subprocess.run(["bash", "-n"], input=script, text=True).returncode == 0


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.stem)
def test_a_workflow_may_do_no_more_than_it_must(path: Path) -> None:
    workflow = read(path)
    assert workflow["permissions"] == PERMISSIONS[path.stem]
    assert not any("permissions" in job for job in workflow["jobs"].values())


def keep_the_issue(folder: Path, status: int, found: str) -> list[str]:
    """What the workflow asks GitHub for; there is none here, so that a stand-in answers which issue it has found."""
    (folder / "gh").write_text(GH)
    (folder / "gh").chmod(0o755)
    (folder / "changes.txt").write_text(
        "cards.md:8:1: verified -> refuted: Q1\n```\n$(touch forged) `touch forged`\n" * 2000
    )
    workflow = read(ROOT / ".github" / "workflows" / "upstream.yml")
    [step] = [each for each in workflow["jobs"]["upstream"]["steps"] if "TITLE" in each.get("env", {})]
    named = {"PATH": f"{folder}:{os.environ['PATH']}", "STATUS": str(status), "FOUND": found}
    subprocess.run(["bash", "-e", "-c", step["run"]], cwd=folder, env=os.environ | step["env"] | named, check=True)
    return (folder / "asked").read_text().splitlines()


@on_linux
@pytest.mark.parametrize(
    ("status", "found", "asked"),
    [
        (1, "", ["issue create --title Verdicts"]),
        (1, "7\n", ["issue edit 7 "]),
        (0, "", []),
        (0, "7\n", ["issue close 7 "]),
    ],
)
def test_one_issue_is_open_while_a_verdict_changes(tmp_path: Path, status: int, found: str, asked: list[str]) -> None:
    sought, *others = keep_the_issue(tmp_path, status, found)
    assert sought.startswith("issue list --state open ")
    assert [line[: len(start)] for line, start in zip(others, asked, strict=True)] == asked


@on_linux
def test_the_issue_holds_what_changes_and_runs_nothing_of_it(tmp_path: Path) -> None:
    keep_the_issue(tmp_path, 1, "")
    body = (tmp_path / "body").read_text()
    assert body.count("cards.md:8:1: verified -> refuted: Q1\n```\n$(touch forged) `touch forged`\n") > 700
    assert body.count("``````") == 2
    assert len(body) < 65_536  # or GitHub refuses it
    assert not (tmp_path / "forged").exists()
