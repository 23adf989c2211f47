"""Whatever is written on a card can be read by everyone, by day and by night (WCAG 2.2, 1.4.3, level AA)."""

from __future__ import annotations

import re

import pytest

from deckgen.packing.notetypes import KINDS, theme

CSS = theme.read("card.css")
PALETTES = re.findall(r"((?:\.card|\.nightMode|\.night_mode)[^{}]*)\{((?:[^{}]*--paper:)[^{}]*)\}", CSS)

# Each colour of a text, and what it may stand on; a colour with a paper of its own stands on that.
ON_PAPER = ("ink", "quiet", "link", "gap")
ON_CODE = ("code-ink", "quiet", "right", "gap", "keyword", "name", "builtin", "string", "number", "comment", "error")
ON_THEIR_OWN = ("unproved", "withdrawn", "right", "wrong", "missed")
NO_TEXT = ("rule", "shade", "paper", "code-paper", *(f"{name}-paper" for name in ON_THEIR_OWN))


def colours(palette: str) -> dict[str, str]:
    return dict(re.findall(r"--([\w-]+): ([^;]+);", palette))


def luminance(colour: str) -> float:
    """Relative luminance, as WCAG defines it."""
    channels = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    linear = [value / 12.92 if value <= 0.04045 else ((value + 0.055) / 1.055) ** 2.4 for value in channels]
    return sum(weight * value for weight, value in zip((0.2126, 0.7152, 0.0722), linear, strict=True))


def contrast(one: str, other: str) -> float:
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


def pairs() -> list[tuple[str, str]]:
    return [
        *((name, "paper") for name in ON_PAPER),
        *((name, "code-paper") for name in ON_CODE),
        *((name, f"{name}-paper") for name in ON_THEIR_OWN),
    ]


def test_contrast_is_that_of_the_standard() -> None:
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.01)


@pytest.mark.parametrize("palette", [0, 1], ids=["light", "night"])
@pytest.mark.parametrize(("text", "paper"), pairs())
def test_every_text_stands_out_from_what_is_behind_it(palette: int, text: str, paper: str) -> None:
    found = colours(PALETTES[palette][1])
    assert contrast(found[text], found[paper]) >= 4.5


def test_both_palettes_name_the_same_colours_and_each_is_tested() -> None:
    light, night = (colours(palette) for _, palette in PALETTES)
    assert light.keys() == night.keys() == {*ON_PAPER, *ON_CODE, *ON_THEIR_OWN, *NO_TEXT}


def test_night_is_told_by_a_class_of_the_client_and_never_by_the_system() -> None:
    """Anki's setting and the system's may differ."""
    selector = PALETTES[1][0]
    assert all(
        name in selector for name in (".card.nightMode", ".card.night_mode", ".nightMode .card", ".night_mode .card")
    )
    assert "prefers-color-scheme" not in CSS
    rest = CSS.replace(PALETTES[0][1], "").replace(PALETTES[1][1], "")
    assert re.findall(r"#[0-9a-f]{3,8}\b|rgba?\(", rest) == ["#fcfbf8"], "the paper of images is the same at night"


@pytest.mark.parametrize("name", KINDS)
def test_a_card_runs_nothing_and_loads_nothing(name: str) -> None:
    note_type = KINDS[name].note_type
    for text in (note_type.css, *(side for each in note_type.templates for side in (each.front, each.back))):
        assert not re.search(r"<script|javascript:|\bon\w+=|url\(|@import|https?:|<link|<iframe", text)


@pytest.mark.parametrize("name", KINDS)
def test_clients_find_where_the_answer_begins(name: str) -> None:
    for template in KINDS[name].note_type.templates:
        assert template.back.count("<hr id=answer>") == 1
        assert "<hr id=answer>" not in template.front
        assert "{{Proof}}" not in template.front
