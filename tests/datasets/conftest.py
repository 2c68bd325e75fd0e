"""Small datasets in files."""

import pytest

from tests.datasets.formats import images_text, random_data, votes_text


@pytest.fixture
def data():
    """Six random rows, two of each split."""
    return random_data()


@pytest.fixture
def write(tmp_path):
    """Writes a file and returns its path."""

    def write(name, content):
        path = tmp_path / name
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return path

    return write


@pytest.fixture
def files(data, write):
    """The two files of the random rows."""
    return (
        write("fer2013.csv", images_text(data.images, data.emotion, data.split)),
        write("fer2013new.csv", votes_text(data.votes, data.split)),
    )
