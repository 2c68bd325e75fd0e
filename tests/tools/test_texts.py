"""Texts of the pages stay short, and the tool that lists them finds what people read."""

from pathlib import Path

import pytest

from tests.tools.texts import ROOT, Text, all_texts


def test_texts_of_pages_keep_their_limits():
    over = [f"{text.path}:{text.line}: {text.kind}: {text.text}" for text in all_texts() if text.is_over]
    assert not over, "\n".join(over)


@pytest.mark.parametrize(
    ("source", "kind", "text"),
    [
        ('st.button("Start training", key="two words")', "label", "Start training"),
        ('st.slider("Blur", 0, 1, help="Largest " f"radius of {unit}.")', "help", "Largest radius of …."),
        ('left.caption("One. " + "Two.")', "caption", "One. Two."),
        ('start_page("x", "What it is.")\ndef start_page(name, lead): "Not a text at all."', "lead", "What it is."),
        ('raise DatasetError(f"Row {row} is empty. Remove it.")', "error", "Row … is empty. Remove it."),
    ],
)
def test_texts_are_found_by_kind(tmp_path: Path, source: str, kind: str, text: str):
    (tmp_path / "pages").mkdir()
    (tmp_path / "pages" / "x.py").write_text(source, "utf-8")
    assert (kind, text) in {(found.kind, found.text) for found in all_texts(tmp_path)}
    assert "Not a text at all." not in {found.text for found in all_texts(tmp_path)}


def test_what_is_too_long_is_noticed():
    assert Text("pages/x.py", 1, "label", "One two three four").is_over
    assert Text("pages/x.py", 1, "caption", "One. Two. Three.").is_over
    assert not Text("pages/x.py", 1, "lead", "87.3% of 3,153 faces, e.g. neutral ones.").is_over
    assert (ROOT / "pages").is_dir()
