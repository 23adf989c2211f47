"""What comes back from a run: bounded output, and an answer that is believed only if it is whole and credible."""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
import signal
from typing import Any

NONCE_BYTES = 32
MAX_BYTES = 256 * 1024
_F_ADD_SEALS, _F_SEAL_SHRINK, _F_SEAL_GROW = 1033, 2, 4


def nonce() -> bytes:
    """What a child has to put before its answer; a check that was written before it cannot know it."""
    return os.urandom(NONCE_BYTES // 2).hex().encode()


def sealed(size: int) -> int:
    """A file in memory that can hold `size` bytes and no more."""
    descriptor = os.memfd_create("output", os.MFD_CLOEXEC | os.MFD_ALLOW_SEALING)
    os.ftruncate(descriptor, size)
    fcntl.fcntl(descriptor, _F_ADD_SEALS, _F_SEAL_SHRINK | _F_SEAL_GROW)
    return descriptor


def drain(descriptor: int, limit: int) -> bytes:
    """What is left in a pipe all of whose writers are dead, up to `limit` bytes."""
    os.set_blocking(descriptor, False)
    data = b""
    with contextlib.suppress(BlockingIOError):
        while len(data) < limit and (part := os.read(descriptor, limit - len(data))):
            data += part
    return data


def judge(data: bytes, expected: bytes, status: int) -> dict[str, Any]:
    """The child's own answer if it is whole and credible, else how the child died."""
    if len(data) > MAX_BYTES:
        return {"end": "died", "message": "too much was written to the verdict's descriptor"}
    if os.WIFSIGNALED(status):
        number = os.WTERMSIG(status)
        if number == signal.SIGXCPU:
            return {"end": "timed-out"}
        return {"end": "died", "message": f"it was killed by {signal.Signals(number).name}"}
    code = os.WEXITSTATUS(status)
    if not data:
        return {"end": "died", "message": f"it vanished without a verdict (exit status {code})"}
    try:
        if data[:NONCE_BYTES] != expected or code != 0:
            raise ValueError
        answer = json.loads(data[NONCE_BYTES:])
        if not isinstance(answer, dict) or answer.get("end") not in _ENDS:
            raise ValueError
    except (ValueError, RecursionError):
        return {"end": "died", "message": "it tampered with its verdict"}
    return answer


_ENDS = frozenset({"finished", "failed", "raised", "exited", "memory", "leaked"})
