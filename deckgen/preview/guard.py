"""Who may ask the preview, and what its answers may do: pages of other sites reach a loopback server too."""

from __future__ import annotations

from collections.abc import Collection

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

_HEADERS = {
    "Cache-Control": "no-store",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}
_NOTHING_FROM_ELSEWHERE = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; media-src 'self'; connect-src 'self'; "
    "frame-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)


class Guard:
    """Refuses whoever calls the server by another name than its own, or comes from another page.

    The first is what a site can do that has its own name point at the loopback, the second any site.
    """

    def __init__(self, app: ASGIApp, hosts: Collection[str]) -> None:
        self._app, self._hosts = app, hosts
        self._origins = {f"http://{host}" for host in hosts}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, or answer that it is refused."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def careful(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                headers.update(_HEADERS)
                headers.setdefault("Content-Security-Policy", _NOTHING_FROM_ELSEWHERE)
            await send(message)

        await (self._app if self._knows(Headers(scope=scope)) else _REFUSAL)(scope, receive, careful)

    def _knows(self, headers: Headers) -> bool:
        """Whether each name that a request gives, of which no browser leaves out the first, is one of ours."""
        called, came = headers.getlist("host"), headers.getlist("origin")
        return len(called) == 1 and called[0] in self._hosts and self._origins.issuperset(came)


_REFUSAL = PlainTextResponse("this page is for the browser of who started it", status_code=403)
