"""What the dashboard's server lets in: who may reach it, from where, with which token, and how much of a file."""

from __future__ import annotations

import asyncio
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.client import HTTPConnection
from pathlib import Path
from typing import Any

import pytest
from processes import megabytes
from rooms import Client
from serving import Dashboard, connected, serving
from websockets.exceptions import InvalidStatus

from dashboard.runtime import archives, gate

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


async def drawn(visitor: Any) -> None:
    """Wait until the page that a session has asked for is there, and with it what the server imports for the first of all."""
    from streamlit.proto.ForwardMsg_pb2 import ForwardMsg

    message = ForwardMsg()
    while message.WhichOneof("type") != "script_finished":
        message.ParseFromString(await visitor.recv())


def put(port: int, who: str, size: int, name: str = "one", **headers: str) -> int:
    """Upload a file of so many bytes to a session; the status that comes back."""
    head = b'--edge\r\nContent-Disposition: form-data; name="f"; filename="a.yaml"\r\n\r\n'
    client = HTTPConnection("127.0.0.1", port, timeout=90)
    sent = {"Content-Type": FORM, **{name.replace("_", "-"): value for name, value in headers.items()}}
    try:
        client.request("PUT", f"/_stcore/upload_file/{who}/{name}", head + b"a" * size + b"\r\n--edge--\r\n", sent)
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


@pytest.mark.skipif(sys.platform != "linux", reason="memory is read from /proc")
def test_uploads_that_no_page_reads_do_not_pile_up(tmp_path: Path) -> None:
    """Otherwise one visitor fills the server's memory, without any page that takes files."""

    async def visit(dashboard: Dashboard) -> None:
        visitor = await connected(dashboard.address)
        who, mine = await session(visitor), token(dashboard.port)
        await drawn(visitor)
        known = {"Cookie": f"_streamlit_xsrf={mine}", "X_Xsrftoken": mine}
        size = archives.MOST_MB * 2**20 - 1000
        assert put(dashboard.port, who, size, **known) == 204
        process, before, now = Path("/proc", str(dashboard.process.pid)), 0.0, 1.0
        while now > before:  # what the server makes ready at its start is not what visitors bring
            before = megabytes(process, "VmRSS")
            await asyncio.sleep(1)
            now = megabytes(process, "VmRSS")
        for number in range(24):
            # In a thread, so that the visitor's connection answers meanwhile.
            status = await asyncio.to_thread(put, dashboard.port, who, size, f"file-{number}", **known)
            assert status == 204
        assert megabytes(process, "VmRSS") < now + 100  # of 192
        await visitor.close()

    with serving(tmp_path) as dashboard:
        asyncio.run(visit(dashboard))


def test_a_file_beyond_the_limit_is_not_taken(port: int) -> None:
    """Otherwise visitors fill the server's memory."""

    async def visit() -> None:
        visitor = await connected(f"http://127.0.0.1:{port}")
        who, mine = await session(visitor), token(port)
        known = {"Cookie": f"_streamlit_xsrf={mine}", "X_Xsrftoken": mine}
        assert put(port, who, archives.MOST_MB * 2**20 - 1000, **known) == 204
        assert put(port, who, archives.MOST_MB * 2**20 + 1, **known) == 413
        await visitor.close()

    asyncio.run(visit())


@pytest.mark.parametrize("site", ["http://elsewhere.example", "http://localhost:1", "https://127.0.0.1", "null"])
def test_pages_of_other_sites_are_not_let_in(port: int, site: str) -> None:
    """Otherwise another site reads what a visitor does here."""
    with pytest.raises(InvalidStatus) as refused:
        asyncio.run(connected(f"http://127.0.0.1:{port}", site))
    assert refused.value.response.status_code == 403


def got(port: int, path: str = "/", host: str = "") -> tuple[int, dict[str, str], str]:
    """Status, headers and text of what the server answers who calls it so."""
    client = HTTPConnection("127.0.0.1", port, timeout=30)
    try:
        client.request("GET", path, headers={"Host": host} if host else {})
        answer = client.getresponse()
        headers = {name.lower(): value for name, value in answer.getheaders()}
        return answer.status, headers, answer.read().decode("utf-8", "replace")
    finally:
        client.close()


@pytest.mark.parametrize(
    ("names", "own", "foreign"),
    [
        (
            [],
            ["localhost", "LOCALHOST:1", "127.0.0.1", "192.0.2.7:80", "[::1]:8501", socket.gethostname()],
            [
                "",
                "elsewhere.example",
                "127.0.0.1.elsewhere.example",
                "localhost.elsewhere.example:80",
                "[",
                "a@localhost",
                "localhost:x",
                "localhost/x",
                "elsewhere.example#localhost",
            ],
        ),
        (
            ["class.example", "*.school.example"],
            ["class.example:443", "a.school.example", "CLASS.example."],
            ["localhost", "school.example.org", "notclass.example", "xschool.example", "127.0.0.1"],
        ),
    ],
)
def test_the_server_goes_by_its_own_names_alone(
    names: list[str], own: list[str], foreign: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Otherwise a site elsewhere leads its own name here, and then reads as one of ours."""
    monkeypatch.setattr(gate.config, "get_option", {"server.allowedHosts": names}.__getitem__)
    assert [one for one in own if not gate.is_allowed(one)] == []
    assert [one for one in foreign if gate.is_allowed(one)] == []


def test_whoever_calls_the_server_otherwise_is_told(port: int, watched: tuple[int, Path]) -> None:
    """Otherwise an operator behind a proxy, or a class, stands before an empty page."""
    status, _, said = got(port, host="elsewhere.example")
    assert (status, "durand dashboard --site NAME" in said) == (403, True)
    assert got(port, host="localhost")[0] == 200
    named, _ = watched
    assert got(named, host="class.example:443")[0] == 200
    assert got(named, "/_stcore/health", "localhost")[0] == 403


def test_what_is_sent_may_be_framed_by_nobody_and_fetches_from_nowhere_else(port: int) -> None:
    """Otherwise a site shows our pages as its own, and whatever slips into a page may call out."""
    for path in ("/", "/compare", "/_stcore/health", "/nowhere.js", "/_stcore/agent/openapi.json"):
        _, headers, _ = got(port, path)
        policy = dict(part.split(" ", 1) for part in headers["content-security-policy"].split("; "))
        assert policy["frame-ancestors"] == "'none'"
        assert policy["default-src"] == policy["connect-src"] == "'self'"
        assert "unsafe-inline" not in policy["script-src"]
        assert headers["x-frame-options"] == "DENY"
        assert headers["referrer-policy"] == "no-referrer"
        assert headers["x-content-type-options"] == "nosniff"
    assert got(port, "/_stcore/agent/openapi.json")[0] == got(port, "/_stcore/metrics")[0] == 404


# Put before everything else in each Python process of the server.
WATCH = """
import os, socket

def note(where):
    with open(os.environ["DURAND_WATCH"], "a") as file:
        print(where if isinstance(where, str) else where[0], file=file)

def watching(what, place):
    def called(*given, **named):
        note(given[place])
        return what(*given, **named)
    return called

for name in ("getaddrinfo", "gethostbyname", "gethostbyname_ex"):
    setattr(socket, name, watching(getattr(socket, name), 0))
for name, place in (("connect", 1), ("connect_ex", 1), ("sendto", -1)):
    setattr(socket.socket, name, watching(getattr(socket.socket, name), place))
note("watching")
"""
INSIDE = {"watching", "127.0.0.1", "0.0.0.0", "localhost", "::1"}


async def everything(address: str) -> None:
    """One visitor who comes to Compare, and others whom the server turns away: none of them waits long."""
    await asyncio.wait_for(Client().arrive(address, "worlds=20&months=24&values=defaults"), 90)
    for number in range(15):
        begun = time.monotonic()
        with pytest.raises(InvalidStatus):
            await connected(address, f"http://{number}.elsewhere.example")
        assert (
            time.monotonic() - begun < 5
        )  # Streamlit alone asks outside, for up to two seconds each, one after the other


@pytest.fixture(scope="module")
def watched(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[int, Path]]:
    """A dashboard for whoever shares the network, by names of its own: its port, and the file in which stands what its processes
    ask for."""
    home = tmp_path_factory.mktemp("watched")
    (home / "sitecustomize.py").write_text(WATCH, encoding="utf-8")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PYTHONPATH", str(home))
        patch.setenv("DURAND_WATCH", str(home / "watch.txt"))
        with unhurt(home, "--host", "0.0.0.0", "--site", "127.0.0.1", "--site", "class.example") as port:
            yield port, home / "watch.txt"


def test_nothing_leaves_the_machine(watched: tuple[int, Path]) -> None:
    """Otherwise somebody elsewhere learns that, and from where, the dashboard is used; and each such call stops all pages."""
    port, file = watched
    asyncio.run(everything(f"http://127.0.0.1:{port}"))
    seen = file.read_text(encoding="utf-8").split("\n")
    assert seen.count("watching") >= 3  # the server and its workers
    assert set(filter(None, seen)) <= INSIDE


OFFLINE = """
import asyncio, fcntl, socket, struct, sys
from pathlib import Path

sys.path[:0] = sys.argv[1:3]
with socket.socket() as one:  # this machine can speak with itself, and with nobody else
    fcntl.ioctl(one, 0x8914, struct.pack("16sh", b"lo", 1))
from serving import serving
from test_dashboard_server import everything

with serving(Path.cwd(), "--host", "0.0.0.0") as made:
    asyncio.run(everything(made.address))
print("all answered")
"""


def test_it_serves_where_there_is_no_network(tmp_path: Path) -> None:
    """Otherwise a room without a network has no dashboard, or a slow one."""
    alone = ["unshare", "--map-root-user", "--net"]
    if shutil.which("unshare") is None or subprocess.run([*alone, "true"], capture_output=True).returncode:
        pytest.skip("a process here may not be cut off from the network: no unshare, or no right to it")
    folders = [str(ROOT / "benchmarks"), str(ROOT / "tests")]
    ran = subprocess.run(
        [*alone, sys.executable, "-c", OFFLINE, *folders], cwd=tmp_path, capture_output=True, text=True, timeout=300
    )
    assert ran.stdout.endswith("all answered\n"), ran.stderr


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere 127.0.0.2 is no address of this machine")
def test_it_listens_on_this_machine_alone_unless_told_otherwise(port: int, watched: tuple[int, Path]) -> None:
    """Otherwise whoever shares the network sees what was meant for one."""

    def answers(number: int) -> bool:
        with socket.socket() as one:
            return one.connect_ex(("127.0.0.2", number)) == 0

    assert not answers(port)
    assert answers(watched[0])


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
    assert [title for title in listed if title != "Wall"] == [title for _, title in named_pages()]
    assert "Wall" in listed  # for the projector; in no menu


def test_ctrl_c_ends_it_in_a_word_and_a_port_that_is_taken_is_said_before_anything_else(
    port: int, tmp_path: Path
) -> None:
    def ended(*options: str, by: int | None = None) -> tuple[int, str]:
        with serving(tmp_path, *options) as dashboard:
            if by is not None:
                dashboard.process.send_signal(by)
            return dashboard.process.wait(60), (tmp_path / "dashboard.log").read_text(encoding="utf-8")

    code, said = ended(by=signal.SIGINT)
    assert (code, said.rpartition("durand: ")[2]) == (130, "stopped\n")
    with pytest.raises(RuntimeError, match=rf"ended with code 2 .*\n[^$]*durand: nothing can listen at .*{port}"):
        ended("--port", str(port))


def test_one_that_does_not_come_up_says_why(tmp_path: Path) -> None:
    """Otherwise the tests, and who measures, wait for nobody and then fail elsewhere."""
    with pytest.raises(RuntimeError, match=r"ended with code 2 .*\n[^$]*--nonsense"), serving(tmp_path, "--nonsense"):
        pytest.fail("it came up")
    with pytest.raises(RuntimeError, match=r"did not answer within 0 s"), serving(tmp_path, patience=0):
        pytest.fail("it came up")


def named_pages() -> list[tuple[str, str]]:
    """Files and titles of the pages."""
    from dashboard.menu import GROUPS

    return [one for some in GROUPS.values() for one in some]
