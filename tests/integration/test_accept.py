"""What was observed is taken as what is expected, after it was shown, and no other byte of the document changes."""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Callable
from importlib.metadata import version
from pathlib import Path

import pytest

from tests.decks import deck, deckgen

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="checks run on Linux only")

WRONG = """\
# Prüfungen

Q1. What does it print? {#output}

So:

```python
from sqlalchemy import column, select

print(select(column("a")))
print("two")
```

```text output
SELECT b
```

Q2. What does it send? {#emitted}

- In a list:

  ```python
  from sqlalchemy import text

  session.execute(text("select 1"))
  session.execute(text("select 2"))
  ```

  ~~~sql emitted
  select 1;
  select 3;
  ~~~

Q3. What is shown? {#pycon}

```pycon
>>> from sqlalchemy import text
>>> session.scalar(text("select 1"))
2
>>> engine.name
>>> session.execute(text("selec 1"))
Traceback (most recent call last):
ValueError: no
>>> engine.driver
'pysqlite'
```

Q4. What does it print, and then? {#two}

```python
print(engine.name)
```

```text output
```

```python
print(engine.driver)
```

```text output
psycopg
```

Q5. What cannot be taken? {#other}

```python check
assert engine.name == "postgresql"
```
"""
ERROR = """\
sqlalchemy.exc.OperationalError: (sqlite3.OperationalError) near "selec": syntax error
[SQL: selec 1]
(Background on this error at: https://sqlalche.me/e/{}/e3q8)
""".format("".join(version("sqlalchemy").split(".")[:2]))
RIGHT = (
    WRONG.replace("SELECT b\n", "SELECT a\ntwo\n")
    .replace("  select 3;\n", "  select 2;\n")
    .replace("2\n>>> engine.name\n", "1\n>>> engine.name\n'sqlite'\n")
    .replace("ValueError: no\n", ERROR)
    .replace("```text output\n```", "```text output\nsqlite\n```")
    .replace("psycopg\n", "pysqlite\n")
)


@pytest.mark.slow
def test_what_is_observed_is_shown_and_nothing_is_written(tmp_path: Path) -> None:
    deck(tmp_path / "deck", WRONG)
    ran = deckgen("accept", "deck", cwd=tmp_path)
    assert ran.status == 1
    assert "deck/cards.md:15:1: Q1 What does it print? (#output)\n-SELECT b\n+SELECT a\n+two\n" in ran.out
    assert "(#other)" not in ran.out
    assert ran.err.endswith("Small: blocks that differ: 5\n")
    assert (tmp_path / "deck" / "cards.md").read_text() == WRONG


def mixed(text: str) -> str:
    """The text with line ends of all three kinds."""
    ends = ["\r\n", "\n", "\r"]
    return "".join(line + ends[number % 3] for number, line in enumerate(text.split("\n")[:-1]))


FORMS: dict[str, Callable[[str], bytes]] = {
    "CRLF": lambda text: text.replace("\n", "\r\n").encode(),
    "a byte-order mark": lambda text: text.encode("utf-8-sig"),
    "no line end at the end": lambda text: text.rstrip().encode(),
}


@pytest.mark.slow
@pytest.mark.parametrize("form", FORMS.values(), ids=FORMS)
def test_only_what_was_accepted_is_written(tmp_path: Path, form: Callable[[str], bytes]) -> None:
    path = deck(tmp_path / "deck", WRONG) / "cards.md"
    path.write_bytes(form(WRONG))
    ran = deckgen("accept", "deck", "--write", cwd=tmp_path)
    assert (ran.status, ran.err.splitlines()[-1]) == (0, "Small: blocks that differ: 5; written")
    assert path.read_bytes() == form(RIGHT)


def test_line_ends_of_all_kinds_stay_where_they_are(tmp_path: Path) -> None:
    path = deck(tmp_path / "deck", WRONG) / "cards.md"
    before = mixed(WRONG).encode()
    path.write_bytes(before)
    assert deckgen("accept", "deck/cards.md::output", "--write", cwd=tmp_path).status == 0
    line = before.index(b"SELECT b")
    end = before[line + 8 :][:2].strip(b"`")
    after = path.read_bytes()
    assert after.startswith(before[:line])
    assert after.endswith(before[line + 8 + len(end) :])
    assert after[line:].split(b"```")[0].split() == b"SELECT a two".split()


FAILING = """
Q6. What is printed, and where? {#failing}

```python
print(engin.name)
```

```text output
sqlite
```

Q7. Where is it true? {#nowhere database="oracle"}

```python
print(engine.name)
```

```text output
oracle
```

Q8. What is printed first? {#first}

```python
print(1)
```

```text output
0
```

```python
print(two)
```
"""


def test_a_card_that_is_not_proved_whatever_is_accepted_is_named_with_the_reason(tmp_path: Path) -> None:
    path = deck(tmp_path / "deck", WRONG + FAILING) / "cards.md"
    ran = deckgen("accept", "deck", "--write", cwd=tmp_path)
    assert (ran.status, ran.out.count("(#")) == (1, 6)
    assert ": broken: Q6 What is printed, and where? (#failing)\n  NameError: name 'engin' is not defined\n" in ran.err
    assert ": broken: Q8 What is printed first? (#first)\n  NameError: name 'two' is not defined\n" in ran.err
    assert "D017 error: database: unknown database `oracle`" in ran.err
    assert "(#other)" not in ran.err
    assert ran.err.endswith("Small: blocks that differ: 6; written; cards still not proved: 3\n")
    assert path.read_text() == RIGHT + FAILING.replace("\n0\n", "\n1\n")


@pytest.mark.slow
def test_a_file_that_git_could_not_bring_back_is_left_alone(tmp_path: Path) -> None:
    if shutil.which("git") is None:
        pytest.skip("git is not installed")
    path = deck(tmp_path / "deck", WRONG) / "cards.md"
    subprocess.run(["git", "init", "-q"], cwd=tmp_path, check=True)
    ran = deckgen("accept", "deck", "--write", cwd=tmp_path)
    assert (ran.status, "D044" in ran.err, path.read_text()) == (2, True, WRONG)
    assert deckgen("accept", "deck", "--write", "--allow-dirty", cwd=tmp_path).status == 0
    assert path.read_text() == RIGHT
    assert deckgen("accept", "deck", cwd=tmp_path).out == ""
