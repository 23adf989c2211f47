"""Every path from the runs of a check to its outcome, with runs that answer by rule."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace

import pytest

from deckgen.checking.controls import End, Expectation, Run, Trial, outcome, prove
from deckgen.diagnostics import Location
from deckgen.proof import Block, Broken, Crashed, Outcome, Passed, Program, Refuted, TimedOut, Vacuous

EXAMPLE = Block("example", "cards.md", 10)
CHECK = Block("check", "cards.md", 20)
REFUTE, OTHER_REFUTE = Block("refute", "cards.md", 30), Block("other", "cards.md", 40)
ANSWER = Program((EXAMPLE, CHECK))
LIMIT = 7.0


def expectation(line: int, group: int | None = None, **changes: bool) -> Expectation:
    """A good assertion at the top level, but for some changes."""
    usual = {"required": True, "constant": False, "derived": True, "absence": False}
    return Expectation(Location("cards.md", line), group, **(usual | changes))


def finished(*expectations: Expectation, hits: set[int] | None = None) -> Trial:
    held = frozenset(range(len(expectations)) if hits is None else hits)
    return Trial(End.FINISHED, expectations=expectations, hits=held)


FAILED = Trial(End.FAILED, "assert x == 1", Location("cards.md", 21), block=1, expected="1", observed="2")
RAISED = Trial(End.RAISED, "ValueError: boom", Location("cards.md", 22), block=1)
REFUTED = replace(FAILED, block=1)
PLAIN = finished(expectation(21))


@dataclass
class Sandbox:
    """Runs nothing: it answers by the kind of run that it is asked for, and remembers what it was asked."""

    plain: Trial = PLAIN
    negated: Callable[[frozenset[int]], Trial] = lambda _: FAILED
    stubbed: Trial = FAILED
    refuting: Callable[[Block], Trial] = lambda _: REFUTED
    asked: list[Run] = field(default_factory=list)

    def __call__(self, run: Run) -> Trial:
        self.asked.append(run)
        if run.standin:
            return self.stubbed
        if run.negate:
            return self.negated(run.negate)
        return self.plain if run.blocks == ANSWER.blocks else self.refuting(run.blocks[-1])


def proved(program: Program = ANSWER, **rules: object) -> Outcome:
    return prove(program, LIMIT, Sandbox(**rules))  # type: ignore[arg-type]


# ---------------------------------------------------------------- the plain run

UNFINISHED = [
    (FAILED, Refuted("assert x == 1", FAILED.location, "1", "2")),
    (RAISED, Broken("ValueError: boom", RAISED.location)),
    (Trial(End.LEAKED, "threads were left"), Broken("threads were left")),
    (Trial(End.EXITED, "SystemExit: 0"), Broken("the check left early: SystemExit: 0")),
    (Trial(End.MEMORY, "MemoryError"), Crashed("the check ran out of memory")),
    (Trial(End.TIMED_OUT), TimedOut("the check did not end within 7 s")),
    (Trial(End.DIED, "it vanished"), Crashed("the check's process died: it vanished")),
]


@pytest.mark.parametrize(("plain", "expected"), UNFINISHED, ids=[trial.end for trial, _ in UNFINISHED])
def test_a_run_that_does_not_finish_decides_at_once(plain: Trial, expected: Outcome) -> None:
    sandbox = Sandbox(plain=plain)
    assert prove(ANSWER, LIMIT, sandbox) == expected
    assert [each.blocks for each in sandbox.asked] == [ANSWER.blocks]


def test_every_end_but_the_good_one_has_an_outcome() -> None:
    assert {end for end in End if end is not End.FINISHED} == {trial.end for trial, _ in UNFINISHED}
    with pytest.raises(ValueError, match="no outcome"):
        outcome(Trial(End.FINISHED), LIMIT)


def test_a_run_without_assertions_proves_nothing() -> None:
    assert proved(plain=finished()) == Vacuous("the check has no assertion")


def test_a_run_whose_assertions_were_not_executed_proves_nothing() -> None:
    plain = finished(expectation(21), expectation(22), hits=set())
    assert proved(plain=plain) == Vacuous("no assertion was executed", Location("cards.md", 21))


# ---------------------------------------------------------------- all is well


def test_what_holds_and_can_fail_has_passed() -> None:
    assert proved() == Passed(1)


def test_a_proof_takes_one_run_of_each_kind_within_the_limit() -> None:
    sandbox = Sandbox()
    program = replace(ANSWER, refutes=((EXAMPLE, REFUTE),))
    assert isinstance(prove(program, LIMIT, sandbox), Passed)
    assert [(each.blocks, set(each.negate), each.standin) for each in sandbox.asked] == [
        (ANSWER.blocks, set(), False),
        ((EXAMPLE, REFUTE), set(), False),
        (ANSWER.blocks, {0}, False),
        (ANSWER.blocks, set(), True),
    ]
    assert {each.timeout for each in sandbox.asked} == {LIMIT}


def test_what_was_counted_and_what_rested_is_told() -> None:
    plain = finished(expectation(21), expectation(22), expectation(23, required=False), expectation(24), hits={0})
    assert proved(plain=plain) == Passed(1, (Location("cards.md", 22), Location("cards.md", 24)))


# ---------------------------------------------------------------- misconceptions

BOTH = replace(ANSWER, refutes=((EXAMPLE, REFUTE), (EXAMPLE, OTHER_REFUTE)))
HOLDS = Refuted(
    "the misconception holds: its refute did not fail", Location("cards.md", 40), "an AssertionError", "no error"
)


def test_a_misconception_that_holds_refutes_the_answer() -> None:
    assert proved(BOTH, refuting=lambda block: finished() if block is OTHER_REFUTE else REFUTED) == HOLDS


@pytest.mark.parametrize("trial", [trial for trial, _ in UNFINISHED if trial.end is not End.FAILED], ids=str)
def test_a_misconception_must_fail_with_an_assertion(trial: Trial) -> None:
    found = proved(BOTH, refuting=lambda block: trial if block is OTHER_REFUTE else REFUTED)
    assert found == outcome(trial, LIMIT)


@pytest.mark.parametrize("block", [0, None])
def test_a_misconception_must_fail_in_its_own_lines(block: int | None) -> None:
    elsewhere = replace(FAILED, block=block)
    expected = Broken("the refute fails before its own lines: assert x == 1", FAILED.location)
    assert proved(BOTH, refuting=lambda _: elsewhere) == expected


def test_a_misconception_without_set_up_fails_in_its_only_block() -> None:
    program = replace(ANSWER, refutes=((REFUTE,),))
    assert isinstance(proved(program, refuting=lambda _: replace(FAILED, block=0)), Passed)


# ---------------------------------------------------------------- turned round


def test_the_assertions_of_a_group_are_turned_round_together_where_they_were_reached() -> None:
    plain = finished(
        expectation(21),
        expectation(22, group=1),
        expectation(23),
        expectation(24, group=3),
        expectation(25, group=4),
        expectation(26),
        expectation(27, group=4),
        hits={0, 1, 2, 4, 6},
    )
    sandbox = Sandbox(plain=plain)
    assert isinstance(prove(ANSWER, LIMIT, sandbox), Passed)
    assert [set(run.negate) for run in sandbox.asked if run.negate] == [{0, 2}, {1}, {4, 6}]


def test_an_assertion_that_is_swallowed_cannot_fail() -> None:
    plain = finished(expectation(21), expectation(22, group=1), expectation(23, group=2))
    found = proved(plain=plain, negated=lambda numbers: plain if numbers == {2} else FAILED)
    assert found == Vacuous("the assertion cannot fail: turned round, it still passes", Location("cards.md", 23))


def test_an_assertion_whose_failure_becomes_another_error_can_fail() -> None:
    assert isinstance(proved(negated=lambda _: RAISED), Passed)


def test_an_assertion_whose_failure_is_seen_in_a_thread_can_fail() -> None:
    plain = finished(expectation(21, group=0))
    found = proved(plain=plain, negated=lambda _: Trial(End.LEAKED, "in a thread, AssertionError: "))
    assert isinstance(found, Passed)


@pytest.mark.parametrize("end", [End.TIMED_OUT, End.DIED, End.MEMORY, End.EXITED])
def test_an_assertion_that_takes_its_run_down_was_not_seen_to_fail(end: End) -> None:
    found = proved(negated=lambda _: Trial(end, "why"))
    assert isinstance(found, Vacuous)
    assert found.message.startswith("the assertion was not seen to fail: turned round, ")
    assert found.location == Location("cards.md", 21)


# ---------------------------------------------------------------- on the stand-in


def test_what_passes_without_sqlalchemy_says_nothing_about_it() -> None:
    assert proved(stubbed=PLAIN) == Vacuous(
        "the check also passes without SQLAlchemy: assert what SQLAlchemy did or returned"
    )


def test_an_assertion_that_the_stand_in_does_not_reach_is_judged_by_its_text() -> None:
    """A loop over rows is empty there: that the run ends well says nothing of what stands in it."""
    plain = finished(expectation(21, absence=True), expectation(22, group=0))
    assert isinstance(proved(plain=plain, stubbed=replace(plain, hits=frozenset())), Passed)
    assert isinstance(proved(plain=plain, stubbed=replace(plain, hits=frozenset({0}))), Passed)
    alien = finished(expectation(21, group=0, derived=False))
    expected = Vacuous("the assertion does not depend on anything from SQLAlchemy", Location("cards.md", 21))
    assert proved(plain=alien, stubbed=replace(alien, hits=frozenset())) == expected


@pytest.mark.parametrize("end", [End.FINISHED, End.FAILED, End.RAISED, End.LEAKED])
def test_a_constant_assertion_says_nothing_however_the_run_ends(end: End) -> None:
    plain = finished(expectation(21), expectation(22, constant=True))
    expected = Vacuous("the assertion is constant: it says nothing about SQLAlchemy", Location("cards.md", 22))
    assert proved(plain=plain, stubbed=replace(plain, end=end)) == expected


SILENT = [End.RAISED, End.LEAKED, End.EXITED, End.MEMORY]


@pytest.mark.parametrize("end", SILENT)
def test_where_the_stand_in_says_nothing_the_text_decides(end: End) -> None:
    good, other = expectation(21), expectation(22, absence=True)
    alien = expectation(23, derived=False)
    helper = replace(alien, required=False)
    none = expectation(24, absence=True)

    def judged(*expectations: Expectation) -> Outcome:
        plain = finished(*expectations)
        return proved(plain=plain, stubbed=replace(plain, end=end))

    assert isinstance(judged(good), Passed)
    assert isinstance(judged(good, other), Passed)
    assert isinstance(judged(good, helper), Passed)
    assert judged(good, alien) == Vacuous(
        "the assertion does not depend on anything from SQLAlchemy", Location("cards.md", 23)
    )
    assert judged(none, other) == Vacuous(
        "the check only says what does not happen: also assert something that does", Location("cards.md", 24)
    )


@pytest.mark.parametrize("end", [End.TIMED_OUT, End.DIED])
def test_where_the_stand_in_hangs_or_dies_the_text_is_known_all_the_same(end: End) -> None:
    """Such a run has no answer, and so no expectations: those of the plain run must do."""
    assert isinstance(proved(stubbed=Trial(end, "why")), Passed)
