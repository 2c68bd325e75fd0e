"""Paths on the server: free at one's own computer, below the operator's folder elsewhere, and never a probe."""

import pytest

from fer_core.errors import DatasetError
from fer_core.service.server_paths import FOLDER_SETTING, allowed_path, is_private_server


@pytest.mark.parametrize(
    ("address", "headers", "private"),
    [
        ("localhost", {"Host": "localhost:8501"}, True),
        ("127.0.0.1", {"host": "127.0.0.1:8501"}, True),
        ("localhost", {"Host": "[::1]:8501"}, True),
        ("localhost", {}, True),
        ("", {"Host": "localhost:8501"}, False),
        ("0.0.0.0", {"Host": "localhost:8501"}, False),
        ("localhost", {"Host": "class.example.org"}, False),
        ("localhost", {"Host": "localhost:8501", "X-Forwarded-For": "10.0.0.7"}, False),
        ("localhost", {"Host": "localhost", "Forwarded": "for=10.0.0.7"}, False),
        ("localhost", {"Host": "localhost.evil.example"}, False),
    ],
)
def test_who_sits_at_the_computer(address, headers, private):
    assert is_private_server(address, headers) is private


@pytest.fixture
def folder(tmp_path, monkeypatch):
    shared = tmp_path / "shared"
    (shared / "faces").mkdir(parents=True)
    (shared / "fer2013.csv").write_text("x")
    (tmp_path / "secret.csv").write_text("x")
    (shared / "link.csv").symlink_to(tmp_path / "secret.csv")
    monkeypatch.setenv(FOLDER_SETTING, str(shared))
    return shared


def test_files_and_folders_below_the_operators_folder_may_be_named(folder):
    assert allowed_path("fer2013.csv", private=False) == folder / "fer2013.csv"
    assert allowed_path(f'"{folder / "faces"}"', private=False) == folder / "faces"


def test_everything_else_is_the_same_sentence(folder):
    typed = [
        "../secret.csv",
        str(folder.parent / "secret.csv"),
        "link.csv",
        "nothing.csv",
        "/etc/passwd",
        "",
        "\0",
        "~nobody/x",
    ]
    sentences = set()
    for text in typed:
        with pytest.raises(DatasetError) as caught:
            allowed_path(text, private=False)
        sentences.add(str(caught.value))
    assert len(sentences) == 1


def test_without_a_folder_a_visitor_may_name_nothing(tmp_path, monkeypatch):
    monkeypatch.delenv(FOLDER_SETTING, raising=False)
    (tmp_path / "x.csv").write_text("x")
    with pytest.raises(DatasetError, match="nothing to import"):
        allowed_path(str(tmp_path / "x.csv"), private=False)
    assert allowed_path(str(tmp_path / "x.csv"), private=True) == (tmp_path / "x.csv").resolve()
