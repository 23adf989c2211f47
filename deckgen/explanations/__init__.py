"""What every code and every verdict means: one Markdown file for each, which ends with an example."""

from __future__ import annotations

from collections.abc import Mapping
from importlib import resources

_FOLDER = resources.files(__name__)

NAMES = tuple(sorted(path.name.removesuffix(".md") for path in _FOLDER.iterdir() if path.name.endswith(".md")))


def titles() -> Mapping[str, str]:
    """What can be explained, each with the title of its explanation."""
    return {name: title(name) for name in NAMES}


def title(name: str) -> str:
    """The title of the explanation of a code or a verdict; raises KeyError where there is none."""
    return explanation(name).partition("\n")[0].removeprefix(f"# {name}: ")


def explanation(name: str) -> str:
    """The Markdown that explains a code or a verdict, whatever the case; raises KeyError where there is none."""
    by_name = {each.lower(): each for each in NAMES}
    return _FOLDER.joinpath(f"{by_name[name.lower()]}.md").read_text("utf-8")
