"""One click opens a face of another page in Explain, and "Back" leads to where one was."""

from urllib.parse import parse_qs


def explained(app):
    """The captions of Explain's face, which is open now."""
    assert not app.exception
    assert app.title[0].value == "Explain"
    return " ".join(caption.value for caption in app.caption).replace("\\", "")


def follow(app, starts):
    """Follows the first link whose label starts so; AppTest itself follows none. Returns what it asks for."""
    link = next(link.proto for link in app.get("page_link") if link.proto.label.startswith(starts))
    query = {name: value[0] for name, value in parse_qs(link.query_string).items()}
    app.query_params.update(query)
    app.switch_page(f"pages/{link.page or 'overview'}.py").run()
    assert not app.exception
    return query


def test_from_a_cell_of_the_matrix(home_with_checkpoint, open_page):
    app = open_page("evaluation", dataset="demo", cells="row shares")
    pictures = [link.proto for link in app.get("page_link") if "row=" in link.proto.query_string]
    assert 1 < len(pictures) <= 12
    cell = app.selectbox(key="evaluation_true").value, app.selectbox(key="evaluation_called").value
    row = int(follow(app, pictures[1].label)["row"])
    assert f"Row {row:,} of demo" in explained(app)
    follow(app, "Back to Evaluation")
    assert (app.selectbox(key="evaluation_true").value, app.selectbox(key="evaluation_called").value) == cell
    assert app.segmented_control(key="cells").value == "row shares"


def test_from_a_face_of_the_dataset(home_with_checkpoint, open_page):
    app = open_page("dataset", dataset="demo", view="Faces", size="Large", row="7")
    assert follow(app, "Look inside") == {"dataset": "demo", "row": "7"}
    assert "Row 7 of demo" in explained(app)
    assert follow(app, "Back to Dataset")["row"] == "7"
    assert app.segmented_control(key="size").value == "Large"


def test_from_a_sample(home_with_checkpoint, open_page):
    app = open_page("overview")
    app.button(key="look inside overview").click().run()
    assert "Face 1 of" in explained(app)
    follow(app, "Back to Overview")
    assert app.title[0].value == "FER Lab"


def test_a_face_is_forgotten_when_explain_is_left(home_with_checkpoint, open_page):
    app = open_page("build_face", build_face_view="Save and send")
    app.button(key="build_face_explain").click().run()
    assert "The face you built" in explained(app)
    app.switch_page("pages/about.py").run()
    assert "Sent here" not in app.switch_page("pages/explain.py").run().segmented_control(key="explain_source").options
