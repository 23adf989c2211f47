"""A card of each kind in a real browser: nothing overflows, loads, complains, or keeps anyone from reading it.

Each is also photographed, into build/gallery/, for who wants to see what a learner sees.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.browser import Page, Screen, Theme, measure, picture, serve, show, small_targets, unfold, violations
from tests.decks import deckgen
from tests.integration.anki.learner import learner
from tests.samples import MEDIA, SVG, png

ROOT = Path(__file__).parents[2]
PICTURES = ROOT / "build" / "gallery"

pytestmark = pytest.mark.slow


@dataclass(frozen=True)
class Gallery:
    """The sides of all cards by name, and the folder of their media."""

    sides: dict[str, str]
    media: Path


@pytest.fixture(scope="module")
def gallery(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Gallery]:
    folder = tmp_path_factory.mktemp("gallery")
    shutil.copytree(ROOT / "tests" / "gallery", folder / "deck")
    for name, data in {"states.svg": SVG, "grey.png": png(600, 60), "said.wav": MEDIA["wav"]}.items():
        (folder / "deck" / name).write_bytes(data)
    ran = deckgen("build", "deck", cwd=folder)
    assert ran.status == 0, ran.out
    with learner(folder / "anki") as anki:
        anki.get(folder / "build" / "gallery.apkg")
        sides = {name: unfold(side) for name, side in anki.reviewed(typed="flsh()x")}
        yield Gallery(sides, Path(anki.collection.media.dir()))


@pytest.mark.parametrize("theme", list(Theme))
@pytest.mark.parametrize("width", [320, 390, 820])
def test_every_kind_of_card_can_be_read_by_everyone(browser: Page, gallery: Gallery, theme: Theme, width: int) -> None:
    PICTURES.mkdir(parents=True, exist_ok=True)
    found: dict[str, tuple[str, ...]] = {}
    with serve(gallery.media) as origin:
        for name, side in gallery.sides.items():
            show(browser, origin, side, screen=Screen(width, 1600), theme=theme)
            (PICTURES / f"{name}-{width}-{theme.name.lower()}.png").write_bytes(picture(browser))
            found[name] = (*measure(browser, origin).faults, *small_targets(browser), *violations(browser))
    assert [f"{name}: {fault}" for name, faults in found.items() for fault in faults] == []


def test_what_cannot_be_read_is_seen(browser: Page, gallery: Gallery) -> None:
    """The judges themselves can fail."""
    spoiled = (
        '<p style="color: #aaa; background: #bbb">grey on grey</p><img src="data:,">'
        '<a href="#">x</a><style>a { padding: 0 !important }</style>'
    )
    with serve(gallery.media) as origin:
        show(browser, origin, spoiled, screen=Screen(390, 844))
        assert {line.partition(":")[0] for line in violations(browser)} >= {"color-contrast", "image-alt"}
        assert small_targets(browser)
