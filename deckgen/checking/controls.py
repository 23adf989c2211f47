"""A pass counts only if it could have failed: the runs that must fail, and what it means when they do not.

Every expectation turned round must make the program fail; the whole program must fail on a stand-in for SQLAlchemy;
every misconception must fail by itself.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from deckgen.diagnostics import Location
from deckgen.proof import Block, Broken, Crashed, Mutant, Mutation, Outcome, Passed, Program, Refuted, TimedOut, Vacuous


class End(StrEnum):
    """How a run ended; the values are the words of the sandbox."""

    FINISHED = "finished"
    FAILED = "failed"
    RAISED = "raised"
    EXITED = "exited"
    LEAKED = "leaked"
    MEMORY = "memory"
    TIMED_OUT = "timed-out"
    DIED = "died"


@dataclass(frozen=True, slots=True)
class Run:
    """One run to be made: its blocks, what to turn round, on which SQLAlchemy, and whether to read its text.

    Reading the text tells of each expectation whether it is constant, derived from SQLAlchemy, or a claim of absence.
    `mutate` asks for the mutants of the program, and by a number above 0 for that one of them to be run.
    """

    blocks: tuple[Block, ...]
    timeout: float
    negate: frozenset[int] = frozenset()
    standin: bool = False
    read: bool = False
    mutate: int | None = None


@dataclass(frozen=True, slots=True)
class Expectation:
    """An assertion as the sandbox saw it; `constant`, `derived` and `absence` are known only where the text was read.

    `group`: assertions of one group fail together, those of None at the top level, where nothing can swallow them.
    `always`: what it tested is true whatever happens, such as a function that was not called.
    """

    location: Location
    group: int | None
    required: bool
    constant: bool
    derived: bool
    absence: bool
    always: bool = False


@dataclass(frozen=True, slots=True)
class Trial:
    """How a run ended, where, and which expectations it has and reached; `block` is where an error came from."""

    end: End
    message: str = ""
    location: Location | None = None
    block: int | None = None
    expected: str | None = None
    observed: str | None = None
    expectations: tuple[Expectation, ...] = ()
    hits: frozenset[int] = frozenset()
    mutants: tuple[Mutant, ...] = ()


Try = Callable[[Run], Trial]


def prove(program: Program, timeout: float, attempt: Try) -> Outcome:
    """Run a program and its controls, each at most `timeout` seconds, and say what it is worth."""
    plain = attempt(Run(program.blocks, timeout))
    if plain.end is not End.FINISHED:
        return outcome(plain, timeout)
    return (
        _countable(plain)
        or _refutes(program, timeout, attempt)
        or _negated(program, timeout, plain, attempt)
        or _stubbed(program, timeout, attempt)
        or Passed(len(plain.hits), _idle(plain))
    )


def mutated(program: Program, timeout: float, attempt: Try) -> Mutation:
    """Run every mutant of a program that passes, and say which of them pass as well."""
    plain = attempt(Run(program.blocks, timeout, mutate=0))
    trials = (attempt(Run(program.blocks, timeout, mutate=number)) for number in range(1, len(plain.mutants) + 1))
    same = [trial.end is End.FINISHED and trial.hits == plain.hits for trial in trials]
    survivors = tuple(mutant for mutant, survived in zip(plain.mutants, same, strict=True) if survived)
    return Mutation(len(plain.mutants), survivors)


def outcome(trial: Trial, timeout: float) -> Outcome:
    """What a run that did not finish says about its card."""
    match trial.end:
        case End.FAILED:
            return Refuted(trial.message, trial.location, trial.expected, trial.observed)
        case End.RAISED | End.LEAKED:
            return Broken(trial.message, trial.location)
        case End.EXITED:
            return Broken(f"the check left early: {trial.message}", trial.location)
        case End.MEMORY:
            return Crashed("the check ran out of memory", trial.location)
        case End.TIMED_OUT:
            return TimedOut(f"the check did not end within {timeout:g} s", trial.location)
        case End.DIED:
            return Crashed(f"the check's process died: {trial.message}", trial.location)
        case End.FINISHED:
            raise ValueError("a run that finished has no outcome of its own")


def _idle(plain: Trial) -> tuple[Location, ...]:
    """The expectations that were not executed and should be in some environment."""
    return tuple(
        expectation.location
        for number, expectation in enumerate(plain.expectations)
        if expectation.required and number not in plain.hits
    )


def _countable(plain: Trial) -> Outcome | None:
    always = next((expectation.location for expectation in plain.expectations if expectation.always), None)
    if always is not None:
        return Vacuous("the assertion is always true: it tests a function or a coroutine; call it, or await it", always)
    if plain.hits:
        return None
    if not plain.expectations:
        return Vacuous("the check has no assertion")
    return Vacuous("no assertion was executed", plain.expectations[0].location)


def _refutes(program: Program, timeout: float, attempt: Try) -> Outcome | None:
    for blocks in program.refutes:
        trial = attempt(Run(blocks, timeout))
        place = _beginning(blocks[-1])
        if trial.end is End.FINISHED:
            return Refuted("the misconception holds: its refute did not fail", place, "an AssertionError", "no error")
        if trial.end is not End.FAILED:
            return outcome(trial, timeout)
        if trial.block != len(blocks) - 1:
            return Broken(f"the refute fails before its own lines: {trial.message}", trial.location)
    return None


def _beginning(block: Block) -> Location:
    """Where a block begins, or the function in it that is called."""
    found = re.search(rf"^(?:async\s+)?def\s+{block.entry}\b", block.code, re.MULTILINE) if block.entry else None
    return Location(block.path, block.line + (block.code.count("\n", 0, found.start()) if found else 0))


def _negated(program: Program, timeout: float, plain: Trial, attempt: Try) -> Outcome | None:
    """One run for each group of assertions: what could swallow one of them could swallow them all."""
    groups: dict[int | None, list[int]] = {}
    for number in sorted(plain.hits):
        groups.setdefault(plain.expectations[number].group, []).append(number)
    for group in groups.values():
        trial = attempt(Run(program.blocks, timeout, negate=frozenset(group)))
        place = plain.expectations[group[0]].location
        if trial.end is End.FINISHED:
            return Vacuous("the assertion cannot fail: turned round, it still passes", place)
        if trial.end not in (End.FAILED, End.RAISED, End.LEAKED):
            reason = _said(outcome(trial, timeout))
            return Vacuous(f"the assertion was not seen to fail: turned round, {reason}", place)
    return None


def _stubbed(program: Program, timeout: float, attempt: Try) -> Outcome | None:
    """On the stand-in a good check fails; where the run says nothing, the text of the assertions must."""
    trial = attempt(Run(program.blocks, timeout, standin=True, read=True))
    known = trial
    if trial.end in (End.TIMED_OUT, End.DIED):  # it tells nothing of its text; on the real SQLAlchemy it does
        known = attempt(Run(program.blocks, timeout, read=True))
    expectations = known.expectations
    constant = next((e.location for e in expectations if e.constant), None)
    if constant is not None:
        return Vacuous("the assertion is constant: it says nothing about SQLAlchemy", constant)
    if trial.end is End.FAILED:
        return None
    if trial.end is not End.FINISHED:
        return _by_text(expectations)
    # Of what the stand-in does not reach, such as a loop over rows that it does not have, the text must tell.
    idle = [each for number, each in enumerate(expectations) if each.required and number not in trial.hits]
    if not idle:
        return Vacuous("the check also passes without SQLAlchemy: assert what SQLAlchemy did or returned")
    return _by_text(idle)


def _by_text(expectations: Sequence[Expectation]) -> Outcome | None:
    independent = next((e.location for e in expectations if e.required and not e.derived), None)
    if independent is not None or not expectations:
        return Vacuous("the assertion does not depend on anything from SQLAlchemy", independent)
    if all(expectation.absence for expectation in expectations):
        return Vacuous(
            "the check only says what does not happen: also assert something that does", expectations[0].location
        )
    return None


def _said(result: Outcome) -> str:
    return "it held" if isinstance(result, Passed) else result.message
