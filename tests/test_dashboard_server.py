"""What the dashboard's server lets in: who may reach it, from where, with which token, and how much of a file."""

from __future__ import annotations

import asyncio
import socket
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from http.client import HTTPConnection
from pathlib import Path
from typing import Any

import pytest
from serving import connected, serving
from websockets.exceptions import InvalidStatus

from dashboard import parcels

pytestmark = pytest.mark.slow

ROOT = Path(__file__).resolve().parents[1]
FORM = "multipart/form-data; boundary=edge"
BY_HAND = ("streamlit", "run", str(ROOT / "dashboard" / "app.py"), "--server.port")


@contextmanager
def unhurt(home: Path, *options: str, **how: Any) -> Iterator[int]:
    """A dashboard started from an empty folder, in whose log no traceback may be left; its port."""
    with serving(home, *options, **how) as dashboard:
        yield dashboard.port
    assert "Traceback" not in (home / "dashboard.log").read_text(encoding="utf-8", errors="replace")


@pytest.fixture(scope="module")
def port(tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    with unhurt(tmp_path_factory.mktemp("server")) as one:
        yield one


async def session(visitor: Any) -> str:
    """The id of a visitor's session, which the server tells when the page is first run."""
    from streamlit.proto.BackMsg_pb2 import BackMsg
    from streamlit.proto.ForwardMsg_pb2 import ForwardMsg

    hello = BackMsg()
    hello.rerun_script.query_string = ""
    await visitor.send(hello.SerializeToString())
    while True:
        message = ForwardMsg()
        message.ParseFromString(await visitor.recv())
        if message.new_session.initialize.session_id:
            return str(message.new_session.initialize.session_id)


def put(port: int, who: str, size: int, **headers: str) -> int:
    """Upload a file of so many bytes to a session; the status that comes back."""
    head = b'--edge\r\nContent-Disposition: form-data; name="f"; filename="a.yaml"\r\n\r\n'
    client = HTTPConnection("127.0.0.1", port, timeout=90)
    sent = {"Content-Type": FORM, **{name.replace("_", "-"): value for name, value in headers.items()}}
    try:
        client.request("PUT", f"/_stcore/upload_file/{who}/one", head + b"a" * size + b"\r\n--edge--\r\n", sent)
        return client.getresponse().status
    finally:
        client.close()


def token(port: int) -> str:
    """The token that the server gives a browser with the page, in a cookie."""
    client = HTTPConnection("127.0.0.1", port, timeout=90)
    client.request("GET", "/_stcore/health")
    cookie = client.getresponse().getheader("Set-Cookie") or ""
    client.close()
    name, _, value = cookie.partition(";")[0].partition("=")
    assert name == "_streamlit_xsrf"
    assert "samesite" in cookie.lower()
    return value


def test_an_upload_needs_the_token_of_the_page(port: int) -> None:
    """Otherwise another site, open in the same browser, puts files into a visitor's session."""

    async def visit() -> None:
        visitor = await connected(f"http://127.0.0.1:{port}")
        who, mine = await session(visitor), token(port)
        cookie = f"_streamlit_xsrf={mine}"
        assert put(port, who, 10) == 403
        assert put(port, who, 10, Cookie=cookie) == 403
        assert put(port, who, 10, X_Xsrftoken=mine) == 403
        assert put(port, who, 10, Cookie=cookie, X_Xsrftoken=token(port)[:-4] + "0000") == 403
        assert put(port, who, 10, Cookie=cookie, X_Xsrftoken=mine) == 204
        assert put(port, "nobody", 10, Cookie=cookie, X_Xsrftoken=mine) == 400
        await visitor.close()

    asyncio.run(visit())


def test_a_file_beyond_the_limit_is_not_taken(port: int) -> None:
    """Otherwise visitors fill the server's memory."""

    async def visit() -> None:
        visitor = await connected(f"http://127.0.0.1:{port}")
        who, mine = await session(visitor), token(port)
        known = {"Cookie": f"_streamlit_xsrf={mine}", "X_Xsrftoken": mine}
        assert put(port, who, parcels.MOST_MB * 2**20 - 1000, **known) == 204
        assert put(port, who, parcels.MOST_MB * 2**20 + 1, **known) == 413
        await visitor.close()

    asyncio.run(visit())


def test_pages_of_other_sites_are_not_let_in(port: int) -> None:
    """Otherwise another site reads what a visitor does here."""
    with pytest.raises(InvalidStatus) as refused:
        asyncio.run(connected(f"http://127.0.0.1:{port}", "http://elsewhere.example"))
    assert refused.value.response.status_code == 403


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere 127.0.0.2 is no address of this machine")
def test_it_listens_on_this_machine_alone_unless_told_otherwise(port: int, tmp_path: Path) -> None:
    """Otherwise whoever shares the network sees what was meant for one."""

    def answers(number: int) -> bool:
        with socket.socket() as one:
            return one.connect_ex(("127.0.0.2", number)) == 0

    assert not answers(port)
    with unhurt(tmp_path, "--host", "0.0.0.0") as other:
        assert answers(other)


def test_who_comes_first_after_streamlit_was_started_by_hand_sees_the_pages_too(tmp_path: Path) -> None:
    """Otherwise the files of pages/ are listed by their names, and a page stands there without the rest."""
    from streamlit.proto.BackMsg_pb2 import BackMsg
    from streamlit.proto.ForwardMsg_pb2 import ForwardMsg

    async def visit(port: int) -> list[str]:
        visitor = await connected(f"http://127.0.0.1:{port}")
        hello = BackMsg()
        hello.rerun_script.page_name = "about"
        await visitor.send(hello.SerializeToString())
        listed: list[str] = []
        while listed[-1:] != ["About"]:
            message = ForwardMsg()
            message.ParseFromString(await asyncio.wait_for(visitor.recv(), 90))
            if message.navigation.app_pages:
                listed = [one.page_name for one in message.navigation.app_pages]
        await visitor.close()
        return listed

    with unhurt(tmp_path, command=BY_HAND) as port:
        listed = asyncio.run(visit(port))
    assert listed == [title for _, title in named_pages()]


def test_one_that_does_not_come_up_says_why(tmp_path: Path) -> None:
    """Otherwise the tests, and who measures, wait for nobody and then fail elsewhere."""
    with pytest.raises(RuntimeError, match=r"ended with code 2 .*\n[^$]*--nonsense"), serving(tmp_path, "--nonsense"):
        pytest.fail("it came up")
    with pytest.raises(RuntimeError, match=r"did not answer within 0 s"), serving(tmp_path, patience=0):
        pytest.fail("it came up")


def named_pages() -> list[tuple[str, str]]:
    """Files and titles of the pages as app.py names them, which runs when it is imported."""
    import ast

    (found,) = (
        one.value
        for one in ast.parse((ROOT / "dashboard" / "app.py").read_text(encoding="utf-8")).body
        if isinstance(one, ast.AnnAssign) and getattr(one.target, "id", "") == "PAGES"
    )
    assert found is not None
    out: list[tuple[str, str]] = [(str(name), str(title)) for name, title in ast.literal_eval(found)]
    return out
