"""The page of the preview in a real browser, served by the command: what an author sees, presses and is spared."""

from __future__ import annotations

import json
import re
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.browser import Client, Page, Screen, Theme, fit, measure, picture, violations
from tests.decks import interruptible
from tests.samples import MEDIA, SVG, png

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
    command = [sys.executable, "-m", "deckgen", "preview", "deck", "--port", "0"]
    with subprocess.Popen(command, cwd=folder, stderr=subprocess.PIPE, text=True, preexec_fn=interruptible) as process:
        assert process.stderr is not None
        said = re.search(r"(http://127\.0\.0\.1:\d+)/;", process.stderr.readline())
        assert said
        yield Preview(said[1], document)
        process.send_signal(signal.SIGINT)
        assert process.wait(10) == 130
        assert "Traceback" not in process.stderr.read()


@dataclass(frozen=True)
class Author:
    """Somebody in front of the page."""

    page: Page
    preview: Preview

    def sit_down(self, screen: Screen, scheme: str = "light") -> None:
        """Open the page anew, and wait until all is proved."""
        self.page.call("Emulation.setEmulatedMedia", features=[{"name": "prefers-color-scheme", "value": scheme}])
        fit(self.page, screen)
        self.page.open(self.preview.origin + "/")
        self.wait("document.querySelectorAll('#list .chip').length && !document.querySelector('#list .not-run')")
        self.wait("document.getElementById('card').contentDocument.getElementById('qa')")

    def wait(self, script: str, seconds: float = 30.0) -> float:
        """Look until something is so; how long that took."""
        started = time.monotonic()
        while not self.page.evaluate(f"Boolean({script})"):
            assert time.monotonic() < started + seconds, script
            time.sleep(0.02)
        return time.monotonic() - started

    def reads(self, text: str, seconds: float = 5.0) -> float:
        """Wait until a text is on the card."""
        return self.wait(f"{LOADED} && {CARD}.body.innerText.includes({json.dumps(text)})", seconds)

    def press(self, key: str) -> None:
        for kind in ("keyDown", "keyUp"):
            text = {"text": key} if len(key) == 1 and kind == "keyDown" else {}
            self.page.call("Input.dispatchKeyEvent", type=kind, key=key, **text)

    def tap(self, script: str, inside: str = "") -> None:
        """Press and release in the middle of an element, or of one inside the frame that it is."""
        self.page.evaluate(f"{script}.scrollIntoView({{block: 'center'}})")
        box = self.page.evaluate(f"{script}.getBoundingClientRect().toJSON()")
        if inside:
            inner = self.page.evaluate(f"{inside}.getBoundingClientRect().toJSON()")
            frame = self.page.evaluate(f"[{script}.clientLeft, {script}.clientTop]")
            box = {**inner, "x": box["x"] + frame[0] + inner["x"], "y": box["y"] + frame[1] + inner["y"]}
        where = {"x": box["x"] + box["width"] / 2, "y": box["y"] + box["height"] / 2}
        for kind in ("mousePressed", "mouseReleased"):
            self.page.call("Input.dispatchMouseEvent", type=kind, button="left", clickCount=1, **where)

    def choose(self, field: str, value: str) -> list[str]:
        """Set a field of the list, and say which questions are left."""
        self.page.evaluate(
            f"""(() => {{
                const field = document.getElementById({json.dumps(field)});
                field.value = {json.dumps(value)};
                field.dispatchEvent(new Event("input", {{bubbles: true}}));
            }})()"""
        )
        return list(self.page.evaluate("[...document.querySelectorAll('#list b')].map((each) => each.textContent)"))

    def text(self, script: str) -> Any:
        return self.page.evaluate(f"{script}.innerText")


CARD = "(document.getElementById('card').contentDocument ?? document)"
LOADED = f"{CARD}.readyState === 'complete'"
FLIP = "document.getElementById('flip')"


@pytest.fixture
def author(browser: Page, preview: Preview) -> Author:
    return Author(browser, preview)


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("screen", [PHONE, DESK], ids=["phone", "desk"])
def test_everyone_can_use_the_page_and_it_asks_nobody_else(author: Author, screen: Screen, scheme: str) -> None:
    author.sit_down(screen, scheme)
    author.tap(FLIP)
    author.reads("pending changes")
    assert measure(author.page, author.preview.origin).faults == ()
    assert violations(author.page) == ()
    name = f"page-{screen.client.name}-{scheme}".lower()
    author.page.evaluate("scrollTo(0, 0)")
    (PICTURES / f"{name}.png").write_bytes(picture(author.page))


@pytest.mark.parametrize("theme", list(Theme))
@pytest.mark.parametrize("screen", ["phone", "desktop"])
def test_a_card_is_shown_on_a_phone_and_a_desktop_by_day_and_by_night(
    author: Author, screen: str, theme: Theme
) -> None:
    author.sit_down(DESK)
    author.tap(f"document.getElementById('{screen}')")
    if theme is Theme.NIGHT:
        author.tap("document.getElementById('night')")
        author.wait(f"{CARD}.body?.classList.contains('nightMode')")
    author.press(" ")
    author.reads("pending changes")
    width, paper = author.page.evaluate(
        f"[{CARD}.documentElement.clientWidth, getComputedStyle({CARD}.body).background]"
    )
    assert (width < 420) == (screen == "phone")
    assert paper.startswith({Theme.LIGHT: "rgb(252, 251, 248)", Theme.NIGHT: "rgb(28, 29, 32)"}[theme])
    (PICTURES / f"{screen}-{theme.name.lower()}.png").write_bytes(picture(author.page))


def test_cards_are_turned_and_walked_through_by_keys_and_taps(author: Author) -> None:
    author.sit_down(DESK)
    turns: list[Callable[[], None]] = [
        lambda: author.press(" "),
        lambda: author.press("Enter"),
        lambda: author.tap(FLIP),
        lambda: author.tap("document.getElementById('card')"),
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
    author.tap("document.getElementById('next')")
    author.reads("Which question has this answer?")
    assert author.page.errors() == ()


def test_what_is_typed_turns_the_card_at_its_end(author: Author) -> None:
    author.sit_down(DESK)
    author.choose("search", "typed")
    author.tap("document.querySelector('#list button')")
    author.reads("Type the answer")
    author.page.evaluate(f"{CARD}.getElementById('typeans').focus()")
    for key in "a b":
        author.press(key)
    assert author.page.evaluate(f"{CARD}.getElementById('typeans').value") == "a b"
    author.press("Enter")
    author.wait(f"{CARD}.querySelector('code#typeans')")
    assert author.page.errors() == ()


def test_the_proof_is_folded_on_the_card_and_a_tap_on_it_turns_nothing(author: Author) -> None:
    author.sit_down(DESK)
    author.press(" ")
    author.wait(f"{CARD}.querySelector('summary')")
    author.wait(LOADED)
    author.tap("document.getElementById('card')", f"{CARD}.querySelector('summary')")
    author.wait(f"{CARD}.querySelector('details').open")
    assert author.text(FLIP) == "Show question"


def test_cards_are_found_by_words_verdict_and_tag(author: Author) -> None:
    author.sit_down(DESK)
    assert author.choose("search", "IDENTITY map") == ["Q2"]
    assert author.choose("search", "") == ["Q1", "Q2", "Q3", "Q4", "Q5", "Q6"]
    assert author.choose("verdict", "unchecked") == ["Q5", "Q6"]
    assert author.choose("search", "nobody") == ["Q6"]
    assert author.text("document.getElementById('count')") == "1 of 6 cards"
    author.choose("search", "")
    author.choose("verdict", "all")
    assert author.choose("tag", "sending") == ["Q1"]


def test_a_save_is_shown_within_a_second_and_its_verdict_follows(author: Author) -> None:
    author.sit_down(DESK)
    document = author.preview.document
    good = document.read_text()
    try:
        wrong = good.replace('.name == "Ada"\nassert session.in', '.name == "Eve"\nassert session.in')
        document.write_text(wrong.replace("All **pending changes**", "Every **open change**"))
        author.press(" ")
        assert author.reads("Every open change") < 1
        author.wait("document.querySelector('#about .refuted')")
        author.reads("This answer was not proved.")
        shown = author.text("document.getElementById('about')")
        assert re.search(r"deck/cards\.md:\d+:\d+: refuted: Q1", shown)
        assert "expected: 'Eve'" in shown
        assert "observed: 'Ada'" in shown
        (PICTURES / "refuted.png").write_bytes(picture(author.page))
        toml = document.with_name("deck.toml")
        settings = toml.read_text()
        toml.write_text(settings + "[deck\n")
        author.wait("document.getElementById('unread').innerText.includes('D005 error')")
        (PICTURES / "broken.png").write_bytes(picture(author.page))
        author.reads("Every open change")
        toml.write_text(settings)
        author.wait("!document.getElementById('unread').innerText.includes('D005')")
        for number in range(100):
            document.write_text(good.replace("All **pending", f"Number {number} of **pending"))
            time.sleep(0.01)
        assert author.reads("Number 99 of pending changes") < 1
        author.wait("document.querySelector('#about .verified')")
    finally:
        document.write_text(good)
    author.reads("All pending changes")
    assert measure(author.page, author.preview.origin).faults == ()


def test_a_card_can_run_nothing(author: Author) -> None:
    author.sit_down(DESK)
    author.page.evaluate(
        f"""(() => {{
            const script = {CARD}.createElement("script");
            script.textContent = "parent.ran = true";
            {CARD}.body.append(script);
            const image = {CARD}.createElement("img");
            image.setAttribute("onerror", "parent.ran = true");
            {CARD}.body.append(image);
            image.src = "nothing.png";
        }})()"""
    )
    author.wait(f"{CARD}.querySelector('img').complete")
    assert author.page.evaluate("window.ran") is None
