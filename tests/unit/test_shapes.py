"""Each shape of a question: what a line that has it is taken for, and the lines that only look like it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

import pytest

from deckgen.reading.shapes import candidate
from deckgen.reading.shapes.candidate import Candidate


class Seen(NamedTuple):
    """A candidate in short: `last` is its last line, `behind` what is left of that line for the answer."""

    group: str
    title: str
    label: str = ""
    last: int = 1
    behind: str | None = None


def seen(text: str, at: int = 0) -> Seen | None:
    """What the line of a text, the first one if no other is named, is taken for."""
    lines = text.split("\n")
    found = candidate(lines, at)
    if found is None:
        return None
    behind = None if found.rest is None else lines[found.last - 1][found.rest :]
    return Seen(found.group, found.title, found.label, found.last, behind)


def whole(text: str) -> Candidate:
    found = candidate(text.split("\n"), 0)
    assert found is not None
    return found


LABELS = {
    "at the margin": ("Q1. What is rye", Seen("labels", "What is rye", "Q1")),
    "asking": ("Q1 What is rye?", Seen("labels", "What is rye?", "Q1")),
    "a heading": ("### Q12. 🟡 What is rye?", Seen("labels", "🟡 What is rye?", "Q12")),
    "a heading that is closed": ("## Q1) What is rye ##", Seen("labels", "What is rye", "Q1")),
    "a heading that ends with a number": ("# Q1. Rye #1", Seen("labels", "Rye #1", "Q1")),
    "a heading that is a link": ("### [Q1. What is rye?](#rye)", Seen("labels", "What is rye?", "Q1")),
    "a heading of HTML": ("<h3>Q1. What is rye?</h3>", Seen("labels", "What is rye?", "Q1")),
    "bold of HTML": ("<b>Q1.</b> What is rye", Seen("labels", "What is rye", "Q1")),
    "behind a face": ("🟡 Q1. What is rye", Seen("labels", "What is rye", "Q1")),
    "behind a difficulty": ("(easy) Q1. What is rye", Seen("labels", "What is rye", "Q1")),
    "behind a quote": ("> Q1. What is rye", Seen("labels behind >", "What is rye", "Q1")),
    "behind a hyphen": ("- Q1. What is rye", Seen("labels behind -", "What is rye", "Q1")),
    "behind a star": ("* Q1. What is rye", Seen("labels behind *", "What is rye", "Q1")),
    "behind a plus": ("+ Q1. What is rye", Seen("labels behind +", "What is rye", "Q1")),
    "behind a number": ("1. Q1. What is rye", Seen("labels behind 1", "What is rye", "Q1")),
    "behind a number in parentheses": ("1) Q1. What is rye", Seen("labels behind 1", "What is rye", "Q1")),
    "German": ("Frage 1: Was ist Roggen", Seen("labels", "Was ist Roggen", "Q1")),
    "Russian": ("Вопрос 1. Что такое рожь", Seen("labels", "Что такое рожь", "Q1")),
    "Spanish": ("Pregunta 1: El centeno", Seen("labels", "El centeno", "Q1")),
    "Portuguese": ("Pergunta 1: O centeio", Seen("labels", "O centeio", "Q1")),
    "Italian": ("Domanda 1: La segale", Seen("labels", "La segale", "Q1")),
    "Dutch": ("Vraag 1: Rogge", Seen("labels", "Rogge", "Q1")),
    "Polish": ("Pytanie 1: Czym jest", Seen("labels", "Czym jest", "Q1")),
    "Turkish": ("Soru 1: Ne", Seen("labels", "Ne", "Q1")),
    "Chinese": ("问题 1: 什么", Seen("labels", "什么", "Q1")),
    "Japanese": ("問題 1: 何", Seen("labels", "何", "Q1")),
    "a heading above its title": ("### Question 3\n\nWhat is rye?", Seen("labels", "What is rye?", "Q3", 3)),
    "two blank lines above it": ("### Q3\n\n\nWhat is rye?", Seen("labels", "What is rye?", "Q3", 4)),
    "a whole word right above its title": ("Question 3\nRye", Seen("labels", "Rye", "Q3", 2)),
    "a bold line above its title": ("**Q1**\nWhat is rye?", Seen("labels", "What is rye?", "Q1", 2)),
    "underscores above its title": ("__Question 3:__\nRye", Seen("labels", "Rye", "Q3", 2)),
    "a hash in it": ("**Question #3**\nRye", Seen("labels", "Rye", "Q3", 2)),
    "a face before it": ("### 🌾 Q3\nRye", Seen("labels", "Rye", "Q3", 2)),
    "above a title that is quoted": ("### Q3:\n> What is rye?", Seen("labels", "What is rye?", "Q3", 2)),
    "a number in bold alone": ("__Q1__. What is rye", Seen("labels", "What is rye", "Q1")),
    "a colon apart above its title": ("### Question #3 :\n\nRye", Seen("labels", "Rye", "Q3", 3)),
    "two full stops above its title": ("Q.3.\nWhat is rye?", Seen("labels", "What is rye?", "Q3", 2)),
    "three lines below: a heading": ("### Q3\n\n\n\nRye", Seen("headings 3", "Q3")),
    "above another heading": ("### Q3\n\n### Rye", Seen("headings 3", "Q3")),
    "above a fence": ("### Q3\n```", Seen("headings 3", "Q3")),
    "above a fence of tildes": ("### Q3\n~~~", Seen("headings 3", "Q3")),
    "above a table": ("### Q3\n| rye |", Seen("headings 3", "Q3")),
    "above HTML": ("### Q3\n<br>", Seen("headings 3", "Q3")),
    "plain above a title": ("Question 3\n\nRye", None),
    "in a sentence": ("Q1 is about rye", None),
    "in code": ("    Q1. What is rye?", None),
}

MARKS = {
    "Q:": ("Q: What is rye", Seen("question marks 0", "What is rye")),
    "Q.": ("Q. What is rye", Seen("question marks 0", "What is rye")),
    "a wide colon": ("Q\uff1aWhat is rye", Seen("question marks 0", "What is rye")),
    "bold": ("**Q:** What is rye", Seen("question marks 0", "What is rye")),
    "bold with underscores": ("__Q:__ What is rye", Seen("question marks 0", "What is rye")),
    "a letter in bold": ("**Q**: What is rye?", Seen("question marks 0", "What is rye?")),
    "a letter between underscores": ("__Q__. What is rye?", Seen("question marks 0", "What is rye?")),
    "all of it bold": ("**Q: What is rye?**", Seen("question marks 0", "**What is rye?**")),
    "a heading": ("### Q: What is rye", Seen("question marks 3", "What is rye")),
    "a bullet": ("- Q: What is rye", Seen("question marks 0", "What is rye")),
    "a number": ("12. Q: What is rye", Seen("question marks 0", "What is rye", "12")),
    "a quote": ("> Q: What is rye", Seen("quotes", "What is rye")),
    "above its words": ("Q:\nWhat is rye", Seen("question marks 0", "What is rye", last=2)),
    "bold above its words": ("**Q:**\n\n> Rye", Seen("question marks 0", "Rye", last=3)),
    "above a heading": ("Q:\n# Rye", None),
    "above a fence": ("Q:\n```", None),
    "two blank lines above": ("Q:\n\n\nRye", None),
    "no punctuation": ("Q What is rye", None),
    "another word": ("Quiz: What is rye", None),
    "above HTML": ("Q:\n<br>", None),
    "somebody who speaks": ("User: What is rye", Seen("question marks 0", "What is rye")),
    "in bold": ("**You said:** Rye", Seen("question marks 0", "Rye")),
    "in underscores": ("__User:__ Rye", Seen("question marks 0", "Rye")),
    "in bold before the colon": ("**User**: Rye", Seen("question marks 0", "Rye")),
    "in bold without a colon": ("**User** Rye", Seen("question marks 0", "Rye")),
    "without bold or colon": ("User Rye", None),
    "A: on the line": ("Q: Is it rye? A: Yes.", Seen("question marks 0", "Is it rye?", behind=" A: Yes.")),
    "Ans. on it": ("Q: It is rye. Ans. Yes.", Seen("question marks 0", "It is rye.", behind=" Ans. Yes.")),
    "Answer in bold": ("Q: Rye? **Answer**: Yes.", Seen("question marks 0", "Rye?", behind=" **Answer**: Yes.")),
    "A in underscores": ("Q: Rye? __A__: Yes.", Seen("question marks 0", "Rye?", behind=" __A__: Yes.")),
    "on the line below": ("Q:\nRye? A: Yes.", Seen("question marks 0", "Rye?", last=2, behind=" A: Yes.")),
    "an answer without a mark": ("Q: Rye? A grass.", Seen("question marks 0", "Rye?", behind="A grass.")),
    "above an answer": ("Rye\nA: A grass.", Seen("answer marks", "Rye")),
    "a blank line above an answer": ("Rye\n\nA: A grass.", Seen("answer marks", "Rye")),
    "two blank lines above an answer": ("Rye\n\n\nA: A grass.", None),
    "an answer above an answer": ("A: Rye\nA: A grass.", None),
    "a bullet above an answer": ("- Rye\nA: A grass.", Seen("bullets", "Rye")),
    "bold above an answer": ("**Rye**\nA: A grass.", Seen("bold lines", "**Rye**")),
    "a quote above an answer": ("> Rye\nA: A grass.", Seen("quotes", "Rye")),
    "a row above an answer": ("| Rye\nA: A grass.", None),
    "code above an answer": ("`Rye`\nA: A grass.", None),
    "a fence above an answer": ("~~~\nA: A grass.", None),
    "a tag above an answer": ("<div>\nA: A grass.", None),
    "a line above an answer": ("=====\nA: A grass.", None),
    "a line of hyphens above an answer": ("-----\nA: A grass.", None),
}

PAIRS = {
    "two colons": ("rye :: a grass", Seen("pairs", "rye", behind="a grass")),
    "three colons": ("rye ::: a grass", Seen("pairs", "rye", behind="a grass")),
    "no space before": ("rye:: a grass", Seen("pairs", "rye", behind="a grass")),
    "nothing behind": ("rye ::", Seen("pairs", "rye")),
    "a colon in the question": ("rye: what? :: a grass", Seen("pairs", "rye: what?", behind="a grass")),
    "two pairs": ("rye :: a :: b", Seen("pairs", "rye", behind="a :: b")),
    "code with colons": ("`std::string` :: a type", Seen("pairs", "`std::string`", behind="a type")),
    "a bullet": ("- rye :: a grass", Seen("pairs", "rye", behind="a grass")),
    "a number": ("1. rye :: a grass", Seen("pairs", "rye", "1", behind="a grass")),
    "no space behind": ("rye::a grass", None),
    "four colons": ("rye :::: a grass", None),
    "in code": ("a `b :: c` d", None),
    "a quote": ("> rye :: a grass", Seen("quotes", "rye :: a grass")),
    "a heading": ("# rye :: a grass", Seen("headings 1", "rye :: a grass")),
    "a question mark between": ("rye\n?\na grass", Seen("pairs", "rye", last=2)),
    "two between": ("rye\n ?? \na grass", Seen("pairs", "rye", last=2)),
    "three between": ("rye\n???\na grass", None),
    "nothing below": ("rye\n?\n", None),
    "the end below": ("rye\n?", None),
}

HEADINGS = {
    "first level": ("# Rye", Seen("headings 1", "Rye")),
    "sixth level": ("###### Rye", Seen("headings 6", "Rye")),
    "seventh level": ("####### Rye", None),
    "no words": ("###", None),
    "no space": ("###Rye", Seen("headings 3", "Rye")),
    "a line that names a program": ("#!/bin/sh", None),
    "a path": ("#/bin", None),
    "closed": ("### Rye ###", Seen("headings 3", "Rye")),
    "a hash that belongs to the word": ("### What is C#", Seen("headings 3", "What is C#")),
    "an anchor": ("### <a name='x'></a>Rye", Seen("headings 3", "Rye")),
    "an anchor that is open": ("### <a name='x'>Rye", Seen("headings 3", "Rye")),
    "a link into the page": ("### [Rye](#rye) 🟡", Seen("headings 3", "Rye 🟡")),
    "a link with brackets": ("### [Rye [1]](#rye)", Seen("headings 3", "Rye [1]")),
    "a face": ("### 🟡 Rye", Seen("headings 3", "Rye")),
    "a difficulty": ("### [easy] Rye", Seen("headings 3", "Rye")),
    "full stop": ("### 3. Rye", Seen("headings 3", "Rye", "3")),
    "escaped full stop": ("### 3\\. Rye", Seen("headings 3", "Rye", "3")),
    "full stop behind a space": ("### 3 . Rye", Seen("headings 3", "Rye", "3")),
    "parenthesis": ("### 3) Rye", Seen("headings 3", "Rye", "3")),
    "parentheses": ("### (3) Rye", Seen("headings 3", "Rye", "3")),
    "brackets": ("### [3] Rye", Seen("headings 3", "Rye", "3")),
    "colon": ("### 3: Rye", Seen("headings 3", "Rye", "3")),
    "wide colon": ("### 3\uff1aRye", Seen("headings 3", "3\uff1aRye")),
    "wide full stop": ("### 3\uff0eRye", Seen("headings 3", "Rye", "3")),
    "ideographic comma": ("### 3\u3001Rye", Seen("headings 3", "Rye", "3")),
    "hyphen": ("### 3 - Rye", Seen("headings 3", "Rye", "3")),
    "en dash": ("### 3 \u2013 Rye", Seen("headings 3", "Rye", "3")),
    "em dash": ("### 3 \u2014 Rye", Seen("headings 3", "Rye", "3")),
    "a hash before the number": ("### #3. Rye", Seen("headings 3", "Rye", "3")),
    "a numero sign": ("### \u2116 3. Rye", Seen("headings 3", "Rye", "3")),
    "a number in two parts": ("### 1.2 Rye", Seen("headings 3", "Rye", "1.2")),
    "in two parts and a full stop": ("### 1.2. Rye", Seen("headings 3", "Rye", "1.2")),
    "a keycap": ("### 3\ufe0f\u20e3 Rye", Seen("headings 3", "Rye", "3")),
    "bold number": ("### **3.** Rye", Seen("headings 3", "Rye", "3")),
    "bold number without a full stop": ("### **3** Rye", Seen("headings 3", "Rye", "3")),
    "number with underscores": ("### __3__ Rye", Seen("headings 3", "Rye", "3")),
    "all of it bold": ("### **3. Rye**", Seen("headings 3", "**Rye**", "3")),
    "bold behind the number": ("### 3. **Rye**", Seen("headings 3", "**Rye**", "3")),
    "bold at its beginning": ("### **CAP**: what is it?", Seen("headings 3", "**CAP**: what is it?")),
    "a heading in it": ("### 1. ### Rye", Seen("headings 3", "Rye", "1")),
    "five digits": ("### 12345. Rye", Seen("headings 3", "12345. Rye")),
    "a number that is no label": ("### 3 Rye", Seen("headings 3", "3 Rye")),
    "a time": ("### 10:30 is when", Seen("headings 3", "10:30 is when")),
    "nothing behind the number": ("### 3.", Seen("headings 3", "3.")),
    "HTML": ("<h3>Rye</h3>", Seen("headings 3", "Rye")),
    "HTML with attributes": ("<H2 align='center'>Rye</H2>", Seen("headings 2", "Rye")),
    "HTML in HTML": ("<h3><b>Rye</b> &amp; <code>oat</code></h3>", Seen("headings 3", "Rye & `oat`")),
    "HTML in HTML in HTML": (
        "<h3><strong><em><i><u><a href='x'><font><span><big>Rye</big></span></font></a></u></i></em></strong></h3>",
        Seen("headings 3", "Rye"),
    ),
    "HTML around": ("<center><h1>Rye</h1></center><br>", Seen("headings 1", "Rye")),
    "HTML that goes on": ("<h3>Rye</h3> and more", None),
    "HTML that is closed otherwise": ("<h3>Rye</h2>", None),
    "in a quote": ("> ### Rye", Seen("quotes", "Rye")),
    "in a bullet": ("- ### Rye", Seen("bullets", "### Rye")),
    "behind a number": ("1. ## Rye", Seen("numbers", "Rye", "1")),
    "underlined": ("Rye\n===", Seen("headings 1", "Rye", last=2)),
    "underlined with long dashes": ("What is rye?\n------------", Seen("headings 2", "What is rye?", last=2)),
    "with two signs": ("Rye\n==", None),
    "with other signs between": ("Rye\n=-=", None),
    "with three dashes": ("Rye\n---", None),
    "with dashes much shorter than the words": ("What is winter rye, after all\n----------------", None),
    "with dashes much longer than the word": ("Rye\n" + "-" * 15, None),
    "with dashes as long as may be": ("Rye\n" + "-" * 14, Seen("headings 2", "Rye", last=2)),
    "a row that is underlined": ("| Rye\n===", None),
    "a bullet that is underlined": ("- Rye\n===", Seen("bullets", "Rye")),
    "a quote that is underlined": ("> Rye\n===", Seen("quotes", "Rye")),
    "code that is underlined": ("`Rye`\n===", None),
    "a tag that is underlined": ("<p>Rye\n===", None),
    "a line that is underlined": ("===\n===", None),
}

NUMBERS = {
    "full stop": ("1. Rye", Seen("numbers", "Rye", "1")),
    "no space": ("1.Rye", Seen("numbers", "Rye", "1")),
    "parenthesis": ("1) Rye", Seen("numbers", "Rye", "1")),
    "two parts": ("1.2.3 Rye", Seen("numbers", "Rye", "1.2.3")),
    "code": ("1. `rye`", Seen("numbers", "`rye`", "1")),
    "a number of its own": ("**1.** Rye", Seen("numbers", "Rye", "1")),
    "bold at its beginning": ("1. **What** is rye?", Seen("numbers", "**What** is rye?", "1")),
    "one word in bold": ("1. *What* is rye?", Seen("numbers", "*What* is rye?", "1")),
    "all of it bold": ("**1. What is rye?**", Seen("bold numbers", "**What is rye?**", "1")),
    "bold behind the number": ("1. **What is rye?**", Seen("bold numbers", "**What is rye?**", "1")),
    "each bold": ("**1.** **Rye**", Seen("bold numbers", "**Rye**", "1")),
    "italic": ("1. *What is rye?*", Seen("bold numbers", "*What is rye?*", "1")),
    "an answer behind bold": ("1. **Rye?** A grass.", Seen("bold numbers", "Rye?", "1", behind="A grass.")),
    "an answer behind bold with its number": (
        "**1. Rye?** A grass.",
        Seen("bold numbers", "Rye?", "1", behind="A grass."),
    ),
    "an answer behind underscores": ("1. __Rye?__ A grass.", Seen("bold numbers", "Rye?", "1", behind="A grass.")),
    "an answer behind three stars": (
        "1. ***Rye?*** A grass.",
        Seen("bold numbers", "Rye?", "1", behind="A grass."),
    ),
    "indented": ("   1. Rye", Seen("numbers", "Rye", "1")),
    "indented like code": ("    1. Rye", None),
    "no words": ("1. ", None),
    "no mark": ("1 Rye", None),
    "nothing but a number": ("1.5", None),
    "a date": ("2024-01-01 is when", None),
    "a time": ("10:30 is when", None),
    "five digits": ("12345. Rye", None),
    "a bullet": ("- 1. Rye", Seen("bullets", "Rye", "1")),
    "a quote": ("> 1. Rye", Seen("quotes", "Rye", "1")),
}

QUOTES = {
    "a line": ("> What is rye?", Seen("quotes", "What is rye?")),
    "without a space": (">Rye", Seen("quotes", "Rye")),
    "of a quote": ("> > Rye", Seen("quotes", "Rye")),
    "bold": ("> **Rye**", Seen("quotes", "**Rye**")),
    "a number": ("> 3. Rye", Seen("quotes", "Rye", "3")),
    "a bullet": ("> - Rye", Seen("quotes", "Rye")),
    "two lines": ("> What is\n> rye?", Seen("quotes", "What is rye?", last=2)),
    "two lines that are bold": ("> **What is\n> rye?**", Seen("quotes", "What is rye?", last=2)),
    "two lines, the first of which asks": ("> What is rye?\n> A grass.", None),
    "two lines that do not ask": ("> Rye\n> A grass.", None),
    "an answer right below": ("> What is rye?\nA grass.", Seen("quotes", "What is rye?")),
    "a callout": ("> [!question] Rye", Seen("quotes", "Rye")),
    "a callout that can be folded": ("> [!FAQ]- Rye", Seen("quotes", "Rye")),
    "a callout that is open": ("> [!help]+ Rye", Seen("quotes", "Rye")),
    "a quiz": ("> [!quiz] Rye", Seen("quotes", "Rye")),
    "a flashcard": ("> [!flashcard] Rye", Seen("quotes", "Rye")),
    "a callout with its answer": ("> [!question] Rye\n> A grass.", Seen("quotes", "Rye")),
    "another callout with its words": ("> [!note] Rye\n> A grass.", None),
    "a callout without words": ("> [!question]", None),
    "no words": (">", None),
}

BULLETS = {
    "hyphen": ("- What is rye?", Seen("bullets", "What is rye?")),
    "star": ("* What is rye?", Seen("bullets", "What is rye?")),
    "plus": ("+ What is rye?", Seen("bullets", "What is rye?")),
    "dot": ("\u2022 What is rye?", Seen("bullets", "What is rye?")),
    "a box": ("- [ ] What is rye?", Seen("bullets", "What is rye?")),
    "a box that is ticked": ("- [x] What is rye?", Seen("bullets", "What is rye?")),
    "a box with a capital": ("- [X] What is rye?", Seen("bullets", "What is rye?")),
    "brackets that are no box": ("- [y] What is rye?", Seen("bullets", "[y] What is rye?")),
    "a number": ("- 3. What is rye?", Seen("bullets", "What is rye?", "3")),
    "bold": ("- **What is rye?**", Seen("bold bullets", "**What is rye?**")),
    "underscores": ("- __What is rye?__", Seen("bold bullets", "__What is rye?__")),
    "an answer behind it": ("- What is rye? A grass.", Seen("bullets", "What is rye?", behind="A grass.")),
    "an answer behind bold": ("- **Rye?** A grass.", Seen("bold bullets", "Rye?", behind="A grass.")),
    "a colon": ("- **Rye?**: A grass.", Seen("bold bullets", "Rye?", behind="A grass.")),
    "an en dash": ("- **Rye?** \u2013 A grass.", Seen("bold bullets", "Rye?", behind="A grass.")),
    "an em dash": ("- **Rye?** \u2014 A grass.", Seen("bold bullets", "Rye?", behind="A grass.")),
    "an arrow": ("- **Rye?** => A grass.", Seen("bold bullets", "Rye?", behind="A grass.")),
    "a break": ("- **Rye?**<br>A grass.", Seen("bold bullets", "Rye?", behind="A grass.")),
    "indented": ("   - What is rye?", Seen("bullets", "What is rye?")),
    "indented like code": ("    - What is rye?", None),
    "no words": ("- ", None),
    "no space": ("-What is rye?", Seen("paragraphs", "-What is rye?")),
    "in a quote": ("> - What is rye?", Seen("quotes", "What is rye?")),
}

BOLD_LINES = {
    "stars": ("**Rye**", Seen("bold lines", "**Rye**")),
    "underscores": ("__Rye__", Seen("bold lines", "__Rye__")),
    "three stars": ("***Rye***", Seen("bold lines", "***Rye***")),
    "italic": ("*Rye*", Seen("bold lines", "*Rye*")),
    "italic with an underscore": ("_Rye_", Seen("bold lines", "_Rye_")),
    "stars in code": ("**`a**b` rye**", Seen("bold lines", "**`a**b` rye**")),
    "a question mark behind": ("**What is rye**?", Seen("bold lines", "**What is rye**?")),
    "a colon behind": ("**Rye**:", Seen("bold lines", "**Rye**:")),
    "a backslash behind": ("**Rye** \\", Seen("bold lines", "**Rye** \\")),
    "a face behind": ("**Rye** 🟡", Seen("bold lines", "**Rye** 🟡")),
    "a difficulty behind": ("**Rye** (easy)", Seen("bold lines", "**Rye** (easy)")),
    "attributes behind": ("**Rye** {#rye .x}", Seen("bold lines", "**Rye** {#rye .x}")),
    "a break behind": ("**Rye**<br/>", Seen("bold lines", "**Rye**<br/>")),
    "an answer behind": ("**Rye?** A grass.", Seen("bold lines", "Rye?", behind="A grass.")),
    "words behind": ("**What** is that", Seen("bold lines", "What", behind="is that")),
    "an arrow behind": ("**Rye?** -> A grass.", Seen("bold lines", "Rye?", behind="A grass.")),
    "an arrow of one sign": ("**Rye?** \u2192 A grass.", Seen("bold lines", "Rye?", behind="A grass.")),
    "a question that goes on behind": ("**What** is rye?", Seen("paragraphs", "**What** is rye?")),
    "attributes and an answer behind": (
        "**Rye?** {#rye} A grass.",
        Seen("bold lines", "Rye? {#rye}", behind="A grass."),
    ),
    "in an item that is closed": ("<li><b>Rye</b></li>", Seen("bold lines", "**Rye**")),
    "words behind italics": ("*What* is rye", None),
    "a letter behind": ("**a**b", None),
    "never closed": ("**Rye", None),
    "spaces inside": ("** Rye **", None),
    "italics at the end inside": ("**Explain *rye***", Seen("bold lines", "**Explain *rye***")),
    "a face before": ("🟡 **Rye**", Seen("bold lines", "**Rye**")),
    "a difficulty before": ("(easy) **Rye**", Seen("bold lines", "**Rye**")),
    "a face inside": ("**🟡 Rye**", Seen("bold lines", "**Rye**")),
    "an anchor before": ("<a id='x'></a> **Rye**", Seen("bold lines", "**Rye**")),
    "HTML": ("<b>Rye</b>", Seen("bold lines", "**Rye**")),
    "strong HTML": ("<strong>Rye</strong>", Seen("bold lines", "**Rye**")),
    "HTML with code": ("<b>Rye <code>x</code> <i>y</i></b>", Seen("bold lines", "**Rye `x` y**")),
    "in a paragraph of HTML": ("<p><b>Rye</b></p>", Seen("bold lines", "**Rye**")),
    "in a division": ("<div align='center'><b>Rye</b></div>", Seen("bold lines", "**Rye**")),
    "in a font": ("<font color='red'><b>Rye</b></font>", Seen("bold lines", "**Rye**")),
    "in an item": ("<li><b>Rye</b>", Seen("bold lines", "**Rye**")),
    "before the end of a link": ("<b>Rye</b> </a>", Seen("bold lines", "**Rye**")),
    "in a span": ("<span><b>Rye</b></span>", Seen("bold lines", "**Rye**")),
    "italic HTML": ("<i>Rye</i>", None),
    "HTML that is closed otherwise": ("<b>Rye</strong>", None),
    "indented": ("   **Rye**", Seen("bold lines", "**Rye**")),
    "indented like code": ("    **Rye**", None),
    "in a quote": ("> **Rye**", Seen("quotes", "**Rye**")),
}

FOLDS = {
    "on one line": ("<details><summary>Rye</summary>", Seen("folds", "Rye")),
    "below its fold": ("<summary>Rye</summary>", Seen("folds", "Rye")),
    "capitals": ("<DETAILS><SUMMARY>Rye</SUMMARY>", Seen("folds", "Rye")),
    "attributes": ("<details open><summary class='x'>Rye</summary >", Seen("folds", "Rye")),
    "a bullet": ("- <details><summary>Rye</summary>", Seen("folds", "Rye")),
    "a number before": ("1. <details><summary>Rye</summary>", Seen("folds", "Rye")),
    "a number inside": ("<summary>3. Rye</summary>", Seen("folds", "Rye", "3")),
    "tags inside": ("<summary><h3><b>Rye</b> <code>x</code></h3></summary>", Seen("folds", "Rye `x`")),
    "every tag inside": (
        "<summary><b><strong><em><i><h3><p><font><span><big><u>Rye</u></big></span></font></p></h3></i></em></strong></b></summary>",
        Seen("folds", "Rye"),
    ),
    "an answer behind": ("<summary>Rye</summary> A grass.", Seen("folds", "Rye", behind=" A grass.")),
    "several lines": ("<summary>\nWhat is\nrye?\n</summary>", Seen("folds", "What is rye?", last=4)),
    "six lines": ("<summary>\na\nb\nc\nd\n</summary>", Seen("folds", "a b c d", last=6)),
    "seven lines": ("<summary>\na\nb\nc\nd\ne\n</summary>", None),
    "never closed": ("<summary>Rye", None),
    "no words": ("<summary></summary>", None),
    "an answer": ("<summary>Answer</summary>", None),
    "a hand": ("<summary>Click to expand</summary>", None),
    "no summary": ("<details>", None),
    "in a line": ("See <summary>Rye</summary>", None),
}

PARAGRAPHS = {
    "a question": ("What is rye?", Seen("paragraphs", "What is rye?")),
    "indented": ("   What is rye?", Seen("paragraphs", "What is rye?")),
    "indented like code": ("    What is rye?", None),
    "no question": ("Rye is a grass.", None),
    "an answer behind": ("What is rye? A grass.", None),
}

SPREAD = {
    "goes on": (
        "1. What happens in the field when rye\nis sown in autumn?",
        Seen("numbers", "What happens in the field when rye is sown in autumn?", "1", 2),
    ),
    "goes on with code": (
        "1. What happens in the field when rye\n`is` sown?",
        Seen("numbers", "What happens in the field when rye `is` sown?", "1", 2),
    ),
    "goes on indented": (
        "1. What happens in the field when rye\n   Is sown?",
        Seen("numbers", "What happens in the field when rye Is sown?", "1", 2),
    ),
    "goes on for four lines": (
        "Q1. What happens in the field when rye\nis\nsown\nin\nautumn?",
        Seen("labels", "What happens in the field when rye is sown in autumn?", "Q1", 5),
    ),
    "goes on for five": (
        "Q1. What happens in the field when rye\nis\nsown\nlate\nin\nautumn?",
        Seen("labels", "What happens in the field when rye", "Q1"),
    ),
    "is bold": (
        "1. **What happens in the field when rye\nis sown in autumn?**",
        Seen("bold numbers", "**What happens in the field when rye is sown in autumn?**", "1", 2),
    ),
    "is short": ("1. What of rye\nthat is sown?", Seen("numbers", "What of rye", "1")),
    "ends": ("1. What happens in the field to rye.\nis it?", Seen("numbers", "What happens in the field to rye.", "1")),
    "begins a sentence": (
        "1. What happens in the field to rye\nIs it sown?",
        Seen("numbers", "What happens in the field to rye", "1"),
    ),
    "begins a list": (
        "1. What happens in the field to rye\n- is it sown?",
        Seen("numbers", "What happens in the field to rye", "1"),
    ),
    "begins a question": (
        "1. What happens in the field to rye\nq2. is it sown?",
        Seen("numbers", "What happens in the field to rye", "1"),
    ),
    "a blank line": (
        "1. What happens in the field to rye\n\nis it sown?",
        Seen("numbers", "What happens in the field to rye", "1"),
    ),
    "a heading never goes on": (
        "## What happens in the field to rye\nis it sown?",
        Seen("headings 2", "What happens in the field to rye"),
    ),
    "never asks": (
        "1. What happens in the field to rye\nis sown",
        Seen("numbers", "What happens in the field to rye", "1"),
    ),
}

PARTED = {
    "an answer behind": ("1. Is it rye? Yes.", Seen("numbers", "Is it rye?", "1", behind="Yes.")),
    "a label": ("Q1. Is it rye? Yes.", Seen("labels", "Is it rye?", "Q1", behind="Yes.")),
    "two question marks": ("1. Is it rye?? Yes.", Seen("numbers", "Is it rye??", "1", behind="Yes.")),
    "bold at its end": ("1. Is it **rye?** Yes.", Seen("numbers", "Is it **rye?**", "1", behind="Yes.")),
    "underscores at its end": ("1. Is it __rye?__ Yes.", Seen("numbers", "Is it __rye?__", "1", behind="Yes.")),
    "a hyphen": ("1. Is it rye? - Yes.", Seen("numbers", "Is it rye?", "1", behind="Yes.")),
    "a dash": ("1. Is it rye? \u2014 Yes.", Seen("numbers", "Is it rye?", "1", behind="Yes.")),
    "an arrow": ("1. Is it rye? -> Yes.", Seen("numbers", "Is it rye?", "1", behind="Yes.")),
    "an arrow in one sign": ("1. Is it rye? \u2192 Yes.", Seen("numbers", "Is it rye?", "1", behind="Yes.")),
    "a double arrow": ("1. Is it rye? => Yes.", Seen("numbers", "Is it rye?", "1", behind="Yes.")),
    "a colon": ("1. Is it rye? : Yes.", Seen("numbers", "Is it rye?", "1", behind="Yes.")),
    "code with a question mark": (
        "1. Is `a ? b` rye? Yes.",
        Seen("numbers", "Is `a ? b` rye?", "1", behind="Yes."),
    ),
    "only code with a question mark": ("1. Rye is `a? b` then", Seen("numbers", "Rye is `a? b` then", "1")),
    "an answer that is code": ("1. Is it? `a` is", Seen("numbers", "Is it?", "1", behind="`a` is")),
    "another question behind": ("1. Is it rye? Why is it?", Seen("numbers", "Is it rye? Why is it?", "1")),
    "a task behind": ("1. Is it rye? Explain.", Seen("numbers", "Is it rye? Explain.", "1")),
    "a remark behind": ("1. Is it rye? (or oat)", Seen("numbers", "Is it rye? (or oat)", "1")),
    "no word behind": ("1. Is it rye? ...", Seen("numbers", "Is it rye? ...", "1")),
    "attributes behind": ("1. Is it rye? {#rye}", Seen("numbers", "Is it rye? {#rye}", "1")),
    "a heading": ("# Is it rye? Yes.", Seen("headings 1", "Is it rye? Yes.")),
}

# What may be indented below a question and is no part of it.
BLOCKS = (
    *("# is it?", "> is it?", "| is it?", "~~~ is it?", "<p>is it?", "= is it?", "- is it?", "``` is it?"),
    *("* is it?", "+ is it?", "1. is it?", "1) is it?"),
)
SPREAD_OVER = {
    f"never over {block.split()[0]}": (
        f"1. What happens in the field to rye\n  {block}",
        Seen("numbers", "What happens in the field to rye", "1"),
    )
    for block in BLOCKS
}

TABLES: Mapping[str, Mapping[str, tuple[str, Seen | None]]] = {
    "labels": LABELS,
    "marks": MARKS,
    "pairs": PAIRS,
    "headings": HEADINGS,
    "numbers": NUMBERS,
    "quotes": QUOTES,
    "bullets": BULLETS,
    "bold lines": BOLD_LINES,
    "folds": FOLDS,
    "paragraphs": PARAGRAPHS,
    "spread": {**SPREAD, **SPREAD_OVER},
    "parted": PARTED,
}
ROWS = [
    pytest.param(text, expected, id=f"{shape}: {name}")
    for shape, table in TABLES.items()
    for name, (text, expected) in table.items()
]


@pytest.mark.parametrize(("text", "expected"), ROWS)
def test_a_line_is_taken_for_what_it_is(text: str, expected: Seen | None) -> None:
    assert seen(text) == expected


# What stands above a line, and whether it may then be a question.
BELOW = {
    "a paragraph at a margin": ("\nWhat is rye?", Seen("paragraphs", "What is rye?", last=2)),
    "a paragraph that goes on": ("So\nwhat is rye?", None),
    "a title that is underlined": ("\nRye\n===", Seen("headings 1", "Rye", last=3)),
    "a text that is underlined": ("So\nrye\n===", None),
    "a quote below a quote": ("> So\n> what is rye?", None),
    "a quote below text": ("So\n> What is rye?", Seen("quotes", "What is rye?", last=2)),
    "words above an answer": ("\nRye\nA: A grass.", Seen("answer marks", "Rye", last=2)),
    "the end of a text above an answer": ("So\nrye\nA: A grass.", None),
    "the end of a text that asks, above an answer": ("So\nrye?\nA: A grass.", Seen("answer marks", "rye?", last=2)),
}


@pytest.mark.parametrize(("text", "expected"), BELOW.values(), ids=BELOW.keys())
def test_what_stands_above_a_line_counts(text: str, expected: Seen | None) -> None:
    assert seen(text, 1) == expected


# Where a question begins: behind its indentation, and at the margin a label behind what decorates it.
COLUMNS = {
    "label": ("  Q1. What is rye?", 3),
    "label behind a face": ("🟡 Q1. What is rye", 3),
    "label behind a difficulty": ("  (easy) Q1. What is rye", 10),
    "label of a heading": ("  ### 🟡 Q1. What is rye", 3),
    "label behind a bullet": ("  - Q1. What is rye", 3),
    "label above its title": ("  **Q1**\nWhat is rye?", 3),
    "mark": ("  Q: What is rye?", 3),
    "above an answer": ("  Rye\nA: A grass.", 3),
    "pair": ("  rye :: a grass", 3),
    "pair with a question mark between": ("  rye\n?\na grass", 3),
    "heading": ("  ### 3. Rye", 3),
    "underlined": ("  Rye\n=====", 3),
    "number": ("  1. **Rye**", 3),
    "quote": ("  > Rye", 3),
    "bullet": ("  - Rye", 3),
    "bold": ("  **Rye**", 3),
    "bold behind a face": ("  🟡 **Rye**", 3),
    "fold": ("  <details><summary>Rye</summary>", 3),
    "paragraph": ("  Is it rye?", 3),
}


@pytest.mark.parametrize(("text", "column"), COLUMNS.values(), ids=COLUMNS.keys())
def test_a_candidate_begins_behind_its_indentation(text: str, column: int) -> None:
    found = whole(text)
    assert (found.line, found.column) == (1, column)


# Shape and number, level, indentation of the line, and whether an answer may be indented below it.
DETAILS = {
    "label": ("Q7. Rye", ("labels", 7, 0, 0, False)),
    "label of a heading": ("## Q7. Rye", ("labels", 7, 2, 0, False)),
    "label above its title": ("## Q7\nRye", ("labels", 7, 2, 0, False)),
    "mark": ("Q: Rye", ("answer marks", None, 0, 0, False)),
    "mark behind a bullet": ("- Q: Rye", ("answer marks", None, 0, 0, True)),
    "mark behind a number": ("7. Q: Rye", ("answer marks", 7, 0, 0, True)),
    "above an answer": ("Rye\nA: A grass.", ("answer marks", None, 0, 0, False)),
    "pair": ("7. rye :: a grass", ("pairs", 7, 0, 0, False)),
    "heading": ("### 7. Rye", ("headings", 7, 3, 0, False)),
    "heading with a number in two parts": ("### 2.7 Rye", ("headings", 7, 3, 0, False)),
    "underlined": ("Rye\n===", ("headings", None, 1, 0, False)),
    "number": ("  7. Rye", ("numbers", 7, 0, 2, True)),
    "bold number": ("  **7. Rye**", ("bold numbers", 7, 0, 2, True)),
    "quote": ("> 7. Rye", ("quotes", 7, 0, 0, False)),
    "bullet": ("  - Rye", ("bullets", None, 0, 2, True)),
    "bold bullet": ("- **Rye**", ("bullets", None, 0, 0, True)),
    "bold": ("**Rye**", ("bold lines", None, 0, 0, False)),
    "fold": ("<summary>7. Rye</summary>", ("folds", 7, 0, 0, False)),
    "paragraph": ("Is it rye?", ("paragraphs", None, 0, 0, False)),
}


@pytest.mark.parametrize(("text", "expected"), DETAILS.values(), ids=DETAILS.keys())
def test_a_candidate_knows_its_number_and_place(text: str, expected: tuple[str, int | None, int, int, bool]) -> None:
    found = whole(text)
    assert (found.shape, found.number, found.level, found.indent, found.inset) == expected
