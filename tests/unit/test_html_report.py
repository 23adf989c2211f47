"""The report for the browser: what it says, its structure, and that nothing in it runs or is fetched."""

from __future__ import annotations

import re
from dataclasses import replace
from html.parser import HTMLParser

import pytest

from deckgen.model import Unchecked
from deckgen.proof import Verdict
from deckgen.publishing.grid import Cell
from deckgen.publishing.reports import FORMATS
from deckgen.report import Report, Shipped, Verb
from tests.unit.cards import deck
from tests.unit.reports import ELSEWHERE, FAILURES, HOLDS_TOO, LINES, PASSED, REFUTED, judged, report

HOSTILE = "</style></title><script>alert(1)</script><img src=x onerror=alert(1)> & `a</code><b>` \" ' {{ 7 * 7 }}"
EVERYTHING = report(
    judged("Good?", Verdict.VERIFIED, PASSED, HOLDS_TOO, ELSEWHERE, PASSED),
    *(judged(f"Bad {number}?", verdict, PASSED, outcome) for number, (verdict, outcome) in enumerate(FAILURES)),
    judged(HOSTILE, Verdict.REFUTED, replace(REFUTED, message=HOSTILE, expected=HOSTILE, observed=HOSTILE[1:])),
    judged("No check?", Verdict.UNCHECKED),
    judged("Not run?", None),
    verb=Verb.BUILD,
    deck=deck(name=HOSTILE),
    package=Shipped("deck.apkg", "0" * 64, 1, 0),
    notices=(HOSTILE,),
    unconfined=(HOSTILE,),
)
PAGES = {
    "everything": [EVERYTHING],
    "several decks": [EVERYTHING, report(judged("Two?", Verdict.VERIFIED, PASSED))],
    "no cards": [report(environments=(), diagnostics=(), verb=Verb.BUILD)],
    "no decks": [],
    "lint": [report(judged("Read?", None), judged("No answer?", Verdict.UNANSWERED), environments=(), verb=Verb.LINT)],
}
EMPTY_ELEMENTS = {"meta", "link", "br"}


class Page(HTMLParser):
    """The elements of a page with their attributes and text; fails where one is closed that is not open."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.open: list[int] = []
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.texts: list[str] = []
        self.feed(html)
        self.close()
        assert not self.open

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in EMPTY_ELEMENTS:
            self.open.append(len(self.elements))
        self.elements.append((tag, dict(attrs)))
        self.texts.append("")

    def handle_endtag(self, tag: str) -> None:
        assert self.elements[self.open.pop()][0] == tag

    def handle_data(self, data: str) -> None:
        for each in self.open:
            self.texts[each] += data

    def all(self, tag: str, **attributes: str) -> list[str]:
        """The text of each element of a kind, white space folded."""
        return [
            " ".join(text.split())
            for (name, given), text in zip(self.elements, self.texts, strict=True)
            if name == tag and attributes.items() <= given.items()
        ]

    def values(self, attribute: str) -> list[str]:
        return [given[attribute] or "" for _, given in self.elements if attribute in given]


def page(*reports: Report) -> Page:
    return Page(FORMATS["html"](reports))


@pytest.fixture(params=list(PAGES.values()), ids=list(PAGES))
def shown(request: pytest.FixtureRequest) -> Page:
    return page(*request.param)


def test_nothing_runs_and_nothing_is_fetched(shown: Page) -> None:
    assert not {"script", "img", "iframe", "object", "form", "base"} & {tag for tag, _ in shown.elements}
    assert not [name for _, given in shown.elements for name in given if name.startswith("on")]
    assert set(shown.values("href")) - {"data:,"} <= {f"#{each}" for each in shown.values("id")}
    assert not re.findall(r"url\(|@import", "".join(shown.all("style")))


def test_the_structure_can_be_navigated(shown: Page) -> None:
    levels = [int(tag[1]) for tag, _ in shown.elements if re.fullmatch(r"h\d", tag)]
    assert levels.count(1) == 1
    assert all(after <= before + 1 for before, after in zip([0, *levels], levels, strict=False))
    assert len(set(shown.values("id"))) == len(shown.values("id"))
    assert {*shown.values("aria-labelledby")} <= {*shown.values("id")}
    assert all(given.get("scope") in ("row", "col") for tag, given in shown.elements if tag == "th")
    assert len(shown.all("main")) == 1
    assert shown.all("title")[0].endswith("deckgen report")
    assert ("html", {"lang": "en"}) in shown.elements


def test_every_cell_says_what_became_of_the_card() -> None:
    found = page(EVERYTHING)
    cells = [text for cell in Cell for text in found.all("td", **{"class": re.sub(r"\W+", "-", cell.word)})]
    assert len(cells) == 4 * len(EVERYTHING.judgements)
    assert set(cells) == {cell.word for cell in Cell}
    assert [text for text in found.all("td") if "/" in text] == ["8/9", "0/7", "0/0", "1/1"]


def test_what_was_found_is_counted_against_all_there_is() -> None:
    found = page(EVERYTHING)
    assert found.all("p", **{"class": "result"}) == ["1 of 11 verified"]
    counted = found.all("ul", **{"class": "counts"})[0]
    assert counted.startswith("1 verified 3 refuted 1 broken 1 vacuous")
    assert counted.endswith("1 unchecked 1 not run")
    assert "Left out: 9 of 11 cards" in found.all("h3")
    marked = replace(EVERYTHING, deck=replace(deck(), unchecked=Unchecked.MARK))
    assert "Left out: 8 of 11 cards" in page(marked).all("h3")


def test_what_others_wrote_is_text() -> None:
    found = page(EVERYTHING)
    folded = " ".join(HOSTILE.split())
    assert found.all("h2") == [folded]
    assert folded in found.all("pre")
    assert folded in found.all("p", **{"class": "notice"})
    assert any("<script>alert(1)</script>" in text for text in found.all("summary"))
    assert "a</code><b>" in found.all("code")


def test_lines_that_differ_are_marked_on_their_side() -> None:
    found = page(report(judged("Two?", Verdict.REFUTED, LINES)))
    assert (found.all("del"), found.all("ins")) == (["SELECT a"], ["SELECT a, b"])
    assert found.all("figure") == ["expected SELECT a FROM t WHERE x < 1", "observed SELECT a, b FROM t WHERE x < 1"]


def test_each_failure_of_a_card_is_shown_with_its_environments() -> None:
    mixed = judged("Mixed?", Verdict.REFUTED, REFUTED, FAILURES[2][1], REFUTED)
    [details] = [text for text in page(report(mixed)).all("details") if "Mixed?" in text]
    assert "refuted on 2.0 sqlite, 2.1 sqlite, at cards.md:9 assert rows == 1" in details
    assert "broken on 2.0 postgresql 18, at cards.md:11 NameError: <b>" in details


def test_the_slowest_come_first_and_what_was_known_is_marked() -> None:
    slow = judged("Slow?", Verdict.VERIFIED, *[PASSED] * 4)
    known = replace(slow, results=tuple(replace(each, cached=each.seconds > 0.5) for each in slow.results))
    listed = page(report(*[known] * 5)).all("ol")[0].split("Q1 Slow? ")
    assert len(listed) == 11
    assert listed[0] == "0.750 s "
    assert listed[1].startswith("2.1 postgresql 18 known already 0.750 s")
    assert listed[-1] == "2.1 sqlite"
