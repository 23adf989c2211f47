"""Take the README's pictures: one card of a package, as Anki's own reviewer shows it on a phone.

    python .github/pictures/shoot.py build/sqlalchemy.apkg --card ID -o .github/pictures

Writes card-light.png and card-night.png; fails if a page overflows, complains or asks outside.
"""

from __future__ import annotations

import argparse
import signal
import sys
import tempfile
from pathlib import Path

import anki.lang
from anki.collection import Collection, ImportAnkiPackageOptions, ImportAnkiPackageRequest

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from tests.browser import BrowserError, Screen, Theme, launch, measure, picture, serve, show, sit_down, unfold

PHONE = Screen(390, 844)


def main() -> int:
    """Take both pictures; 0 if both pages are faultless, else 1."""
    # Left to itself a terminated Python cleans nothing up, and the browser would outlive it.
    signal.signal(signal.SIGTERM, lambda number, _: sys.exit(128 + number))
    arguments = parse_arguments()
    try:
        with tempfile.TemporaryDirectory(prefix="deckgen-pictures-") as scratch:
            back, media = render_back(arguments.package, arguments.card, Path(scratch))
            return take_pictures(unfold(back) if arguments.open else back, media, arguments.output)
    except (BrowserError, LookupError, OSError) as error:
        sys.stderr.write(f"shoot.py: {error}\n")
        return 1


def parse_arguments() -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("package", type=Path, help="the .apkg to take the card from")
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


def take_pictures(side: str, media: Path, output: Path) -> int:
    """Write one picture for each theme and say what was measured; 1 if a page is at fault, else 0."""
    output.mkdir(parents=True, exist_ok=True)
    status = 0
    with serve(media) as origin, launch() as page:
        for theme in Theme:
            sit_down(page, origin, PHONE, theme)
            show(page, side, theme)
            file = output / f"card-{theme.name.lower()}.png"
            file.write_bytes(picture(page))
            found = measure(page, origin)
            verdict = "; ".join(found.faults) or "no overflow"
            sys.stdout.write(f"{file}: {found.content} px wide on {found.viewport} px: {verdict}\n")
            status |= bool(found.faults)
    return status


if __name__ == "__main__":
    raise SystemExit(main())
