"""Missing ids: which they are, where they go in a line, and that nothing else becomes different."""

from __future__ import annotations

import codecs
from pathlib import Path

import pytest

from deckgen.diagnostics import Location
from deckgen.model import Deck
from deckgen.reading import decks, ids, sources
from deckgen.reading.ids import MissingId
from tests.decks import DECK_TOML
from tests.unit.test_questions import ABOVE, LABELLED
from tests.unit.test_seed_like import ROUGH

LINE_ENDS = {"LF": ["\n"], "CRLF": ["\r\n"], "CR": ["\r"], "mixed": ["\r\n", "\n", "\r", "\n\r", "\r\r\n"]}
MARKS = {"no byte-order mark": b"", "byte-order mark": codecs.BOM_UTF8}


def deck(folder: Path, **documents: str | bytes) -> Deck:
    """A deck of some documents, each under its name and `.md`."""
    (folder / "deck.toml").write_text(DECK_TOML)
    for name, text in documents.items():
        (folder / f"{name}.md").write_bytes(text if isinstance(text, bytes) else text.encode())
    [found] = decks.read([str(folder)]).decks
    return found


def given(found: list[MissingId]) -> list[str]:
    return [each.id for each in found]


def ended(text: str, ends: list[str]) -> bytes:
    """A text with other line ends, taken in turn; its last line has none."""
    lines = text.split("\n")
    return "".join(line + ends[number % len(ends)] for number, line in enumerate(lines[:-1])).encode() + (
        lines[-1].encode()
    )


# ---------------------------------------------------------------- where an id goes

LINES = {
    **{name: (line, f"{line} {{#ID}}") for name, (line, _, _) in LABELLED.items() if "attributes" not in name},
    "bold question": ("**Q5. What is rye?**", "**Q5. What is rye? {#ID}**"),
    "bold question with underscores": ("__Q5. What is rye?__", "__Q5. What is rye? {#ID}__"),
    "bold question, spaces inside": ("**Q5. What is rye?  **", "**Q5. What is rye? {#ID}  **"),
    "bold question, bold word at its end": ("**Q5. Is it **rye**", "**Q5. Is it **rye {#ID}**"),
    "bold question, emphasis at its end": ("**Q5. Is it *rye***", "**Q5. Is it *rye* {#ID}**"),
    "bold that is never closed": ("**Q5. What is rye?", "**Q5. What is rye? {#ID}"),
    "bold label, bold word at the end": ("**Q5.** Is it **rye**", "**Q5.** Is it **rye** {#ID}"),
    "trailing spaces": ("Q1. What is rye?  ", "Q1. What is rye? {#ID}  "),
    "trailing tab": ("Q1. What is rye?\t", "Q1. What is rye? {#ID}\t"),
    "trailing no-break space": ("Q1. What is rye?\u00a0", "Q1. What is rye? {#ID}\u00a0"),
    "bold question, trailing spaces": ("**Q1. What is rye?**   ", "**Q1. What is rye? {#ID}**   "),
    "indented": ("   Q1. What is rye?", "   Q1. What is rye? {#ID}"),
    "trailing hashes": ("Q1. What is rye? ##", "Q1. What is rye? ## {#ID}"),
    "trailing backslash": ("Q1. What is \\", "Q1. What is \\ {#ID}"),
    "code that is never closed": ("Q1. What is `rye", "Q1. What is `rye {#ID}"),
    "code": ("Q1. What is `rye`", "Q1. What is `rye` {#ID}"),
    "line break of HTML": ("Q1. What is rye?<br>", "Q1. What is rye?<br> {#ID}"),
    "comment": ("Q1. What is rye? <!-- easy -->", "Q1. What is rye? <!-- easy --> {#ID}"),
    "comment that is never closed": ("Q1. What is rye? <!-- easy", "Q1. What is rye? <!-- easy {#ID}"),
    "HTML that is not kept": ('Q1. <font color="red">What?</font>', 'Q1. <font color="red">What?</font> {#ID}'),
    "picture": ("Q1. What is ![this](rye.png)", "Q1. What is ![this](rye.png) {#ID}"),
    "link": ("Q1. What is [rye](x)?", "Q1. What is [rye](x)? {#ID}"),
    "formula": ("Q1. What is \\(x^{2}\\)", "Q1. What is \\(x^{2}\\) {#ID}"),
    "not ASCII": ("Q1. Wie hei\u00dft \u8336 \U0001f33e?", "Q1. Wie hei\u00dft \u8336 \U0001f33e? {#ID}"),
    "braces in words": ("Q1. What does {x} mean?", "Q1. What does {x} mean? {#ID}"),
    "braces at the end": ("Q1. What is {1, 2}", "Q1. What is {1, 2} {#ID}"),
    "attributes that are not at the end": ("Q1. What is {.a} here?", "Q1. What is {.a} here? {#ID}"),
    "tag": ("Q1. What is rye? {.grass}", "Q1. What is rye? {#ID .grass}"),
    "tag, no space before it": ("Q1. What is rye?{.grass}", "Q1. What is rye?{#ID .grass}"),
    "tags, trailing spaces": ("Q1. What is rye? {.a .b}  ", "Q1. What is rye? {#ID .a .b}  "),
    "key": ('Q1. What is rye? {sqlalchemy=">=2.0"}', 'Q1. What is rye? {#ID sqlalchemy=">=2.0"}'),
    "spaces inside": ("Q1. What is rye? {  .a  }", "Q1. What is rye? {#ID  .a  }"),
    "tag of a bold question, inside": ("**Q1. What? {.a}**", "**Q1. What? {#ID .a}**"),
    "tag of a bold question, inside, spaces": ("**Q1. What? {.a} ** ", "**Q1. What? {#ID .a} ** "),
    "tag of a bold question, outside": ("**Q1. What?** {.a}", "**Q1. What?** {#ID .a}"),
    "tag behind braces": ("Q1. What is {x}? {.a}", "Q1. What is {x}? {#ID .a}"),
    "two attributes": ("Q1. What? {.a} {.b}", "Q1. What? {.a} {#ID .b}"),
    "hash alone": ("Q1. What? {#}", "Q1. What? {#ID #}"),
    "unknown key": ("Q1. What? {colour=red}", "Q1. What? {#ID colour=red}"),
    "bad value": ("Q1. What? {.a timeout=never}", "Q1. What? {#ID .a timeout=never}"),
    "tag alone": ("Q1. {.a}", "Q1. {#ID .a}"),
    "question mark alone, tag": ("Q8 What is rye? {.a}", "Q8 What is rye? {#ID .a}"),
}


@pytest.mark.parametrize("mark", MARKS.values(), ids=MARKS.keys())
@pytest.mark.parametrize("ends", LINE_ENDS.values(), ids=LINE_ENDS.keys())
@pytest.mark.parametrize(("line", "expected"), LINES.values(), ids=LINES.keys())
def test_an_id_is_inserted(tmp_path: Path, line: str, expected: str, ends: list[str], mark: bytes) -> None:
    text = "{}\nA gr\u00e4ss.\t \n\n```python\nrye = 1\n```\n\n\nQ2. And oat? {{#oat}}\nToo.\n{}\nAgain.\n\nNo end"
    before = mark + ended(text.format(line, line), ends)
    read = deck(tmp_path, notes=before)
    plan = ids.plan(read)
    [first, second] = plan.inserted
    assert second.id == f"{first.id}-2"
    assert plan.diagnostics == ()
    [revision] = plan.revisions
    assert revision.before == before
    after = text.format(expected.replace("ID", first.id), expected.replace("ID", second.id))
    assert revision.after == mark + ended(after, ends)
    again = deck(tmp_path, notes=revision.after)
    assert [card.id for card in again.cards] == [first.id, "oat", second.id]
    assert [card.question for card in again.cards] == [card.question for card in read.cards]
    assert [card.tags for card in again.cards] == [card.tags for card in read.cards]
    assert ids.missing(again) == []


@pytest.mark.parametrize("above", ABOVE.values(), ids=ABOVE.keys())
def test_a_question_gets_its_id_wherever_it_stands(tmp_path: Path, above: str) -> None:
    text = f"Q1. What is rye ?\n{above}\nQ2. What is oat ?\nAlso a grass."
    [revision] = ids.plan(deck(tmp_path, notes=text)).revisions
    expected = text.replace("rye ?", "rye ? {#what-is-rye}").replace("oat ?", "oat ? {#what-is-oat}")
    assert revision.after.decode() == expected


FORMS = {
    "a paragraph": "What is rye? {#ID}\n\nA grass.",
    "italics": "*What is rye?* {#ID}\n\nA grass.",
    "bold words, and the answer behind them": "**What is rye? {#ID}** A grass.",
    "a heading that is underlined": "What is rye? {#ID}\n------------\n\nA grass.",
    "a heading in HTML": "<h3>1. What is <code>rye</code>? {#ID}</h3>\n\nA grass.",
    "bold words in HTML": "<p><b>What is rye &amp; oat?</b><br> {#ID}\nA grass.</p>",
    "a fold": "<details>\n<summary>What is <code>rye</code>? {#ID}</summary>\n\nA grass.\n\n</details>",
    "a fold of several lines": "<details>\n<summary>\nWhat is rye?\n {#ID}</summary>\n\nA grass.\n\n</details>",
    "a number, and a title that goes on": (
        "1. What does a farmer mean when he says that something\n   is rye? {#ID}\n\n   A grass."
    ),
    "a mark, and a title that goes on": "Q: What does a farmer mean by\n`this` and by rye? {#ID}\nA: A grass.",
    "a label above the title": "### Question 1\n\nWhat is rye? {#ID}\n\n**Answer**\n\nA grass.",
    "the title of a pair": "What is rye {#ID} :: a grass",
    "a title above a pair's mark": "What is rye {#ID}\n?\nA grass.",
    "a callout": "> [!question] What is rye? {#ID}\n> A grass.",
}


@pytest.mark.parametrize("form", FORMS.values(), ids=FORMS.keys())
def test_a_question_gets_its_id_however_it_is_written(tmp_path: Path, form: str) -> None:
    """Its form is told from all that are written so, which must be the same with an id as without."""
    forms = [
        form.replace("rye", each).replace("1", str(number)) for number, each in enumerate(("rye", "oat", "tef"), 1)
    ]
    before = "\n\n".join(forms).replace(" {#ID}", "")
    read = deck(tmp_path, notes=f"# Grass\n\n{before}\n")
    assert len(read.cards) == 3
    plan = ids.plan(read)
    assert plan.diagnostics == ()
    after = "\n\n".join(each.replace("ID", card.id) for each, card in zip(forms, read.cards, strict=True))
    assert plan.revisions[0].after.decode() == f"# Grass\n\n{after}\n"


@pytest.mark.parametrize("mark", MARKS.values(), ids=MARKS.keys())
@pytest.mark.parametrize("ends", LINE_ENDS.values(), ids=LINE_ENDS.keys())
def test_a_rough_document_gets_its_ids_and_is_the_same_otherwise(tmp_path: Path, ends: list[str], mark: bytes) -> None:
    before = mark + ended(ROUGH, ends)
    [revision] = (plan := ids.plan(deck(tmp_path, notes=before))).revisions
    assert len(plan.inserted) == 17
    after = revision.after
    for each in plan.inserted:
        assert after.count(f" {{#{each.id}}}".encode()) == 1
        after = after.replace(f" {{#{each.id}}}".encode(), b"")
    assert after == before


NO_PLACE = {
    "attributes that cannot be read": "Q1. What? {#rye timeout=}",
    "an id that is empty": 'Q1. What? {.a id=""}',
    "words in braces, and a question by its mark alone": "Q1 What? {or who}",
}


@pytest.mark.parametrize("line", NO_PLACE.values(), ids=NO_PLACE.keys())
def test_a_line_without_a_place_for_an_id_is_said_and_left(tmp_path: Path, line: str) -> None:
    plan = ids.plan(deck(tmp_path, notes=f"{line}\n\nA.\n\nQ2. Who?\n\nB.\n"))
    [revision] = plan.revisions
    assert revision.after.decode() == f"{line}\n\nA.\n\nQ2. Who? {{#who}}\n\nB.\n"
    [said] = plan.diagnostics
    assert (said.code, said.location.line, said.excerpt) == ("D041", 1, line)
    assert given(list(plan.inserted)) == ["who"]


# ---------------------------------------------------------------- which id

SAME = {
    "none the same": (["Q1. A?", "Q2. B?"], ["a", "b"]),
    "twice": (["Q1. A?", "Q2. A!"], ["a", "a-2"]),
    "four times": (["Q1. A?"] * 4, ["a", "a-2", "a-3", "a-4"]),
    "an id given below": (["Q1. A?", "Q2. B? {#a}"], ["a-2"]),
    "an id given above": (["Q2. B? {#a}", "Q1. A?"], ["a-2"]),
    "a number that is given": (["Q1. A?", "Q2. A?", "Q3. B? {#a-2}"], ["a", "a-3"]),
    "a number that words make": (["Q1. A?", "Q2. A?", "Q3. A 2"], ["a", "a-3", "a-2"]),
    "a number that words make above": (["Q3. A 2", "Q1. A?", "Q2. A?"], ["a-2", "a", "a-3"]),
    "a number that a function would be named after": (["Q1. A?", "Q2. A?", "Q3. B? {#a_2}"], ["a", "a-3"]),
    "an id of another that cannot be read": (["Q1. A? {#x y=}", "Q2. A?"], ["a", "a-2"]),
}


@pytest.mark.parametrize(("lines", "expected"), SAME.values(), ids=SAME.keys())
@pytest.mark.parametrize("several", ["one document", "a document each"])
def test_ids_are_those_of_the_reader_or_numbered(
    tmp_path: Path, lines: list[str], expected: list[str], several: str
) -> None:
    texts = [f"{line}\n\nYes.\n" for line in lines]
    documents = (
        {f"n{number}": text for number, text in enumerate(texts)} if "each" in several else {"n": "".join(texts)}
    )
    assert given(ids.missing(deck(tmp_path, **documents))) == expected


def test_a_card_whose_id_changes_is_said_so(tmp_path: Path) -> None:
    read = deck(tmp_path, one="Q1. A?\n\nYes.\n", two="Q1. A?\n\nYes.\n\nQ2. B?\n\nYes.\n")
    one, two, three = ids.missing(read)
    assert (one.changed, three.changed) == (None, None)
    assert two.changed is not None
    assert (two.changed.code, two.changed.location, two.changed.excerpt) == ("D040", two.card.location, "Q1. A?")
    assert two.changed.message == f"`a` is the id of {one.card.location}, so that this question's is `a-2`"


def test_functions_beside_a_document_find_their_cards_again(tmp_path: Path) -> None:
    (tmp_path / "notes.checks.py").write_text("def check_what_is_rye(): pass\ndef check_q2(): pass\n")
    before = deck(tmp_path, notes="Q1. What is rye?\n\nA grass.\n\nQ2. And oat?\n\nToo.\n")
    [revision] = ids.plan(before).revisions
    after = deck(tmp_path, notes=revision.after)
    entries = [[fence.entry for fence in card.fences] for card in after.cards]
    assert entries == [["check_what_is_rye"], ["check_q2"]]
    assert after.diagnostics == ()


def test_a_document_that_cannot_be_read_is_not_forgotten(tmp_path: Path) -> None:
    (tmp_path / "deck.checks.py").write_bytes(b"\xff")
    read = deck(tmp_path, good="Q1. A?\n\nYes.\n", bad=b"Q1. \xff?\n", deck="Q1. B? {#b}\n\nYes.\n")
    assert [each.code for each in ids.unread(read)] == ["D003"]
    assert given(ids.missing(read)) == ["a"]


# ---------------------------------------------------------------- what keeps a file from being edited


def test_a_file_that_has_changed_since_it_was_read_is_left(tmp_path: Path) -> None:
    read = deck(tmp_path, notes="Q1. A?\n\nYes.\n", other="Q1. B?\n\nYes.\n")
    (tmp_path / "notes.md").write_text("Q1. Another?\n\nYes.\n")
    plan = ids.plan(read)
    assert [revision.path.name for revision in plan.revisions] == ["other.md"]
    assert [(each.code, Path(each.location.path).name) for each in plan.diagnostics] == [("D043", "notes.md")]
    (tmp_path / "notes.md").write_bytes(b"\xff")
    assert [each.code for each in ids.plan(read).diagnostics] == ["D043"]


def test_a_file_that_would_become_too_large_to_be_read_is_left(tmp_path: Path) -> None:
    text = "Q1. A?\n\n```text\n"
    text += "x" * (sources.MAX_BYTES - len(text) - 5) + "\n```\n"
    plan = ids.plan(deck(tmp_path, notes=text))
    assert (plan.revisions, plan.inserted) == ((), ())
    assert [each.code for each in plan.diagnostics] == ["D042"]


def test_a_file_that_would_be_read_differently_is_left(tmp_path: Path) -> None:
    """The id holds the name of the picture, as a diagnostic looks for it, and the line above did not."""
    plan = ids.plan(deck(tmp_path, notes="Q1. a b ![](a&#45;b)\n\nYes.\n\nQ2. c? {#d e=}\n\nYes.\n"))
    assert (plan.revisions, plan.inserted) == ((), ())
    assert [(each.code, each.location.line) for each in plan.diagnostics] == [("D042", 1), ("D041", 5)]


def test_an_id_that_is_none_is_not_inserted(tmp_path: Path) -> None:
    """The reader never makes such ids; that they would do no harm is seen here."""
    [each] = ids.missing(deck(tmp_path, notes="Q1. A?\n\nYes.\n"))
    for name in ("a b", "a} b", "a}\nQ2. B? {#c", 'a" x="', "%a%"):
        data = b"Q1. A?\n\nYes.\n"
        result = ids.revise(data, "notes.md", [MissingId(each.card, name)])
        assert (result.data, result.inserted) == (data, ())
        assert [diagnostic.code for diagnostic in result.diagnostics] == ["D041"]


def test_a_file_whose_ids_would_not_be_found_again_is_left(tmp_path: Path) -> None:
    """`{#}` is read as attributes without an id, so that the line is the same and one is still missing."""
    data = b"Q1. A?\n\nYes.\n"
    [each] = ids.missing(deck(tmp_path, notes=data))
    result = ids.revise(data, "notes.md", [MissingId(each.card, "")])
    assert (result.data, [diagnostic.code for diagnostic in result.diagnostics]) == (data, ["D042"])


def test_a_diagnostic_of_a_file_names_it_as_reports_do(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    read = deck(tmp_path, notes="Q1. A?\n\nYes.\n")
    (tmp_path / "notes.md").write_bytes(b"")
    assert [each.location for each in ids.plan(read).diagnostics] == [Location("notes.md")]
