"""A headless Chromium, showing cards on the page of Anki's own reviewer or any other page.

The page is made of the style sheets, the script and the MathJax that ship in the `aqt` wheel and are
shared by Anki and by AnkiDroid's study screen; `aqt` itself is never imported, so no Qt is needed.
"""

from __future__ import annotations

import importlib.util
import math
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from enum import Enum
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Literal

from tests.loopback import serving

if TYPE_CHECKING:
    from playwright.sync_api import Browser, ConsoleMessage, Page

CHROMIUM_NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
# It asks nobody but us, whatever a page says.
CHROMIUM_FLAGS = ("--no-proxy-server", "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1")
Scheme = Literal["light", "dark"]  # which colours the reader asks pages for
JUDGES = Path(__file__).with_name("judges.js").read_text("utf-8")


class BrowserError(RuntimeError):
    """The browser, or something that it needs, is missing."""


class Client(Enum):
    """The Anki client whose page is imitated: the classes of its root element."""

    PHONE = "mobile android linux chrome js"
    DESKTOP = "linux chrome"


class Theme(Enum):
    """The client's colours: the classes of its body."""

    LIGHT = ""
    NIGHT = "nightMode night_mode"


@dataclass(frozen=True)
class Screen:
    """A screen of `width` x `height` CSS pixels, each `scale` device pixels wide."""

    width: int
    height: int
    scale: int = 2
    client: Client = Client.PHONE


def needed(module: str, path: str) -> Path:
    """A file in an installed module, which is not imported; `BrowserError` if there is none."""
    spec = importlib.util.find_spec(module)
    for folder in (spec.submodule_search_locations or ()) if spec else ():
        if (file := Path(folder, path)).exists():
            return file
    raise BrowserError(f"{path} of {module} is not installed: make .venv/slow")


def reviewer_assets() -> Path:
    """The folder of the reviewer's web assets."""
    return needed("_aqt", "data/web/js/reviewer.js").parents[1]


def axe() -> Path:
    """The script of axe, the judge of accessibility."""
    return needed("axe_playwright_python", "axe.min.js")


def chromium() -> str:
    """The path of an installed Chromium or Chrome; `BrowserError` if there is none."""
    for name in CHROMIUM_NAMES:
        if path := shutil.which(name):
            return path
    raise BrowserError(f"no browser found: none of {', '.join(CHROMIUM_NAMES)} is on the PATH")


@contextmanager
def launch() -> Iterator[Browser]:
    """Run a browser of its own; it is gone, with all that it wrote, when the context ends."""
    needed("playwright", "driver")
    from playwright.sync_api import sync_playwright

    with TemporaryDirectory(prefix="deckgen-browser-", ignore_cleanup_errors=True) as scratch, sync_playwright() as own:
        # It writes beside its profile too: to the temporary folder and to the user's configuration.
        homes = dict.fromkeys(("TMPDIR", "HOME", "XDG_CONFIG_HOME", "XDG_CACHE_HOME"), scratch)
        environment: dict[str, str | float | bool] = {**os.environ, **homes}
        with own.chromium.launch(
            executable_path=chromium(), args=CHROMIUM_FLAGS, env=environment, chromium_sandbox=os.geteuid() != 0
        ) as browser:
            yield browser


# ----------------------------------------------------------------------------------------- a page


class Tab:
    """A page that belongs to an origin, with what went wrong and what was asked for since all was forgotten."""

    def __init__(self, page: Page, origin: str) -> None:
        self.page, self.origin = page, origin
        self.errors: list[str] = []
        self.requests: list[str] = []
        page.on("pageerror", lambda error: self.errors.append(error.stack or error.message))
        page.on("console", self._hear)
        page.on("request", lambda request: self.requests.append(request.url))

    def _hear(self, message: ConsoleMessage) -> None:
        if message.type in ("error", "assert"):
            self.errors.append(f"{message.text} {message.location['url']}")

    def forget(self) -> None:
        """Forget the errors and requests there were."""
        self.errors.clear()
        self.requests.clear()

    def open(self, url: str) -> None:
        """Load a page, and call axe to it, whose judgement is asked later."""
        self.page.goto(url)
        self.page.evaluate(axe().read_text("utf-8"))

    def faults(self) -> tuple[str, ...]:
        """One line for each thing that is wrong with a page, or with the card that it shows; empty for a good one."""
        seen = self.page.evaluate(JUDGES)
        outside = (url for url in self.requests if not url.startswith(f"{self.origin}/"))
        return (
            *seen,
            *(f"console: {text}" for text in dict.fromkeys(self.errors)),
            *(f"asks outside for {url}" for url in dict.fromkeys(outside)),
        )

    def picture(self) -> bytes:
        """A PNG of the shown page, cut where its content ends if that is above the end of the screen."""
        width, height, end = self.page.evaluate(
            "[innerWidth, innerHeight, document.body.getBoundingClientRect().bottom]"
        )
        return self.page.screenshot(clip={"x": 0, "y": 0, "width": width, "height": math.ceil(min(height, end))})


@contextmanager
def tab(browser: Browser, origin: str, screen: Screen, scheme: Scheme = "light") -> Iterator[Tab]:
    """An empty tab on a screen, for a page that asks for nothing outside an origin."""
    phone = screen.client is Client.PHONE
    with browser.new_context(
        viewport={"width": screen.width, "height": screen.height},
        device_scale_factor=screen.scale,
        is_mobile=phone,
        has_touch=phone,
        color_scheme=scheme,
    ) as context:
        yield Tab(context.new_page(), origin)


# ----------------------------------------------------------------------------------------- a card


def show(tab: Tab, side: str, theme: Theme = Theme.LIGHT) -> None:
    """Show one side of a card in the reviewer, as the engine rendered it, and wait until all of it is drawn.

    `side` is the HTML of `Card.question()` or `Card.answer()` with `escape_media_filenames` applied.
    """
    tab.forget()
    tab.page.evaluate(_SHOW, [side, f"card card1 {theme.value}".strip()])


# The reviewer draws from a queue: what is queued after the card runs when MathJax is done with it.
_SHOW = """async ([side, classes]) => {
    _showAnswer(side, classes);
    await new Promise((drawn, failed) => {
        _queueAction(async () => drawn());
        setTimeout(failed, 30_000, "the card is not drawn");
    });
    await document.fonts.ready;
    window.scrollTo(0, 0);
}"""


@contextmanager
def reviewer(browser: Browser, media: Path, screen: Screen, theme: Theme = Theme.LIGHT) -> Iterator[Tab]:
    """The reviewer of the screen's client, into which `show` puts one card after the other, with media in a folder."""
    with _serve(media, _reviewer_page(screen.client, theme)) as origin, tab(browser, origin, screen) as empty:
        empty.open(f"{origin}/")
        yield empty


def unfold(side: str) -> str:
    """The same side of a card with every `details` open, as after a tap on its summary."""
    return side.replace("<details", "<details open")


def _reviewer_page(client: Client, theme: Theme) -> str:
    """The empty reviewer, as `AnkiWebView.stdHtml` and `Reviewer.revHtml` of aqt put it together."""
    night = theme is Theme.NIGHT
    sheets = ("webview", "reviewer") if client is Client.DESKTOP else ("reviewer",)
    links = "".join(f'<link rel="stylesheet" href="/_anki/css/{sheet}.css">' for sheet in sheets)
    return f"""<!doctype html>
<html class="{client.value}{" night-mode" if night else ""}" data-bs-theme="{"dark" if night else "light"}">
<head><meta charset="utf-8"><base href="/"><link rel="icon" href="data:,">
<meta name="viewport" content="width=device-width, initial-scale=1">
{links}
<style>:root {{ --canvas: #f5f5f5; --fg: #020202 }} :root.night-mode {{ --canvas: #2c2c2c; --fg: #fcfcfc }}</style>
</head>
<body class="{theme.value}">
<script>var qFade = 0; window.bridgeCommand = window.pycmd = () => {{}};</script>
<script src="/_anki/js/vendor/jquery.min.js"></script>
<div id="qa" dir="auto"></div>
<script src="/_anki/js/reviewer.js"></script>
</body></html>"""


@contextmanager
def _serve(media: Path, page: str) -> Iterator[str]:
    """Serve a page, the reviewer's assets and a folder of media on the loopback; yields the origin."""
    assets = reviewer_assets()

    class Handler(SimpleHTTPRequestHandler):
        def do_GET(self) -> None:
            if self.path != "/":
                super().do_GET()
                return
            self.send_response(200)
            self.send_header("Content-Type", "text/html")
            self.end_headers()
            self.wfile.write(page.encode())

        def translate_path(self, path: str) -> str:
            self.directory = str(assets if path.startswith("/_anki/") else media)
            return super().translate_path(path.removeprefix("/_anki"))

        def log_message(self, *_: object) -> None:
            """Keep quiet: what is missing reaches the browser's console."""

    with serving(ThreadingHTTPServer(("127.0.0.1", 0), Handler)) as origin:
        yield origin
