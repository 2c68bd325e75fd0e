"""What the real server refuses whoever asks it directly, without a browser: the settings that ship are at work."""

import asyncio
import http.client
import socket
import uuid

import pytest
import requests
from websockets.asyncio.client import connect
from websockets.exceptions import InvalidStatus

from tests.benchmark.homes import home_of
from tests.tools.load import answered, apart, serving


@pytest.fixture(scope="module")
def port(tmp_path_factory):
    """The port of a server of its own."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        number = probe.getsockname()[1]
    with home_of(str(tmp_path_factory.mktemp("home"))), serving(number):
        apart(asyncio.run, answered(number))
        yield number


@pytest.fixture
def client(port):
    """Somebody who has a token and no session."""
    with requests.Session() as session:
        session.get(f"http://localhost:{port}/_stcore/health", timeout=60).raise_for_status()
        session.headers["X-Xsrftoken"] = session.cookies["_streamlit_xsrf"]
        yield session


def upload(client, port, session=None):
    address = f"http://localhost:{port}/_stcore/upload_file/{session or uuid.uuid4()}/1"
    return client.put(address, files={"file": ("a.png", b"x", "image/png")}, timeout=60).status_code


def test_uploads_without_the_token_are_refused(client, port):
    del client.headers["X-Xsrftoken"]
    assert upload(client, port) == 403
    client.headers["X-Xsrftoken"] = "2|00000000|00|0"
    assert upload(client, port) == 403


def test_nobody_uploads_to_a_session_by_guessing(client, port):
    for session in ("1", "%2e%2e", str(uuid.UUID(int=0)), str(uuid.uuid4())):
        assert upload(client, port, session) in (400, 404)


def test_a_file_over_the_limit_is_refused_before_it_is_sent(client, port):
    connection = http.client.HTTPConnection("localhost", port, timeout=60)
    connection.putrequest("PUT", f"/_stcore/upload_file/{uuid.uuid4()}/1")
    cookie = "; ".join(f"{cookie.name}={cookie.value}" for cookie in client.cookies)
    headers = {"Cookie": cookie, "X-Xsrftoken": client.headers["X-Xsrftoken"], "Content-Length": str(401 << 20)}
    for name, value in headers.items():
        connection.putheader(name, value)
    connection.endheaders()
    assert connection.getresponse().status in (400, 413)  # 400: the session, which is looked at first
    connection.close()


def test_pages_of_other_hosts_open_no_session(port):
    async def ask():
        address = f"ws://localhost:{port}/_stcore/stream"
        async with connect(address, subprotocols=["streamlit"], origin="http://evil.example"):
            pass

    with pytest.raises(InvalidStatus, match="403"):
        apart(asyncio.run, ask())


@pytest.mark.parametrize("path", ["/app/static/x.html", "/media/" + "0" * 40 + ".png", "/..%2f..%2fREADME.md"])
def test_no_file_is_served_that_is_no_page(client, port, path):
    answer = client.get(f"http://localhost:{port}{path}", timeout=60)
    page = client.get(f"http://localhost:{port}/", timeout=60).text
    assert answer.status_code >= 400 or answer.text == page
