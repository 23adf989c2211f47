"""Formulas reach MathJax as they were written; prices and code stay what they are."""

from __future__ import annotations

import pytest

from deckgen.diagnostics import Source
from deckgen.model import Fence, Html
from deckgen.reading import grammar


def shown(markdown: str) -> str:
    page = grammar.read(Source.of("notes.md", f"Q1. What? {{#a}}\n\n{markdown}\n"), "notes.md")
    assert page.diagnostics == ()
    [card] = page.cards
    return "".join(part.text if isinstance(part, Html) else f"<pre>{part.code}</pre>" for part in card.answer)


@pytest.mark.parametrize(
    ("written", "kept"),
    [
        ("$x_1$", r"\(x_1\)"),
        ("$a*b*c$", r"\(a*b*c\)"),
        ("$a < b & c$", r"\(a &lt; b &amp; c\)"),
        (r"\(x_1\)", r"\(x_1\)"),
        (r"\[x \cdot y\]", r"\[x \cdot y\]"),
        ("so $$x$$ it is", r"so \[x\] it is"),
        ("$$\na\n+ b\n- c\n$$", "<p>\\[\na\n+ b\n- c\n\\]</p>"),
        ("- $$\n  a\n  $$", r"\["),
        (r"$\$5$", r"\(\$5\)"),
        ("| a |\n|---|\n| $x$ |", r"<td>\(x\)</td>"),
    ],
)
def test_a_formula(written: str, kept: str) -> None:
    assert kept in shown(written)


@pytest.mark.parametrize(
    "text",
    ["$5 and $6", "$5-$6", "5$ and 6$", "from $5 to $10, or US$3", "$", "$$", "$ x $", "a $1,$2 b", "$x", "[$]x[/$]"],
)
def test_what_is_no_formula(text: str) -> None:
    assert shown(text) == f"<p>{text}</p>"


def test_an_escaped_dollar_is_a_dollar() -> None:
    assert shown(r"\$x\$ and \\(y\\)") == r"<p>$x$ and \(y\)</p>"


@pytest.mark.parametrize("code", ["`$x$`", "    $x$", "```\n$x$\n```", "```sql\nSELECT $x$\n```"])
def test_code_holds_no_formula(code: str) -> None:
    assert "$x$" in shown(code)


@pytest.mark.parametrize("opening", ["$$ a ", "$a", r"\( a ", r"\[a", r"$\$a"])
def test_many_dollars_cost_no_time(opening: str) -> None:
    """Each is looked at a fixed number of times: reading was quadratic in what is never closed."""
    assert shown(opening * 20_001).count("a") == 20_001


def test_a_fence_is_a_fence() -> None:
    page = grammar.read(Source.of("notes.md", "Q1. What? {#a}\n\n```tex\n$$x$$\n```\n"), "notes.md")
    [part] = page.cards[0].answer
    assert isinstance(part, Fence)
    assert part.code == "$$x$$\n"
