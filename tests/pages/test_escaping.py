"""What people called something reaches Streamlit's Markdown through ``plain`` only."""

import ast
from pathlib import Path

PAGES = sorted((Path(__file__).parents[2] / "pages").rglob("*.py"))
MARKDOWN = {
    "write", "markdown", "caption", "info", "warning", "error", "success", "toast", "title", "header", "subheader",
    "button", "download_button", "link_button", "page_link", "metric", "tabs", "expander", "popover", "checkbox",
    "toggle", "radio", "selectbox", "multiselect", "slider", "select_slider", "number_input", "text_input", "progress",
    "spinner", "status", "pills", "segmented_control", "badge", "file_uploader", "camera_input",
}  # fmt: skip
"""Elements whose labels and texts are Markdown."""

TOLD = {
    "name", "names", "note", "notes", "message", "reason", "dataset", "dataset_name", "class_name", "class_names",
    "summary", "problem", "skipped", "mapping", "images_file", "votes_file", "splits", "limits", "hardware", "exclude",
    "file_name", "fitted_on", "caption", "folder", "stem", "created_at", "answer",
}  # fmt: skip
"""Attributes and variables that hold what somebody typed, or what a file said."""

SAFE_CALLS = {"plain", "len", "sum", "max", "min", "round", "duration", "megabytes_in"}


def tells(node):
    """The told names in an expression that no safe call is around."""
    if isinstance(node, ast.Call):
        called = node.func.id if isinstance(node.func, ast.Name) else getattr(node.func, "attr", "")
        if called in SAFE_CALLS or (called == "map" and getattr(node.args[0], "id", "") == "plain"):
            return set()
    if isinstance(node, ast.Attribute) and getattr(node.value, "id", "") in ("preset", "question"):
        return set()  # this project's own words
    own = {node.attr} if isinstance(node, ast.Attribute) else {node.id} if isinstance(node, ast.Name) else set()
    if isinstance(node, ast.Subscript | ast.Compare):  # a look-up or a question tells what is found there
        return own & TOLD
    return (own & TOLD).union(*map(tells, ast.iter_child_nodes(node)))


def texts(call):
    """What a call shows: its arguments and its help, but not its keys and options."""
    yield from call.args[:1] if call.func.attr == "download_button" else call.args  # then come data and a file's name
    yield from (keyword.value for keyword in call.keywords if keyword.arg in ("label", "body", "help", "text", "title"))


def unescaped(path):
    """Lines on which a told value stands in Markdown unescaped."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in MARKDOWN:
            for text in texts(node):
                for part in ast.walk(text):
                    if isinstance(part, ast.FormattedValue) and tells(part.value):
                        yield f"{path.name}:{part.lineno} {ast.unparse(part.value)}"
                if isinstance(text, ast.Name | ast.Attribute) and node.func.attr in ("markdown", "caption", "write"):
                    yield from (f"{path.name}:{text.lineno} {told}" for told in tells(text))


def test_what_people_called_something_is_escaped():
    assert [place for path in PAGES for place in unescaped(path)] == []


def fetched(path):
    """Lines on which a picture or a video is given as text."""
    calls = [node for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))) if isinstance(node, ast.Call)]
    for call in calls:
        shows = getattr(call.func, "attr", "") in ("image", "video", "audio", "logo")
        if shows and call.args and isinstance(call.args[0], ast.Constant | ast.JoinedStr):
            yield f"{path.name}:{call.lineno}"


def test_pages_pass_pictures_and_videos_as_bytes_never_as_text_that_streamlit_would_fetch():
    assert [place for path in PAGES for place in fetched(path)] == []


def test_the_check_finds_what_it_looks_for(tmp_path):
    page = tmp_path / "page.py"
    page.write_text(
        'st.markdown(f"**{card.name}** {plain(card.note)}")\nst.caption(note)\nst.button(f"{len(names)}")\n'
    )
    assert len(list(unescaped(page))) == 2
