"""What a session uploads has a limit, and goes with the page it was for."""

import pytest
from streamlit.runtime.memory_uploaded_file_manager import MemoryUploadedFileManager
from streamlit.runtime.uploaded_file_manager import UploadedFileRec

from fer_core.recognition.samples import sample_pictures
from fer_core.service.deployment import Limits
from pages.shared.held_pictures import OWN
from pages.shared.streamlit_internals import Uploads
from pages.shared.uploads import keep_within

MB = 2**20
BOXES = {
    "photos": ("photos", {}, ""),
    "explain": ("explain", {"explain_source": "Picture", "explain_upload_choice": OWN}, ""),
    "comparison": ("comparison", {"comparison_view": "On a photo", "comparison_photo_choice": OWN}, ""),
    "checkpoint": ("comparison", {"comparison_view": "Add a checkpoint"}, "Check and import"),
    "laboratory": ("dataset", {"view": "Pre-processing", "lab_source": "A photo", "dataset_lab_photo_choice": OWN}, ""),
    "tables": ("dataset", {"view": "Import"}, "Import"),
    "pictures": ("dataset", {"view": "Import", "import_kind": "Folders of pictures"}, ""),
    "settings": ("training", {}, ""),
    "videos": ("videos", {}, ""),
}
"""Where each file box is: a page, what leads to it, and the button under it."""


@pytest.fixture
def store():
    """An upload store of a server."""
    return MemoryUploadedFileManager("/upload")


def put(store, session, *megabytes):
    for size in megabytes:
        number = f"{session}{len(store.file_storage[session])}"
        store.add_file(session, UploadedFileRec(number, "a.png", "image/png", bytes(round(size * MB))))


def held(store, session="mine"):
    return [len(file.data) / MB for file in store.file_storage.get(session, {}).values()]


def kept(store, *, is_new_page=False, held=()):
    """The kinds of what was removed from the session "mine"."""
    limits = Limits(upload_mb=3, session_mb=4, server_mb=6)
    return [removal.kind for removal in keep_within(limits, Uploads(store, "mine"), is_new_page=is_new_page, held=held)]


@pytest.mark.parametrize(
    ("sizes", "stays"),
    [([], []), ([3, 1], [3, 1]), ([2, 2, 1, 1], [2, 2]), ([1, 3.5], [1])],
    ids=["nothing", "what fits", "too much together", "too large a file"],
)
def test_the_newest_goes_where_it_is_too_much(store, sizes, stays):
    put(store, "mine", *sizes)
    assert kept(store) == ([] if stays == sizes else ["upload quota"])
    assert held(store) == stays


def test_all_sessions_together_have_a_limit_and_nobody_loses_another_s(store):
    put(store, "others", 3, 2)
    put(store, "mine", 1, 1)
    assert kept(store) == ["upload room full"]
    assert held(store) == [1]
    assert held(store, "others") == [3, 2]
    assert Uploads(store, "mine").server_megabytes == 6


def test_leaving_a_page_removes_its_uploads(store):
    put(store, "others", 1)
    put(store, "mine", 1)
    assert kept(store, is_new_page=True) == []
    assert held(store) == []
    assert held(store, "others") == [1]


def test_what_a_session_holds_stays_when_a_page_is_left(store):
    put(store, "mine", 1, 2)
    assert kept(store, is_new_page=True, held={"mine1"}) == []
    assert held(store) == [2]


def test_a_real_page_refuses_what_is_too_much_and_goes_on(home_with_checkpoint, open_page, monkeypatch):
    monkeypatch.setenv("FER_SESSION_MB", "1")
    page = open_page("photos")
    page.file_uploader[0].set_value([("large.jpg", bytes(2 * MB), "image/jpeg")]).run()
    assert not page.exception
    assert "was not kept" in page.error[0].value
    assert "Incident" in page.error[0].value


@pytest.mark.parametrize(
    ("box", "name"), [*((box, "file") for box in BOXES), *(("photos", n) for n in ("a\u202egnp.exe", "..\\up", "."))]
)
def test_a_file_whose_name_lost_its_ending_gets_a_sentence(home_with_checkpoint, save_tiny, app_at, box, name):
    """Streamlit itself would fail the page for such a name, and again in every run until it is loaded anew."""
    save_tiny("second")
    address, state, press = BOXES[box]
    page = app_at(address)
    for key, value in state.items():
        page.session_state[key] = value
    page.run()
    first = page.file_uploader[0]
    first.set_value([(name, b"neither", "")] if first.accept_multiple_files else (name, b"neither", "")).run()
    for button in [button for button in page.button if press and button.label == press]:
        button.click().run()
    assert not page.exception
    assert any("Incident" in error.value for error in page.error) or box == "videos"


def test_a_picture_is_one_whatever_it_is_called(home_with_checkpoint, open_page):
    page = open_page("photos")
    picture = next(iter(sample_pictures().values())).read_bytes()
    page.file_uploader[0].set_value([("portrait", picture, "")]).run()
    assert not page.exception
    assert not page.error
    assert "portrait" in " ".join(markdown.value for markdown in page.markdown)
