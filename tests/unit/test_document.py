"""Text becomes blocks that know their lines, and what is not kept as written is reported where it stands."""

from __future__ import annotations

import pytest

from deckgen.diagnostics import Source
from deckgen.reading import document, repairs
from deckgen.reading.document import Block, Code, FrontMatter, Prose, Question, Section

PARSE = "notes.md"


def blocks(text: str) -> list[Block]:
    return document.parse(Source.of(PARSE, text)).blocks


def losses(text: str) -> list[tuple[str, int, int]]:
    found = document.parse(Source.of(PARSE, text)).losses
    return [(loss.code, loss.location.line, loss.location.column) for loss in found]


def html(text: str) -> str:
    return "\n".join(block.html for block in blocks(text) if isinstance(block, Prose))


def test_every_kind_of_block_knows_its_line() -> None:
    text = """---
id: rye
---

# Grain

Some
words.

  Q1. What is rye? {#rye}
A grass.

```python check
assert True
```
## Straw

- hollow
"""
    assert blocks(text) == [
        FrontMatter("id: rye", 2),
        Section("Grain", 5, 1),
        Prose("<p>Some\nwords.</p>", 7),
        Question("Q1", "What is rye? {#rye}", 10, 3),
        Prose("<p>A grass.</p>", 11),
        Code("python check", "assert True\n", 13),
        Section("Straw", 16, 2),
        Prose("<ul>\n<li>hollow</li>\n</ul>", 18),
    ]


def test_prose_around_a_fence_in_a_list_is_balanced_when_joined() -> None:
    first, code, second = blocks("1. Sow:\n\n   ```python\n   rye = 1\n   ```\n\n2. Reap.\n")
    assert isinstance(first, Prose)
    assert isinstance(second, Prose)
    assert code == Code("python", "rye = 1\n", 3)
    joined = f"{first.html}{second.html}".replace("\n", "")
    assert joined == "<ol><li><p>Sow:</p></li><li><p>Reap.</p></li></ol>"


FRONT_MATTER = {
    "at the head": ("---\nid: rye\nname: Rye\n---\nText.\n", FrontMatter("id: rye\nname: Rye", 2)),
    "empty": ("---\n---\nText.\n", FrontMatter("", 2)),
    "closed by full stops": ("---\nid: rye\n...\nText.\n", FrontMatter("id: rye", 2)),
}


@pytest.mark.parametrize(("text", "expected"), FRONT_MATTER.values(), ids=FRONT_MATTER.keys())
def test_front_matter_stands_at_the_head(text: str, expected: FrontMatter) -> None:
    first, second = blocks(text)
    assert isinstance(first, FrontMatter)
    assert (first.text.strip(), first.line) == (expected.text, expected.line)
    assert isinstance(second, Prose)
    assert second.html == "<p>Text.</p>"


@pytest.mark.parametrize(
    "text",
    ["\n---\nid: rye\n---\n", "Text.\n\n---\nid: rye\n---\n", "---\nid: rye\n"],
    ids=["after a blank line", "in the middle", "never closed"],
)
def test_front_matter_stands_nowhere_else(text: str) -> None:
    assert not any(isinstance(block, FrontMatter) for block in blocks(text))
    assert "id: rye" in html(text)


@pytest.mark.parametrize("text", ["- `---` is a rule\n\nText.\n", "- a--- b\n- c\n", "> `---` is a rule\n\nText.\n"])
def test_a_line_that_begins_a_list_is_no_front_matter(text: str) -> None:
    assert not any(isinstance(block, FrontMatter) for block in blocks(text))
    assert "---" in html(text)


NO_SECTION = {
    "third level": ("### Rye\n", "<h3>Rye</h3>"),
    "underlined with dashes": ("Rye\n---\n", "<p>Rye</p>\n<hr>"),
    "underlined with equals signs": ("Rye\n===\n", "<p>Rye\n===</p>"),
    "in a list": ("- # Rye\n", "<ul>\n<li>\n<h1>Rye</h1>\n</li>\n</ul>"),
    "in a quote": ("> ## Rye\n", "<blockquote>\n<h2>Rye</h2>\n</blockquote>"),
    "no space": ("#Rye\n", "<p>#Rye</p>"),
}


@pytest.mark.parametrize(("text", "expected"), NO_SECTION.values(), ids=NO_SECTION.keys())
def test_only_headings_of_two_levels_at_the_margin_are_sections(text: str, expected: str) -> None:
    [block] = blocks(text)
    assert isinstance(block, Prose)
    assert block.html == expected


MATH = {
    "in a line": (r"It is \(a_1 * b_1 * c\).", r"<p>It is \(a_1 * b_1 * c\).</p>"),
    "displayed": (r"\[ x \\ y \]", r"<p>\[ x \\ y \]</p>"),
    "over lines": ("\\[\na_1\n_b_\n\\]", "<p>\\[\na_1\n_b_\n\\]</p>"),
    "with signs that HTML knows": (r"\(a < b & c\)", r"<p>\(a &lt; b &amp; c\)</p>"),
    "two": (r"\(a*\) and \(b*\)", r"<p>\(a*\) and \(b*\)</p>"),
    "in bold": (r"**\(a\)**", r"<p><strong>\(a\)</strong></p>"),
    "in a list": (r"- \(a_b_c\)", "<ul>\n<li>\\(a_b_c\\)</li>\n</ul>"),
    "in a table": ("| x |\n|---|\n| \\(a_b_c\\) |", None),
    "a backslash at its end": (r"\(a\\\)", r"<p>\(a\\\)</p>"),
    "in code it is code": (r"`\(a\)`", r"<p><code>\(a\)</code></p>"),
}


@pytest.mark.parametrize(("text", "expected"), MATH.values(), ids=MATH.keys())
def test_mathjax_survives(text: str, expected: str | None) -> None:
    assert html(text) == expected if expected else r"<td>\(a_b_c\)</td>" in html(text)


ESCAPES = {
    "never closed": (r"\(a *b* c", "<p>(a <em>b</em> c</p>"),
    "closed by the other bracket": (r"\(a *b*\]", "<p>(a <em>b</em>]</p>"),
    "brackets": (r"\[no link\](x)", None),
    "stars": (r"\*a\*", "<p>*a*</p>"),
}


@pytest.mark.parametrize(("text", "expected"), ESCAPES.values(), ids=ESCAPES.keys())
def test_other_escapes_are_markdown(text: str, expected: str | None) -> None:
    assert html(text) == expected if expected else "<a" not in html(text)


KEPT_HTML = {
    "tags of the list": "It is <b>hardy</b><br>H<sub>2</sub>O <kbd>Ctrl</kbd>.",
    "a block": "<p>Hardy.</p>",
    "upper case": "It is <EM>hardy</EM>.",
    "a comment in a line": "Hardy. <!-- <div> -->",
    "a comment of several lines": "<!--\n<div>\n-->",
    "less than": "a < b, a <b and a << div",
    "an autolink": "<https://example.org/div>",
    "in code": "`<div>`",
    "in a fence": "```html\n<div>\n```",
    "in indented code": "    <div>",
    "escaped": r"\<div>",
}


@pytest.mark.parametrize("text", KEPT_HTML.values(), ids=KEPT_HTML.keys())
def test_harmless_html_is_not_reported(text: str) -> None:
    assert losses(text) == []


LOST_HTML = {
    "in a line": ("It is <span>hardy</span>.", [(1, 7, "span")]),
    "on a later line of a paragraph": ("It is\nvery <span>hardy</span>.", [(2, 6, "span")]),
    "a block": ("Rye.\n\n<div>\nhardy\n</div>", [(3, 1, "div")]),
    "tags in a block, each once": ("<div>\n<font>a</font>\n<font>b</font></div>", [(1, 1, "div"), (2, 1, "font")]),
    "in a list": ("- rye\n- <u>not</u> <a href='x'>this</a>", [(2, 14, "a")]),
    "in a table": ("| x |\n|---|\n| <big>y</big> |", [(3, 3, "big")]),
    "a picture as HTML": ("See <img src='rye.png'>.", [(1, 5, "img")]),
    "behind a comment": ("<!-- hardy --> <div>rye</div>", [(1, 16, "div")]),
    "upper case": ("It is <SPAN>hardy</SPAN>.", [(1, 7, "span")]),
    "behind letters that grow in lower case": (
        "\u0130\u0130\u0130\u0130\u0130\u0130 <span>x</span>",
        [(1, 8, "span")],
    ),
    "two of a kind, each at its place": ("<span>a</span>\nand <span>b</span>", [(1, 1, "span"), (2, 5, "span")]),
}


@pytest.mark.parametrize(("text", "expected"), LOST_HTML.values(), ids=LOST_HTML.keys())
def test_other_html_is_reported_where_it_stands(text: str, expected: list[tuple[int, int, str]]) -> None:
    found = document.parse(Source.of(PARSE, text)).losses
    assert [(loss.code, loss.location.line, loss.location.column, loss.message) for loss in found] == [
        ("D025", line, column, f"HTML <{tag}> is not kept") for line, column, tag in expected
    ]


@pytest.mark.parametrize("text", ["<!DOCTYPE html>", "<?php echo 1 ?>", "<![CDATA[ rye ]]>", "Rye <?x y?> rye."])
def test_html_without_a_tag_is_reported_too(text: str) -> None:
    assert [code for code, _, _ in losses(text)] == ["D025"]


IMAGES = {
    "described": ("![an ear](rye.png)", '<p><img src="rye.png" alt="an ear"></p>', [(1, 11, "rye.png")]),
    "not described": ("See\n![](https://example.org/rye.png)", None, [(2, 5, "https://example.org/rye.png")]),
    "with a title": ('![an ear](rye.png "Ear")', None, [(1, 11, "rye.png")]),
    "described with signs that HTML knows": (
        "![a < b](rye.png)",
        '<p><img src="rye.png" alt="a &lt; b"></p>',
        [(1, 10, "rye.png")],
    ),
    "in a link": ("[![ear](rye.png)](https://example.org)", None, [(1, 9, "rye.png")]),
    "in a list": ("- a\n- ![ear](rye.png)", None, [(2, 10, "rye.png")]),
    "in a table": ("| x |\n|---|\n| ![ear](rye.png) |", None, [(3, 10, "rye.png")]),
    "several": ("![a](a.png) ![b](b.png)", None, [(1, 6, "a.png"), (1, 18, "b.png")]),
    "one twice, each at its place": (
        "![a](a.png)\n\n![a](a.png)\nand ![a](a.png)",
        None,
        [(1, 6, "a.png"), (3, 6, "a.png"), (4, 10, "a.png")],
    ),
    "by reference": ("See ![ear][1].\n\n[1]: rye.png", None, [(1, 1, "rye.png")]),
}


@pytest.mark.parametrize(("text", "shown", "expected"), IMAGES.values(), ids=IMAGES.keys())
def test_an_image_is_found_where_it_stands(text: str, shown: str | None, expected: list[tuple[int, int, str]]) -> None:
    parsed = document.parse(Source.of(PARSE, text))
    images = [image for block in parsed.blocks if isinstance(block, document.Prose) for image in block.images]
    assert [(image.line, image.column, image.target) for image in images] == expected
    assert parsed.losses == []
    assert shown is None or html(text) == shown


def test_a_title_has_losses_too() -> None:
    source = Source.of(PARSE, "Rye.\n\nQ1. Is ![an ear](rye.png) <font>`<b>`</font> or \\(a_b_c\\)?")
    shown, found = document.inline("Is ![an ear](rye.png) <font>`<b>`</font> or \\(a_b_c\\)?", source, 3)
    assert shown.html.endswith('alt="an ear"> <font><code>&lt;b&gt;</code></font> or \\(a_b_c\\)?')
    assert shown.images == (document.Image("rye.png", 3, 18),)
    assert [(loss.code, loss.location.line, loss.location.column) for loss in found] == [("D025", 3, 27)]


LIMIT = repairs.MAX_NESTING


def stairs(depth: int) -> str:
    return "\n".join(f"{'  ' * level}- step {level}" for level in range(depth))


KEPT_DEPTH = {
    "quotes": ">" * (LIMIT - 2) + " bottom",
    "lists on one line": "- " * (LIMIT // 2 - 1) + "bottom",
    "lists on several lines": stairs(LIMIT // 2 - 1) + "\n\nbottom",
    "as deep as anyone writes": ">" * 40 + " bottom\n\n" + stairs(25),
    "brackets": "[" * 200 + "bottom" + "](x)" * 200,
    "emphasis": "**a *b " * 100 + "bottom" + "* **" * 100,
}


@pytest.mark.parametrize("text", KEPT_DEPTH.values(), ids=KEPT_DEPTH.keys())
def test_text_short_of_the_limit_is_kept(text: str) -> None:
    assert losses(text) == []
    assert "bottom" in html(text)


LOST_DEPTH = {
    "quotes": (">" * LIMIT + " bottom", 1),
    "many quotes": (">" * LIMIT * 9 + " bottom", 1),
    "lists on one line": ("- " * (LIMIT // 2) + "bottom", 1),
    "lists on several lines": (stairs(LIMIT // 2) + " bottom", LIMIT // 2),
    "a fence in quotes": (">" * LIMIT + "```\n" + ">" * LIMIT + "bottom\n", 1),
    "a list in quotes": (">" * (LIMIT - 2) + "- bottom", 1),
}


@pytest.mark.parametrize(("text", "line"), LOST_DEPTH.values(), ids=LOST_DEPTH.keys())
def test_text_beyond_the_limit_is_reported_and_nothing_else_is_lost(text: str, line: int) -> None:
    whole = f"Above.\n\n{text}\n\nBelow.\n"
    assert html(whole).startswith("<p>Above.</p>")
    assert html(whole).endswith("<p>Below.</p>")
    assert losses(whole)[0] == ("D024", line + 2, 1)
    assert {code for code, _, _ in losses(whole)} == {"D024"}


@pytest.mark.parametrize("text", ["[", "![", "[a](", "[]", "[" * 100 + "a" + "](b)" * 100])
def test_brackets_exhaust_neither_stack_nor_patience(text: str) -> None:
    """Looking for the end of a link called itself for each bracket, and from each looked to the end of the text."""
    assert "[" in html(text * (20_000 // len(text)))
