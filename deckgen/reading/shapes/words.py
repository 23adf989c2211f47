"""The words and marks by which people tell questions, difficulty and the furniture of a document apart."""

from __future__ import annotations

import re

QUESTION = (
    r"questions?|ques?|q|frage|вопрос|питання|pregunta|pergunta|domanda|vraag|pytanie|soru|otázka|fråga|spørsmål|spørgsmål"
    r"|kysymys|kérdés|întrebare|ερώτηση|câu\ hỏi|pertanyaan|問題|问题|题目|質問|問|问|질문|문제|سؤال|שאלה|प्रश्न"
)
EMOJI = (
    "[\u2190-\u21ff\u231a-\u23ff\u2460-\u24ff\u25a0-\u27bf\u2900-\u297f\u2b00-\u2bff\ufe0f\u200d\u20e3"
    "\U0001f000-\U0001faff]"
)
_LEVEL = "easy|medium|hard|difficult|tricky|beginner|basic|intermediate|advanced|expert|junior|mid|middle|senior|simple"
_STATE = "todo|tbd|wip|important|imp|optional|bonus"
CARD = r"\#(?:flash)?cards?(?:/[^\s\#]*)?(?=\s|$)"  # the tag by which Logseq and Obsidian know a card
DIFFICULTY = rf"(?:\*{{2,3}}|__)?[(\[`]\s?(?:{_LEVEL}|{_STATE})(?:\s?[/,-]\s?(?:{_LEVEL}))?\s?[)\]`](?:\*{{2,3}}|__)?"
ATTRIBUTES = r"\s*\{[^{}]*\}\s*"
_SPEAKING = "user|you|me|human|student|interviewer|you said|prompt|front|vorderseite"
SPEAKER = re.compile(
    rf"(?P<bold>\*\*|__)?(?:{_SPEAKING})\s?(?::\s?(?(bold)(?P=bold))|(?(bold)(?P=bold)|(?!))\s?:?)\s*", re.IGNORECASE
)

_RATED = re.compile(rf"{DIFFICULTY}|{CARD}", re.IGNORECASE)
_ASKS = re.compile(
    r"[?\uff1f\u061f](?:[\s.!?\uff1f*_`)\]\"'”\u2019»:]|<[^<>]{1,40}>)*(?:[(\[][^()\[\]]{1,80}[)\]]\W{0,9})?"
    rf"(?:{ATTRIBUTES})?$"
)
_LONGEST_END = 200  # behind a question mark, what is longer decorates nothing
_FURNITURE = re.compile(
    r"""(?:table\ of\ contents?|contents?|toc|index|introduction|intro|overview|preface|about(?:\ \w+){0,3}|conclusion
      |summary|references?|further\ reading|(?:more\ |other\ |useful\ )?(?:resources|links|sources|reading)|licen[cs]e
      |contributing|contributors?|credits|acknowledge?ments?|changelog|authors?|see\ also|bibliography|appendix
      |disclaimer|copyright|support(?:\ us)?|sponsors?|prerequisites|how\ to\ (?:use|read|contribute)(?:\ .*)?|notes?
      |wrap[\ -]?up|(?:final|closing)\ (?:thoughts|words|remarks)|thanks?(?:\ \w+){0,4}|next\ steps
      |contact(?:\ us|\ me)?|glossary|formula\ sheet|quellen|literatur|fazit|zusammenfassung|bibliogra(?:f[ií]a|phie)
      |refer[eê]ncias
      |источники|литература|legend|inhalt(?:sverzeichnis)?|оглавление|содержание|índice|sommaire
      |questions?|interview\ questions|faqs?|q\s?&\s?a|answers?)""",
    re.IGNORECASE | re.VERBOSE,
)
_CONTENTS = re.compile(
    r"""(?:table\ of\ contents?|contents?|toc|index|jump\ to|quick\ links|agenda|list\ of\ questions|all\ questions
      |questions?\ (?:list|index|overview)|in\ this\ (?:file|document|page)
      |inhalt(?:sverzeichnis)?|оглавление|содержание|índice|sommaire)""",
    re.IGNORECASE | re.VERBOSE,
)
_RESIDUE = re.compile(
    r"""(?:would\ you\ like|(?:please\ )?let\ me\ know|do\ you\ want\ (?:me|more|to)|want\ me\ to|shall\ i
      |should\ i\ (?:also|add|go|continue)|hope\ (?:this|that|it)|i\ hope|feel\ free|happy\ to
      |(?:sure|certainly|of\ course|absolutely|great)[!,.]|here(?:'s|\ is|\ are)\ (?:the|a|some|your|an|\d+)
      |as\ an\ ai|if\ you(?:'d|\ would)?\ (?:like|want|need)|is\ there\ anything|anything\ else|need\ (?:more|anything)
      |ready\ for|any\ (?:other\ )?questions|questions\?|got\ (?:a\ )?(?:questions?|feedback)|found\ an?\s
      |want\ (?:more|to\ (?:contribute|add|help))|good\ luck|thanks?\ (?:you|for)
      |happy\ (?:learning|coding|studying|interviewing)|end\ of\ |that's\ (?:all|it)|to\ be\ continued|the\ end\W*$
      |(?:score|total|name|date|points|punkte|note)\s?:\s?_{2,}|made\ (?:with|while|by|in)\s
      |(?:corrections|contributions|feedback|suggestions|prs|pull\ requests)(?:\ \w+){0,3}\ welcome)""",
    re.IGNORECASE | re.VERBOSE,
)
_THANKS = re.compile(
    r"""(?:(?:no|nope|nothing|ok(?:ay)?|great|perfect|cool|nice|awesome|got\ it|super)[,.!]*\s)?(?:many\ )?
      (?:thanks|thank\ you|thx|danke|gracias|merci|obrigad[oa]|grazie)\b[^?]*""",
    re.IGNORECASE | re.VERBOSE,
)
_NAVIGATION = re.compile(
    r"\W*(?:back to (?:the )?(?:top|contents?|toc|index)|(?:to )?top|back|next|previous|home)\W*(?:\(#[^()]*\)\W*)?",
    re.IGNORECASE,
)


def asks(title: str) -> bool:
    """Whether a title ends with a question mark, whatever decorates it."""
    return title.endswith("?") or bool(_ASKS.search(title, max(0, len(title) - _LONGEST_END)))


def rated(line: str) -> bool:
    """Whether a line carries a mark of difficulty, or the tag of a card."""
    return bool(_RATED.search(line))


def furniture(title: str) -> bool:
    """Whether a heading belongs to any document, such as `Contents` or `License`."""
    return bool(_FURNITURE.fullmatch(title.strip(" :.*_")))


def contents(title: str) -> bool:
    """Whether a heading announces a table of contents."""
    return bool(_CONTENTS.fullmatch(title.strip(" :.*_")))


def residue(title: str) -> bool:
    """Whether a line is what a chat leaves at the ends of an answer, or what a document says to its reader."""
    return bool(_RESIDUE.match(title.lstrip("*_ >-")))


def navigation(text: str) -> bool:
    """Whether a line leads elsewhere in the document, such as `back to top`."""
    return bool(_NAVIGATION.fullmatch(text))


def thanks(title: str) -> bool:
    """Whether a line is what somebody ends a chat with."""
    return bool(_THANKS.fullmatch(title))
