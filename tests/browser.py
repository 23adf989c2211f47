"""A headless Chromium, showing cards on the page of Anki's own reviewer or any other page.

The page is made of the style sheets, the script and the MathJax that ship in the `aqt` wheel and are
shared by Anki and by AnkiDroid's study screen; `aqt` itself is never imported, so no Qt is needed.
"""

from __future__ import annotations

import base64
import http.client
import importlib.util
import json
import math
import mimetypes
import os
import shutil
import signal
import subprocess
import tempfile
import threading
import time
import urllib.parse
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from enum import Enum
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import websocket

PATIENCE = 30.0  # seconds that any single wait may take
CHROMIUM_NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
CHROMIUM_FLAGS = (
    "--headless",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-breakpad",
    "--disable-component-update",
    "--disable-dev-shm-usage",
    "--disable-quic",
    "--disable-sync",
    "--hide-scrollbars",
    "--no-first-run",
    "--no-proxy-server",
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
    "--remote-debugging-port=0",
)


class BrowserError(RuntimeError):
    """The browser, or something that it needs, is missing or did not do what was asked."""


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


@dataclass(frozen=True)
class Measure:
    """What a shown page did: its widths in CSS pixels, and everything it did wrong."""

    viewport: int
    content: int
    spilling: tuple[str, ...]
    errors: tuple[str, ...]
    outside: tuple[str, ...]

    @property
    def overflows(self) -> bool:
        """Whether the page as a whole scrolls sideways, or an element leaves the screen unreachably."""
        return self.content > self.viewport or bool(self.spilling)

    @property
    def faults(self) -> tuple[str, ...]:
        """One line for each thing that a card must never do; empty for a good card."""
        wide = (f"the page is {self.content} px wide on {self.viewport} px",) if self.overflows else ()
        return (
            *wide,
            *(f"leaves the screen: {name}" for name in self.spilling),
            *(f"console: {text}" for text in self.errors),
            *(f"asks outside for {url}" for url in self.outside),
        )


def reviewer_assets() -> Path:
    """The folder of the reviewer's web assets in the installed `aqt` wheel; `BrowserError` without it."""
    spec = importlib.util.find_spec("_aqt")
    for folder in (spec.submodule_search_locations or ()) if spec else ():
        assets = Path(folder, "data", "web")
        if assets.joinpath("js", "reviewer.js").is_file():
            return assets
    raise BrowserError("the reviewer's assets are missing: pip install --no-deps aqt")


def chromium() -> str:
    """The path of an installed Chromium or Chrome; `BrowserError` if there is none."""
    for name in CHROMIUM_NAMES:
        if path := shutil.which(name):
            return path
    raise BrowserError(f"no browser found: none of {', '.join(CHROMIUM_NAMES)} is on the PATH")


# ---------------------------------------------------------------------------- the reviewer's page


def _address(client: Client, theme: Theme) -> str:
    return f"/{client.name}/{theme.name}".lower()


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


_PAGES = {_address(client, theme): _reviewer_page(client, theme) for client in Client for theme in Theme}


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self, assets: Path, media: Path) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self._roots = (("/_anki/", assets.resolve()), ("/", media.resolve()))

    def read(self, path: str) -> bytes | None:
        if page := _PAGES.get(path):
            return page.encode()
        prefix, root = next((prefix, root) for prefix, root in self._roots if path.startswith(prefix))
        file = root.joinpath(path.removeprefix(prefix)).resolve()
        return file.read_bytes() if file.is_relative_to(root) and file.is_file() else None


class _Handler(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        assert isinstance(self.server, _Server)
        path = urllib.parse.unquote(urllib.parse.urlsplit(self.path).path)
        body = self.server.read(path)
        if body is None:
            self.send_error(404)
            return
        kind = "text/html" if path in _PAGES else mimetypes.guess_type(path)[0]
        self.send_response(200)
        self.send_header("Content-Type", kind or "application/octet-stream")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Keep quiet: what is missing reaches the browser's console."""


@contextmanager
def serve(media: Path) -> Iterator[str]:
    """Serve the reviewer's page, its assets and a folder of media on the loopback; yields the origin."""
    with _Server(reviewer_assets(), media) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}"
        finally:
            server.shutdown()
            thread.join(PATIENCE)


# ------------------------------------------------------------------------------------ the browser


class Page:
    """One tab of a running browser, spoken to over the Chrome DevTools Protocol."""

    def __init__(self, socket: websocket.WebSocket) -> None:
        self._socket = socket
        self._calls = 0
        self._events: list[dict[str, Any]] = []
        for domain in ("Page", "Runtime", "Log", "Network"):
            self.call(f"{domain}.enable")

    def call(self, method: str, **params: Any) -> dict[str, Any]:
        """The result of one protocol method; `BrowserError` if it fails or does not answer in time."""
        self._calls += 1
        self._socket.send(json.dumps({"id": self._calls, "method": method, "params": params}))
        deadline = time.monotonic() + PATIENCE
        while (message := self._receive(deadline)).get("id") != self._calls:
            pass
        if "error" in message:
            raise BrowserError(f"{method}: {message['error']['message']}")
        result: dict[str, Any] = message["result"]
        return result

    def evaluate(self, script: str) -> Any:
        """The value of a JavaScript expression, awaited if it is a promise; `BrowserError` if it throws."""
        answer = self.call("Runtime.evaluate", expression=script, returnByValue=True, awaitPromise=True)
        if "exceptionDetails" in answer:
            raise BrowserError(_exception_text(answer["exceptionDetails"]))
        return answer["result"].get("value")

    def open(self, url: str) -> None:
        """Load a page, wait until it has loaded, and forget the errors and requests of the one before."""
        self.forget()
        failure = self.call("Page.navigate", url=url).get("errorText")
        if failure:
            raise BrowserError(f"{url}: {failure}")
        deadline = time.monotonic() + PATIENCE
        while not self._heard("Page.loadEventFired"):
            self._receive(deadline)

    def forget(self) -> None:
        """Forget the errors and requests there were."""
        self._events.clear()

    def errors(self) -> tuple[str, ...]:
        """What went wrong on the console since all was forgotten, each once; a missing file is told there too."""
        thrown = (_exception_text(event["exceptionDetails"]) for event in self._heard("Runtime.exceptionThrown"))
        written = (
            " ".join(str(part.get("value", part.get("description", ""))) for part in event["args"])
            for event in self._heard("Runtime.consoleAPICalled")
            if event["type"] in ("error", "assert")
        )
        logged = (
            f"{entry['text']} {entry.get('url', '')}".rstrip()
            for entry in (event["entry"] for event in self._heard("Log.entryAdded"))
            if entry["level"] == "error"
        )
        return tuple(dict.fromkeys((*thrown, *written, *logged)))

    def requests(self) -> tuple[str, ...]:
        """The addresses that the page asked for since all was forgotten, whether or not they answered."""
        return tuple(dict.fromkeys(event["request"]["url"] for event in self._heard("Network.requestWillBeSent")))

    def _heard(self, method: str) -> list[dict[str, Any]]:
        return [event["params"] for event in self._events if event["method"] == method]

    def _receive(self, deadline: float) -> dict[str, Any]:
        self._socket.settimeout(max(0.001, deadline - time.monotonic()))
        try:
            message: dict[str, Any] = json.loads(self._socket.recv())
        except (OSError, ValueError, websocket.WebSocketException) as error:
            raise BrowserError(f"the browser does not answer: {error}") from error
        if "method" in message:
            self._events.append(message)
        return message


def _exception_text(details: dict[str, Any]) -> str:
    return str(details.get("exception", {}).get("description") or details["text"])


@contextmanager
def launch() -> Iterator[Page]:
    """Run a browser of its own, with a profile of its own; both are gone when the context ends."""
    scratch = Path(tempfile.mkdtemp(prefix="deckgen-browser-"))
    try:
        process = _start(scratch)
        try:
            socket = websocket.create_connection(
                _tab_address(process, scratch),
                timeout=PATIENCE,
                suppress_origin=True,
                http_no_proxy=["127.0.0.1"],
            )
            try:
                yield Page(socket)
            finally:
                socket.close()
        finally:
            _stop(process)
    finally:
        _remove(scratch)


def _start(scratch: Path) -> subprocess.Popen[bytes]:
    # Chromium refuses to run its sandbox as root, which is what containers run as.
    unsandboxed = ("--no-sandbox",) if os.geteuid() == 0 else ()
    # It writes beside its profile too: to the temporary folder and to the user's configuration.
    homes = {name: str(scratch) for name in ("TMPDIR", "HOME", "XDG_CONFIG_HOME", "XDG_CACHE_HOME")}
    with scratch.joinpath("stderr").open("wb") as stderr:
        return subprocess.Popen(
            [chromium(), *CHROMIUM_FLAGS, *unsandboxed, f"--user-data-dir={scratch}/profile", "about:blank"],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=stderr,
            env={**os.environ, **homes},
            start_new_session=True,
        )


def _tab_address(process: subprocess.Popen[bytes], scratch: Path) -> str:
    """The DevTools address of the first tab, which Chromium tells by writing a file into its profile."""
    told = scratch / "profile" / "DevToolsActivePort"
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline and process.poll() is None:
        lines = told.read_text().splitlines() if told.is_file() else []
        if lines and (address := _first_tab(int(lines[0]))):
            return address
        time.sleep(0.05)
    complaint = scratch.joinpath("stderr").read_text(errors="replace")[-800:]
    raise BrowserError(f"the browser did not start: {complaint}")


def _first_tab(port: int) -> str | None:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE)
    with closing(connection), suppress(OSError):
        connection.request("GET", "/json/list")
        targets: list[dict[str, str]] = json.load(connection.getresponse())
        return next((target["webSocketDebuggerUrl"] for target in targets if target["type"] == "page"), None)
    return None


def _stop(process: subprocess.Popen[bytes]) -> None:
    """End the browser and all of its helpers: its process group is the session that it was started in."""
    for request in (signal.SIGTERM, signal.SIGKILL):
        with suppress(ProcessLookupError):
            os.killpg(process.pid, request)
        with suppress(subprocess.TimeoutExpired):
            process.wait(PATIENCE / 3)


def _remove(folder: Path) -> None:
    """Remove a folder into which a process that was just killed may still be writing."""
    deadline = time.monotonic() + PATIENCE / 3
    while folder.exists():
        shutil.rmtree(folder, ignore_errors=time.monotonic() < deadline)
        time.sleep(0.05)


# ----------------------------------------------------------------------------------------- a card


def fit(page: Page, screen: Screen) -> None:
    """Give a page the size of a screen."""
    page.call(
        "Emulation.setDeviceMetricsOverride",
        width=screen.width,
        height=screen.height,
        deviceScaleFactor=screen.scale,
        mobile=screen.client is Client.PHONE,
    )


def sit_down(page: Page, origin: str, screen: Screen, theme: Theme = Theme.LIGHT) -> None:
    """Open the empty reviewer at the address that `serve` yielded; `show` puts one card after the other into it."""
    fit(page, screen)
    page.open(origin + _address(screen.client, theme))


def show(page: Page, side: str, theme: Theme = Theme.LIGHT) -> None:
    """Show one side of a card in the reviewer, as the engine rendered it, and wait until all of it is drawn.

    `side` is the HTML of `Card.question()` or `Card.answer()` with `escape_media_filenames` applied.
    """
    page.forget()
    # The reviewer draws from a queue: what is queued after the card runs when MathJax is done with it.
    page.evaluate(
        f"""(async () => {{
            _showAnswer({json.dumps(side)}, {json.dumps(f"card card1 {theme.value}".strip())});
            await new Promise((drawn) => _queueAction(async () => drawn()));
            await document.fonts.ready;
            window.scrollTo(0, 0);
        }})()"""
    )


def unfold(side: str) -> str:
    """The same side of a card with every `details` open, as after a tap on its summary."""
    return side.replace("<details", "<details open")


def measure(page: Page, origin: str) -> Measure:
    """The widths, errors and outside requests of the shown page."""
    found = page.evaluate(_MEASURE)
    return Measure(
        viewport=found["viewport"],
        content=found["content"],
        spilling=tuple(found["spilling"]),
        errors=page.errors(),
        outside=tuple(url for url in page.requests() if not url.startswith((f"{origin}/", "data:"))),
    )


# An element that crosses the edge is harmless if one around it scrolls: then it can be reached.
# MathJax lays out glyphs by overlapping boxes, so that its container speaks for them.
_MEASURE = """(() => {
    const root = document.documentElement;
    const shown = document.getElementById("qa") ?? document.body;
    const scrolls = (element) => ["auto", "scroll"].includes(getComputedStyle(element).overflowX);
    const reachable = (element) => {
        for (let around = element.parentElement; around && around !== shown; around = around.parentElement)
            if (scrolls(around)) return true;
        return false;
    };
    const spills = (element) => {
        const box = element.getBoundingClientRect();
        return box.width > 0 && (box.right > root.clientWidth + 1 || box.left < -1) && !reachable(element);
    };
    return {
        viewport: root.clientWidth,
        content: root.scrollWidth,
        spilling: [...shown.querySelectorAll("*:not(mjx-container *)")].filter(spills)
            .map((element) => element.cloneNode(false).outerHTML.slice(0, 80)),
    };
})()"""


def axe_script() -> str:
    """The source of axe, the judge of accessibility, in the installed wheel; `BrowserError` without it."""
    spec = importlib.util.find_spec("axe_playwright_python")
    for folder in (spec.submodule_search_locations or ()) if spec else ():
        if (script := Path(folder, "axe.min.js")).is_file():
            return script.read_text("utf-8")
    raise BrowserError("axe is missing: pip install --no-deps axe-playwright-python")


def violations(page: Page) -> tuple[str, ...]:
    """What of the shown card violates WCAG 2.2, levels A and AA, by axe; the page around it is the client's.

    So is the button that plays a sound, which Anki writes without a name. Of any other page, all but its frames is
    judged.
    """
    if not page.evaluate("'axe' in window"):
        page.evaluate(axe_script())
    return tuple(page.evaluate(_AXE))


_AXE = """(async () => {
    const tags = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"];
    const where = {include: [document.getElementById("qa") ? "#qa" : "html"], exclude: [".replay-button"]};
    const rules = {runOnly: {type: "tag", values: tags}, resultTypes: ["violations"], iframes: false};
    const found = await axe.run(where, rules);
    return found.violations.flatMap((rule) => rule.nodes.map(
        (node) => `${rule.id}: ${node.html.slice(0, 120)}: ${node.failureSummary.replaceAll("\\n", " ").slice(0, 200)}`
    ));
})()"""


def small_targets(page: Page) -> tuple[str, ...]:
    """The links, summaries and inputs that a finger would miss: lower or narrower than 44 px."""
    return tuple(page.evaluate(_SMALL))


_SMALL = """[...document.querySelectorAll("#qa a, #qa summary, #qa input")].flatMap((element) => {
    const {width, height} = element.getBoundingClientRect();
    return Math.min(width, height) < 43.5 ? [`${width} x ${height} px: ${element.outerHTML.slice(0, 80)}`] : [];
})"""


def read_out_of_order(page: Page) -> tuple[str, ...]:
    """The texts that a screen reader, which follows the document, reads after something that stands below them."""
    return tuple(page.evaluate(_ORDER))


# MathJax lays out its glyphs as it likes; it is read by what it says beside them.
_ORDER = """(() => {
    const walk = document.createTreeWalker(document.getElementById("qa"), NodeFilter.SHOW_TEXT);
    const range = document.createRange();
    const found = [];
    let above = -Infinity;
    while (walk.nextNode()) {
        range.selectNodeContents(walk.currentNode);
        const {top, bottom, height} = range.getBoundingClientRect();
        const text = walk.currentNode.data.trim();
        if (!text || height === 0 || walk.currentNode.parentElement.closest("mjx-container")) continue;
        if (bottom <= above) found.push(`read too late: ${text.slice(0, 80)}`);
        above = top;
    }
    return found;
})()"""


def faults(page: Page, origin: str) -> tuple[str, ...]:
    """One line for each thing that is wrong with the shown side of a card; empty for a good one."""
    return (*measure(page, origin).faults, *small_targets(page), *read_out_of_order(page), *violations(page))


def picture(page: Page) -> bytes:
    """A PNG of the shown page, cut where its content ends if that is above the end of the screen."""
    width, height = page.evaluate("[innerWidth, Math.min(innerHeight, document.body.getBoundingClientRect().bottom)]")
    clip = {"x": 0, "y": 0, "width": width, "height": math.ceil(height), "scale": 1}
    return base64.b64decode(page.call("Page.captureScreenshot", format="png", clip=clip)["data"])
