"""Every card of our deck and one of each kind in a real browser, with the reviewer that Anki itself uses.

Nothing overflows, loads, complains, or keeps anyone from reading it. They are photographed as well: build/gallery/
index.html shows what a learner sees.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.browser import Screen, Theme, reviewer, show, unfold
from tests.decks import deckgen
from tests.integration.anki.learner import learner
from tests.samples import MEDIA, SVG, png

if TYPE_CHECKING:
    from playwright.sync_api import Browser

ROOT = Path(__file__).parents[2]
PICTURES = ROOT / "build" / "gallery"
PHONE = Screen(390, 1600)
SCREENS = {"small phone": Screen(320, 1600, scale=1), "phone": PHONE, "desk": Screen(820, 1600, scale=1)}

pytestmark = pytest.mark.slow


@dataclass(frozen=True)
class Album:
    """Both sides of all cards of our deck and of one of each kind, by name, and the folder of their media."""

    ours: Mapping[str, str]
    kinds: Mapping[str, str]
    media: Path


@pytest.fixture(scope="module")
def album(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Album]:
    folder = tmp_path_factory.mktemp("gallery")
    shutil.copytree(ROOT / "tests" / "gallery", folder / "deck")
    for name, data in {"states.svg": SVG, "grey.png": png(600, 60), "said.wav": MEDIA["wav"]}.items():
        (folder / "deck" / name).write_bytes(data)
    # Built where `make deck` builds it: what that has proved is not proved again.
    for ran in (deckgen("build", "source", "-o", folder, cwd=ROOT), deckgen("build", "deck", "-o", ".", cwd=folder)):
        assert ran.status == 0, ran.out
    shutil.rmtree(PICTURES, ignore_errors=True)
    PICTURES.mkdir(parents=True)
    with learner(folder / "anki") as anki:
        anki.get(folder / "sqlalchemy.apkg")
        ours = {name: unfold(side) for name, side in anki.reviewed()}
        anki.get(folder / "gallery.apkg")
        every = {name: unfold(side) for name, side in anki.reviewed(typed="flsh()x")}
        kinds = {name: side for name, side in every.items() if name not in ours}
        yield Album(ours, kinds, Path(anki.collection.media.dir()))
    (PICTURES / "index.html").write_text(sheet())


def sheet() -> str:
    """A page of all pictures, those of one side of a card in a row."""
    rows: dict[str, list[str]] = {}
    for file in sorted(PICTURES.glob("*.png")):
        name, width, theme = file.stem.rsplit("-", 2)
        rows.setdefault(name, []).append(f'<img src="{file.name}" width="{width}" alt="{width} px, {theme}">')
    body = "".join(f"<h2>{name}</h2><p>{' '.join(images)}</p>" for name, images in rows.items())
    style = "body { font-family: sans-serif; background: #888 } p { white-space: nowrap } img { vertical-align: top }"
    return f'<!doctype html><html lang="en"><meta charset="utf-8"><title>Gallery</title><style>{style}</style>{body}'


@pytest.mark.parametrize("theme", list(Theme))
@pytest.mark.parametrize("screen", SCREENS.values(), ids=SCREENS.keys())
def test_everyone_can_read_every_card(browser: Browser, album: Album, theme: Theme, screen: Screen) -> None:
    found: list[str] = []
    with reviewer(browser, album.media, screen, theme) as tab:
        for name, side in {**album.ours, **album.kinds}.items():
            show(tab, side, theme)
            found += [f"{name}: {fault}" for fault in tab.faults()]
            if name in album.kinds or screen is PHONE:
                (PICTURES / f"{name}-{screen.width}-{theme.name.lower()}.png").write_bytes(tab.picture())
    assert found == []


def test_no_card_is_left_out(album: Album) -> None:
    lines = json.loads((ROOT / "source" / "sqlalchemy" / "ledger.json").read_text())
    numbers = {line["card"]: line.get("deletions", [1]) for line in lines if "card" in line}
    cards = [f"{card}-{number}" for card, found in numbers.items() for number in found]
    assert set(album.ours) == {f"{card}-{side}" for card in cards for side in ("front", "back")}
    assert {name.split("-")[0] for name in album.kinds} == {"basic", "reversed", "typed", "cloze", "media", "unproved"}


SPOILED = {
    "wide": ('<div style="width: 900px">wide</div>', "the page is"),
    "faint": ('<p style="color: #aaa; background: #bbb">grey on grey</p>', "color-contrast"),
    "unsaid": ('<img src="data:,">', "image-alt"),
    "small": ('<a href="#x" style="padding: 0">a link</a>', "px: <a"),
    "upside down": ("<div style='display: flex; flex-direction: column-reverse'><p>b</p><p>a</p></div>", "read too"),
    "broken": ('<img src="gone.png" alt="gone">', "console: "),
    "abroad": ('<img src="http://127.0.0.2:9/a.png" alt="away">', "asks outside"),
    "script": ("<script>console.error('no')</script>", "console: no"),
}


@pytest.mark.parametrize(("spoiled", "fault"), SPOILED.values(), ids=SPOILED.keys())
def test_a_card_that_someone_cannot_read_is_seen(
    tmp_path: Path, browser: Browser, album: Album, spoiled: str, fault: str
) -> None:
    """The judges themselves can fail."""
    with reviewer(browser, tmp_path, PHONE) as tab:
        show(tab, next(iter(album.ours.values())) + spoiled)
        assert any(fault in each for each in tab.faults())
        show(tab, next(iter(album.ours.values())))
        assert tab.faults() == ()
