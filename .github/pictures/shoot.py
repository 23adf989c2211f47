"""Take the README's pictures: one card as Anki's own reviewer shows it on a phone, and as the preview does.

    python .github/pictures/shoot.py build/sqlalchemy.apkg source/sqlalchemy --card ID -o .github/pictures

Writes card-light.png, card-night.png, preview-desk.png and preview-night.png; fails if a page is at fault.
"""

from __future__ import annotations

import argparse
import signal
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import anki.lang
from anki.collection import Collection, ImportAnkiPackageOptions, ImportAnkiPackageRequest

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from tests.browser import BrowserError, Client, Screen, Tab, Theme, launch, reviewer, show, tab, unfold
from tests.decks import previewed

if TYPE_CHECKING:
    from playwright.sync_api import Browser

ROOT = Path(__file__).resolve().parents[2]
PHONE = Screen(390, 844)
DESK = Screen(1280, 760, scale=1, client=Client.DESKTOP)


def main() -> int:
    """Take all pictures; 0 if all pages are faultless, else 1."""
    # Left to itself a terminated Python cleans nothing up, and the preview would outlive it.
    signal.signal(signal.SIGTERM, lambda number, _: sys.exit(128 + number))
    arguments = parse_arguments()
    arguments.output.mkdir(parents=True, exist_ok=True)
    status = 0
    try:
        with launch() as browser:
            for name, shown in pages(browser, arguments):
                file = arguments.output / f"{name}.png"
                file.write_bytes(shown.picture())
                faults = shown.faults()
                sys.stdout.write(f"{file}: {file.stat().st_size // 1000} kB: {'; '.join(faults) or 'faultless'}\n")
                status |= bool(faults)
    except (BrowserError, LookupError, OSError) as error:
        sys.stderr.write(f"shoot.py: {error}\n")
        return 1
    return status


def pages(browser: Browser, arguments: argparse.Namespace) -> Iterator[tuple[str, Tab]]:
    """The pages to take pictures of, by name."""
    with tempfile.TemporaryDirectory(prefix="deckgen-pictures-") as scratch:
        back, media = render_back(arguments.package, arguments.card, Path(scratch))
        for theme in Theme:
            with reviewer(browser, media, PHONE, theme) as shown:
                show(shown, unfold(back) if arguments.open else back, theme)
                yield f"card-{theme.name.lower()}", shown
    with previewed(arguments.source, cwd=ROOT) as origin:
        with tab(browser, origin, DESK) as shown:
            turn(shown, arguments.card)
            yield "preview-desk", shown
        with tab(browser, origin, PHONE, "dark") as shown:
            turn(shown, arguments.card)
            shown.page.click("#night")
            shown.page.frame_locator("#card").locator("body.nightMode").wait_for()
            yield "preview-night", shown


def turn(preview: Tab, card_id: str) -> None:
    """Open the preview, wait until all is proved, look for a card among those on its subject, and show its back."""
    preview.open(f"{preview.origin}/")
    page = preview.page
    page.locator("#list .chip").first.wait_for()
    page.locator("#list .not-run").first.wait_for(state="detached", timeout=0)
    page.locator("#status:empty").wait_for(state="attached")
    page.fill("#search", card_id)
    page.click("#list button")
    page.click("#flip")
    page.frame_locator("#card").locator("#answer").wait_for()
    page.fill("#search", card_id.partition("-")[2])
    page.locator("#search").blur()
    page.evaluate("scrollTo(0, 0)")


def parse_arguments() -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("package", type=Path, help="the .apkg to take the card from")
    parser.add_argument("source", help="the deck to preview")
    parser.add_argument("--card", required=True, metavar="ID", help="the Id field of the card's note")
    parser.add_argument("-o", "--output", type=Path, default=Path(), metavar="FOLDER", help="default: here")
    parser.add_argument("--open", action="store_true", help="unfold the proof")
    return parser.parse_args()


def render_back(package: Path, card_id: str, scratch: Path) -> tuple[str, Path]:
    """The back of a card's HTML by the official engine, and the folder of its media.

    Raises `LookupError` if no note of the package has that Id, `FileNotFoundError` without a package.
    """
    if not package.is_file():
        raise FileNotFoundError(f"no such package: {package}")
    anki.lang.set_lang("en")
    collection = Collection(str(scratch / "collection.anki2"))
    try:
        collection.import_anki_package(
            ImportAnkiPackageRequest(package_path=str(package.resolve()), options=ImportAnkiPackageOptions())
        )
        for note_id in collection.find_notes(""):
            note = collection.get_note(note_id)
            if dict(note.items()).get("Id") == card_id:
                back = note.cards()[0].answer()
                return collection.media.escape_media_filenames(back), Path(collection.media.dir())
        raise LookupError(f"no note of {package} has the Id {card_id!r}")
    finally:
        collection.close()


if __name__ == "__main__":
    raise SystemExit(main())
