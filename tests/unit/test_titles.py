"""A title is cleaned of what decorates it, and of nothing else."""

from __future__ import annotations

import pytest

from deckgen.reading.shapes.titles import cleaned

CLEANED = {
    "plain": ("What is rye?", "What is rye?"),
    "bold": ("**What is rye?**", "What is rye?"),
    "three stars": ("***What is rye?***", "What is rye?"),
    "underscores": ("__What is rye?__", "What is rye?"),
    "italic": ("*What is rye?*", "What is rye?"),
    "bold of HTML": ("<b>What is rye?</b>", "What is rye?"),
    "strong HTML": ("<strong>What is rye?</strong>", "What is rye?"),
    "emphatic HTML": ("<em>What is rye?</em>", "What is rye?"),
    "italic HTML": ("<i>What is rye?</i>", "What is rye?"),
    "a face before": ("🟡 What is rye?", "What is rye?"),
    "a face behind": ("What is rye? 🌾", "What is rye?"),
    "a difficulty before": ("(easy) What is rye?", "What is rye?"),
    "a difficulty behind": ("What is rye? [Medium/Hard]", "What is rye?"),
    "a difficulty in code": ("What is rye? `easy`", "What is rye?"),
    "a difficulty in bold": ("What is rye? **(easy)**", "What is rye?"),
    "a difficulty in underscores": ("__(easy)__ What is rye? __(easy)__", "What is rye?"),
    "a colon": ("Explain rye:", "Explain rye"),
    "a wide colon": ("Explain rye\uff1a", "Explain rye"),
    "a backslash": ("What is rye?\\", "What is rye?"),
    "a break": ("What is rye?<br/>", "What is rye?"),
    "an anchor before": ("<a id='x'></a>What is rye?", "What is rye?"),
    "an anchor behind": ("What is rye? <a id='x'></a>", "What is rye?"),
    "a link into the page": ("[What is rye?](#rye)", "What is rye?"),
    "all of it, one in another": ("🟡 **[What is rye?](#rye)**: (easy)", "What is rye?"),
    "one word in bold": ("What is **rye**?", "What is **rye**?"),
    "bold at both ends": ("**What** is **rye**", "**What** is **rye**"),
    "code": ("`rye()`", "`rye()`"),
    "two colons": ("std::", "std::"),
    "a link elsewhere": ("[What is rye?](https://example.org)", "[What is rye?](https://example.org)"),
    "a remark": ("What is rye? (a grass)", "What is rye? (a grass)"),
    "a face inside": ("What is 🌾 here?", "What is 🌾 here?"),
    "nothing but a face": ("🌾", ""),
    "a title too long to be decorated": (f"**{'rye ' * 500}**", f"**{'rye ' * 500}**"),
}


@pytest.mark.parametrize(("title", "words"), CLEANED.values(), ids=CLEANED.keys())
def test_a_title_is_what_a_learner_reads(title: str, words: str) -> None:
    assert cleaned(title) == words
