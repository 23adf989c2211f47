"""The words by which questions, tables of contents and chats are told, each beside one that only looks like it."""

from __future__ import annotations

import pytest

from deckgen.reading.shapes.beginnings import begins
from deckgen.reading.shapes.candidate import peel
from deckgen.reading.shapes.words import asks, contents, furniture, navigation, rated, residue

ASKING = {
    "a question mark": "What is rye?",
    "attributes": "What is rye? {#rye}",
    "a wide one": "什么\uff1f",
    "an Arabic one": "ما هو\u061f",
    "in bold": "**What is rye?**",
    "in code": "`What is rye?`",
    "in brackets": "[What is rye?]",
    "in quotes": '"What is rye?"',
    "in typographic quotes": "\u201cWhat is rye?\u201d",
    "in French quotes": "\u00abWhat is rye ?\u00bb",
    "with an exclamation mark": "What is rye?!",
    "with a colon": "What is rye?:",
    "with full stops": "What is rye? ..",
    "before a tag": "What is rye?</b>",
    "before a remark": "What is rye? (a grass or a tree)",
    "before a remark in brackets": "What is rye? [easy]",
}
NOT_ASKING = {
    "no question mark": "What is rye",
    "an answer behind": "What is rye? A grass.",
    "in the middle": "Is it? It is.",
    "a long remark": f"What is rye? ({'rye ' * 21})",
    "an upside-down one": "Rye\u00bf",
    "far before the end": "What is rye?" + " " * 200,
}


@pytest.mark.parametrize("title", ASKING.values(), ids=ASKING.keys())
def test_a_title_asks(title: str) -> None:
    assert asks(title)


@pytest.mark.parametrize("title", NOT_ASKING.values(), ids=NOT_ASKING.keys())
def test_a_title_does_not_ask(title: str) -> None:
    assert not asks(title)


OPENING = (
    *("what", "why", "how", "when", "where", "which", "who", "whom", "whose", "is", "are", "can", "could", "do"),
    *("does", "did", "should", "would", "will", "has", "have", "was", "if", "explain", "describe", "define", "list"),
    *("name", "compare", "contrast", "difference", "differences", "discuss", "write", "implement", "give", "tell"),
    *("mention", "state", "differentiate", "distinguish", "show", "find", "design", "enumerate", "elaborate", "walk"),
    *("talk", "type", "types", "advantages", "disadvantages", "pros", "feature", "features", "benefits", "use", "uses"),
    *("purpose", "meaning", "reason", "reasons", "outline", "summarise", "summarize", "identify", "calculate", "prove"),
    *("derive", "translate", "convert", "create", "build", "reverse", "suppose", "imagine", "rank", "trace", "draw"),
    *("sketch", "recall", "estimate", "complete"),
    *("wie", "warum", "wann", "welche", "welcher", "welches", "wo", "wer", "wozu", "erkläre", "nenne"),
    *("что", "как", "почему", "зачем", "какой", "какие", "какая", "каков", "чем", "где", "когда", "объясните"),
    *("назовите", "qué", "cómo", "por", "cuál", "quel", "quels", "quelle", "quelles", "comment", "pourquoi", "come"),
    *("perché", "qual", "quali"),
)
COMPARING = (
    "Rye vs oat",
    "Rye vs. oat",
    "Rye VERSUS oat",
    "The difference between rye and oat",
    "differences between x",
)


@pytest.mark.parametrize("word", OPENING)
def test_a_question_begins_with_a_word(word: str) -> None:
    assert begins(f"{word} rye")
    assert begins(f"{word.capitalize()}: rye")
    assert not begins(f"x{word} rye")


@pytest.mark.parametrize("title", COMPARING)
def test_a_comparison_begins_as_questions_do(title: str) -> None:
    assert begins(title)


@pytest.mark.parametrize(
    "title", ["Rye", "Whatever", "Listing", "Canvas", "Rye is what", "Revs per minute", "vsync rye"]
)
def test_a_title_does_not_begin_as_questions_do(title: str) -> None:
    assert not begins(title)


DIFFICULTIES = (
    *("easy", "medium", "hard", "difficult", "tricky", "beginner", "basic", "intermediate", "advanced", "expert"),
    *("junior", "mid", "middle", "senior", "simple", "todo", "tbd", "wip", "important", "imp", "optional", "bonus"),
)
RATED = (
    "Rye [easy]",
    "Rye `easy`",
    "Rye **(easy)**",
    "Rye __(easy)__",
    "Rye ( Hard )",
    "(easy/medium) Rye",
    "(easy - hard)",
)


@pytest.mark.parametrize("word", DIFFICULTIES)
def test_a_difficulty_stands_in_brackets(word: str) -> None:
    assert rated(f"Rye ({word})")
    assert not rated(f"Rye {word}")
    assert not rated(f"Rye (not {word})")


@pytest.mark.parametrize("line", RATED)
def test_a_difficulty_is_written_in_many_ways(line: str) -> None:
    assert rated(line)


CONTENTS = (
    *("Table of contents", "Table of content", "Contents", "Content", "TOC", "Index", "Jump to", "Quick links"),
    *("Agenda", "List of questions", "All questions", "Question list", "Questions index", "Question overview"),
    *("In this file", "In this document", "In this page", "Inhalt", "Inhaltsverzeichnis", "Оглавление", "Содержание"),
    *("Índice", "Sommaire", "**Contents:**", "_Contents_"),
)
FURNITURE = (
    *("Table of contents", "Contents", "TOC", "Index", "Introduction", "Intro", "Overview", "Preface", "About"),
    *("About this list", "Conclusion", "Summary", "Reference", "References", "Further reading", "Resources"),
    *("More resources", "Other links", "Useful links", "Sources", "Reading", "License", "Licence", "Contributing"),
    *("Contributor", "Contributors", "Credits", "Acknowledgments", "Acknowledgements", "Acknowledgement", "Changelog"),
    *("Author", "Authors", "See also", "Bibliography", "Appendix", "Disclaimer", "Copyright", "Support", "Support us"),
    *("Sponsor", "Sponsors", "Prerequisites", "How to use", "How to read this", "How to contribute", "Note", "Notes"),
    *("Legend", "Inhalt", "Inhaltsverzeichnis", "Оглавление", "Содержание", "Índice", "Sommaire", "Question"),
    *("Questions", "Interview questions", "FAQ", "FAQs", "Q&A", "Q & A", "Answer", "Answers", "**Summary:**"),
)
WORDS_OF_CARDS = ("Contents of a field", "Index scans", "What is an index?", "Rye", "Summary of rye", "Notes on rye")


@pytest.mark.parametrize("title", CONTENTS)
def test_a_heading_announces_a_table_of_contents(title: str) -> None:
    assert contents(title)


@pytest.mark.parametrize("title", FURNITURE)
def test_a_heading_belongs_to_any_document(title: str) -> None:
    assert furniture(title)


@pytest.mark.parametrize("title", WORDS_OF_CARDS)
def test_a_heading_belongs_to_this_document(title: str) -> None:
    assert not contents(title)
    assert not furniture(title)


RESIDUE = (
    *("Would you like more?", "Let me know what you think", "Please let me know", "Do you want me to go on?"),
    *("Do you want more?", "Do you want to go on?", "Want me to go on?", "Shall I go on?", "Should I also add oat?"),
    *(
        "Should I add oat?",
        "Should I go on?",
        "Should I continue?",
        "Hope this helps",
        "Hope that helps",
        "Hope it helps",
    ),
    *("I hope you like it", "Feel free to ask", "Happy to help", "Sure! Rye", "Certainly, rye", "Of course. Rye"),
    *(
        "Absolutely! Rye",
        "Great, rye",
        "Here's a list",
        "Here is the list",
        "Here are some questions",
        "Here are your cards",
    ),
    *("Here is an answer", "Here are 20 questions", "As an AI, I", "If you'd like more", "If you want more"),
    *(
        "If you would need more",
        "If you like it",
        "Is there anything else?",
        "Anything else?",
        "Need more?",
        "Need anything?",
    ),
    *("Ready for more?", "Any questions?", "Any other questions?", "Questions?", "Got questions?", "Got a question?"),
    *("Got feedback?", "Found a mistake?", "Found an error?", "Want more?", "Want to contribute?", "Want to add one?"),
    *("Want to help?", "Good luck", "Thank you for reading", "Thanks for reading", "Happy learning", "Happy coding"),
    *(
        "Happy studying",
        "Happy interviewing",
        "End of the list",
        "That's all",
        "That's it",
        "To be continued",
        "The end",
    ),
    *("**Would you like more?**", "> Would you like more?", "- Hope this helps"),
)
NO_RESIDUE = (
    *("Would rye grow?", "Do you sow rye?", "Should I sow rye?", "Sure bets", "Here is rye", "Questions of rye"),
    *(
        "Great rye",
        "Found in fields",
        "Is there rye?",
        "If you sow rye",
        "What do you want more?",
        "Happy rye",
        "Got rye?",
    ),
)


@pytest.mark.parametrize("line", RESIDUE)
def test_a_line_is_left_by_a_chat(line: str) -> None:
    assert residue(line)


@pytest.mark.parametrize("line", NO_RESIDUE)
def test_a_line_is_not_left_by_a_chat(line: str) -> None:
    assert not residue(line)


NAVIGATION = (
    *("Back to top", "Back to the top", "Back to contents", "Back to the TOC", "back to index", "Back to content"),
    *("To top", "Top", "Back", "Next", "Previous", "Home", "[⬆ Back to top](#top)", "**[↑ top](#top)**"),
)


@pytest.mark.parametrize("line", NAVIGATION)
def test_a_line_leads_elsewhere(line: str) -> None:
    assert navigation(line)


@pytest.mark.parametrize("line", ["Top of the field", "Next of kin", "Go home", "Back to rye", "[Back](rye.md)"])
def test_a_line_does_not_lead_elsewhere(line: str) -> None:
    assert not navigation(line)


MARKS = (
    *("Question", "Questions", "Que", "Ques", "Q", "Frage", "Вопрос", "Pregunta", "Pergunta", "Domanda", "Vraag"),
    *(
        "Pytanie",
        "Soru",
        "問題",
        "问题",
        "問",
        "问",
        "User",
        "You",
        "Me",
        "Human",
        "Student",
        "Interviewer",
        "You said",
    ),
    "Prompt",
)


@pytest.mark.parametrize("word", MARKS)
def test_a_mark_is_no_part_of_a_question(word: str) -> None:
    assert (peel(f"{word}: rye").mark, peel(f"{word}: rye").title) == (True, "rye")
    assert not peel(f"{word}s rye").mark
