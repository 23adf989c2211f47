"""Every command that the READMEs name is run, in a folder laid out as they say, and prints what they show.

What a command does is tested elsewhere; here, that it does what the README says of it, as it is written there.
"""

from __future__ import annotations

import os
import re
import shlex
import shutil
import signal
import socket
import subprocess
import sys
import threading
import urllib.request
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
import yaml
from markdown_it import MarkdownIt

from tests.decks import Ran, deckgen, interruptible

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="checks run on Linux only")

ROOT = Path(__file__).parents[2]
READMES = (ROOT / "README.md", ROOT / "source" / "README.md")
OTHER_TOOLS = "Beside other tools"  # the section that quotes options which are not ours

ON_PATH = 'export PATH="$PWD/.venv/bin:$PATH"'  # as the README has it
PROGRAM = (
    r"(?:deckgen|dask|make|pytest|pre-commit|python3?|pipx?|uvx?|git|gh|curl|apt(?:-get)?|sudo|docker|np[mx]|export"
    r"|source)"
)
COMMAND = re.compile(rf"(?:eval .+|(?:\w+=\S+ )*(?:\S*/)?{PROGRAM} .+)")
OPTION = re.compile(r"--?[a-z][a-z-]*(?: .+)?")


# ---------------------------------------------------------------- what the READMEs say


@dataclass(frozen=True)
class Said:
    """Commands with what is shown of their output, blocks that are neither code nor command, and options."""

    commands: Mapping[str, str]
    blocks: tuple[str, ...]
    options: frozenset[str]


def said(path: Path) -> Said:
    commands: dict[str, str] = {}
    blocks, options, section = [], set(), ""
    tokens = MarkdownIt("commonmark").enable("table").parse(path.read_text("utf-8"))
    for before, token in zip([None, *tokens], tokens, strict=False):
        if before is not None and before.type == "heading_open":
            section = token.content
        if token.type == "fence" and token.info in ("", "sh", "shell", "bash", "console"):
            found = typed(token.content)
            commands |= found
            blocks += [] if found else [token.content]
        elif token.type == "fence" and token.info == "yaml":
            commands |= dict.fromkeys(asked(yaml.safe_load(token.content)), "")
        for span in (each.content for each in token.children or () if each.type == "code_inline"):
            if COMMAND.fullmatch(span):
                commands.setdefault(span, "")
            elif OPTION.fullmatch(span) and section != OTHER_TOOLS:
                options.add(span.split()[0])
    return Said(commands, tuple(blocks), frozenset(options))


def typed(block: str) -> dict[str, str]:
    """The commands of a block: those behind `$` and what is shown below them, or every line where the first is one."""
    if block.startswith("$ "):
        turns = (turn.partition("\n") for turn in re.split(r"^\$ ", block, flags=re.MULTILINE)[1:])
        return {command: shown for command, _, shown in turns}
    lines = [re.sub(r"\s+# .*", "", line) for line in block.splitlines()]
    return dict.fromkeys(lines, "") if COMMAND.fullmatch(lines[0]) else {}


def asked(document: object) -> Iterator[str]:
    """What YAML asks others to run: a step of a workflow, a hook of pre-commit."""
    match document:
        case list():
            for each in document:
                yield from asked(each)
        case {"run": str(command)}:
            yield command
        case {"repos": repositories}:
            yield from (f"pre-commit run {hook['id']}" for each in repositories for hook in each["hooks"])


SAID = [said(path) for path in READMES]
COMMANDS = {command: shown for each in reversed(SAID) for command, shown in each.commands.items()}


def shows(shown: str, printed: str) -> bool:
    """Whether what is shown was printed, line by line.

    `..` and `…` stand for what is left out, versions and times for those of today; spaces and rules are of any length.
    """
    lines = ["(?:.*\n)*?" if line.strip() == ".." else f"{_pattern(_folded(line))}\n" for line in shown.splitlines()]
    text = "".join(f"{_folded(line)}\n" for line in printed.splitlines())
    return re.search("^" + "".join(lines), text, re.MULTILINE) is not None


def _folded(line: str) -> str:
    return re.sub("─+", "─", " ".join(line.split()))


def _pattern(line: str) -> str:
    varied = {
        r"\.\.+$|…": ".*",
        r"py\d\.\d+-sqlalchemy[\d.]+": r"py[\d.]+-sqlalchemy[\d.]+",
        r"\d{4}-\d\d-\d\d \d\d:\d\d": r"\d{4}-\d\d-\d\d \d\d:\d\d",
    }
    parts = re.split(f"({'|'.join(varied)})", line)
    return "".join(
        next((to for each, to in varied.items() if re.fullmatch(each, part)), re.escape(part)) for part in parts
    )


# ---------------------------------------------------------------- the folder that they describe

NOTES = """\
# Sessions

Q1. What does a new Session hold?

A connection.

Q2. What does `flush()` end?

Nothing: the transaction goes on.

Q3. What is a Session for?

A unit of work.

Q4. What does a column make of a comparison? {#card-id .T}

An expression:

```python
from sqlalchemy import column

print(column("age") > 18)
```

```text output
```
"""
CHECKS = """\
from sqlalchemy import QueuePool, create_engine, orm

pooled = create_engine("sqlite://", poolclass=QueuePool)
def check_q1():
    new = orm.Session(pooled)
    pool = pooled.pool
    assert pool.checkedout() == 1
def refute_q1():
    assert isinstance(pooled.pool, orm.Session)
def check_q2():
    session.connection()
    session.flush()
    assert session.in_transaction() >= 1
"""
HOLDS, FALSE = 'assert engine.name == "sqlite"', 'assert engine.name == "oracle"'
INTERVIEW = [  # what `pytest source/` shows of it: ..F..s.
    ("What is a dialect? {#dialect}", HOLDS),
    ("What is an engine? {#engine}", HOLDS),
    ("How many connections does a QueuePool keep open? {#pool-size}", FALSE),
    ("What is a Session?", HOLDS),
    ("What is a column? {#column}", HOLDS),
    ('What was a session in 0.9? {#old sqlalchemy="<1.0"}', HOLDS),
    ("What is a flush? {#flush}", HOLDS),
]
QUESTION = "Q{}. {}\n\nSo.\n\n```python check\n{}\n```\n"
PROGRAMS = {"deckgen": "-m deckgen", "pytest": "-m pytest", "python": ""}
STAMPS = ("python", "all")  # by which make knows that all is installed


def lay_out(folder: Path) -> Path:
    """A folder with a document of the user's own and a deck, where `make` finds all that it would install."""
    (project,) = re.findall(r"```toml\n(.*?)```", READMES[0].read_text("utf-8"), re.DOTALL)
    cards = [QUESTION.format(number, *card) for number, card in enumerate(INTERVIEW, 1)]
    files = {
        "notes.md": NOTES,
        "notes.checks.py": CHECKS,
        "pyproject.toml": project,
        "source/interview/deck.toml": '[deck]\nid = "interview"\nname = "Interview"\n',
        "source/interview/notes.md": "\n".join(cards),
        ".gitignore": "/.venv/\n/build/\n__pycache__/\n",
    }
    for name, program in PROGRAMS.items():
        files[f".venv/bin/{name}"] = f'#!/bin/sh\nPYTHONPATH={ROOT} exec {sys.executable} -P {program} "$@"\n'
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, "utf-8")
    for name in PROGRAMS:
        (folder / ".venv" / "bin" / name).chmod(0o755)
    shutil.copytree(ROOT / ".ci", folder / ".ci")
    shutil.copy(ROOT / "Makefile", folder)
    for name in STAMPS:
        (folder / ".venv" / name).touch()
    commit(folder)
    return folder


def commit(folder: Path) -> None:
    """Commit all: only then does a command edit a file."""
    git = ["git", "-c", "user.name=Ann", "-c", "user.email=ann@example.org"]
    for arguments in (["init", "--quiet"], ["add", "."], ["commit", "--quiet", "--message", "Begin"]):
        subprocess.run([*git, *arguments], cwd=folder, check=True)


def with_our_deck(folder: Path) -> Path:
    """The folder with a part of our own deck in place of the user's."""
    shutil.rmtree(folder / "source" / "interview")
    for name in ("deck.toml", "prelude.py", "00-interview.md"):
        (folder / "source" / "sqlalchemy").mkdir(exist_ok=True)
        shutil.copy(ROOT / "source" / "sqlalchemy" / name, folder / "source" / "sqlalchemy" / name)
    commit(folder)
    return folder


@pytest.fixture(scope="module")
def own(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return lay_out(tmp_path_factory.mktemp("own"))


@pytest.fixture(scope="module")
def ours(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder with our deck, which was built once."""
    folder = with_our_deck(lay_out(tmp_path_factory.mktemp("ours")))
    deckgen("build", cwd=folder)
    return folder


# ---------------------------------------------------------------- what is to come of each command


def shell(command: str, folder: Path) -> Ran:
    """Run a command as it is typed."""
    ran = subprocess.run(
        ["bash", "-c", f"set -e\n{ON_PATH}\n{command}"],
        cwd=folder,
        env=os.environ | {"COLUMNS": "120"},
        capture_output=True,
        text=True,
        timeout=600,
    )
    return Ran(ran.returncode, ran.stdout, ran.stderr)


def run(command: str, folder: Path) -> Ran:
    """Run a command as it is typed; by itself `deckgen` is run in a fork, which is the same and faster."""
    if re.fullmatch(r"(?:\.venv/bin/)?deckgen [^<>|;&$\n]*", command):
        return deckgen(*shlex.split(command)[1:], cwd=folder, COLUMNS="120")
    return shell(command, folder)


@dataclass(frozen=True)
class Does:
    """What is printed of a command, its exit status, and what is so afterwards, as commands of a shell that succeed.

    `run` is what is run where a README's words stand for others, `first` is what was done before, `also` is what may be
    said instead.
    """

    says: str = ""
    status: int = 0
    run: str = ""
    first: str = ""
    then: str = ""
    also: tuple[str, ...] = ()

    @property
    def words(self) -> list[str]:
        return " ".join([self.run, *self.also, self.then]).split()

    def __call__(self, command: str, folder: Path) -> None:
        succeed(self.first, folder)
        for each in (self.run or command, *self.also):
            ran = run(each, folder)
            printed = f"{ran.out}{ran.err}"
            assert ran.status == self.status, printed
            assert all(line in printed for line in self.says.splitlines()), printed
            assert each != command or shows(COMMANDS[command], printed), printed
        succeed(self.then, folder)


def succeed(commands: str, folder: Path) -> None:
    if commands:
        ran = shell(f"exec 2>&1\n{commands}", folder)
        assert ran.status == 0, f"{commands}\n{ran.out}"


Rule = Callable[[str, Path], None]
PATIENCE = 300.0  # seconds, after which what does not say what is waited for is ended


@contextmanager
def going(command: str, folder: Path) -> Iterator[Callable[[str], str]]:
    """Start what goes on until it is interrupted, as it is here in the end; what waits for a line with a word in it."""
    with subprocess.Popen(
        ["bash", "-c", f"{ON_PATH}\nexec {command}"],
        cwd=folder,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
        preexec_fn=interruptible,
    ) as process:
        assert process.stderr is not None
        lines = process.stderr
        patience = threading.Timer(PATIENCE, os.killpg, (process.pid, signal.SIGKILL))
        patience.start()
        try:
            yield lambda word: next(line for line in lines if word in line)
        finally:
            patience.cancel()
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGINT)
            rest = lines.read()
    assert "Traceback" not in rest, rest


def watches(command: str, folder: Path) -> None:
    with going(command, folder) as said_next:
        assert "1 of 4 verified" in said_next("Sessions: 1 of 4")
        (folder / "notes.checks.py").write_text(CHECKS.replace("== 1", "== 0"))
        assert "2 of 4 verified" in said_next("Sessions: 2 of 4")


def previews(question: str, options: str = "") -> Rule:
    """Show a question to a browser."""

    def rule(command: str, folder: Path) -> None:
        if not options:
            port_is_free(8642)
        with going(f"{command}{options}", folder) as said_next:
            [address] = re.findall(r"http://[\w.:]+/", said_next("preview at"))
            with urllib.request.urlopen(f"{address}decks", timeout=60) as answer:
                assert question in answer.read().decode()

    return rule


def port_is_free(number: int) -> None:
    """Skip the test where somebody else listens."""
    try:
        socket.create_server(("127.0.0.1", number)).close()
    except OSError as error:
        pytest.skip(f"port {number} is taken: {error}")


def hooks(does: Does) -> Rule:
    """What pre-commit runs, after it has installed it."""

    def rule(command: str, folder: Path) -> None:
        offered = yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text())
        [entry] = (each["entry"] for each in offered if command == f"pre-commit run {each['id']}")
        replace(does, run=entry)(command, folder)

    return rule


def proves_elsewhere(command: str, folder: Path) -> None:
    """Prove on a cluster of one worker, which are started as the two commands above say."""
    pytest.importorskip("distributed", reason="Dask is not installed")
    from tests.services.clusters import Cluster

    with Cluster(folder) as cluster:
        cluster.worker()
        Does("Interview: 5 of 7 verified", 1, run=command.replace("tcp://192.0.2.7:8786", cluster.address))(
            command, folder
        )


def pushes(does: Does) -> Rule:
    """Bring a deck into somebody's Anki."""

    def rule(command: str, folder: Path) -> None:
        pytest.importorskip("anki", reason="Anki's engine is not installed")
        from tests.integration.anki.fake_ankiconnect import Actions, serving
        from tests.integration.anki.learner import learner

        with learner(folder / "anki") as somebody, serving(Actions(somebody.collection)) as url:
            replace(does, run=f"{command} --anki {url}")(command, folder)
            assert len(somebody.collection.find_notes("")) == (0 if "--dry-run" in command else 6)

    return rule


FIXED = "sed -i s/oracle/sqlite/ source/interview/notes.md"
RELEASED = f"{FIXED}; git commit -qam Fix; deckgen build --release; mkdir last; cp build/interview.apkg last"

# What only reads and writes files is tried on every change.
QUICK: dict[str, Rule] = {
    ON_PATH: Does("/.venv/bin/deckgen", run="command -v deckgen"),
    "deckgen id --write": Does(
        "inserted: 1",
        then="git diff --numstat | diff - <(printf '1\\t1\\tsource/interview/notes.md\\n')",
    ),
    "deckgen new networks": Does("networks: 1 card", then="test -f source/networks/deck.toml"),
    "deckgen lint notes.md": Does("Sessions: 4 cards, 1 unchecked", 1),
    "deckgen new interview --from notes.md": Does(
        "ids inserted: 3",
        first="rm -r source/interview notes.checks.py",
        then="test $(grep -c '^    [.][.][.]$' source/interview/notes.checks.py) = 3",
    ),
    "deckgen id notes.md --write": Does("inserted: 3"),
    "deckgen explain D012": Does("# D012: "),
    "deckgen explain": Does("D012: \nvacuous: "),
    "deckgen explain vacuous": Does("# vacuous: "),
    "deckgen explain D039": Does("# D039: "),
    "deckgen explain CODE": Does("# D001: ", run="deckgen explain D001"),
    "deckgen new NAME": Does("networks: 1 card", run="deckgen new networks"),
    "deckgen new": Does("ids inserted: 3", run="deckgen new talk --from notes.md"),
    "deckgen id": Does("questions without an id: 1", 1),
    "deckgen lint": Does("Interview: 7 cards"),
}

# What proves, packs, or goes on until it is interrupted.
SLOW: dict[str, Rule] = {
    "deckgen verify notes.md": Does("Sessions: 1 of 4 verified, 2 refuted, 1 unchecked", 1),
    "deckgen build notes.md": Does("build/notes.apkg: 1 note", 1, then="test -s build/notes.report.html"),
    "deckgen verify notes.md::card-id": Does(
        "1 refuted",
        1,
        also=("deckgen verify notes.md --tag T", "deckgen verify notes.md --lf", "deckgen verify notes.md -x"),
    ),
    "deckgen accept notes.md --write": Does(
        "+age > :age_1\nblocks that differ: 1; written",
        then="""
        grep -x 'age > :age_1' notes.md
        sed -i 's/^age.*/other/' notes.md
        ! deckgen accept notes.md --write
        grep -x other notes.md
        deckgen accept notes.md --write --allow-dirty
        grep -x 'age > :age_1' notes.md
        """,
    ),
    "deckgen stats notes.md": Does("cards\nchecked\nmistakes\nwords\nto learn"),
    "deckgen accept": Does("Interview: blocks that differ: 0"),
    "deckgen verify": Does(
        "Interview: 5 of 7 verified, 1 refuted, 1 not-claimed",
        1,
        also=("deckgen verify --no-cache", "deckgen verify --trust-checks"),
    ),
    "deckgen build --cache postgresql+psycopg://deckgen@db.example.org/verdicts": Does(
        "build/interview.apkg: 5 notes",
        1,
        run="deckgen build --cache sqlite:///shared.sqlite",
        also=("deckgen build --cache sqlite:///shared.sqlite --cache-read-only",),
    ),
    "deckgen verify --watch-upstream": Does(
        "what the package index offers cannot be told",
        3,
        run="UV_DEFAULT_INDEX=http://127.0.0.1:9/ UV_HTTP_RETRIES=0 UV_CACHE_DIR=uv deckgen verify --watch-upstream",
    ),
    "deckgen verify --executor dask --scheduler tcp://192.0.2.7:8786": proves_elsewhere,
    "deckgen matrix": Does("How many connections does a QueuePool keep open?\n5/6", 1),
    "deckgen build": Does("build/interview.apkg: 5 notes", 1, then="test -s build/interview.report.json"),
    "pytest source/": Does(
        "source/interview/notes.md::pool-size",
        1,
        also=("pytest source/ -k pool -x", "pytest source/ --lf --junitxml results.xml"),
    ),
    'eval "$(_DECKGEN_COMPLETE=bash_source deckgen)"': Does(
        "verify",
        run='eval "$(_DECKGEN_COMPLETE=bash_source deckgen)"; '
        "COMP_WORDS=(deckgen ver); COMP_CWORD=1; _deckgen_completion deckgen; echo ${COMPREPLY[*]}",
        then="for each in zsh fish; do _DECKGEN_COMPLETE=${each}_source deckgen | grep -q complet; done",
    ),
    "pre-commit run deckgen-lint": hooks(Does("Interview: 7 cards")),
    "pre-commit run deckgen-verify": hooks(Does("Interview: 5 of 7 verified", 1)),
    "deckgen preview notes.md": previews("What does a column make of a comparison?", " --port 0"),
    "deckgen verify notes.md --watch": watches,
    "deckgen verify notes.md --mutate": Does("D052\n3 of 5 mutants killed", 1),
    "deckgen verify --mutate": Does("mutants killed", 1),
    "deckgen verify --format github": Does("::error file=source/interview/notes.md,line=", 1),
    ".venv/bin/deckgen verify --format sarif > deckgen.sarif": Does(
        status=1, then="python -c 'import json; json.load(open(\"deckgen.sarif\"))'"
    ),
    "deckgen push": pushes(Does("new          #pool-size\n6 new", first=FIXED)),
    "deckgen push --dry-run": pushes(Does("new          #dialect", 1)),
    "deckgen build --release": Does("", 1, then="test -s source/interview/ledger.json"),
    "deckgen build --locked": Does(
        "D066",
        1,
        first=f"{RELEASED}; sed -i s/So./Other./ source/interview/notes.md",
    ),
    "deckgen diff": Does("6 untouched", run="deckgen diff last/interview.apkg build/interview.apkg", first=RELEASED),
    "make release LAST=last": Does(
        "last/gone.apkg: gone; learners keep it as it is\nuntouched",
        first=f"{RELEASED}; cp last/interview.apkg last/gone.apkg",
        then="cd build; sha256sum --check SHA256SUMS",
    ),
}
LEDGER = Does(
    "6 cards",
    run="deckgen ledger --from last/interview.apkg",
    first=f"{RELEASED}; mv source/interview/ledger.json was",
    then="cmp was source/interview/ledger.json",
)
SLOW |= dict.fromkeys(("deckgen ledger --from", "deckgen ledger --from FILE.apkg"), LEDGER)

# With our own deck.
INTERVIEW_ONLY = "source/sqlalchemy/00-interview.md"
OURS: dict[str, Rule] = {
    "make deck": Does("build/sqlalchemy.apkg: 50 notes", first="rm -r build/*.*", then="test -s build/sqlalchemy.apkg"),
    "make preview": previews("What does `sessionmaker()` return?"),
    "deckgen matrix source/sqlalchemy/00-interview.md --sqlalchemy 1.4 --sqlalchemy 2.0 --sqlalchemy 2.1": Does(
        "50/50"
    ),
    "deckgen diff sqlalchemy-1.apkg build/sqlalchemy.apkg": Does(
        first=f"""
        cp {INTERVIEW_ONLY} whole.md
        awk '/^(Q|#)/ {{gone = /#enum-stores-name/}} !gone' whole.md > {INTERVIEW_ONLY}
        deckgen build --release
        mv build/sqlalchemy.apkg sqlalchemy-1.apkg
        sed 's/== len(connections) == 15/== 5/; s/before it runs the/before it runs a/' whole.md > {INTERVIEW_ONLY}
        ! deckgen build --release
        """
    ),
}

# What whoever runs this test has said himself, and what the command below it needs.
ELSEWHERE = {"make test", "dask scheduler", "dask worker tcp://192.0.2.7:8786"}


# ---------------------------------------------------------------- and what comes


def test_every_command_of_the_readmes_is_known_here() -> None:
    """One that is written there and not here is not tested."""
    known = [*QUICK, *SLOW, *OURS, *ELSEWHERE]
    assert sorted(COMMANDS) == sorted(known)
    assert [len(each.blocks) for each in SAID] == [2, 0], "a block whose first line is not known to be a command"


@pytest.mark.parametrize("command", [*QUICK, *(pytest.param(each, marks=pytest.mark.slow) for each in SLOW)])
def test_a_command_does_what_the_readme_says(command: str, own: Path, tmp_path: Path) -> None:
    folder = shutil.copytree(own, tmp_path / "own")
    (QUICK | SLOW)[command](command, folder)


@pytest.mark.slow
@pytest.mark.parametrize("command", OURS)
def test_a_command_does_with_our_deck_what_the_readme_says(command: str, ours: Path, tmp_path: Path) -> None:
    OURS[command](command, shutil.copytree(ours, tmp_path / "ours", symlinks=True))


def test_every_option_is_part_of_a_command_that_is_run() -> None:
    rules = [each for each in (QUICK | SLOW | OURS).values() if isinstance(each, Does)]
    words = {word for each in [*map(str.split, COMMANDS), *(rule.words for rule in rules)] for word in each}
    assert {option for each in SAID for option in each.options} <= words


@pytest.mark.slow
def test_what_looks_like_output_is_printed(own: Path) -> None:
    """What is in two files, and what is said of an answer that is refuted."""
    [[files, refuted], []] = [each.blocks for each in SAID]
    for line in files.splitlines():
        name, *words = line.split("  ")
        assert all(word.strip(" .") in (own / name).read_text() for word in words)
    assert shows(refuted, deckgen("verify", "notes.md", cwd=own).out)


@pytest.mark.slow
def test_the_card_of_the_readme_is_proved_and_nothing_is_wrong_with_it(tmp_path: Path) -> None:
    (tmp_path / "cards.md").write_text("---\nid: cards\nname: Cards\n---\n" + example(READMES[0]))
    ran = deckgen("verify", "cards.md", cwd=tmp_path)
    assert (ran.status, ran.out) == (0, "")
    assert "Cards: 1 of 1 verified (" in ran.err


def test_the_formats_of_the_readme_are_read(tmp_path: Path) -> None:
    (settings,) = re.findall(r"```toml\n(.*?)```", READMES[1].read_text("utf-8"), re.DOTALL)
    (tmp_path / "deck.toml").write_text(settings)
    (tmp_path / "cards.md").write_text(example(READMES[1]))
    ran = deckgen("lint", ".", cwd=tmp_path)
    assert (ran.out, ran.err.splitlines()[0]) == ("", "SQLAlchemy: 1 card, 1 unchecked")


def example(path: Path) -> str:
    """The first card that a README shows."""
    return str(re.findall(r"^````markdown\n(.*?)^````$", path.read_text("utf-8"), re.DOTALL | re.MULTILINE)[0])
