"""One run of one check, in a process of its own: compile, execute, and say how it ended.

Whatever is needed after the author's code has run is bound before it, so that a careless check cannot break its own
report. A malicious one can still forge it: it shares the process.
"""

from __future__ import annotations

import _thread
import asyncio
import builtins
import functools
import gc
import inspect
import json
import os
import random
import sys
import threading
import time
import types
from collections.abc import Mapping, Sequence
from typing import Any

from . import dependence, helpers, provided
from .compiled import Compiled
from .expectations import EXPECT, HIT, SEEN, Expectation, sides
from .recording import Recording
from .words import LONGEST_TEXT, message_of, shown, text_of

MODULE = "check"
_REHEARSALS = 10

_encode = json.JSONEncoder().encode
_write, _exit, _sleep = os.write, os._exit, time.sleep
_running_threads = _thread._count  # it also sees threads that `threading` does not know
_restore_builtins = functools.partial(vars(builtins).update, dict(vars(builtins)))
_Base, _Assertion, _Memory, _Ordinary = BaseException, AssertionError, MemoryError, Exception


def main(request: Mapping[str, Any], namespace: dict[str, Any], *, nonce: bytes, verdict: int) -> None:
    """Run a request in `namespace` and write nonce and answer to the descriptor `verdict`; never returns.

    The answer's `end` is `finished`, `failed` (an assertion), `raised`, `exited`, `memory` or `leaked`; `message`,
    `path`, `line`, `block`, `expected` and `observed` say where and why; `expectations` describes the assertions and
    `hits` numbers those that held.
    """
    answer = _run(request, namespace)
    _write_all(verdict, nonce + _encode(answer).encode("utf-8", "backslashreplace"))
    _exit(0)


def rehearse() -> None:
    """Take the smallest check through a run, so that what every run does is warm before the first fork.

    Several times, since Python rewrites code that it has run a few times, and a child would copy the pages.
    """
    block = {"code": "assert 1", "path": "", "line": 1, "entry": None, "mode": "script"}
    request = {"blocks": [block], "negate": [], "analyse": False, "mutate": None, "mentioned": [], "sqlalchemy": "2.0"}
    for _ in range(_REHEARSALS):
        _encode(_run(request, {}))


def _write_all(descriptor: int, data: bytes) -> None:
    while data:
        data = data[_write(descriptor, data) :]


def _run(request: Mapping[str, Any], namespace: dict[str, Any]) -> dict[str, Any]:
    blocks: Sequence[Mapping[str, Any]] = request["blocks"]
    recorder = _Recorder()
    namespace |= {HIT: recorder.hit, SEEN: recorder.seen, EXPECT: recorder.expecting}
    leftovers: list[str] = []
    failures: list[BaseException] = []
    _listen(leftovers, failures)
    random.seed(0)
    answer: dict[str, Any] = {}
    program = Compiled()
    try:
        program.compile(request, namespace)
        mentioned = provided.mentioned(block["code"] for block in blocks) | set(request["mentioned"])
        given = provided.Provided(namespace, mentioned, request["sqlalchemy"], request["account"])
        runner = asyncio.Runner()  # not entered: most checks need no loop, and making one costs as much as they do
        try:
            _execute(program.codes, blocks, namespace, runner)
        finally:
            _restore_builtins()
        given.dispose(runner.run)
        runner.close()
        if failures:  # in threads, whose assertions nobody waits for
            raise failures[0]
        answer["end"] = "finished"
    except _Memory:
        answer |= {"end": "memory", "message": "MemoryError"}
    except _Ordinary as error:
        failed = _leaf(error)
        if failed is not None:
            answer |= _failure(failed, blocks, program.expectations, recorder)
        else:
            answer |= {"end": "raised", "message": text_of(error)} | place(error, blocks)
    except _Base as error:  # SystemExit, KeyboardInterrupt, GeneratorExit, and whatever else ends a program
        answer |= {"end": "exited", "message": text_of(error)} | place(error, blocks)
    answer |= _left_behind(answer, leftovers)
    answer["expectations"] = [
        _described(each) | (_read(each, program.derived) if request["analyse"] else {}) for each in program.expectations
    ]
    answer["hits"] = sorted(recorder.hits & set(range(len(program.expectations))))
    answer["always"] = sorted(recorder.always)
    answer["mutants"] = [{"path": each.path, "line": each.line, "what": each.what} for each in program.mutants]
    return answer


def _described(expectation: Expectation) -> dict[str, Any]:
    """Where an assertion stands, which others fail with it, and whether it must be executed."""
    return {
        "path": expectation.path,
        "line": expectation.line,
        "group": expectation.group,
        "required": expectation.required,
    }


def _read(expectation: Expectation, names: set[str]) -> dict[str, Any]:
    """What an assertion's text tells: can it fail, does it depend on SQLAlchemy's `names`, is it a claim of absence."""
    return {
        "constant": dependence.constant(expectation.test),
        "derived": dependence.uses(expectation.about, names),
        "absence": dependence.absence(expectation.test),
    }


def _execute(
    codes: Sequence[types.CodeType],
    blocks: Sequence[Mapping[str, Any]],
    namespace: dict[str, Any],
    runner: asyncio.Runner,
) -> None:
    """Run every block in the one namespace, with one event loop for all that is awaited."""
    modes = [block["mode"] for block in blocks]
    recording = Recording(namespace) if "match" in modes else None
    for code, block, mode in zip(codes, blocks, modes, strict=True):
        if recording is None or mode == "match":
            _step(code, block["entry"], namespace, runner)
        else:
            with recording.block(prompt=mode == "prompt"):
                _step(code, block["entry"], namespace, runner)


def _step(code: types.CodeType, entry: str | None, namespace: dict[str, Any], runner: asyncio.Runner) -> None:
    result = eval(code, namespace)
    if code.co_flags & inspect.CO_COROUTINE:
        runner.run(result)
    if entry:
        value = namespace[entry]()
        if inspect.iscoroutine(value):
            runner.run(value)


class _Recorder:
    """Which assertions held, and the operands of the one that is being decided."""

    def __init__(self) -> None:
        self.hits: set[int] = set()
        self.always: set[int] = set()
        self.values: dict[int, list[Any]] = {}

    def hit(self, number: int) -> None:
        values = self.values.pop(number, [])  # an operand that is kept would outlive the check's own references
        if len(values) == 1 and isinstance(values[0], _ALWAYS_TRUE):
            self.always.add(number)
        self.hits.add(number)

    def expecting(self, helper: str, number: int, negated: bool) -> Any:  # noqa: FBT001 - called by rewritten code
        return helpers.watched(helper, negated, functools.partial(self.hit, number))

    def seen(self, number: int, first: bool, value: Any) -> Any:  # noqa: FBT001 - called by rewritten code
        if first:
            self.values[number] = []
        self.values.setdefault(number, []).append(value)  # another task may have passed the same assertion meanwhile
        return value


# What was meant to be called or awaited: a test of the thing itself is never false.
_ALWAYS_TRUE = (
    types.FunctionType,
    types.MethodType,
    types.BuiltinFunctionType,
    types.CoroutineType,
    types.GeneratorType,
    types.AsyncGeneratorType,
)


def _listen(leftovers: list[str], failures: list[BaseException]) -> None:
    """Collect what Python would only print: errors that nobody can catch, and those of threads."""

    def in_thread(args: threading.ExceptHookArgs) -> None:
        if isinstance(args.exc_value, _Assertion):
            failures.append(args.exc_value)
        else:
            leftovers.append("in a thread, " + text_of(args.exc_value))

    sys.unraisablehook = lambda args: leftovers.append("unraisable " + text_of(args.exc_value))
    threading.excepthook = in_thread


def _left_behind(answer: Mapping[str, Any], leftovers: Sequence[str]) -> dict[str, Any]:
    """What a check that ended well left running or unsaid; output that could not be written counts too."""
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except _Base as error:
            if answer["end"] == "finished":
                return {"end": "leaked", "message": "output could not be written: " + text_of(error)}
    if answer["end"] != "finished":
        return {}
    if _threads_stay():
        return {"end": "leaked", "message": "threads were left running"}
    gc.collect()
    if leftovers:
        return {"end": "leaked", "message": "; ".join(leftovers)[:1000]}
    return {}


def _threads_stay() -> bool:
    """Whether threads are left that do not end by themselves; a driver's takes a moment once it is told to."""
    for _ in range(_MOMENTS):
        if not _running_threads():
            return False
        _sleep(0.001)
    return True


_MOMENTS = 300  # milliseconds


def _failure(
    error: BaseException, blocks: Sequence[Mapping[str, Any]], expectations: Sequence[Expectation], recorder: _Recorder
) -> dict[str, Any]:
    """A failed assertion of the author's; one that SQLAlchemy itself failed is an error like any other."""
    where = place(error, blocks)
    if isinstance(error, helpers.UnmetError):
        told = {"expected": error.expected[:LONGEST_TEXT], "observed": error.observed[:LONGEST_TEXT]}
        return {"end": "failed", "message": message_of(error)} | told | where
    if not _own(error):
        return {"end": "raised", "message": text_of(error)} | where
    answer = {"end": "failed", "message": message_of(error)} | where
    for number, values in recorder.values.items():
        expectation = expectations[number]
        if expectation.path == where["path"] and expectation.line <= where["line"] <= expectation.end:
            expected, observed = sides(expectation, values, shown)
            answer |= {"expected": expected, "observed": observed}
            answer["message"] = answer["message"] or _source(blocks[where["block"]], expectation)
    answer["message"] = answer["message"] or "AssertionError"
    return answer


def _leaf(error: BaseException) -> BaseException | None:
    """The first assertion of a group that holds nothing but failed assertions, None for any other error."""
    if not isinstance(error, BaseExceptionGroup):
        return error if isinstance(error, _Assertion) else None
    leaves = [_leaf(each) for each in error.exceptions]
    return leaves[0] if all(leaves) else None


def _own(error: BaseException) -> bool:
    """Whether an exception was raised by the author's code: a block, or the prelude that shares its namespace."""
    frame = error.__traceback__
    while frame is not None and frame.tb_next is not None:
        frame = frame.tb_next
    return frame is None or frame.tb_frame.f_globals.get("__name__") == MODULE


def place(error: BaseException, blocks: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """Path, line and block where an exception passed through the author's code for the last time."""
    found: dict[str, Any] = {"path": None, "line": None, "block": None}
    if isinstance(error, SyntaxError) and error.filename in {block["path"] for block in blocks}:
        found |= {"path": error.filename, "line": error.lineno}
    trace = error.__traceback__
    while trace is not None:
        path, line = trace.tb_frame.f_code.co_filename, trace.tb_lineno
        for number, block in enumerate(blocks):
            if block["path"] == path and 0 <= line - block["line"] <= block["code"].count("\n"):
                found = {"path": path, "line": line, "block": number}
        trace = trace.tb_next
    return found


def _source(block: Mapping[str, Any], expectation: Expectation) -> str:
    """The assertion as its author wrote it, on one line."""
    lines = block["code"].split("\n")[expectation.line - block["line"] : expectation.end - block["line"] + 1]
    return " ".join(" ".join(lines).split())[:500]
