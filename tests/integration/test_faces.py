"""The sides of cards, as the preview fills them, are those that Anki's engine makes of the package."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path

import pytest

from deckgen.model import Deck
from deckgen.notes import Glimpse, Note
from deckgen.packing import package, render
from deckgen.packing.ledger import Ledger, stamp
from deckgen.preview.faces import Face, dressed, faces
from deckgen.reading import decks, diagrams
from tests.integration.anki.learner import Learner, learner
from tests.samples import MEDIA, SVG, png

ROOT = Path(__file__).parents[2]
MORE = """
Q7. What is hidden, `and` where? {#more type="cloze"}

`Session.`{{c1::`flush()`::a method}} sends, {{c2::*commit*}} ends. {{c1::"Twice" & é 日本}}, but \\{{c3:: is none.

```python
same = {{c5::{"a": {"b": name}}}}
{{c7::first = 1
second = 2}}
```

$$
{{c10::x}}
+ y
$$

```cpp
{{c6::std::vector}}<int> v;
```

{{c8::$\\frac{1}{\\sqrt{2}}$}} and \\({{c9::x^{2}}}\\)

Q8. Said ![how](said.wav) and asked {#said type="reversed"}

![how](said.wav) and ![grey](grey.png)

Q9. Nothing to be typed? {#untyped type="type-in"}

![grey](grey.png)
"""


@pytest.fixture(scope="module")
def every_kind(tmp_path_factory: pytest.TempPathFactory) -> Deck:
    """A card of each kind, and more of those that are hard."""
    folder = tmp_path_factory.mktemp("kinds")
    for name, data in {"states.svg": SVG, "grey.png": png(600, 60), "said.wav": MEDIA["wav"]}.items():
        (folder / name).write_bytes(data)
    for name in ("deck.toml", "prelude.py"):
        (folder / name).write_bytes((ROOT / "tests" / "gallery" / name).read_bytes())
    (folder / "cards.md").write_text((ROOT / "tests" / "gallery" / "cards.md").read_text() + MORE)
    [deck] = decks.read([str(folder)]).decks
    return diagrams.drawn(deck)


def notes(deck: Deck) -> list[Note]:
    return render.render(deck, [Glimpse(card) for card in deck.cards])


@contextmanager
def imported(deck: Deck, folder: Path) -> Iterator[Learner]:
    stamped = stamp(notes(deck), deck=deck.id, released=Ledger(deck.id), draft=Ledger(deck.id), now=1_700_000_000)
    path = folder / "deck.apkg"
    path.write_bytes(package.pack(stamped.notes, stamped.note_types, name=deck.name, description=""))
    with learner(folder / "anki") as anki:
        anki.get(path)
        yield anki


def numbered(face: Face) -> tuple[str, str]:
    """Front and back with their sounds numbered, as the engine has them; those of the front keep their numbers."""
    repeated = face.front if face.back.startswith(face.front) else ""
    front = marked(face.front, "q")
    return front, (front if repeated else "") + marked(face.back.removeprefix(repeated), "a")


def marked(side: str, letter: str) -> str:
    numbers = count()
    return re.sub(r"\[sound:[^\]]*\]", lambda _: f"[anki:play:{letter}:{next(numbers)}]", side)


@pytest.mark.parametrize(("which", "least"), [("ours", 440), ("every kind", 20)])
def test_every_side_is_what_the_engine_makes_of_it(tmp_path: Path, every_kind: Deck, which: str, least: int) -> None:
    deck = decks.read([str(ROOT / "source")]).decks[0] if which == "ours" else every_kind
    compared = 0
    with imported(deck, tmp_path) as anki:
        for note in notes(deck):
            found = [numbered(each) for each in faces(note)]
            assert found == anki.sides(note.card_id)
            compared += len(found)
    assert compared >= least


def test_sounds_are_played_and_what_is_typed_has_its_line(every_kind: Deck) -> None:
    by_id = {note.card_id: note for note in notes(every_kind)}
    [said, _] = faces(by_id["said"])
    [typed] = faces(by_id["typed"])
    assert dressed(said.front, "").count("<audio controls src=") == 1
    assert '<input type="text" id="typeans">' in dressed(typed.front, "")
    back = dressed(typed.back, "flush()")
    assert '<hr id=answer><code id="typeans">flush()</code>' in back
    assert back.count("<hr") == 1
