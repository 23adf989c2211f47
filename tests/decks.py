"""Small decks for the tests, and the commands run on them as a user would."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryFile
from typing import Any

from tests import warm

DECK_TOML = '[deck]\nid = "small"\nname = "Small"\n'
ENGINE_CHECK = '\n```python check\nassert engine.name == "sqlite"\n```\n'


def card(number: int, answer: str, *, check: str = ENGINE_CHECK, attributes: str | None = None) -> str:
    """A card that is proved unless its check says otherwise."""
    return f"Q{number}. What is number {number}? {{{attributes or f'#card-{number}'}}}\n\n{answer}\n{check}\n"


def slow(number: int) -> str:
    """A card whose verdict takes a while, and is no other's."""
    code = f"import time\ntime.sleep(0.5)\nassert engine.name == \"sqlite\"\nassert engine.name != '{number}'"
    return card(number, "Slow.", check=f"\n```python check\n{code}\n```\n")


def deck(folder: Path, text: str, *, toml: str = DECK_TOML, name: str = "cards.md") -> Path:
    """A deck's folder with one document."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "deck.toml").write_text(toml)
    (folder / name).write_text(text)
    return folder


@dataclass(frozen=True)
class Ran:
    """What a command printed, and its exit status."""

    status: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        """What it printed on standard output, as JSON."""
        return json.loads(self.out)


def deckgen(*arguments: str | Path, cwd: Path, stdin: str = "", **environment: str) -> Ran:
    """Run the command in a folder: in a process of its own where that can be told apart from a fork, else in a fork."""
    if sys.platform != "linux" or any(name.startswith("PYTHON") for name in environment):
        return process(*arguments, cwd=cwd, stdin=stdin, **environment)
    with TemporaryFile("w+") as given, TemporaryFile("w+") as out, TemporaryFile("w+") as err:
        given.write(stdin)
        streams = (given, out, err)
        given.seek(0)
        status = warm.run(
            [*map(str, arguments)],
            cwd=str(cwd),
            environment=os.environ | environment,
            streams=[stream.fileno() for stream in streams],
        )
        for stream in (out, err):
            stream.seek(0)
        return Ran(status, out.read(), err.read())


def process(*arguments: str | Path, cwd: Path, stdin: str = "", **environment: str) -> Ran:
    """Run the command in a folder as a user does."""
    ran = subprocess.run(
        [sys.executable, "-m", "deckgen", *map(str, arguments)],
        cwd=cwd,
        input=stdin,
        env=os.environ | environment,
        capture_output=True,
        text=True,
        timeout=600,
    )
    return Ran(ran.returncode, ran.stdout, ran.stderr)


def interruptible() -> None:
    """Have a new process heed an interrupt, which a shell's background jobs are made to ignore."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


@contextmanager
def previewed(path: str, *, cwd: Path, port: int = 0) -> Iterator[str]:
    """A running preview of a path, at an origin; it ends as an interrupt ends it."""
    command = [sys.executable, "-m", "deckgen", "preview", path, "--port", str(port)]
    with subprocess.Popen(command, cwd=cwd, stderr=subprocess.PIPE, text=True, preexec_fn=interruptible) as process:
        assert process.stderr is not None
        try:
            [origin] = re.findall(r"(http://127\.0\.0\.1:\d+)/;", process.stderr.readline())
            yield origin
        finally:
            process.send_signal(signal.SIGINT)
            told = process.stderr.read()
        assert process.wait(10) == 130
        assert "Traceback" not in told
