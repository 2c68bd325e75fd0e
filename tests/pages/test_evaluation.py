import dataclasses
import re

import pytest
import streamlit as st

from fer_core.checkpoint import list_checkpoints
from fer_core.data import store
from fer_core.data.store import import_dataset


@pytest.fixture
def page(home, app_at):
    return app_at("evaluation")


def texts(page):
    return " ".join(e.value for kind in (page.markdown, page.caption, page.info) for e in kind)


def html(page):
    return " ".join(e.proto.body for e in page.get("html"))


def test_without_a_checkpoint_it_leads_to_training(page):
    page.run()
    assert not page.exception
    assert "no checkpoint" in page.info[0].value
    assert "Train a checkpoint" in [link.proto.label for link in page.get("page_link")]
    assert not page.metric


@pytest.fixture
def evaluated(home_with_checkpoint, page):
    page.run()
    assert not page.exception
    return page


def test_figures_and_pictures_at_once(evaluated):
    assert [m.label for m in evaluated.metric] == ["Accuracy", "Macro F1", "Balanced accuracy", "Pictures"]
    assert evaluated.metric[0].value.endswith(" %")
    table = evaluated.dataframe[0].value
    assert table.columns.tolist() == ["class", "precision", "recall", "f1", "support"]
    assert f"{table['support'].sum():,}" == evaluated.metric[3].value
    assert re.search(r"\d+ of \d+ \w+ faces? .*%", texts(evaluated))
    assert "<img " in html(evaluated)


def test_every_cell_has_a_sentence_and_its_pictures(evaluated):
    true, called = (next(box for box in evaluated.selectbox if box.label == name) for name in ("True class", "Called"))
    assert true.options == called.options
    shown = 0
    for option in true.options:
        true.select(option).run()
        assert not evaluated.exception
        shown += html(evaluated).count("<img ")
        assert f" {option} face" in texts(evaluated)
    assert shown > 0


def test_cell_is_in_the_address(evaluated, open_page):
    true = next(box for box in evaluated.selectbox if box.label == "True class")
    true.select("fear").run()
    cell = evaluated.query_params["cell"]
    assert cell.startswith("fear~")
    linked = open_page("evaluation", cell=cell)
    chosen = {box.label: box.value for box in linked.selectbox}
    assert f"{chosen['True class']}~{chosen['Called']}" == cell


@pytest.mark.parametrize("cell", ["fear", "fear~nobody", "a~b~<script>"])
def test_bad_links_fall_back_to_the_commonest_mistake(home_with_checkpoint, page, cell):
    page.query_params["cell"] = cell
    page.run()
    assert not page.exception
    assert not page.error


def test_validation_is_offered(evaluated):
    before = evaluated.dataframe[0].value["support"].tolist()
    evaluated.segmented_control(key="eval_split").set_value("validation").run()
    assert not evaluated.exception
    assert evaluated.dataframe[0].value["support"].tolist() != before


def test_counts_become_shares(evaluated):
    evaluated.segmented_control(key="cells").set_value("shares").run()
    assert not evaluated.exception
    assert " %" in evaluated.get("plotly_chart")[0].proto.spec


def test_data_other_than_the_training_data_is_named(evaluated):
    assert "“tiny” was trained on the drawn demo faces" in texts(evaluated).replace("\\", "")


def test_no_note_on_the_training_data_itself(home, small_demo, save_tiny, page):
    save_tiny(dataset_fingerprint=store.dataset_card("demo").fingerprint)
    page.run()
    assert "was trained on" not in texts(page)


def test_a_dataset_without_votes_gives_one_sentence(home_with_checkpoint, demo_files, page):
    import_dataset(demo_files[0], name="plain")
    page.run()
    assert not page.exception
    assert len(page.error) == 1
    assert "needs the FER" in page.error[0].value
    assert not page.metric


def test_a_damaged_checkpoint_gives_one_sentence(home_with_checkpoint, page):
    (checkpoint,) = list_checkpoints()
    checkpoint.litert_path.write_bytes(b"damaged")
    st.cache_resource.clear()
    page.run()
    assert not page.exception
    assert "is damaged" in page.error[0].value.replace("\\", "")


def test_card_is_shown_as_text(home, small_demo, save_tiny, make_card, page):
    save_tiny(limits="**bold** <b>", hardware="[x](y)", best=dataclasses.replace(make_card().best, epoch=3))
    page.run()
    assert not page.exception
    shown = texts(page)
    assert r"\*\*bold\*\*" in shown
    assert r"\[x\]" in shown
    assert any("Best epoch (3)" in str(frame.value) for frame in page.dataframe)
    assert "62 %" in shown
    assert "85 %" in shown
