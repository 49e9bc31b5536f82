"""What every HTTP answer of the browser face carries, and the one route of ours: a published page, exactly.

A page that was published is shown in a frame from its file, byte for byte. Whatever stands in that file, its
answer forbids scripts, forms and every request, and the frame is a sandbox without an origin.

Streamlit's own page holds one inline script; its hash is let through by name, so that the policy needs no
`'unsafe-inline'` and a browser has nothing to complain about.
"""

from __future__ import annotations

import base64
import hashlib
import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from starlette.requests import Request
    from starlette.responses import Response
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

_POLICY = {
    "default-src": "'self'",
    "script-src": "'self'",
    "style-src": "'self' 'unsafe-inline'",
    "img-src": "'self' data: blob:",
    "font-src": "'self' data:",
    "connect-src": "'self'",
    "worker-src": "'self' blob:",
    "object-src": "'none'",
    "base-uri": "'none'",
    "frame-ancestors": "'none'",
    "form-action": "'self'",
}
_HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
}
PAGE_HEADERS = {
    "Content-Security-Policy": (
        "sandbox; default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; "
        "form-action 'none'; frame-ancestors 'self'"
    ),
    "X-Frame-Options": "SAMEORIGIN",
    "Cache-Control": "no-store",
}


_INLINE = re.compile(r"<script>(.*?)</script>", re.DOTALL)


def headers(index: str) -> dict[str, str]:
    """Return the headers of every answer, given the HTML of Streamlit's page."""
    scripts = "".join(f" '{source_hash(script)}'" for script in _INLINE.findall(index))
    policy = {**_POLICY, "script-src": _POLICY["script-src"] + scripts}
    return {
        **_HEADERS,
        "Content-Security-Policy": "; ".join(f"{name} {value}" for name, value in policy.items()),
    }


def source_hash(script: str) -> str:
    """Return the CSP hash source of an inline script."""
    return "sha256-" + base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()


class SameOrigin:
    """ASGI middleware that refuses what a page of another origin asks for, its WebSocket above all.

    Streamlit takes every port of this host for its own (1.67): a page that another program serves here could
    otherwise act as anybody. Asked by a foreign origin it looks up this machine's address on the internet, so
    it must not be asked. A browser always names the origin of such a request; a plain visit names none.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] not in {"http", "websocket"} or _same_origin(dict(scope["headers"])):
            await self._app(scope, receive, send)
        elif scope["type"] == "websocket":
            await send({"type": "websocket.close", "code": 1008, "reason": "another origin"})
        else:
            from starlette.responses import PlainTextResponse

            await PlainTextResponse("another origin", status_code=403)(scope, receive, send)


def _same_origin(headers: Mapping[bytes, bytes]) -> bool:
    origin = headers.get(b"origin")
    return origin is None or origin == b"http://" + headers.get(b"host", b"")


class SecurityHeaders:
    """ASGI middleware that adds the headers an answer lacks; plain ASGI, so that downloads stay streams.

    What the pages offer for download is case text: the browser keeps no copy of it.
    """

    def __init__(self, app: ASGIApp, headers: Mapping[str, str]) -> None:
        self._app = app
        self._headers = {name.lower().encode(): value.encode() for name, value in headers.items()}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                given = list(message.get("headers", []))
                if scope["path"].startswith("/media/"):
                    given = [pair for pair in given if pair[0].lower() != b"cache-control"]
                    given.append((b"cache-control", b"no-store"))
                there = {name.lower() for name, _ in given}
                missing = [(name, value) for name, value in self._headers.items() if name not in there]
                message["headers"] = [*given, *missing]
            await send(message)

        await self._app(scope, receive, with_headers)


def published_page(folder: Path, name: str) -> bytes | None:
    """Return the page of a publication, e.g. `DP-2026-000001v1`; None when there is none of that name."""
    from ui.screens.publications import name as name_of
    from ui.screens.shell import open_workspace

    for line in open_workspace(str(folder)).publishing.publications():
        if name_of(line) == name:
            return (line.folder / "data" / f"{name}.html").read_bytes()
    return None


def answer_published(request: Request) -> Response:
    """Answer `/published/NAME` with the page as it was published."""
    import os
    from pathlib import Path

    from starlette.responses import HTMLResponse, PlainTextResponse

    from ui.common import FOLDER_VARIABLE

    page = published_page(Path(os.environ[FOLDER_VARIABLE]), request.path_params["name"])
    if page is None:
        return PlainTextResponse("no such publication", status_code=404)
    return HTMLResponse(page, headers=PAGE_HEADERS)
