"""The server of the preview: on the loopback, by names that are its own, until it is interrupted."""

from __future__ import annotations

import socket
from collections.abc import Callable, Sequence

import uvicorn

from deckgen.effort import Effort
from deckgen.preview.app import application
from deckgen.preview.desk import Desk

_LOOPBACK = "127.0.0.1"


class _Server(uvicorn.Server):
    """A server that ends the news of a desk before it waits for its connections to end."""

    def __init__(self, config: uvicorn.Config, desk: Desk) -> None:
        super().__init__(config)
        self._desk = desk

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """End, once nobody waits for anything any more."""
        self._desk.end_news()
        await super().shutdown(sockets)


def serve(paths: Sequence[str], effort: Effort, port: int, say: Callable[[str], None]) -> None:
    """Serve the decks at some paths, and say where.

    Raises OSError where the port is taken, or nothing can be watched.
    """
    desk = Desk(paths, effort)
    with socket.create_server((_LOOPBACK, port)) as listening:
        port = listening.getsockname()[1]
        hosts = [f"{_LOOPBACK}:{port}", f"localhost:{port}"]
        config = uvicorn.Config(application(desk, hosts), lifespan="on", log_level="error", server_header=False)
        server = _Server(config, desk)
        say(f"preview at http://{_LOOPBACK}:{port}/; Ctrl-C ends it")
        server.run(sockets=[listening])
    if not server.started:
        raise OSError("the preview could not be started")
