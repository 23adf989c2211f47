"""A place is shown as people write it, and the caret stands under what is meant."""

from __future__ import annotations

import re
from string import Formatter

import pytest

from deckgen.diagnostics import Location, Rule, Severity, Source, excerpt
from deckgen.publishing.reports.text import paragraph
from deckgen.rules import RULES

RULE = Rule("D999", Severity.WARNING, "no `{what}` here", "bring {{{what}}}")


def caret(line: str, column: int, width: int = 100) -> tuple[str, str]:
    """What stands above the caret, and the shown part of the line."""
    text, below = excerpt(Source.of("a.md", line).report(RULE, 1, column, what="x"), width).split("\n")
    assert below.startswith("  | ")
    assert below.endswith("^")
    assert text.startswith("1 | ")
    return text[len(below) - 1 :][:1], text[4:]


LINES = {
    "LF": ("a\nb\n", ("a", "b", "")),
    "CRLF": ("a\r\nb\r\n", ("a", "b", "")),
    "CR": ("a\rb\r", ("a", "b", "")),
    "mixed": ("a\r\n\rb\n\r\n", ("a", "", "b", "", "")),
    "none": ("a", ("a",)),
    "empty": ("", ("",)),
    "what is no line end in Markdown": ("a\x0bb\x0cc\u2028d\u0085e", ("a\x0bb\x0cc\u2028d\u0085e",)),
}


@pytest.mark.parametrize(("text", "lines"), LINES.values(), ids=LINES.keys())
def test_a_source_has_the_lines_that_markdown_sees(text: str, lines: tuple[str, ...]) -> None:
    source = Source.of("a.md", text)
    assert source.lines == lines
    assert source.text == "\n".join(lines)


def test_lines_are_counted_from_one_and_empty_beyond_the_end() -> None:
    source = Source.of("a.md", "first\nsecond")
    assert [source.line(number) for number in (-1, 0, 1, 2, 3)] == ["", "", "first", "second", ""]


def test_a_location_reads_as_editors_take_it() -> None:
    assert str(Location("notes/a.md", 12, 3)) == "notes/a.md:12:3"
    assert str(Source.of("a.md", "x").at(1)) == "a.md:1:1"


def test_locations_are_ordered_by_file_line_and_column() -> None:
    expected = [Location("a", 2, 1), Location("a", 2, 9), Location("a", 10, 1), Location("b", 1, 1)]
    assert sorted({*expected}) == expected


def test_a_diagnostic_is_made_of_its_rule_and_its_line() -> None:
    report = Source.of("a.md", "one\n\ttwo").report(RULE, 2, 2, what="{moon}")
    assert (report.code, report.severity, str(report.location)) == ("D999", Severity.WARNING, "a.md:2:2")
    assert (report.message, report.hint, report.excerpt) == ("no `{moon}` here", "bring {{moon}}", "\ttwo")


CARETS = {
    "first": ("moon", 1, "m", "moon"),
    "middle": ("moon", 3, "o", "moon"),
    "behind the end": ("moon", 5, "", "moon"),
    "far behind the end": ("moon", 50, "", "moon"),
    "indented": ("    moon", 5, "m", "    moon"),
    "behind a tab": ("\tmoon", 2, "m", " moon"),
    "trailing spaces": ("moon   ", 4, "n", "moon"),
    "wide letters": ("ein Mönd", 6, "ö", "ein Mönd"),
}


@pytest.mark.parametrize(("line", "column", "under", "shown"), CARETS.values(), ids=CARETS.keys())
def test_the_caret_stands_under_the_column(line: str, column: int, under: str, shown: str) -> None:
    assert caret(line, column) == (under, shown)


@pytest.mark.parametrize("column", [1, 50, 100, 101, 102, 150, 250, 299, 300])
def test_a_long_line_is_cut_around_the_caret(column: int) -> None:
    line = "".join(chr(0x4E00 + number) for number in range(300))
    under, shown = caret(line, column)
    assert under == line[column - 1]
    assert len(shown) <= 100
    assert shown in line


def test_a_line_number_of_several_digits_moves_the_bar() -> None:
    report = Source.of("a.md", "\n" * 99 + "moon").report(RULE, 100, 2, what="x")
    assert excerpt(report) == "100 | moon\n    |  ^"


@pytest.mark.parametrize("line", ["", "   ", "\t"])
def test_an_empty_line_has_no_excerpt(line: str) -> None:
    report = Source.of("a.md", line).report(RULE, 1, what="x")
    assert excerpt(report) == ""
    assert paragraph(report) == "a.md:1:1: D999 warning: no `x` here\n  hint: bring {x}"


def test_a_paragraph_has_place_message_excerpt_and_hint() -> None:
    report = Source.of("notes/a.md", "\nnew moon").report(RULE, 2, 5, what="light")
    assert paragraph(report) == (
        "notes/a.md:2:5: D999 warning: no `light` here\n  2 | new moon\n    |     ^\n  hint: bring {light}"
    )


@pytest.mark.parametrize("character", ["\x0c", "\u2028", "\u2029"], ids=["form feed", "line", "paragraph"])
def test_a_strange_separator_does_not_break_the_excerpt(character: str) -> None:
    report = Source.of("a.md", f"new{character}moon").report(RULE, 1, 5, what="x")
    assert paragraph(report).split("\n")[1:] == [f"  1 | new{character}moon", "    |     ^", "  hint: bring {x}"]


def test_codes_are_unique() -> None:
    codes = [rule.code for rule in RULES.values()]
    assert sorted(codes) == sorted(set(codes))
    assert all(re.fullmatch(r"D\d{3}", code) for code in codes)


@pytest.mark.parametrize("rule", RULES.values(), ids=lambda rule: rule.code)
def test_every_rule_can_be_filled_and_says_what_to_do(rule: Rule) -> None:
    names = {name for text in (rule.message, rule.hint) for _, name, _, _ in Formatter().parse(text) if name}
    report = rule.at(Location("a.md"), **{name: f"<{name}>" for name in names})
    assert all(f"<{name}>" in report.message + report.hint for name in names)
    assert report.hint
    assert "{" not in report.message
