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


@pytest.mark.skipif(sys.platform != "linux", reason="the workflow runs on Linux")
@pytest.mark.parametrize(("found", "asked"), [("", "issue create --title Verdicts"), ("7\n", "issue edit 7 ")])
def test_one_issue_lists_what_changes(tmp_path: Path, found: str, asked: str) -> None:
    path = ROOT / ".github" / "workflows" / "upstream.yml"
    (tmp_path / "gh").write_text(GH)
    (tmp_path / "gh").chmod(0o755)
    (tmp_path / "changes.txt").write_text(
        "cards.md:8:1: verified -> refuted: Q1\n```\n$(touch forged) `touch forged`\n" * 2000
    )
    [step] = [each for each in read(path)["jobs"]["upstream"]["steps"] if "TITLE" in each.get("env", {})]
    environment = os.environ | step["env"] | {"PATH": f"{tmp_path}:{os.environ['PATH']}", "FOUND": found}
    subprocess.run(["bash", "-e", "-c", step["run"]], cwd=tmp_path, env=environment, check=True)
    assert asked in (tmp_path / "asked").read_text().splitlines()[1]
    body = (tmp_path / "body").read_text()
    assert body.count("cards.md:8:1: verified -> refuted: Q1\n```\n$(touch forged) `touch forged`\n") > 700
    assert body.count("``````") == 2
    assert len(body) < 65_536  # or GitHub refuses it
    assert not (tmp_path / "forged").exists()
