"""The operator sees how the server is, others do not, and nobody's names are on it."""

import pytest

from fer_core.service.incidents import record_refusal

KEY = "a-long-enough-key"


def words(page):
    frames = " ".join(e.value.to_csv() for e in page.dataframe)
    return " ".join(e.value for kind in (page.markdown, page.caption, page.info, page.warning) for e in kind) + frames


@pytest.fixture
def shared(monkeypatch):
    """A server to which a proxy passes people on."""
    monkeypatch.setattr("pages.shared.operator.is_private", lambda: False)


def test_on_one_s_own_computer_it_shows_everything(home_with_checkpoint, open_page):
    number = record_refusal("webcams busy", page="webcam").number
    page = open_page("diagnostics")
    assert not page.error
    assert [m.label for m in page.metric] == ["Webcams", "Uploads", "Active runs", "Total runs"]
    assert page.metric[0].value == "0 of 4"
    for expected in (number, "webcams busy", "personal", "streamlit", "own checkpoints", "MB free"):
        assert expected in words(page)


def test_it_names_no_checkpoint_dataset_or_file(home_with_checkpoint, save_tiny, open_page):
    save_tiny("annas-network")
    page = open_page("diagnostics")
    assert "annas-network" not in words(page)


def test_on_a_shared_server_it_is_shut(home_with_checkpoint, open_page, shared):
    page = open_page("diagnostics")
    assert "For the operator only" in words(page)
    assert not page.metric
    assert not page.dataframe


@pytest.mark.parametrize("context", ["research", "education", "workplace"])
def test_outside_the_personal_context_it_is_shut_at_home_too(home_with_checkpoint, open_page, context, monkeypatch):
    monkeypatch.setenv("FER_CONTEXT", context)
    assert not open_page("diagnostics").metric


def test_a_key_opens_it_for_one_session(home_with_checkpoint, open_page, shared, monkeypatch):
    monkeypatch.setenv("FER_OPERATOR", KEY)
    page = open_page("diagnostics")
    assert not page.metric
    page.text_input(key="diagnostics_key").set_value("wrong").run()
    assert "Wrong key" in words(page)
    assert not page.metric
    page.text_input(key="diagnostics_key").set_value(KEY).run()
    assert page.metric
    assert KEY not in words(page)
    assert not open_page("diagnostics").metric


def test_without_a_key_an_empty_one_opens_nothing(home_with_checkpoint, app_at, shared):
    page = app_at("diagnostics")
    page.session_state["diagnostics opened"] = ""
    page.run()
    assert not page.metric
