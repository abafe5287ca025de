"""What the server lets in and what it lets out: names and origins, headers, uploads, and no look-up of anything outside.

Streamlit compares a foreign origin with this machine's outside address, which it asks of a server elsewhere, while everybody
waits. Here origins are compared with the name that the visitor asked for, before Streamlit sees them; and the look-up is gone.
"""

from __future__ import annotations

import ipaddress
import os
import re
import socket
import time
from base64 import b64encode
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import streamlit
from streamlit import config, net_util

from dashboard.runtime.coalescing import Coalescing

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Message, Receive, Scope, Send
    from streamlit.runtime.memory_uploaded_file_manager import MemoryUploadedFileManager

UPLOADS = "/_stcore/upload_file/"
# Not offered: programs that drive pages without a browser, figures about the server, and accounts, which there are none of.
CLOSED = ("/_stcore/agent", "/_stcore/metrics", "/auth/", "/oauth2callback")
# Of uploads that no page has read yet: how many of one session, how many MB in all, and for how many seconds.
MOST_EACH, MOST_UPLOADED_MB, UNREAD = 2, 64, 120.0
# The scripts of ours: one sets the cookies in which a browser keeps its seats (`access.py`), one brings into sight what a
# step of the tour shows (`tour.py`), one says which words of a page are in another language than the page (`language.py`), one
# gives the button that opens the menu on a narrow screen a name (`menu.py`).
KEEP = (
    'document.currentScript.parentNode.querySelectorAll("[data-durand-cookie]").forEach(one => {'
    'document.cookie = one.dataset.durandCookie + (location.protocol === "https:" ? "; secure" : "");})'
)
SHOW = (
    '[...document.querySelectorAll(document.currentScript.parentNode.querySelector("[data-durand-show]").dataset.durandShow)]'
    '.find(one => one.offsetParent)?.scrollIntoView({block: "center"})'
)
LANG = (
    '(() => { const mark = () => { const told = document.querySelector("[data-durand-lang]"); if (!told) return;'
    'document.querySelectorAll(".stApp :is(p, li, h1, h2, h3, label, summary, button, a, span, strong, em, th, td, div, text,'
    ' tspan)")'
    ".forEach(one => { const said = [...one.childNodes].some(part => part.nodeType === 3 && /[\\u0600-\\u06ff]/.test(part.data));"
    'if (said && one.closest(told.dataset.durandWithin)) one.setAttribute("lang", told.dataset.durandLang);'
    'else if (one.hasAttribute("lang")) one.removeAttribute("lang"); }); };'
    "if (!window.durandLang) { window.durandLang = new MutationObserver(mark);"
    "window.durandLang.observe(document.body, {childList: true, subtree: true, characterData: true}); } mark(); })()"
)
MENU = (
    '(() => { const name = () => { const said = document.querySelector("[data-durand-menu]")?.dataset.durandMenu;'
    'const one = document.querySelector("[data-testid=stExpandSidebarButton]");'
    "if (said && one && one.ariaLabel !== said) one.ariaLabel = one.dataset.name = said; };"
    "if (!window.durandMenu) { window.durandMenu = new MutationObserver(name);"
    'window.durandMenu.observe(document.querySelector(".stApp"), {childList: true, subtree: true}); } name(); })()'
)
_PAGE = Path(streamlit.__file__).with_name("static") / "index.html"


def _inline() -> list[str]:
    """The scripts that stand in Streamlit's own page, and ours, by their digests."""
    found = [
        KEEP,
        SHOW,
        LANG,
        MENU,
        *re.findall(r"<script>(.*?)</script>", _PAGE.read_text(encoding="utf-8"), re.DOTALL),
    ]
    digests = (sha256(one.encode()).digest() for one in found)
    return [f"'sha256-{b64encode(one).decode()}'" for one in digests]


# Vega compiles its expressions, and Streamlit's pages style themselves; all comes from here, and nothing goes elsewhere.
POLICY = "; ".join(
    (
        "default-src 'self'",
        " ".join(["script-src 'self' 'unsafe-eval'", *_inline()]),
        "style-src 'self' 'unsafe-inline'",
        "img-src 'self' data: blob:",
        "font-src 'self' data:",
        "media-src 'self' blob:",
        "worker-src 'self' blob:",
        "connect-src 'self'",
        "object-src 'none'",
        "base-uri 'none'",
        "form-action 'self'",
        "frame-ancestors 'none'",
    )
)
HEADERS = {
    "content-security-policy": POLICY,
    "x-frame-options": "DENY",
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",  # an address may hold the secret of a seat
    "permissions-policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
}


def stay_inside() -> None:
    """Have Streamlit look up no address of this machine, inside or outside."""
    net_util.get_external_ip = _nowhere
    net_util.get_internal_ip = _nowhere


def _nowhere() -> None:
    return None


def is_allowed(host: str) -> bool:
    """Whether the server may be called so: by the names of `server.allowedHosts`, where the operator gave any; else by any
    address, as `localhost`, or by this machine's own name. A site elsewhere can lead its own name here, never an address."""
    try:
        parts = urlsplit(f"//{host}")
        name, _ = (parts.hostname or "").rstrip("."), parts.port
    except ValueError:  # no number for a port, or brackets that do not close
        return False
    if parts.netloc != host or parts.username is not None:
        return False
    if allowed := [one.strip().lower().rstrip(".") for one in config.get_option("server.allowedHosts")]:
        return any(one in ("*", name) or (one[:2] == "*." and name.endswith(one[1:])) for one in allowed)
    own = socket.gethostname().lower()
    return name in ("localhost", own, f"{own}.local") or name.endswith(".localhost") or _is_address(name)


def _is_address(name: str) -> bool:
    try:
        ipaddress.ip_address(name)
    except ValueError:
        return False
    return True


class Gate:
    """The outermost layer of the server."""

    stands = False  # before this process's server: not where Streamlit was started by hand

    def __init__(self, app: ASGIApp) -> None:
        self._app, self._since = app, dict[tuple[str, str], float]()
        Gate.stands = True

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] not in ("http", "websocket"):
            await self._app(scope, receive, send)
            return
        refused = self._refusal(scope)
        if refused is not None:
            await _refuse(scope, send, *refused)
            return
        if scope["type"] == "http" and (joining := join_target(str(scope["path"]))):
            await _answer(send, 307, "", (b"location", joining.encode()))
            return

        if scope["type"] == "websocket":
            await self._app(scope, receive, Coalescing(send))
            return

        async def sending(message: Message) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = _with_headers(message.get("headers", []))
            await send(message)

        await self._app(scope, receive, sending)

    def _refusal(self, scope: Scope) -> tuple[int, str] | None:
        """Status and message for what is not let in."""
        headers = {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in scope["headers"]}
        host, path = headers.get("host", ""), str(scope["path"]).removeprefix(base_path())
        if not is_allowed(host):
            said = "This server does not go by that name. Who runs it can let it: durand dashboard --site NAME"
            return 403, said
        if path.startswith(CLOSED):
            return 404, "Not offered here."
        if scope["type"] == "websocket" and not _is_own(headers.get("origin"), host):
            return 403, "Pages of other sites are not let in."
        if path.startswith(UPLOADS) and scope.get("method") == "PUT":
            return self._make_room(*path.removeprefix(UPLOADS).partition("/")[::2])
        return None

    def _make_room(self, session: str, file: str) -> tuple[int, str] | None:
        """Let a session's oldest uploads go, and all that no page has read for long, before another one comes."""
        manager, now = uploads(), time.monotonic()
        kept = {(who, one) for who, files in list(manager.file_storage.items()) for one in list(files)}
        self._since = {key: self._since.get(key, now) for key in kept}
        mine = [key for key in self._since if key[0] == session and key[1] != file]
        stale = [key for key, since in self._since.items() if now - since > UNREAD]
        for who, one in {*stale, *sorted(mine, key=self._since.__getitem__)[: max(len(mine) - MOST_EACH + 1, 0)]}:
            manager.remove_file(who, one)
            del self._since[who, one]
        held = sum(len(one.data) for files in list(manager.file_storage.values()) for one in list(files.values()))
        if held > MOST_UPLOADED_MB * 2**20:
            return 503, "Too many files are being brought at the moment; try again in a minute."
        return None


def base_path() -> str:
    """What the paths of all addresses begin with, behind a proxy that hands them on whole; "" for nothing."""
    return f"/{str(config.get_option('server.baseUrlPath')).strip('/')}".rstrip("/")


def join_target(path: str) -> str:
    """Where an address that is short enough to be typed leads: `/join` and `/join/CODE` to the class; "" for all others."""
    base = base_path()
    match = re.fullmatch(r"/join(?:/([A-Za-z0-9-]{0,20}))?", path.removeprefix(base)) if path.startswith(base) else None
    if match is None:
        return ""
    return f"{base}/class_student" + (f"?class={match[1]}" if match[1] else "")


def uploads() -> MemoryUploadedFileManager:
    """What visitors brought and no page has let go of yet."""
    from streamlit.runtime import Runtime

    found: Any = Runtime.instance().uploaded_file_mgr
    manager: MemoryUploadedFileManager = found
    return manager


def _is_own(origin: str | None, host: str) -> bool:
    """Whether a page that opens a connection is one of this server, as it is called by who opens it."""
    if origin is None:
        return True  # no browser: it has no other site's page open
    allowed = [str(one).rstrip("/") for one in config.get_option("server.corsAllowedOrigins")]
    try:
        return urlsplit(origin).netloc.lower() == host.lower() or origin in allowed
    except ValueError:  # brackets that do not close
        return False


def _with_headers(headers: Any) -> list[tuple[bytes, bytes]]:
    kept = [(name, value) for name, value in headers if name.decode("latin-1").lower() not in HEADERS]
    return kept + [(name.encode(), value.encode()) for name, value in HEADERS.items()]


async def _refuse(scope: Scope, send: Send, status: int, said: str) -> None:
    """Answer without asking further; a websocket is closed before it is open, which the server tells as 403."""
    if scope["type"] == "websocket":
        await send({"type": "websocket.close", "code": 1008, "reason": said})
        return
    await _answer(send, status, said)


async def _answer(send: Send, status: int, said: str, *more: tuple[bytes, bytes]) -> None:
    headers = _with_headers([(b"content-type", b"text/plain; charset=utf-8"), *more])
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": said.encode()})


def classes_only() -> bool:
    """Whether classes are held here, and nobody can ask the model for what they are to predict: `--classes-only`."""
    return bool(os.environ.get("DURAND_CLASSES_ONLY"))
