"""A browser for the tests that look at cards."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.browser import BrowserError, Page, axe_script, chromium, launch, reviewer_assets


@pytest.fixture(scope="session")
def browser() -> Iterator[Page]:
    """A running Chromium; without one, or without what it shows cards with, the test is skipped."""
    try:
        chromium()
        reviewer_assets()
        axe_script()
    except BrowserError as error:
        pytest.skip(str(error))
    with launch() as page:
        yield page
