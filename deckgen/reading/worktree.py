"""Which files git could not bring back, if an edit of them were a mistake."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

# What configuration could change is said outright: untracked files are shown, and no program is started to watch the
# repository. A file's name is no pattern.
_STATUS = (
    *("git", "--no-pager", "--literal-pathspecs", "-c", "core.fsmonitor=false"),
    *("status", "--porcelain", "--untracked-files=all", "--ignored=matching", "--ignore-submodules=none"),
)
_REASONS = {"??": "the file is not tracked by git", "!!": "the file is ignored by git"}
# With a path instead of these words, it is a work tree whose repository is gone.
_OUTSIDE = ("not a git repository (or any", "must be run in a work tree")


@dataclass(frozen=True, slots=True)
class Dirty:
    """A file that git could not bring back, and why."""

    path: Path
    reason: str


def dirty(paths: Iterable[Path]) -> list[Dirty]:
    """Those of some files that are in a git work tree and untracked, ignored, changed, or of unknown state.

    Symbolic links stand for the files they lead to. Without git, or outside a work tree, no file is dirty.
    """
    return [Dirty(path, reason) for path in paths if (reason := _reason(Path(os.path.realpath(path))))]


def _reason(path: Path) -> str | None:
    try:
        ran = subprocess.run(
            [_STATUS[0], "-C", path.parent, *_STATUS[1:], "--", path.name],
            env=_environment(),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            errors="replace",
            check=False,
        )
    except FileNotFoundError:
        return None
    if ran.returncode:
        complaint = ran.stderr.strip()
        outside = any(words in complaint.lower() for words in _OUTSIDE)
        return (
            None if outside else f"git cannot tell its state ({complaint.splitlines()[0] if complaint else 'silent'})"
        )
    return _REASONS.get(ran.stdout[:2], "the file has uncommitted changes") if ran.stdout else None


def _environment() -> dict[str, str]:
    """Our own, without what a surrounding git, a hook for one, says of another repository, and in plain English."""
    ours = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
    return ours | {"GIT_OPTIONAL_LOCKS": "0", "GIT_TERMINAL_PROMPT": "0", "LC_ALL": "C", "LANGUAGE": ""}
