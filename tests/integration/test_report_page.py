"""The HTML report in a real browser: on a phone and on a desk, in light and dark."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, get_args

import pytest

from deckgen.proof import Verdict
from deckgen.publishing.reports import FORMATS
from tests.browser import Client, Scheme, Screen, Tab, tab
from tests.unit.reports import ENVIRONMENTS, FAILURES, HOLDS_TOO, LINES, PASSED, judged, report

if TYPE_CHECKING:
    from playwright.sync_api import Browser

pytestmark = pytest.mark.slow

SCREENS = {"phone": Screen(390, 844), "desk": Screen(1280, 900, client=Client.DESKTOP)}
LONG = "`" + "unbroken" * 40 + "` and then some words " * 20
REPORT = report(
    judged(LONG, Verdict.REFUTED, PASSED, HOLDS_TOO, *(outcome for _, outcome in FAILURES[:2])),
    *(judged(f"Number {each}?", *FAILURES[each % 7], LINES) for each in range(30)),
    judged("Not run?", None),
    unconfined=("namespaces: " + "x" * 300,),
)
TEXTS = """(() => {
    const channels = (colour) => colour.match(/[\\d.]+/g).map(Number);
    const light = ([red, green, blue]) => [red, green, blue]
        .map((each) => each / 255)
        .map((each) => each <= 0.04045 ? each / 12.92 : ((each + 0.055) / 1.055) ** 2.4)
        .reduce((sum, each, index) => sum + each * [0.2126, 0.7152, 0.0722][index], 0);
    const behind = (element) => {
        const colour = channels(getComputedStyle(element).backgroundColor);
        return colour[3] === 0 ? behind(element.parentElement) : colour;
    };
    const contrast = (element) => {
        const both = [channels(getComputedStyle(element).color), behind(element)].map(light).sort((a, b) => b - a);
        return (both[0] + 0.05) / (both[1] + 0.05);
    };
    const speaks = (element) => [...element.childNodes].some((node) => node.nodeType === 3 && node.data.trim());
    return [...document.body.querySelectorAll("*")].filter(speaks)
        .map((element) => [element.cloneNode(false).outerHTML.slice(0, 80), contrast(element)]);
})()"""


@pytest.fixture(scope="module")
def path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    written = tmp_path_factory.mktemp("report") / "report.html"
    written.write_text(FORMATS["html"]([REPORT, report()]), "utf-8")
    return written


@contextmanager
def shown(browser: Browser, path: Path, screen: Screen, scheme: Scheme) -> Iterator[Tab]:
    with tab(browser, path.parent.as_uri(), screen, scheme) as reader:
        reader.open(path.as_uri())
        reader.page.evaluate("document.querySelectorAll('details').forEach((each) => each.open = true)")
        yield reader


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("screen", SCREENS.values(), ids=SCREENS.keys())
def test_the_page_fits_asks_for_nothing_and_can_be_read(
    browser: Browser, path: Path, screen: Screen, scheme: Scheme
) -> None:
    with shown(browser, path, screen, scheme) as reader:
        assert reader.requests == [path.as_uri()]
        assert reader.faults() == ()
        contrasts = reader.page.evaluate(TEXTS)
    assert len(contrasts) > 200
    assert not [(element, ratio) for element, ratio in contrasts if ratio < 4.5]


def test_light_and_dark_differ(browser: Browser, path: Path) -> None:
    papers = []
    for scheme in get_args(Scheme):
        with shown(browser, path, SCREENS["desk"], scheme) as reader:
            papers.append(reader.page.evaluate("getComputedStyle(document.body).backgroundColor"))
    assert papers == ["rgb(252, 251, 248)", "rgb(28, 29, 32)"]


def test_the_cards_stay_in_sight_while_environments_scroll(browser: Browser, tmp_path: Path) -> None:
    many = tuple(each for each in ENVIRONMENTS for _ in range(4))
    wide = tmp_path / "wide.html"
    wide.write_text(FORMATS["html"]([report(judged("Wide?", Verdict.VERIFIED, PASSED), environments=many)]), "utf-8")
    with shown(browser, wide, SCREENS["phone"], "light") as reader:
        before, scrolled, after = reader.page.evaluate(
            """() => {
                const box = document.querySelector(".box.map"), card = box.querySelector("tbody th");
                const left = () => card.getBoundingClientRect().left;
                const before = left();
                box.scrollLeft = 10000;
                return [before, box.scrollLeft, left()];
            }"""
        )
    assert scrolled > 200
    assert after == before
