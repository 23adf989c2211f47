"""The page of the preview in a real browser, served by the command: what an author sees, presses and is spared."""

from __future__ import annotations

import json
import re
import shutil
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.browser import Client, Scheme, Screen, Tab, Theme, tab
from tests.decks import card, deck, deckgen, previewed
from tests.samples import MEDIA, SVG, png

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Locator

ROOT = Path(__file__).parents[2]
PICTURES = ROOT / "build" / "preview"
DESK = Screen(1440, 900, scale=1, client=Client.DESKTOP)
PHONE = Screen(390, 844)

pytestmark = [pytest.mark.slow, pytest.mark.skipif(sys.platform != "linux", reason="checks run on Linux only")]


@dataclass(frozen=True)
class Preview:
    """A running preview of the gallery, at an address, and the document that it shows."""

    origin: str
    document: Path


@pytest.fixture(scope="module")
def preview(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Preview]:
    folder = tmp_path_factory.mktemp("preview")
    shutil.copytree(ROOT / "tests" / "gallery", folder / "deck")
    for name, data in {"states.svg": SVG, "grey.png": png(600, 60), "said.wav": MEDIA["wav"]}.items():
        (folder / "deck" / name).write_bytes(data)
    document = folder / "deck" / "cards.md"
    document.write_text(document.read_text().replace("{#basic}", "{#basic .sending}"))
    PICTURES.mkdir(parents=True, exist_ok=True)
    with previewed("deck", cwd=folder) as origin:
        yield Preview(origin, document)


@dataclass(frozen=True)
class Author:
    """Somebody in front of the page, on which all is proved."""

    tab: Tab
    touches: bool

    def at(self, selector: str) -> Locator:
        return self.tab.page.locator(selector)

    def on_card(self, selector: str) -> Locator:
        return self.tab.page.frame_locator("#card").locator(selector)

    def wait(self, script: str) -> None:
        """Look until something is so.

        Playwright's `wait_for_function` has the page itself evaluate a string, which the page's policy forbids.
        """
        deadline = time.monotonic() + 30
        while not self.tab.page.evaluate(f"Boolean({script})"):
            assert time.monotonic() < deadline, script
            time.sleep(0.02)

    def reads(self, text: str) -> None:
        """Wait until a text is on the card."""
        self.wait(f"{LOADED} && {CARD}.body.innerText.includes({json.dumps(text)})")

    def press(self, key: str) -> None:
        self.tab.page.keyboard.press(key)

    def tap(self, target: str | Locator) -> None:
        target = self.at(target) if isinstance(target, str) else target
        if self.touches:
            target.tap()
        else:
            target.click()

    def questions(self) -> list[str]:
        """The questions that the list has left."""
        return self.at("#list b").all_text_contents()

    def photograph(self, name: str) -> None:
        (PICTURES / f"{name}.png").write_bytes(self.tab.picture())


CARD = "document.getElementById('card').contentDocument"
LOADED = f"{CARD}?.readyState === 'complete'"


@pytest.fixture
def screen() -> Screen:
    return DESK


@pytest.fixture
def scheme() -> Scheme:
    return "light"


@pytest.fixture
def author(browser: Browser, preview: Preview, screen: Screen, scheme: Scheme) -> Iterator[Author]:
    with tab(browser, preview.origin, screen, scheme) as opened:
        opened.open(f"{preview.origin}/")
        somebody = Author(opened, touches=screen is PHONE)
        somebody.wait("document.querySelectorAll('#list .chip').length && !document.querySelector('#list .not-run')")
        somebody.wait(f"{LOADED} && {CARD}.getElementById('qa')")
        yield somebody


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("screen", [PHONE, DESK], ids=["phone", "desk"])
def test_everyone_can_use_the_page_and_it_asks_nobody_else(author: Author, screen: Screen, scheme: Scheme) -> None:
    author.tap("#flip")
    author.reads("pending changes")
    assert author.tab.faults() == ()
    assert author.at(".keys").is_visible() == (screen is DESK)
    author.tab.page.evaluate("scrollTo(0, 0)")
    author.photograph(f"page-{screen.client.name}-{scheme}".lower())


@pytest.mark.parametrize("theme", list(Theme))
@pytest.mark.parametrize("device", ["phone", "desktop"])
def test_a_card_is_shown_on_a_phone_and_a_desktop_by_day_and_by_night(
    author: Author, device: str, theme: Theme
) -> None:
    author.tap(f"#{device}")
    if theme is Theme.NIGHT:
        author.tap("#night")
        author.wait(f"{CARD}.body?.classList.contains('nightMode')")
    author.press("Space")
    author.reads("pending changes")
    width, paper = author.tab.page.evaluate(
        f"[{CARD}.documentElement.clientWidth, getComputedStyle({CARD}.body).background]"
    )
    assert (width < 420) == (device == "phone")
    assert paper.startswith({Theme.LIGHT: "rgb(252, 251, 248)", Theme.NIGHT: "rgb(28, 29, 32)"}[theme])
    author.photograph(f"{device}-{theme.name.lower()}")


def test_cards_are_turned_and_walked_through_by_keys_and_taps(author: Author) -> None:
    turns: list[Callable[[], None]] = [
        lambda: author.press("Space"),
        lambda: author.press("Enter"),
        lambda: author.tap("#flip"),
        lambda: author.tap("#card"),
    ]
    for turn in turns:
        turn()
        author.wait(f"{LOADED} && {CARD}.getElementById('answer')")
        turn()
        author.wait(f"{LOADED} && {CARD}.getElementById('qa') && !{CARD}.getElementById('answer')")
    author.press("ArrowRight")
    author.reads("The pattern that keeps one object")
    author.press("ArrowRight")
    author.reads("Which question has this answer?")
    author.press("ArrowRight")
    author.reads("Type the answer")
    author.press("ArrowLeft")
    author.reads("The pattern that keeps one object")
    author.tap("#next")
    author.reads("Which question has this answer?")
    assert author.tab.errors == []


def test_what_is_typed_turns_the_card_at_its_end(author: Author) -> None:
    author.at("#search").fill("typed")
    author.tap("#list button")
    author.reads("Type the answer")
    author.on_card("#typeans").press_sequentially("a b")
    assert author.on_card("#typeans").input_value() == "a b"
    author.press("Enter")
    author.on_card("code#typeans").wait_for()
    assert author.tab.errors == []


def test_the_proof_is_folded_on_the_card_and_a_tap_on_it_turns_nothing(author: Author) -> None:
    author.press("Space")
    author.wait(f"{LOADED} && {CARD}.querySelector('summary')")
    author.tap(author.on_card("summary").first)
    author.on_card("details[open]").wait_for()
    assert author.at("#flip").inner_text() == "Show question"


def test_cards_are_found_by_words_verdict_and_tag(author: Author) -> None:
    search, verdict = author.at("#search"), author.at("#verdict")
    assert author.at("#list code").all_text_contents()[:2] == ["session.flush()", "Session"]
    search.fill("IDENTITY map")
    assert author.questions() == ["Q2"]
    search.fill("")
    assert author.questions() == ["Q1", "Q2", "Q3", "Q4", "Q5", "Q6"]
    verdict.select_option("unchecked")
    assert author.questions() == ["Q5", "Q6"]
    search.fill("nobody")
    assert author.questions() == ["Q6"]
    assert author.at("#count").inner_text() == "1 of 6 cards"
    search.fill("")
    verdict.select_option("all")
    author.at("#tag").select_option("sending")
    assert author.questions() == ["Q1"]


def test_a_save_is_shown_and_its_verdict_follows(author: Author, preview: Preview) -> None:
    document = preview.document
    good = document.read_text()
    try:
        wrong = good.replace('.name == "Ada"\nassert session.in', '.name == "Eve"\nassert session.in')
        document.write_text(wrong.replace("All **pending changes**", "Every **open change**"))
        author.press("Space")
        author.reads("Every open change")
        author.at("#about .refuted").first.wait_for()
        author.reads("This answer was not proved.")
        shown = author.at("#about").inner_text()
        assert re.search(r"deck/cards\.md:\d+:\d+: refuted: Q1", shown)
        assert "expected: 'Eve'" in shown
        assert "observed: 'Ada'" in shown
        author.photograph("refuted")
        toml = document.with_name("deck.toml")
        settings = toml.read_text()
        toml.write_text(settings + "[deck\n")
        author.at("#unread").get_by_text("D005 error").wait_for()
        author.photograph("broken")
        author.reads("Every open change")
        toml.write_text(settings)
        author.wait("!document.getElementById('unread').innerText.includes('D005')")
        for number in range(100):
            document.write_text(good.replace("All **pending", f"Number {number} of **pending"))
            time.sleep(0.01)
        author.reads("Number 99 of pending changes")
        author.at("#about .verified").first.wait_for()
    finally:
        document.write_text(good)
    author.reads("All pending changes")
    assert author.tab.faults() == ()


def test_the_page_follows_the_next_preview_at_its_address(browser: Browser, tmp_path: Path) -> None:
    document = deck(tmp_path / "deck", card(1, "One.")) / "cards.md"
    assert deckgen("verify", "deck", cwd=tmp_path).status == 0  # known, so that both previews come to one version
    with ExitStack() as stack:
        with previewed("deck", cwd=tmp_path) as origin:
            author = Author(stack.enter_context(tab(browser, origin, DESK)), touches=False)
            author.tab.open(f"{origin}/")
            author.at("#list .verified").wait_for()
        author.at("#status").get_by_text("has ended").wait_for()
        document.write_text(document.read_text().replace("What is", "What was"))
        with previewed("deck", cwd=tmp_path, port=int(origin.rpartition(":")[2])):
            author.reads("What was")


def test_a_card_can_run_nothing(author: Author) -> None:
    author.tab.page.evaluate(
        f"""() => {{
            const script = {CARD}.createElement("script");
            script.textContent = "parent.ran = true";
            {CARD}.body.append(script);
            const image = {CARD}.createElement("img");
            image.setAttribute("onerror", "parent.ran = true");
            {CARD}.body.append(image);
            image.src = "nothing.png";
        }}"""
    )
    author.wait(f"{CARD}.querySelector('img').complete")
    assert author.tab.page.evaluate("window.ran") is None
