"""A deck of attacks, built as a user would build it, harms nobody: as it is, as an ordinary user, without namespaces.

And where the layers are missing that this takes, nothing is run unless the user says so.
"""

from __future__ import annotations

import errno
import json
import os
import platform
import shutil
import socket
import stat
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from deckgen.checking.sandbox.escapes import ESCAPES
from deckgen.checking.sandbox.seccomp import DENIED_ALWAYS
from tests import decks
from tests.decks import Ran
from tests.isolation.harness import cases, gone, watch
from tests.isolation.users import NOBODY, as_nobody, run

ATTACKS = cases("../attacks")
HONEST = [case for case in ATTACKS if case.title.startswith("Honest")]
SECRET = "TOP-SECRET"
PRELUDE = """\
import ctypes

libc = ctypes.CDLL(None, use_errno=True)
libc.syscall.restype = ctypes.c_long


def works(call, *arguments, **options):
    try:
        call(*arguments, **options)
    except OSError:
        return False
    return True


def accepted(*arguments):
    return libc.syscall(*arguments) >= 0
"""
TOML = '[deck]\nid = "attacks"\nname = "Attacks"\n[verify]\ntimeout = 10\n'

UNSHARE, SECCOMP, LANDLOCK = DENIED_ALWAYS["unshare"], 317, 444
REFUSING = """\
import json, os, sys
from deckgen.checking.sandbox import kernel, seccomp

kernel.prctl("no new privileges", kernel.PR_SET_NO_NEW_PRIVS, 1)
refused = [seccomp._when(number, [seccomp._fail(error)]) for number, error in json.loads(sys.argv[1])]
seccomp._load([*seccomp._PROLOGUE, *(word for body in refused for word in body), seccomp._ALLOWED])
os.execv(sys.argv[2], sys.argv[2:])
"""
PROBE = """\
import json, sys
from deckgen.checking.sandbox import confinement, landlock, namespaces

print(json.dumps([landlock.abi(), namespaces.refusal(confinement.libraries(), sys.argv[1])]))
"""

linux = pytest.mark.skipif(sys.platform != "linux", reason="checks run on Linux only")
x86_64 = pytest.mark.skipif(platform.machine() != "x86_64", reason="the filters are written for x86-64")
pytestmark = [linux, x86_64]


def refusing(refused: Mapping[int, int]) -> list[str]:
    """The beginning of a command that runs where some system calls fail, each with its error."""
    return [sys.executable, "-c", REFUSING, json.dumps(list(refused.items()))]


# ---------------------------------------------------------------- the attacks


CONFIGURATIONS = ("ordinary-user", "no-namespaces", "no-landlock")


@dataclass(frozen=True)
class Attacked:
    """What became of the deck of attacks, and of the machine; `landlock` is the version that the kernel has."""

    configuration: str
    ran: Ran
    report: Any
    landlock: int
    changed: list[str]
    reached: list[str]
    heard: list[str]
    left: list[str]
    strays: list[str]

    @property
    def verdicts(self) -> dict[str, str]:
        return {each["question"]: each["verdict"] for each in self.report["cards"]}


@pytest.fixture(
    scope="module",
    params=["as-it-is", *(pytest.param(name, marks=pytest.mark.slow) for name in CONFIGURATIONS)],
)
def attacked(request: pytest.FixtureRequest) -> Iterator[Attacked]:
    token = f"evil-{os.urandom(6).hex()}"
    base = Path(tempfile.mkdtemp(prefix="confinement-"))
    base.chmod(0o755)
    try:
        yield attack(request.param, base, token)
    finally:
        shutil.rmtree(base)


def attack(configuration: str, base: Path, token: str) -> Attacked:
    """Build the deck of attacks in one of the configurations, under `base`."""
    work, scratch, victim = (base / name for name in ("work", "scratch", f"victim-{token}"))
    for folder in (work, scratch, victim):
        folder.mkdir()
    furnish(victim)
    command = {
        "as-it-is": lambda: [sys.executable],
        "ordinary-user": lambda: as_nobody(base),
        "no-namespaces": lambda: [*refusing({UNSHARE: errno.EPERM}), sys.executable],
        "no-landlock": lambda: [*refusing({LANDLOCK: errno.ENOSYS}), sys.executable],
    }[configuration]()
    if configuration == "ordinary-user":
        for path in (work, scratch, victim, *victim.rglob("*")):
            os.chown(path, NOBODY, NOBODY)
    landlock, refusal = json.loads(run([*command, "-c", PROBE, str(scratch)], cwd=work).out)
    if configuration != "no-landlock" and not landlock:
        pytest.skip("this kernel has no Landlock")
    if configuration != "no-namespaces" and refusal:
        pytest.skip(f"this system refuses namespaces: {refusal}")
    assert bool(landlock) == (configuration != "no-landlock")
    assert bool(refusal) == (configuration == "no-namespaces")
    reached: list[str] = []
    with ExitStack() as stack:
        port = stack.enter_context(listeners(victim, token, reached))
        watched = stack.enter_context(watch(scratch))
        text = "# Attacks\n\n" + "".join(case.source for case in ATTACKS)
        for placeholder, value in {"@VICTIM@": victim, "@PORT@": port, "@TOKEN@": token}.items():
            text = text.replace(placeholder, str(value))
        deck = decks.deck(base / "deck", text, toml=TOML)
        (deck / "prelude.py").write_text(PRELUDE)
        before = contents(victim)
        ran = run([*command, "-m", "deckgen", "build", str(deck)], cwd=work, TMPDIR=str(scratch), SECRET=SECRET)
        by_attacks = list(reached)
        knock(victim, token, port)
        assert gone(lambda: len(set(reached)) < 4), reached
        return Attacked(
            configuration=configuration,
            ran=ran,
            report=json.loads((work / "build" / "attacks.report.json").read_text()),
            landlock=landlock,
            changed=sorted({path for path, _ in before.items() ^ contents(victim).items()}),
            reached=by_attacks,
            heard=sorted(set(reached) - set(by_attacks)),
            left=watched.left(),
            strays=strays(base, token),
        )


# What is left for Landlock alone: the names of the scratch folder, which all runs of one server share.
UNPREVENTED_BY_NAMESPACES = {"Names beside its own folder"}


def test_every_attack_gets_the_verdict_it_deserves(attacked: Attacked) -> None:
    wrong = {
        case.title: (verdict, case.verdict, results(attacked, case.title))
        for case in ATTACKS
        if (verdict := attacked.verdicts[case.title]) not in case.verdict.split(" or ")
    }
    assert wrong.keys() == (UNPREVENTED_BY_NAMESPACES if attacked.configuration == "no-landlock" else set()), wrong


def test_honest_neighbours_are_verified(attacked: Attacked) -> None:
    assert len(HONEST) * 3 == len(ATTACKS) > 70
    assert {attacked.verdicts[case.title] for case in HONEST} == {"verified"}


def test_what_is_packed_is_what_is_verified(attacked: Attacked) -> None:
    packed = {each["question"] for each in attacked.report["cards"] if each["packed"]}
    assert packed == {title for title, verdict in attacked.verdicts.items() if verdict == "verified"}
    assert attacked.report["package"]["notes"] == len(packed)
    assert attacked.ran.status == 1


def test_nothing_outside_is_changed(attacked: Attacked) -> None:
    assert attacked.changed == []
    assert attacked.strays == []


def test_nobody_who_listens_is_reached(attacked: Attacked) -> None:
    assert attacked.reached == []
    assert attacked.heard == ["abstract", "datagram", "port", "stream"]  # by us, so that the silence says something


def test_no_process_and_no_folder_is_left(attacked: Attacked) -> None:
    assert attacked.left == []


def test_no_secret_is_told(attacked: Attacked) -> None:
    assert SECRET not in attacked.ran.out + attacked.ran.err + json.dumps(attacked.report)


def test_the_layers_are_recorded_and_the_missing_ones_named(attacked: Attacked) -> None:
    layers = {f"landlock-{attacked.landlock}": "landlock: ", "seccomp": "seccomp: ", "namespaces": "namespaces: "}
    missing = {"no-namespaces": "namespaces", "no-landlock": "landlock-0"}.get(attacked.configuration)
    confinements = [each["confinement"] for each in attacked.report["environments"]]
    assert confinements == [[layer for layer in layers if layer != missing]]
    for layer, name in layers.items():
        assert (f"checks ran without {name}" in attacked.ran.err) == (layer == missing)


def furnish(victim: Path) -> None:
    """What others have: files, folders, a secret."""
    files = {"cards.md": "cards", "cache/verdicts.json": "{}", ".bashrc": "rc", "secret": SECRET}
    for name, text in files.items():
        (victim / name).parent.mkdir(exist_ok=True)
        (victim / name).write_text(text)
    (victim / "empty").mkdir(mode=0o700)


def contents(folder: Path) -> dict[str, tuple[object, ...]]:
    """All that can be seen of a folder, itself included, but for the time of the last access."""
    found: dict[str, tuple[object, ...]] = {}
    for path in (folder, *folder.rglob("*")):
        status = path.lstat()
        data = path.read_bytes() if stat.S_ISREG(status.st_mode) else b""
        times = status.st_mtime_ns, status.st_ctime_ns
        attributes = tuple(os.listxattr(path, follow_symlinks=False))
        owner = status.st_uid, status.st_gid
        found[str(path)] = (status.st_mode, *times, status.st_nlink, *owner, attributes, data)
    return found


@contextmanager
def listeners(victim: Path, token: str, reached: list[str]) -> Iterator[int]:
    """Listen on sockets and on a port, which is given; who is reached says so."""
    addresses: dict[str, tuple[int, int, Any]] = {
        "stream": (socket.AF_UNIX, socket.SOCK_STREAM, str(victim / "stream.socket")),
        "datagram": (socket.AF_UNIX, socket.SOCK_DGRAM, str(victim / "datagram.socket")),
        "abstract": (socket.AF_UNIX, socket.SOCK_STREAM, f"\0{token}"),
        "port": (socket.AF_INET, socket.SOCK_STREAM, ("127.0.0.1", 0)),
    }
    with ExitStack() as stack:
        opened = {}
        for name, (family, kind, address) in addresses.items():
            opened[name] = stack.enter_context(socket.socket(family, kind))
            opened[name].bind(address)
            if kind == socket.SOCK_STREAM:
                opened[name].listen()
            opened[name].settimeout(0.1)
        for name in ("stream.socket", "datagram.socket"):
            (victim / name).chmod(0o777)
        stopping = threading.Event()
        threads = [
            threading.Thread(target=hear, args=(name, listener, stopping, reached)) for name, listener in opened.items()
        ]
        for thread in threads:
            thread.start()
        try:
            yield opened["port"].getsockname()[1]
        finally:
            stopping.set()
            for thread in threads:
                thread.join()


def hear(name: str, listener: socket.socket, stopping: threading.Event, reached: list[str]) -> None:
    while not stopping.is_set():
        with suppress(TimeoutError):
            listener.recv(100) if listener.type == socket.SOCK_DGRAM else listener.accept()[0].close()
            reached.append(name)


def knock(victim: Path, token: str, port: int) -> None:
    """Reach everybody who listens."""
    for address in (str(victim / "stream.socket"), f"\0{token}"):
        with socket.socket(socket.AF_UNIX) as client:
            client.connect(address)
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as client:
        client.sendto(b"x", str(victim / "datagram.socket"))
    socket.create_connection(("127.0.0.1", port), 5).close()


def strays(base: Path, token: str) -> list[str]:
    """What the attacks have left elsewhere: files with the name of the run, memory under their key."""
    names = ("/tmp", "/var/tmp", "/dev/shm", "/run", "/run/lock", "/etc", "/root", "/home", "/", "/dev/mqueue")
    folders = {*names, sys.prefix, sys.base_prefix, os.path.dirname(os.__file__), "/usr", "/usr/lib/python3", str(base)}
    found = [f"{folder}/{token}" for folder in sorted(folders) if os.path.lexists(f"{folder}/{token}")]
    found += [str(path) for path in base.rglob(token)]
    for kind in ("shm", "msg", "sem"):
        with suppress(FileNotFoundError):
            lines = Path(f"/proc/sysvipc/{kind}").read_text().splitlines()
            found += [kind for line in lines if line.split()[0] == "4242"]
    return found + sorted({path.name for path in base.iterdir()} - EXPECTED - {f"victim-{token}"})


EXPECTED = {"deck", "work", "scratch", "python"}


def results(attacked: Attacked, title: str) -> Any:
    return next(each["results"] for each in attacked.report["cards"] if each["question"] == title)


# ---------------------------------------------------------------- the escapes


TRY = """\
import sys
from deckgen.checking.sandbox import escapes

sys.exit(0 if escapes._works(escapes.ESCAPES[sys.argv[1]]) else 1)
"""
SELF_TEST = """\
import json, sys
from deckgen.checking.sandbox import kernel, zygote
from deckgen.checking.sandbox.confinement import Confinement

kernel.prctl("no new privileges", kernel.PR_SET_NO_NEW_PRIVS, 1)
confined = Confinement(layers=("landlock-1", "seccomp"), missing=())
print(json.dumps(zygote._refusal(confined, sys.argv[1])))
"""
# What the layers of a run alone, without the server's, do not prevent.
UNPREVENTED = {
    "change times outside its folder",
    "open a socket",
    "send a datagram",
    "read its parent's environment",
}


def test_there_are_ten_escapes() -> None:
    assert len(ESCAPES) == 10


@pytest.mark.parametrize("name", ESCAPES)
def test_an_escape_works_where_nothing_confines_it(name: str, tmp_path: Path) -> None:
    if name == "make a user namespace" and subprocess.run(["unshare", "-U", "true"], timeout=20).returncode:
        pytest.skip("this system lets nobody make a user namespace")
    folder = tmp_path / "scratch" / "folder"
    folder.mkdir(parents=True)
    assert run([sys.executable, "-c", TRY, name], cwd=folder).status == 0


def test_a_server_without_its_own_layer_finds_the_escapes(tmp_path: Path) -> None:
    found = json.loads(run([sys.executable, "-c", SELF_TEST, str(tmp_path)], cwd=tmp_path).out)
    assert {name for name in ESCAPES if name in found} >= UNPREVENTED
    assert {name for name in ESCAPES if name in found} <= UNPREVENTED | {"make a user namespace"}
    assert list(tmp_path.iterdir()) == []


# ---------------------------------------------------------------- layers that are missing


@pytest.fixture
def small(tmp_path: Path) -> Path:
    (tmp_path / "scratch").mkdir()
    return decks.deck(tmp_path / "deck", decks.card(1, "An answer."))


NO_NAMESPACES, NO_SECCOMP, NO_LANDLOCK = {UNSHARE: errno.EPERM}, {SECCOMP: errno.ENOSYS}, {LANDLOCK: errno.ENOSYS}
BELOW_THE_BASE = {
    "nothing": NO_NAMESPACES | NO_SECCOMP | NO_LANDLOCK,
    "landlock-alone": NO_NAMESPACES | NO_SECCOMP,
    "seccomp-alone": NO_NAMESPACES | NO_LANDLOCK,
    "no-seccomp": NO_SECCOMP,
}
NAMES = {UNSHARE: "namespaces: unshare", SECCOMP: "seccomp: seccomp", LANDLOCK: "landlock: landlock_create_ruleset"}


@pytest.mark.slow
@pytest.mark.parametrize("refused", BELOW_THE_BASE.values(), ids=list(BELOW_THE_BASE))
def test_below_the_base_nothing_is_run(refused: Mapping[int, int], small: Path) -> None:
    ran = verify(small, refused)
    assert ran.status == 3
    assert ran.out == ""
    assert "cannot be confined here" in ran.err
    assert "--trust-checks" in ran.err
    for number, name in NAMES.items():
        assert (f"{name}: " in ran.err) == (number in refused)
    assert list((small.parent / "scratch").iterdir()) == []


@pytest.mark.slow
def test_checks_that_are_trusted_run_unconfined_and_say_so(small: Path) -> None:
    ran = verify(small, BELOW_THE_BASE["nothing"], "--trust-checks", "--format", "json")
    assert ran.status == 0, ran.err
    assert [each["confinement"] for each in ran.json["environments"]] == [[]]
    assert [each["verdict"] for each in ran.json["cards"]] == ["verified"]
    for name in NAMES.values():
        assert f"checks ran without {name}: " in ran.err
    assert list((small.parent / "scratch").iterdir()) == []


@pytest.mark.slow
def test_trust_takes_no_layer_off(small: Path) -> None:
    trusted, usual = (verify(small, {}, *trust, "--format", "json") for trust in (["--trust-checks"], []))
    assert trusted.json["environments"] == usual.json["environments"]
    assert "seccomp" in usual.json["environments"][0]["confinement"]


@pytest.mark.slow
def test_namespaces_do_without_landlock(small: Path, tmp_path: Path) -> None:
    if refusal := json.loads(run([sys.executable, "-c", PROBE, str(tmp_path / "scratch")], cwd=tmp_path).out)[1]:
        pytest.skip(f"this system refuses namespaces: {refusal}")
    ran = verify(small, NO_LANDLOCK, "--format", "json")
    assert ran.status == 0, ran.err
    assert [each["confinement"] for each in ran.json["environments"]] == [["seccomp", "namespaces"]]
    assert "checks ran without landlock: " in ran.err


def verify(deck: Path, refused: Mapping[int, int], *options: str) -> Ran:
    command = [*refusing(refused), sys.executable, "-m", "deckgen", "verify", str(deck), *options]
    return run(command, cwd=deck.parent, TMPDIR=str(deck.parent / "scratch"))
