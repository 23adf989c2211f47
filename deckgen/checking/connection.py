"""A connection to a database that a user names: whatever is wrong with it is told, and a password in its URL is not."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

NO_URL = "it is no URL such as {}"


class UrlError(ValueError):
    """A URL cannot be used, whatever is there; the message says why, and what to write instead."""


def parse(text: str, example: str) -> sa.URL:
    """The URL in a text. Raises UrlError, which shows the example, and nothing of the text."""
    try:
        url = sa.make_url(text)
    except (sa.exc.ArgumentError, ValueError):  # which may quote a password
        raise UrlError(NO_URL.format(example)) from None
    if "@" in (url.host or "") or (url.host and "@" in (url.database or "")):  # what is before it is part of a password
        raise UrlError("an @ in a user's name or password is written %40, and a / is written %2F")
    return url


def engine(url: sa.URL, extra: str, **options: Any) -> sa.Engine:
    """An engine whose every connection is a new one; an extra brings its driver. Raises UrlError."""
    try:
        return sa.create_engine(url, poolclass=sa.NullPool, **options)
    except ImportError:
        raise UrlError(f"{url.get_driver_name()} is not installed: install deckgen-verified[{extra}]") from None
    except (ValueError, sa.exc.ArgumentError) as error:  # of a setting in its query
        raise UrlError(str(error)) from None


def connect(engine: sa.Engine) -> sa.Connection:
    """A new connection. Raises DBAPIError, whatever its driver raises for a setting, or for what it lacks."""
    try:
        return engine.connect()
    except sa.exc.SQLAlchemyError:
        raise
    except UnicodeError:  # which may quote a character of a password
        unsendable = ValueError("the host, the user or the password holds a character that cannot be sent")
        raise sa.exc.InterfaceError(None, None, unsendable) from None
    except Exception as error:
        raise sa.exc.InterfaceError(None, None, error) from None
