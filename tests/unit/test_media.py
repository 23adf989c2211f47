"""A card gets the files of its deck's folder, told by what they hold, and no other by any trick."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from deckgen import signatures, svg
from deckgen.model import Medium
from deckgen.packing.media import described
from deckgen.reading import media
from deckgen.reading.pixels import pixels
from tests.samples import MEDIA, SVG, png

ROOTED = b"<svg xmlns='http://www.w3.org/2000/svg' xmlns:xlink='http://www.w3.org/1999/xlink'"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A deck's folder with an image at each level, and a secret outside."""
    for place in ("secret.png", "deck/a.png", "deck/sub/b.png", "deck/sub/a b \u00e9.png", "deck/100%.png"):
        (tmp_path / place).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / place).write_bytes(png())
    return tmp_path / "deck"


def found(folder: Path, target: str, document: str = "sub/notes.md") -> str:
    """The suffix of what is found, or the code of why nothing is."""
    result = media.beside(folder, Path(document))(target)
    return result.suffix if isinstance(result, Medium) else result.rule.code


@pytest.mark.parametrize(
    "target", ["b.png", "./b.png", "../a.png", "..//sub/./b.png", "a%20b%20%C3%A9.png", "a b \u00e9.png", "%62.png"]
)
def test_files_of_the_folder_are_found(folder: Path, target: str) -> None:
    assert found(folder, target) == "png"


def test_a_document_beside_the_deck_file_finds_what_is_beside_it(folder: Path) -> None:
    assert found(folder, "sub/b.png", "notes.md") == "png"
    assert found(folder, "100%25.png", "notes.md") == "png"


OUTSIDE = {
    "up": "../../secret.png",
    "up and down again": "../../deck/../secret.png",
    "up, encoded": "%2e%2e/%2e%2e/secret.png",
    "up, encoded twice": "%252e%252e/%252e%252e/secret.png",
    "slashes encoded": "..%2f..%2fsecret.png",
    "up with backslashes": "..\\..\\secret.png",
    "up with encoded backslashes": "..%5C..%5Csecret.png",
    "absolute": "/etc/passwd",
    "absolute, encoded": "%2Fetc%2Fpasswd",
    "a drive": "C:/Windows/win.ini",
    "a drive, encoded": "C%3A/Windows/win.ini",
    "a share": "%5C%5Chost/share/a.png",
    "file:": "file:///etc/passwd",
    "FILE:, encoded": "FILE%3A///etc/passwd",
    "data:": "data:image/png;base64,AAAA",
    "a NUL": "a.png%00.svg",
    "a line feed": "a%0A.png",
    "a character that turns the text": "a\u202egnp.exe",
    "an undecodable byte": "%ff.png",
}


@pytest.mark.parametrize("target", OUTSIDE.values(), ids=OUTSIDE.keys())
def test_nothing_outside_is_found_by_any_trick(folder: Path, target: str) -> None:
    assert found(folder, target) in ("D075", "D076")


@pytest.mark.parametrize("target", ["https://example.org/a.png", "HTTP://example.org/a.png", "//example.org/a.png"])
def test_what_lies_elsewhere_is_said_to(folder: Path, target: str) -> None:
    assert found(folder, target) == "D026"
    refusal = media.nowhere(target)
    assert isinstance(refusal, media.Refusal)
    assert refusal.rule.code == "D026"


def test_no_symbolic_link_is_followed(folder: Path) -> None:
    (folder / "link.png").symlink_to(folder.parent / "secret.png")
    (folder / "inside.png").symlink_to(folder / "a.png")
    (folder / "up").symlink_to(folder.parent)
    for target in ("link.png", "inside.png", "up/secret.png"):
        assert found(folder, target, "notes.md") == "D075"


def test_the_deck_itself_may_be_reached_by_a_link(folder: Path) -> None:
    (folder.parent / "link").symlink_to(folder)
    assert found(folder.parent / "link", "a.png", "notes.md") == "png"


@pytest.mark.parametrize("target", ["c.png", "B.PNG", "b.png/", "", ".", "b.png/x", "no/b.png"])
def test_what_is_not_there(folder: Path, target: str) -> None:
    assert found(folder, target) in ("D076", "png") if target == "b.png/" else found(folder, target) == "D076"


def test_a_name_that_differs_in_case_is_suggested(folder: Path) -> None:
    refusal = media.beside(folder, Path("notes.md"))("A.png")
    assert isinstance(refusal, media.Refusal)
    assert refusal.values == {"advice": "did you mean `a.png`?"}


def test_a_name_that_no_text_can_name_is_not_suggested(folder: Path) -> None:
    (folder / "A\udcff.png").write_bytes(png())
    refusal = media.beside(folder, Path("notes.md"))("A.png")
    assert isinstance(refusal, media.Refusal)
    assert refusal.values == {"advice": "did you mean `a.png`?"}


def test_what_is_no_regular_file_is_not_waited_for(folder: Path) -> None:
    os.mkfifo(folder / "pipe.png")
    assert found(folder, "pipe.png", "notes.md") == "D076"


def test_a_file_that_is_too_large_is_refused(folder: Path) -> None:
    """D078"""
    (folder / "large.png").write_bytes(png())
    os.truncate(folder / "large.png", media.MOST_BYTES + 1)
    assert found(folder, "large.png", "notes.md") == "D078"


@pytest.mark.parametrize("suffix", MEDIA)
def test_a_file_is_what_it_holds_whatever_it_is_called(folder: Path, suffix: str) -> None:
    (folder / "wrong.txt").write_bytes(MEDIA[suffix])
    result = media.beside(folder, Path("notes.md"))("wrong.txt")
    assert isinstance(result, Medium)
    assert (result.suffix, result.data) == (suffix, MEDIA[suffix])


@pytest.mark.parametrize(
    "data", [b"", b"text", b"MZ\x90", b"%PDF-1.7", b"\x7fELF", b"PK\3\4", b"BM", b"\xff\xfe", b"RIFF"]
)
def test_what_anki_cannot_show(data: bytes) -> None:
    assert signatures.suffix(data) is None


def test_two_files_with_the_same_content_have_one_name() -> None:
    assert Medium("a.png", "png", b"x").name == Medium("b.png", "png", b"x").name != Medium("a.png", "png", b"y").name


SAFE = [
    SVG,
    b"<?xml version='1.0' encoding='UTF-8'?>\n<!-- made by hand -->\n" + SVG,
    b"\xef\xbb\xbf" + SVG,
    SVG.decode().encode("utf-16"),
    ROOTED + b"><defs><path id='p'/></defs><use xlink:href='#p'/><use href=' #p'/></svg>",
    ROOTED + b"><rect fill='url(#g)' style='fill: url(\"#g\")'/><style>rect { fill: url( #g ) }</style></svg>",
    ROOTED + b"><image href='data:image/png;base64,iVBORw0KGgo='/></svg>",
    b"<!DOCTYPE svg PUBLIC '-//W3C//DTD SVG 1.1//EN' 'http://www.w3.org/Graphics/SVG/1.1/DTD/svg11.dtd'>" + SVG,
    ROOTED + b"><text>onload=alert(1) url(http://x) @import</text></svg>",
    ROOTED + b"><a href='#x'><text>\xd7\x90</text></a></svg>",
]


@pytest.mark.parametrize("data", SAFE)
def test_a_plain_svg_is_safe(data: bytes) -> None:
    assert svg.unsafe(data) is None


UNSAFE = {
    "a script": (b"><script>alert(1)</script></svg>", "<script>"),
    "a script in capitals": (b"><SCRIPT/></svg>", "<SCRIPT>"),
    "a script of another namespace": (b"><x:script xmlns:x='http://www.w3.org/1999/xhtml'/></svg>", "<script>"),
    "an event handler": (b" onload='alert(1)'/>", "event handler onload"),
    "an event handler inside": (b"><g><rect ONCLICK='x'/></g></svg>", "event handler onclick"),
    "foreign content": (b"><foreignObject/></svg>", "<foreignObject>"),
    "a frame": (b"><iframe/></svg>", "<iframe>"),
    "an image elsewhere": (b"><image href='https://example.org/a.png'/></svg>", "https://example.org"),
    "an image beside it": (b"><image xlink:href='a.png'/></svg>", "a.png"),
    "an image in a local file": (b"><image href='file:///etc/passwd'/></svg>", "file:///etc/passwd"),
    "an SVG inside an image": (b"><image href='data:image/svg+xml;base64,AAAA'/></svg>", "data:image/svg"),
    "a use elsewhere": (b"><use href='https://example.org/a.svg#p'/></svg>", "https://example.org"),
    "a link": (b"><a href='https://example.org'/></svg>", "https://example.org"),
    "a link that runs": (b"><a xlink:href='javascript:alert(1)'/></svg>", "javascript:"),
    "a link that is set later": (b"><a><set attributeName='href' to='javascript:1'/></a></svg>", "href"),
    "a handler that is set later": (b"><animate attributeName='onclick' values='x'/></svg>", "onclick"),
    "a fill elsewhere": (b"><rect fill='url(https://example.org/a)'/></svg>", "url(https"),
    "a style that loads": (b"><rect style='fill: url(\"//example.org/a\")'/></svg>", "url("),
    "a sheet that loads": (b"><style>@import 'https://example.org'</style></svg>", "@import"),
    "a sheet that loads, in CDATA": (b"><style><![CDATA[a{b:URL(x)}]]></style></svg>", "URL(x)"),
    "a sheet that loads, in disguise": (b"><style>a{b:u\\72l(x)}</style></svg>", "escape"),
    "a style that loads, in disguise": (b"><rect style='fill: u\\72l(x)'/></svg>", "escape"),
    "what holds itself": (b"><g id='a'><use href='#b'/></g><g id='b'><use href='#%61'/></g></svg>", "draws more"),
    "a link to what it stands in": (b"><g id='a'><a href='#a'/></g></svg>", "draws more"),
    "another sheet": (b"><?xml-stylesheet href='x.css'?></svg>", "xml-stylesheet"),
    "what ends too early": (b"><g>", "not well-formed"),
}


@pytest.mark.parametrize(("rest", "reason"), UNSAFE.values(), ids=UNSAFE.keys())
def test_an_svg_in_which_something_runs_or_is_loaded_is_refused(rest: bytes, reason: str) -> None:
    assert reason in (svg.unsafe(ROOTED + rest) or "")


@pytest.mark.parametrize(
    "data",
    [
        b"<html xmlns='http://www.w3.org/1999/xhtml'/>",
        b"<svg/>",
        b"<?xml-stylesheet href='https://example.org/a.css'?>" + SVG,
        b"<!DOCTYPE svg [<!ENTITY a 'b'>]>" + SVG,
        b"<!DOCTYPE svg [<!ENTITY % a SYSTEM 'file:///etc/passwd'> %a;]>" + SVG,
        b"<!DOCTYPE l [<!ENTITY a 'ha'><!ENTITY b '&a;&a;'>]><svg xmlns='http://www.w3.org/2000/svg'>&b;</svg>",
        b"<",
        b"<\x00\x00",
    ],
)
def test_what_is_no_svg_or_more_than_one(data: bytes) -> None:
    assert svg.unsafe(data)


def test_a_deep_svg_is_read() -> None:
    assert svg.unsafe(ROOTED + b">" + b"<g>" * 50_000 + b"</g>" * 50_000 + b"</svg>") is None


@pytest.mark.parametrize(
    ("field", "words"),
    [
        ("plain <code>x</code>", "plain <code>x</code>"),
        ('See <img src="a.png" alt="a &lt;b&gt; &quot;c&quot;">.', 'See a &lt;b&gt; "c".'),
        ('<img alt="&#91;sound:x]" src="a.png">', "&#91;sound:x]"),
        ('<img src="a.png">', "image"),
        ("[sound:a.mp3] a bell", "(sound) a bell"),
    ],
)
def test_a_field_in_words_names_no_file(field: str, words: str) -> None:
    assert described(field) == words


SIZED = {
    "PNG": png(claimed=(70_000, 3)),
    "GIF": b"GIF87a\x46\0\x03\0",
    "JPEG": b"\xff\xd8\xff\xe0\0\4\xff\xc0\xff\xff\xc2\0\x11\x08\0\x03\0\x46",
    "WebP": b"RIFF\0\0\0\0WEBPVP8 \0\0\0\0\0\0\0\x9d\x01\x2a\x46\xc0\3\0",
    "WebP without loss": b"RIFF\0\0\0\0WEBPVP8L\0\0\0\0\x2f\x45\x80\0\0",
    "WebP that moves": b"RIFF\0\0\0\0WEBPVP8X\0\0\0\0\0\0\0\0\x45\0\0\2\0\0",
    "none": b"GIF89a",
    "a JPEG that ends": b"\xff\xd8\xff\xe0\0\4",
}


@pytest.mark.parametrize("kind", SIZED)
def test_an_image_says_how_large_it_unfolds(kind: str) -> None:
    assert pixels(SIZED[kind]) == {"PNG": 210_000, "none": 0, "a JPEG that ends": 0}.get(kind, 210)
