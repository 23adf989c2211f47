"""The preview as a browser asks it: what it shows, to whom, and how soon after a save."""

from __future__ import annotations

import shutil
import socket
import sqlite3
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, chdir, contextmanager
from pathlib import Path
from typing import Any
from unittest.mock import Mock

import pytest
from starlette.testclient import TestClient

from deckgen.effort import Effort
from deckgen.folders import VERDICTS
from deckgen.preview.app import application
from deckgen.preview.desk import Desk
from deckgen.reading import selection
from tests.decks import DECK_TOML, ENGINE_CHECK, card, deck, deckgen, slow
from tests.samples import MEDIA, SVG, png

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="checks run on Linux only")

HOST = "127.0.0.1:8642"
FALSE = '\n```python check\nassert engine.name == "oracle"\n```\n'
TEXT = card(1, "One ![grey](grey.png) ![said](said.wav).", attributes="#card-1 .first") + card(2, "Two.", check=FALSE)
TEXT += card(3, "Three.", check="")
CLOZE = 'Q4. Which? {#cloze type="cloze"}\n\n{{c1::Four}} and {{c3::five}}.\n' + ENGINE_CHECK


class Browser:
    """Somebody's browser, at the address of a preview."""

    def __init__(self, client: TestClient) -> None:
        self.client = client

    def decks(self) -> Any:
        return self.client.get("/decks").json()

    def said(self) -> list[str]:
        """All that is wrong."""
        found = self.decks()
        return [*found["unread"], *found["problems"]]

    def verdicts(self) -> Mapping[str, str]:
        return {each["id"]: each["verdict"] for each in self.decks()["cards"]}

    def card(self, name: str) -> Any:
        return self.client.get(f"/cards/small/{name}").json()

    def back(self, name: str, number: int = 1) -> str:
        return self.client.get(f"/cards/small/{name}/{number}/back").text

    def wait(self, seen: Callable[[], object], seconds: float = 30.0) -> None:
        """Look again and again until something is there."""
        started = time.monotonic()
        while not seen():
            assert time.monotonic() < started + seconds, self.decks()
            time.sleep(0.02)


@contextmanager
def previewed(*paths: str) -> Iterator[Browser]:
    effort = Effort(workers=1, cache=VERDICTS.as_posix())
    with TestClient(application(Desk(paths, effort), [HOST]), base_url=f"http://{HOST}") as client:
        browser = Browser(client)
        browser.wait(lambda: "not run" not in browser.verdicts().values())
        yield browser


def proved() -> int:
    """How many verdicts are kept, one for each card that was proved."""
    with sqlite3.connect(VERDICTS) as file:
        [count] = file.execute("SELECT count(*) FROM deckgen_verdicts").fetchone()
    return int(count)


def small(folder: Path) -> Path:
    """A deck with a card of each verdict, an image, a sound, and an image that no card shows."""
    made = deck(folder / "deck", TEXT + CLOZE)
    for name, data in {"grey.png": png(), "said.wav": MEDIA["wav"], "not-shown.svg": SVG}.items():
        (made / name).write_bytes(data)
    return made


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder of a deck, beside which its author works."""
    monkeypatch.chdir(tmp_path)
    return small(tmp_path)


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    """A browser that shows a deck which nobody edits."""
    folder = tmp_path_factory.mktemp("small")
    small(folder)
    with ExitStack() as stack:
        with chdir(folder):
            shown = stack.enter_context(previewed("deck"))
        yield shown


def test_it_shows_each_card_with_what_is_known_of_it(browser: Browser) -> None:
    found = browser.decks()
    assert [each["name"] for each in found["decks"]] == ["Small"]
    verdicts = {"card-1": "verified", "card-2": "refuted", "card-3": "unchecked", "cloze": "verified"}
    assert browser.verdicts() == verdicts
    assert found["cards"][0]["tags"] == ["first"]
    first, second = browser.card("card-1"), browser.card("card-2")
    assert first["environments"][0]["word"] == "passed"
    assert first["proof"] == [{"role": "check", "code": 'assert engine.name == "sqlite"'}]
    assert (first["place"], first["problems"]) == ("deck/cards.md:1:1", [])
    [problem] = second["problems"]
    assert problem.startswith("deck/cards.md:14:1: refuted: Q2 What is number 2? (#card-2)")
    assert "oracle" in problem
    assert "verified on SQLAlchemy" in browser.back("card-1")
    assert "This answer was not proved." not in browser.back("card-1")
    for unproved in ("card-2", "card-3"):
        assert "This answer was not proved." in browser.back(unproved)
        assert "verified on" not in browser.back(unproved)


def test_a_note_has_as_many_cards_as_anki_makes_of_it(browser: Browser) -> None:
    assert browser.card("cloze")["cards"] == 2
    fronts = [browser.client.get(f"/cards/small/cloze/{number}/front").text for number in (1, 2)]
    assert [front.count("[...]") for front in fronts] == [1, 1]
    assert ["Four</span>" in front for front in fronts] == [False, True]
    assert ["five</span>" in front for front in fronts] == [True, False]
    assert browser.client.get("/cards/small/cloze/3/front").status_code == 404
    assert browser.client.get("/cards/small/cloze/0/front").status_code == 404


def test_a_card_that_is_not_finished_is_shown_as_far_as_it_is(folder: Path) -> None:
    unfinished = 'Q1. Which? {#card-1 type="cloze"}\n\nNo deletion.\n\nQ2. When?\n\n' + card(1, "The same id.")
    (folder / "cards.md").write_text(unfinished)
    with previewed("deck") as browser:
        browser.wait(lambda: browser.verdicts() == {"card-1": "broken", "when": "unanswered"})
        assert "No deletion." in browser.back("card-1")
        assert "When?" in browser.back("when")
        assert len(browser.decks()["problems"]) > 2


def test_night_is_marked_as_anki_marks_it(browser: Browser) -> None:
    day, night = (browser.client.get(f"/cards/small/card-1/1/front{query}").text for query in ("", "?night"))
    assert '<body class="card card1 nightMode night_mode">' in night
    assert '<body class="card card1">' in day


@pytest.mark.slow
def test_what_is_saved_is_shown_and_proved_where_it_has_changed(folder: Path) -> None:
    with previewed("deck") as browser:
        before = browser.card("card-1")["stamp"]
        (folder / "cards.md").write_text(
            "# New first line\n\n" + TEXT.replace("Two.", "Deux.").replace("oracle", "sqlite")
        )
        browser.wait(lambda: "Deux." in browser.back("card-2"))
        assert "cloze" not in browser.verdicts()
        # What is proved of the first card has not changed, though every line of it has moved.
        assert browser.verdicts()["card-1"] == "verified"
        assert browser.card("card-1")["stamp"] == before
        assert browser.card("card-1")["place"] == "deck/cards.md:3:1"
        browser.wait(lambda: browser.verdicts()["card-2"] == "verified")
        assert "verified on" in browser.back("card-2")


@pytest.mark.slow
def test_a_verdict_holds_no_longer_than_the_prelude_and_the_check(folder: Path) -> None:
    with previewed("deck") as browser:
        (folder / "prelude.py").write_text("import time\n\ntime.sleep(1)\nraise RuntimeError('no')\n")
        browser.wait(lambda: browser.verdicts()["card-1"] == "not run")
        browser.wait(lambda: browser.verdicts()["card-1"] == "broken")
        assert "This answer was not proved." in browser.back("card-1")
        (folder / "prelude.py").unlink()
        browser.wait(lambda: browser.verdicts()["card-1"] == "verified")
        (folder / "cards.md").write_text(TEXT.replace('"sqlite"', '"mysql"'))
        browser.wait(lambda: browser.verdicts()["card-1"] == "refuted")


@pytest.mark.slow
def test_new_files_are_seen_and_files_that_are_gone_as_well(folder: Path) -> None:
    with previewed(".") as browser:
        (folder / "more.md").write_text(card(9, "Nine."))
        browser.wait(lambda: browser.verdicts().get("card-9") == "verified")
        (folder / "more.md").unlink()
        browser.wait(lambda: "card-9" not in browser.verdicts())
        deck(folder.parent / "other", card(1, "One."), toml=DECK_TOML.replace("small", "other"))
        browser.wait(lambda: [each["id"] for each in browser.decks()["decks"]] == ["small", "other"])
        shutil.rmtree(folder.parent / "other")
        browser.wait(lambda: [each["id"] for each in browser.decks()["decks"]] == ["small"])
        (folder / "grey.png").write_bytes(png(30, 30))
        browser.wait(lambda: browser.client.get(source(browser)).content == png(30, 30))


def source(browser: Browser) -> str:
    """The address of the image of the first card."""
    return "/cards/small/card-1/1/" + browser.back("card-1").partition('<img src="')[2].partition('"')[0]


@pytest.mark.slow
def test_a_deck_that_is_gone_is_not_shown_although_another_cannot_be_read(tmp_path: Path) -> None:
    deck(tmp_path / "source" / "small", TEXT)
    deck(tmp_path / "source" / "other", card(1, "One."), toml=DECK_TOML.replace("small", "other"))
    deck(tmp_path / "source" / "broken", card(1, "One."), toml="[deck")
    with chdir(tmp_path), previewed("source") as browser:
        assert [each["id"] for each in browser.decks()["decks"]] == ["other", "small"]
        shutil.rmtree(tmp_path / "source" / "other")
        browser.wait(lambda: [each["id"] for each in browser.decks()["decks"]] == ["small"])


@pytest.mark.slow
def test_what_is_made_beside_a_document_to_prove_and_to_draw_is_no_save(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    reading = Mock(side_effect=selection.read)
    monkeypatch.setattr(selection, "read", reading)
    Path("small.md").write_text(slow(1) + slow(2) + "Q3. Drawn? {#drawn}\n\n```dot\ndigraph { a -> b }\n```\n")
    with previewed("small.md") as browser:
        assert browser.verdicts() == {"card-1": "verified", "card-2": "verified", "drawn": "unchecked"}
        time.sleep(1)
    assert reading.call_count == 1


BROKEN: Mapping[str, tuple[str, bytes, str]] = {
    "configuration": ("deck.toml", b"[deck\n", "D005"),
    "a key": ("deck.toml", DECK_TOML.replace("name", "nam").encode(), "D006"),
    "no text": ("cards.md", b"Q1. \xff?\n", "D003"),
    "nothing": ("cards.md", b"", "D010"),
}


@pytest.mark.slow
@pytest.mark.parametrize(("name", "data", "code"), BROKEN.values(), ids=BROKEN.keys())
def test_what_cannot_be_read_is_said_and_the_last_good_deck_stays(
    folder: Path, name: str, data: bytes, code: str
) -> None:
    with previewed("deck") as browser:
        before, good = browser.verdicts(), (folder / name).read_bytes()
        (folder / name).write_bytes(data)
        browser.wait(lambda: any(f": {code}" in each for each in browser.said()))
        assert browser.verdicts() == before
        (folder / name).write_bytes(good)
        browser.wait(lambda: not any(code in each for each in browser.said()))


@pytest.mark.slow
def test_a_file_that_is_saved_a_hundred_times_in_a_second_is_shown_as_it_was_saved_last(folder: Path) -> None:
    with previewed("deck") as browser:
        for number in range(100):
            (folder / "cards.md").write_text(TEXT.replace("Two.", f"Number {number}.").replace("oracle", str(number)))
            time.sleep(0.01)
        (folder / "cards.md").write_text(TEXT.replace("Two.", "The last.").replace("oracle", "sqlite"))
        browser.wait(lambda: "The last." in browser.back("card-2"))
        browser.wait(lambda: browser.verdicts()["card-2"] == "verified")


@pytest.mark.slow
def test_verdicts_come_one_by_one(folder: Path) -> None:
    text = "".join(slow(number) for number in range(3))
    with previewed("deck") as browser:
        (folder / "cards.md").write_text(text)
        verified: set[int] = set()

        def done() -> bool:
            verified.add([*browser.verdicts().values()].count("verified"))
            return 3 in verified

        browser.wait(lambda: "not run" in browser.verdicts().values())
        browser.wait(done)
        assert verified == {0, 1, 2, 3}


@pytest.mark.slow
def test_what_is_not_wanted_any_more_is_not_proved(folder: Path) -> None:
    with previewed("deck") as browser:
        (folder / "cards.md").write_text("".join(slow(number) for number in range(30)))
        browser.wait(lambda: {*browser.verdicts().values()} == {"not run"})
        browser.wait(lambda: "verified" in browser.verdicts().values())
        (folder / "cards.md").write_text(card(1, "New.", check="\n```python check\nassert engine.url\n```\n"))
        browser.wait(lambda: browser.verdicts() == {"card-1": "verified"})
    assert proved() < 30


@pytest.mark.slow
def test_only_what_has_changed_is_proved_again(folder: Path) -> None:
    (folder / "a.md").write_text("".join(slow(number) for number in range(5, 9)))
    with previewed("deck") as browser:
        browser.wait(lambda: proved() == 6)  # two cards have the same check; a verdict is shown before it is kept
        (folder / "cards.md").write_text(TEXT.replace('name == "oracle"', 'driver == "pysqlite"'))
        browser.wait(lambda: browser.verdicts()["card-2"] == "verified")
        assert [*browser.verdicts().values()].count("verified") == 6
    assert proved() == 7


STRANGERS: Mapping[str, Mapping[str, str]] = {
    "another name": {"host": "example.org"},
    "another name with our port": {"host": "example.org:8642"},
    "another port": {"host": "127.0.0.1:80"},
    "a name that ends in ours": {"host": "evil-127.0.0.1:8642"},
    "another page": {"origin": "http://example.org"},
    "another port's page": {"origin": "http://127.0.0.1:80"},
    "a page without a name": {"origin": "null"},
    "a page over TLS": {"origin": f"https://{HOST}"},
}
ADDRESSES = ("/", "/assets/page.js", "/decks", "/events", "/cards/small/card-1", "/cards/small/card-1/1/front")


@pytest.mark.parametrize("headers", STRANGERS.values(), ids=STRANGERS.keys())
def test_strangers_are_refused(browser: Browser, headers: Mapping[str, str]) -> None:
    for address in ADDRESSES:
        answer = browser.client.get(address, headers=headers)
        assert (answer.status_code, "Small" in answer.text) == (403, False)
    assert browser.client.get("/decks", headers={"origin": f"http://{HOST}"}).status_code == 200


def test_no_page_may_run_what_it_was_not_made_of(browser: Browser) -> None:
    pages = {each: browser.client.get(each) for each in ADDRESSES if each != "/events"}
    for answer in (*pages.values(), browser.client.get("/nothing"), browser.client.get(source(browser))):
        policy = answer.headers["content-security-policy"]
        assert "default-src 'none'" in policy
        assert "base-uri 'none'; form-action 'none'" in policy
        assert "script-src 'self';" in policy or "script-src 'none';" in policy
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.headers["cross-origin-resource-policy"] == "same-origin"
        assert answer.headers["cache-control"] == "no-store"
    card_policy = pages["/cards/small/card-1/1/front"].headers["content-security-policy"]
    assert "script-src 'none';" in card_policy
    assert "sandbox allow-same-origin" in card_policy
    for page in ("/", "/cards/small/card-1/1/front"):
        assert "<style" not in pages[page].text
        assert not [
            each for each in pages[page].text.split("<script")[1:] if not each.startswith(' type="module" src=')
        ]


PATHS = (
    *("/cards/small/card-1/1/grey.png", "/cards/small/card-1/1/cards.md", "/cards/small/card-1/1/..%2fcards.md"),
    *("/cards/small/card-1/1/%2e%2e/%2e%2e/deck.toml", "/cards/small/card-1/1/%2fetc%2fpasswd"),
    *("/assets/..%2fapp.py", "/assets/app.py", "/assets/%2e%2e/desk.py", "/assets//etc/passwd", "/deck/cards.md"),
    *(
        "/cards/small/nothing",
        "/cards/nothing/card-1",
        "/cards/small/card-1/1/front%00",
        "/cards/small/card-1/-1/front",
    ),
)


@pytest.mark.parametrize("path", PATHS)
def test_no_path_leads_to_a_file(browser: Browser, path: str) -> None:
    assert browser.client.get(path).status_code == 404


def test_media_are_those_of_the_card_and_say_what_they_are(browser: Browser) -> None:
    image = browser.client.get(source(browser))
    assert (image.content, image.headers["content-type"]) == (png(), "image/png")
    sound = browser.back("card-1").partition('<audio controls src="')[2].partition('"')[0]
    played = browser.client.get(f"/cards/small/card-1/1/{sound}")
    assert (played.content, played.headers["content-type"]) == (MEDIA["wav"], "audio/wav")
    assert browser.client.get(f"/cards/small/card-2/1/{sound}").status_code == 404


def test_nothing_but_looking_is_allowed(browser: Browser) -> None:
    for method in ("POST", "PUT", "DELETE", "OPTIONS"):
        assert browser.client.request(method, "/decks").status_code == 405


def test_it_says_what_keeps_it_from_serving(tmp_path: Path) -> None:
    small(tmp_path)
    stdin = deckgen("preview", "-", cwd=tmp_path)
    assert (stdin.status, stdin.err.splitlines()[-1]) == (2, "Error: standard input cannot be watched")
    with socket.create_server(("127.0.0.1", 0)) as taken:
        ran = deckgen("preview", "deck", "--port", str(taken.getsockname()[1]), cwd=tmp_path)
    assert ran.status == 3
    assert "Address already in use" in ran.err


def test_a_document_by_itself_is_shown_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("small.md").write_text(card(1, "One."))
    with previewed("small.md") as browser:
        assert browser.verdicts() == {"card-1": "verified"}
        Path("small.md").write_text(card(1, "Uno."))
        browser.wait(lambda: "Uno." in browser.back("card-1"))
