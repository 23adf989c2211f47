"""Each criterion of the audit, broken once: by the official engine, on packages spoiled on purpose."""

from __future__ import annotations

import json
import re
import sqlite3
import time
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from deckgen import files, shipping
from deckgen.diagnostics import Severity
from deckgen.model import SOUNDS
from deckgen.notes import Note, Stamp, StampedNote
from deckgen.packing import archive, package
from deckgen.packing.notetypes import KINDS
from deckgen.publishing import criteria
from deckgen.publishing.audit import audit
from deckgen.publishing.criteria.finding import CODES
from tests.samples import MEDIA as MEDIA_FILES

BASIC = KINDS["basic"].note_type
SVG = b'<svg xmlns="http://www.w3.org/2000/svg"'
PNG = b"\x89PNG\r\n\x1a\n picture"


def stamped(number: int, answer: str = "an answer", front: str = BASIC.templates[0].front) -> StampedNote:
    fields = (f"question {number}", answer, "", "", "", f"card-{number}", *[""] * 4)
    note_type = replace(BASIC, templates=(replace(BASIC.templates[0], front=front),))
    note = Note(f"card-{number}", f"question {number}", note_type, "Small", fields, ("tag",))
    return StampedNote(note, Stamp(f"guid-{number}", 1_800_000_000_000 + 20 * number, 1_800_000_000))


NOTES = [stamped(1), stamped(2)]


def packed(
    folder: Path, notes: Sequence[StampedNote] = NOTES, *, name: str = "small.apkg", types: int = 1_700_000_000
) -> Path:
    path = folder / name
    files.write(path, package.pack(notes, {"deckgen basic": types}, name="Small", description=""))
    return path


def spoiled(
    folder: Path, statement: str = "", media: Sequence[tuple[str, bytes]] = (), base: Path | None = None
) -> Path:
    """A package, by itself or another, whose database was changed after it was packed, or that was given media."""
    path = folder / base.name if base else packed(folder)
    with zipfile.ZipFile(base or path) as before:
        members = {name: before.read(name) for name in before.namelist()}
    connection = sqlite3.connect(":memory:")
    connection.deserialize(members["collection.anki2"])
    connection.executescript(statement)
    connection.commit()
    members |= {"collection.anki2": connection.serialize()}
    members |= {str(number): data for number, (_, data) in enumerate(media)}
    members |= {"media": json.dumps({str(number): name for number, (name, _) in enumerate(media)}).encode()}
    files.write(path, archive.zipped(members))
    return path


def models(old: str, new: str) -> str:
    """The statement that changes the note types."""
    return f"UPDATE col SET models = replace(models, '{old}', '{new}')"


def says(text: str) -> str:
    """The statement that makes the second note say something."""
    return f"UPDATE notes SET flds = replace(flds, 'an answer', '{text}') WHERE guid = 'guid-2'"


def codes(path: Path, intent: Sequence[StampedNote] | None = None) -> set[str]:
    return {finding.code for finding in audit(path, intent)}


def test_a_good_package_has_no_finding(tmp_path: Path) -> None:
    assert audit(packed(tmp_path), NOTES) == []
    assert audit(packed(tmp_path)) == []


@pytest.mark.parametrize("suffix", [*MEDIA_FILES, "jpeg"])
def test_a_good_file_has_no_finding(tmp_path: Path, suffix: str) -> None:
    data = MEDIA_FILES["jpg" if suffix == "jpeg" else suffix]
    text = f"[sound:a.{suffix}]" if suffix in SOUNDS else f'<img alt="x" src="a.{suffix}">'
    assert audit(spoiled(tmp_path, says(text), [(f"a.{suffix}", data)])) == []


def test_an_svg_may_well_say_what_another_would_do(tmp_path: Path) -> None:
    """As a drawing program writes it."""
    data = (
        b'<!-- drawn -->\n<svg xmlns="http://www.w3.org/2000/svg"><text> onload=1, src=x, url(x), @import</text></svg>'
    )
    assert audit(spoiled(tmp_path, says('<img alt="x" src="a.svg">'), [("a.svg", data)])) == []


@pytest.mark.parametrize(
    "text",
    [
        'a <a href="https://docs.sqlalchemy.org/x.png">link</a>',
        "code <code>&lt;script onload=&gt; relationship(onclause=x, url(x.png), srcset=y)</code>",
        "<code>&#91;latex] &#91;$] prefers-color-scheme javascript: session.onload = 1</code>",
        "<pre><code><span class=o>&lt;</span> onclick=x</code></pre>",
        "line<br>break <s>x</s> <ins>x</ins> <em>x</em> \\\\(x < y\\\\)",
    ],
)
def test_what_an_answer_may_well_say_is_no_finding(tmp_path: Path, text: str) -> None:
    """A false alarm would keep a good package from being written."""
    assert codes(spoiled(tmp_path, says(text))) == set()


@pytest.mark.parametrize("data", [b"", b"no zip", archive.zipped({"media": b"{}"}), archive.zipped({"x": b""})])
def test_what_is_no_package(tmp_path: Path, data: bytes) -> None:
    files.write(tmp_path / "small.apkg", data)
    assert codes(tmp_path / "small.apkg") == {"A001"}


def test_an_archive_with_a_damaged_member(tmp_path: Path) -> None:
    data = packed(tmp_path).read_bytes()
    files.write(tmp_path / "small.apkg", data[:500] + bytes([data[500] ^ 0xFF]) + data[501:])
    assert codes(tmp_path / "small.apkg") == {"A001"}


def test_what_the_engine_refuses(tmp_path: Path) -> None:
    assert codes(spoiled(tmp_path, "DROP TABLE cards")) == {"A001"}
    assert codes(spoiled(tmp_path, "UPDATE col SET decks = 'no json'")) == {"A002"}
    assert codes(spoiled(tmp_path, "UPDATE notes SET flds = flds || char(31)")) == {"A002"}
    assert codes(spoiled(tmp_path, "UPDATE notes SET mid = 7")) == {"A002"}


@pytest.mark.parametrize("name", ["collection.apkg", "backup-2026.apkg"])
def test_a_name_that_would_replace_the_collection(tmp_path: Path, name: str) -> None:
    assert "A003" in codes(packed(tmp_path, name=name))


BROKEN: Mapping[str, Sequence[str]] = {
    "A004": ["UPDATE notes SET guid = 'guid-1'"],
    "A005": ["DELETE FROM notes WHERE guid = 'guid-2'", "UPDATE notes SET guid = 'guid-3' WHERE guid = 'guid-2'"],
    "A006": [says("another"), "UPDATE notes SET tags = ' other ' WHERE guid = 'guid-2'"],
    "A007": ["UPDATE notes SET guid = 'guid-1'", says("cafe" + "\u0301")],
    "A009": ["DELETE FROM cards WHERE nid IN (SELECT id FROM notes WHERE guid = 'guid-2')"],
    "A010": ["DELETE FROM cards"],
    "A011": ["UPDATE notes SET flds = replace(flds, 'question 2', '')"],
    "A012": [models("{{Answer}}", "{{Nothing}}")],
    "A013": [models("{{Answer}}", "{{Nothing}}"), "UPDATE notes SET flds = replace(flds, 'question 2', '')"],
    "A014": ["UPDATE notes SET flds = replace(flds, 'question 2', '<p></p>')"],
    "A015": ["UPDATE notes SET flds = replace(flds, 'an answer', '<p> </p>')"],
    "A016": [says('<img src="gone.png">'), says("[sound:gone.mp3]")],
    "A017": ["UPDATE cards SET did = 99"],
    "A018": ["UPDATE notes SET flds = replace(flds, 'question 2', 'question 1')"],
    "A019": ["UPDATE cards SET due = 0"],
    "A020": ["UPDATE cards SET did = 1"],
    "A021": [models("<hr id=answer>", "<hr>")],
    "A022": [models('"id": 1795423071201', '"id": null')],
    "A023": [models('"css": "', '"css": "@media (prefers-color-scheme: dark) {}')],
    "A024": [
        models('"css": "', '"css": "@import url(x.css);'),
        models('"css": "', '"css": "p {background: url(https://x.org/y.png)}'),
        models("<hr id=answer>", "<hr id=answer><script>1</script>"),
        models("<hr id=answer>", "<hr id=answer><img src=//x.org/y.png>"),
    ],
    "A025": [
        says("<script>1</script>"),
        says("<p onclick=x>y</p>"),
        says('<a href="javascript:x">y</a>'),
        says("<form>"),
    ],
    "A026": [says("[latex]x[/latex]"), says("[$]x[/$]"), says("[$$]x[/$$]")],
    "A027": [
        says('<img srcset="x.png 2x">'),
        says('<a href="x.png">x</a>'),
        says('<p style="background: url(x.png)">x'),
    ],
    "A028": [
        says('<img src="https://x.org/y.png">'),
        says('<img src="//x.org/y.png">'),
        says('<img src="../y.png">'),
        says('<img src="/y.png">'),
        says('<img src="y%20z.png">'),
        says('<img src="data:image/png;base64,AA==">'),
    ],
}


@pytest.mark.parametrize(("code", "statement"), [(code, each) for code, found in BROKEN.items() for each in found])
def test_what_differs_from_the_intent_or_does_not_work(tmp_path: Path, code: str, statement: str) -> None:
    assert code in codes(spoiled(tmp_path, statement), NOTES)


def test_a_build_is_told_what_the_engine_finds(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    path = packed(tmp_path)
    [found] = shipping._judged(path.read_bytes(), path, [NOTES[0], stamped(2, "another answer")])
    assert (found.code, found.severity, found.location.path) == ("D061", Severity.ERROR, path.as_posix())
    assert found.message.startswith("A006: ")


MEDIA: Mapping[str, Sequence[Sequence[tuple[str, bytes]]]] = {
    "A029": [[("picture.png", PNG), ("Picture.png", PNG)]],
    "A030": [[("a picture.png", PNG)], [("caf\u00e9.png", PNG)]],
    "A031": [[("picture.png", b"<svg></svg>")], [("picture.jpg", PNG)], [("picture.gif", b"")]],
    "A032": [
        [("picture.svg", SVG + b"><script>1</script></svg>")],
        [("picture.svg", SVG + b' onload="1"></svg>')],
        [("picture.svg", SVG + b'><image href="https://x.org/y.png"/></svg>')],
        [("picture.svg", SVG + b"><style>@import 'x'</style></svg>")],
        [("picture.svg", b"<svg></svg>")],
    ],
    "A033": [[("used.png", PNG), ("used.png", PNG + b"another")]],
    "A034": [[("picture.png", PNG)]],
}


@pytest.mark.parametrize(("code", "media"), [(code, each) for code, found in MEDIA.items() for each in found])
def test_media_that_do_not_work_on_every_device(tmp_path: Path, code: str, media: Sequence[tuple[str, bytes]]) -> None:
    assert code in codes(spoiled(tmp_path, says('<img src="used.png">') if code == "A033" else "", media))


def test_a_field_that_the_engine_stores_differently(tmp_path: Path) -> None:
    """The engine brings text into its normal form; what was intended must already be in it."""
    notes = [stamped(1, "cafe\u0301")]
    assert {"A006", "A007"} <= codes(packed(tmp_path, notes), notes)


@pytest.mark.parametrize(
    ("front", "code"),
    [("{{#Spare2}}{{Question}}{{/Spare2}}", "A009"), ("<p></p>", "A012")],
)
def test_a_front_that_shows_nothing(tmp_path: Path, front: str, code: str) -> None:
    assert code in codes(packed(tmp_path, [stamped(1, front=front)]))


def test_an_answer_that_shows_nothing(tmp_path: Path) -> None:
    assert "A015" in codes(packed(tmp_path, [stamped(1, "")]))


def test_every_criterion_is_broken_by_some_test_here() -> None:
    text = "".join(path.read_text() for path in Path(criteria.__file__).parent.glob("*.py"))
    assert set(re.findall(r'"(A\d+)"', text)) == {*BROKEN, *MEDIA, "A003"} == {*CODES} - {"A001", "A002"}


def test_what_anki_does_not_mind_is_a_warning() -> None:
    text = "".join(Path(module).read_text() for module in Path(criteria.__file__).parent.glob("*.py"))
    warned = set(re.findall(r'Finding\("(A\d+)"[^\n]*Severity.WARNING', text))
    assert warned == {"A018", "A034"}
    assert Severity.WARNING > Severity.ERROR


@pytest.mark.slow
def test_ten_thousand_notes_take_seconds(tmp_path: Path) -> None:
    notes = [stamped(number, f"<p>an <code>answer</code> {number}</p>" * 20) for number in range(10_000)]
    path = packed(tmp_path, notes)
    started = time.process_time()
    assert audit(path, notes) == []
    assert time.process_time() - started < 15
