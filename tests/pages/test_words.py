"""Every technical word on any page has a hover explanation from the one glossary."""

import re

import pytest

from fer_core.lessons.break_it.catalogue import EXPERIMENTS
from fer_core.lessons.glossary import GLOSSARY, words_in
from pages.shared.links import PAGES
from pages.shared.words import PAGE_WORDS, explained

VIEWS = {
    "dataset": [{"view": v} for v in ("Overview", "Faces", "Pre-processing", "Detective", "Import")],
    "training": [{"training_view": v} for v in ("New training", "All runs")],
    "evaluation": [{"view": v} for v in ("Confusions", "Classes", "Calibration", "Subgroups", "Robustness", "Export")],
    "explain": [{"explain_view": v} for v in ("Layer by layer", "Attribution maps", "Nudge the face", "Similar faces")],
}
WRITTEN = {"title", "header", "subheader", "markdown", "caption", "info", "success", "warning", "error"}


@pytest.fixture(autouse=True)
def _no_camera(monkeypatch):
    monkeypatch.setattr("streamlit_webrtc.component.get_this_session_info", lambda: None)


def texts(block):
    """What is written in a block: its texts, and the labels and choices of its controls."""
    for child in getattr(block, "children", {}).values():
        if getattr(child, "type", "") in WRITTEN:
            yield str(child.value)
        if isinstance(getattr(child, "label", None), str):
            yield child.label
        yield from map(str, getattr(child, "options", None) or ())
        yield from texts(child)


@pytest.mark.parametrize("page", PAGE_WORDS)
def test_every_technical_word_of_a_page_is_explained_on_it(home_with_checkpoint, app_at, page):
    for state in VIEWS.get(page, [{}]):
        app = app_at(page, dataset="demo").run()
        for key, value in state.items():
            app.session_state[key] = value
        app.run()
        assert not app.exception
        beside = {badge.value for badge in app.sidebar.markdown if badge.proto.help in GLOSSARY.values()}
        shown = {word for word in GLOSSARY if any(f"[{word}]" in badge for badge in beside)}
        assert shown == set(PAGE_WORDS[page])
        assert set(words_in("\n".join(texts(app.main)))) <= shown


def test_the_paragraphs_of_the_experiments_use_no_other_words():
    parts = [part for e in EXPERIMENTS for part in (e.title, e.question, e.effect, e.usual, e.changed, *e.choices)]
    parts += [reason.text for e in EXPERIMENTS for reason in e.why]
    assert set(words_in("\n".join(parts))) <= set(PAGE_WORDS["break_it"])


def test_a_word_tells_its_meaning_under_the_mouse_once():
    text = explained("One epoch, two epochs; a `seed`, **loss** and macro F1.")
    assert text.count("](/about?word=") == 2
    assert f'One [epoch](/about?word=epoch "{GLOSSARY["epoch"]}"), two epochs' in text
    assert "[macro F1](/about?word=macro%20F1" in text
    assert "`seed`, **loss**" in text


def test_every_word_of_the_glossary_makes_a_whole_link():
    whole = r'Here \[[^\[\]]+\]\(/about\?word=[^\s()]+ "[^"]+"\) stands\.'
    assert [word for word in GLOSSARY if not re.fullmatch(whole, explained(f"Here {word} stands."))] == []


def test_a_text_without_technical_words_stays_as_it_is():
    assert explained("A face is a face.") == "A face is a face."


def test_every_page_but_these_has_words():
    assert {*PAGES} - {*PAGE_WORDS} == {"about", "diagnostics", "lesson"}
