"""What has shipped is frozen, and cards fill their note types so that nothing of them is lost."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from deckgen.model import Gap
from deckgen.notes import NoteType
from deckgen.packing.notetypes import KINDS, cloze
from deckgen.packing.notetypes.face import Face
from tests.unit.test_render import rendered

SCHEMAS = Path(__file__).parents[1] / "golden" / "note-types.txt"


def schema(note_type: NoteType) -> Iterator[str]:
    yield f"{note_type.id} {note_type.name}, a card for each of its {note_type.makes}"
    yield from (f"  field {field.id} {field.name}" for field in note_type.fields)
    yield from (f"  template {template.id} {template.name}" for template in note_type.templates)


def test_no_schema_that_has_shipped_changes() -> None:
    """Else every learner's notes would conflict with the next release. A spare field may take a name, nothing more."""
    found = "\n".join(line for kind in KINDS.values() for line in schema(kind.note_type)) + "\n"
    assert found == SCHEMAS.read_text()


def test_ids_are_those_of_one_thing_each() -> None:
    types = [kind.note_type for kind in KINDS.values()]
    ids = [each.id for each in types]
    ids += [field.id for each in types for field in each.fields]
    ids += [template.id for each in types for template in each.templates]
    assert len(set(ids)) == len(ids)


@pytest.mark.parametrize("name", KINDS)
def test_there_is_a_field_for_all_that_a_card_fills_and_three_to_spare(name: str) -> None:
    kind = KINDS[name]
    fields = kind.fill(Face("q", "<p>a</p>", "t", "p", "v", "s", "i", "r"))
    assert len(fields) == len(kind.note_type.fields)
    spare = {field.name for field, text in zip(kind.note_type.fields, fields, strict=True) if not text}
    assert spare == {"Spare2", "Spare3", "Spare4"}


def deleted(answer: str) -> str:
    return cloze.fill(Face("q", answer, "", "", "", "", "", ""))[1]


@pytest.mark.parametrize(
    ("inside", "written"),
    [
        ("flush", "flush"),
        ("std::vector", "std&#58;&#58;vector"),
        ("a::", "a&#58;&#58;"),
        ("a:", "a&#58;"),
        (":a", "&#58;a"),
        (":::", "&#58;&#58;&#58;"),
        ("a:b", "a:b"),
        ('{"a": {"b": 1}}', '{"a": {"b": 1&#125;&#125;'),
        (r"\(x^{2}\)", r"\(x^{2&#125;\)"),
        ("{{c2::x}}", "&#123;&#123;c2&#58;&#58;x&#125;&#125;"),
        ("<code>a</code>", "<code>a</code>"),
    ],
)
def test_no_text_ends_a_deletion(inside: str, written: str) -> None:
    assert deleted(f"{Gap.OPEN}1{Gap.TEXT}{inside}{Gap.CLOSE}") == f"{{{{c1::{written}}}}}"
    hinted = f"{Gap.OPEN}12{Gap.TEXT}x{Gap.HINT}{inside}{Gap.CLOSE}"
    assert deleted(hinted) == f"{{{{c12::x::{written}}}}}"


def test_what_only_looks_like_a_deletion_is_none() -> None:
    assert deleted("{{c1::a}} {{x}} {{c}}") == "&#123;&#123;c1::a}} {{x}} {{c}}"


def test_code_is_coloured_as_if_nothing_were_deleted_from_it() -> None:
    """A deletion cuts the name `flush` from the text between the quotes, which stays a string."""
    note = rendered(
        'Q1. What? {#a type="cloze"}\n\n```python\nsession.{{c1::flu}}sh("{{c2::a}} b")\n```\n\n'
        "```python check\nassert 1\n```\n"
    )
    text = dict(zip((field.name for field in note.note_type.fields), note.fields, strict=True))["Text"]
    assert text == (
        '<pre tabindex="0"><code class="hl"><span class="n">session</span><span class="o">.</span>'
        '{{c1::<span class="n">flu</span>}}'
        '<span class="n">sh</span><span class="p">(</span><span class="s2">"</span>{{c2::<span class="s2">a</span>}}'
        '<span class="s2"> b"</span><span class="p">)</span></code></pre>'
    )
