"""A browser for the tests that look at cards."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

from tests.browser import BrowserError, axe, launch, reviewer_assets

if TYPE_CHECKING:
    from playwright.sync_api import Browser


@pytest.fixture(scope="package")  # tests elsewhere could run no event loop while Playwright's is there
def browser() -> Iterator[Browser]:
    """A running Chromium; without one, or without what it shows cards with, the test is skipped."""
    try:
        reviewer_assets()
        axe()
        with launch() as running:
            yield running
    except BrowserError as error:
        pytest.skip(str(error))
