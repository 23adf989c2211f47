"""The server of the preview: on the loopback, by names that are its own, until it is interrupted."""

from __future__ import annotations

import socket
from collections.abc import Callable, Sequence

import uvicorn

from deckgen.effort import Effort
from deckgen.preview.app import application
from deckgen.preview.desk import Desk

_LOOPBACK = "127.0.0.1"


def serve(paths: Sequence[str], effort: Effort, port: int, say: Callable[[str], None]) -> None:
    """Serve the decks at some paths, and say where. Raises OSError where the port is taken, or files cannot be watched."""
    with socket.create_server((_LOOPBACK, port)) as listening:
        port = listening.getsockname()[1]
        config = uvicorn.Config(
            application(Desk(paths, effort), [f"{_LOOPBACK}:{port}", f"localhost:{port}"]),
            lifespan="on",
            log_level="error",
            server_header=False,
            timeout_graceful_shutdown=1,  # a page listens for news for as long as it is open
        )
        say(f"preview at http://{_LOOPBACK}:{port}/; Ctrl-C ends it")
        server = uvicorn.Server(config)
        server.run(sockets=[listening])
    if not server.started:
        raise OSError("the preview could not be started")
