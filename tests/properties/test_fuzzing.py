"""Three minutes of atheris, which looks for bytes that break the reader or keep it from coming to an end."""

from __future__ import annotations

import importlib.util
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
FOUND = ROOT / "tests" / "golden" / "found"
SECONDS, HANGS = 180, 20
SEED = 1  # what was found is found again, and by everybody; change it to look elsewhere


@pytest.mark.slow
@pytest.mark.skipif(importlib.util.find_spec("atheris") is None, reason="atheris is not installed")
def test_no_bytes_break_the_reader(tmp_path: Path) -> None:
    """The documents of the golden files are the corpus that it begins with."""
    corpus = tmp_path / "corpus"
    corpus.mkdir()
    for document in FOUND.glob("*.md"):
        shutil.copy(document, corpus)
    ran = subprocess.run(
        [
            *(sys.executable, "-m", "tests.properties.fuzz", corpus, f"-artifact_prefix={tmp_path}/"),
            *(
                f"-seed={SEED}",
                f"-max_total_time={SECONDS}",
                f"-timeout={HANGS}",
                "-max_len=4000",
                "-only_ascii=0",
                "-verbosity=0",
            ),
        ],
        cwd=ROOT,
        capture_output=True,
        text=True,
        errors="replace",
        check=False,
    )
    assert ran.returncode == 0, ran.stderr[-4000:]
