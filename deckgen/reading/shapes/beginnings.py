"""The words with which questions and tasks begin, in the languages that people revise in."""

from __future__ import annotations

import re
from collections.abc import Collection

# With these alone a question begins only in company: prose does as well.
_ASKING = """
    what why how when where which who whom whose is are can could do does did should would will has have was were had if
    must may type types advantages disadvantages pros feature features benefit benefits use uses purpose meaning reason
    reasons list give tell show find walk talk write implement design create build reverse suppose imagine rank trace
    draw sketch recall estimate complete convert translate identify calculate compute determine evaluate solve simplify
    classify illustrate analyse analyze assess interpret conjugate
    wie warum wann welche welcher welches welchen welchem wo wer wem wen wozu wodurch womit wofür woran worin woraus
    weshalb wieso wieviel unterschied unterschiede
    qué cómo por cuál cuáles cuándo dónde quién quiénes cuánto cuántos cuántas diferencia diferencias cita
    quel quelle quels quelles comment pourquoi quand combien où quoi différence différences cite citez
    come perché quale quali quando quanto quanti quante dove cosa differenza differenze elenca
    quais qual quem onde diferença diferenças liste
    wat hoe waarom wanneer welk welke noem geef beschrijf verschil
    dlaczego kiedy gdzie ile czym jaki jaka jakie wymień opisz wyjaśnij podaj omów różnica
    hur varför vem vad vilken vilket vilka förklara
    что как почему зачем какой какие какая какое каков какова каковы чем где когда кто сколько отличие отличия разница
    що чому який яка яке які хто скільки поясніть назвіть опишіть
"""
# With these begins what a teacher wants to be told.
_BIDDING = """
    explain describe define compare contrast differentiate distinguish difference differences discuss outline state
    mention elaborate enumerate summarise summarize justify derive prove name
"""
# Of verbs that number, mood and politeness bend: `Erkläre`, `Erklären Sie`; `Explica`, `Explique`.
_STEMS = """
    erklär erläuter nenn beschreib definier vergleich unterscheid berechn bestimm begründ
    explica explique expliqu descriv descrev describ décri nombra nommez enumera énumér mencion mentionne defina define
    definisc définis comparar comparez spiega confronta calculez calcula distingue distinga
    nämn beskriv zdefiniuj porówn объясн опиш назов перечисл сформулир приведи расскаж сравн докаж определите
"""
_BIDS, _BENT = frozenset(_BIDDING.split()), tuple(_STEMS.split())
_BEGINS = _BIDS | frozenset(_ASKING.split())
_FIRST = re.compile(r"[\u00bf\u00a1\"\u201c\u201e\u00ab*_]*+([^\W\d_]++)")
# `In which ..`, `To what ..`, `En quoi ..`, `In welcher ..`, `¿En qué ..`, `A che ..`
_PREPOSITION = (
    "in|at|to|on|for|from|by|with|under|into|between|of|after|through|about|as|mit|bei|aus|von|an|auf|zu|unter"
    "|en|de|à|par|a|con|da|di|em|com|\u0432|на|из|для|от|\u0441|\u043a|\u043e"
)
_INDIRECT = re.compile(
    rf"""\W*+(?:(?:{_PREPOSITION})\s
          (?:what|which|whom|whose|welche[rnms]?|was|qué|cuál|quel(?:le)?s?|quoi|combien|que|qual|che|quale|cosa
            |ч[её]м|что|как\w+|чего)\b
      | true\ or\ false\b|fill\ in\ the\ (?:blank|gap)|leg\ uit\b|qu['\u2019]|o\ que\b|дайте\ определение
      | was\ (?:ist|sind|macht|bedeutet|versteht|passiert|bewirkt)\b|co\ (?:to|oznacza|robi)\b)""",
    re.IGNORECASE | re.VERBOSE,
)
_COMPARES = re.compile(r"\bvs\.?\s|\bversus\b|^(?:the )?differences? between", re.IGNORECASE)


def bids(title: str) -> bool:
    """Whether a title begins as a task does, with a word with which hardly anything else begins."""
    first = _FIRST.match(title)
    return first is not None and _is(first[1].casefold(), _BIDS)


def begins(title: str) -> bool:
    """Whether a title begins as questions and tasks do, such as `explain`, or compares two things."""
    first = _FIRST.match(title)
    if first and _is(first[1].casefold(), _BEGINS):
        return True
    return bool(_INDIRECT.match(title) or _COMPARES.search(title))


def _is(word: str, words: Collection[str]) -> bool:
    return word in words or word.startswith(_BENT)
