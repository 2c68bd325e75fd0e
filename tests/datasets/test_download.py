"""Fetching the files, from a server of this test's own; the network itself is never asked."""

import base64
import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from fer_core.datasets.download import KaggleAccount, can_ask_kaggle, download_faces, download_votes
from fer_core.errors import DatasetError

VOTES = b"Usage,Image name,neutral\n" * 1000
FACES = b"emotion,pixels,Usage\n" * 50_000
KAGGLES_TEST_PORT = 7777  # where kagglehub looks when KAGGLE_API_ENVIRONMENT=TEST


class Server(ThreadingHTTPServer):
    """Answers as GitHub and Kaggle would, and remembers who asked."""

    def __init__(self, port=0):
        super().__init__(("localhost", port), Answers)
        self.accounts = []

    @property
    def address(self):
        return f"http://localhost:{self.server_port}"


class Answers(BaseHTTPRequestHandler):
    def log_message(self, *_):
        pass

    def do_GET(self):
        if self.path == "/missing.csv":
            self.send_error(404)
            return
        length = len(VOTES) + (5 if self.path == "/cut.csv" else 0)
        self.answer(VOTES, length)

    def do_POST(self):
        self.rfile.read(int(self.headers["Content-Length"]))
        account = self.headers.get("Authorization", "")
        self.server.accounts.append(account)
        known = (f"Basic {base64.b64encode(b'me:secret-key').decode()}", "Bearer KGAT_token-1")
        if account not in known:
            self.answer(
                json.dumps({"code": 401, "message": "Unauthenticated"}).encode(), kind="application/json", status=401
            )
        elif self.path.endswith("GetDataset"):
            self.answer(json.dumps({"currentVersionNumber": 1}).encode(), kind="application/json")
        else:
            self.answer(FACES)

    def answer(self, content, length=None, kind="text/csv", status=200):
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(length or len(content)))
        self.end_headers()
        self.wfile.write(content)


def serve(server):
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return server


@pytest.fixture
def github():
    with serve(Server()) as server:
        yield server
        server.shutdown()


@pytest.fixture
def kaggle(monkeypatch):
    monkeypatch.setenv("KAGGLE_API_ENVIRONMENT", "TEST")
    with serve(Server(KAGGLES_TEST_PORT)) as server:
        yield server
        server.shutdown()


def test_votes_come_with_their_progress(github, tmp_path):
    shares = []
    path = download_votes(tmp_path / "new", address=f"{github.address}/votes.csv", progress=shares.append)
    assert path.read_bytes() == VOTES
    assert path.name == "fer2013new.csv"
    assert shares[-1] == 1


def test_a_missing_file_and_no_network_are_sentences(github, tmp_path):
    with pytest.raises(DatasetError, match="the server answers 404"):
        download_votes(tmp_path, address=f"{github.address}/missing.csv")
    github.shutdown()
    github.server_close()
    with pytest.raises(DatasetError, match="Check the network"):
        download_votes(tmp_path, address=f"{github.address}/votes.csv")
    assert list(tmp_path.iterdir()) == []


def test_a_download_that_breaks_off_leaves_nothing(github, tmp_path):
    with pytest.raises(DatasetError, match="was interrupted"):
        download_votes(tmp_path, address=f"{github.address}/cut.csv")
    assert list(tmp_path.iterdir()) == []


def test_a_file_that_is_far_too_large_is_refused(github, tmp_path):
    with pytest.raises(DatasetError, match="larger than"):
        download_votes(tmp_path, address=f"{github.address}/votes.csv", largest=1000)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("account", [KaggleAccount("me", "secret-key"), KaggleAccount(key="KGAT_token-1")])
def test_faces_come_with_ones_own_account_alone(kaggle, tmp_path, monkeypatch, account):
    monkeypatch.setenv("KAGGLE_USERNAME", "the operator")
    monkeypatch.setenv("KAGGLE_KEY", "operators-key")
    path = download_faces(tmp_path, account)
    assert path.read_bytes() == FACES
    assert [p.name for p in tmp_path.iterdir()] == ["fer2013.csv"]
    assert len(set(kaggle.accounts)) == 1
    assert account.key not in repr(account)


def test_a_refused_account_is_a_sentence(kaggle, tmp_path):
    with pytest.raises(DatasetError, match="rejected the account"):
        download_faces(tmp_path, KaggleAccount("me", "another-key"))
    assert list(tmp_path.iterdir()) == []


def test_kaggle_out_of_reach_is_a_sentence(tmp_path, monkeypatch):
    monkeypatch.setenv("KAGGLE_API_ENVIRONMENT", "TEST")  # nobody listens at its port
    with pytest.raises(DatasetError, match="cannot be reached"):
        download_faces(tmp_path, KaggleAccount("me", "secret-key"))


@pytest.mark.parametrize("key", ["/etc/passwd", "..", "a b", "x" * 500])
def test_what_is_no_key_is_never_passed_on(tmp_path, key):
    with pytest.raises(DatasetError, match="not a Kaggle key"):
        download_faces(tmp_path, KaggleAccount(key=key))


def test_without_kagglehub_the_way_is_named(tmp_path, monkeypatch):
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    assert not can_ask_kaggle()
    with pytest.raises(DatasetError, match="pip install kagglehub"):
        download_faces(tmp_path, KaggleAccount())
