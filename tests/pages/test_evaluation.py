import dataclasses
import re

import pytest
import streamlit as st

from fer_core.checkpoints.checkpoint import DEFAULT_CHECKPOINT, list_checkpoints
from fer_core.datasets import store
from fer_core.datasets.store import import_dataset
from fer_core.datasets.subsets import list_subsets, save_subset
from fer_core.evaluation.complete_card import complete_card


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
    assert "No checkpoint yet" in page.info[0].value
    assert "Train a checkpoint" in [link.proto.label for link in page.get("page_link")]
    assert not page.metric


@pytest.fixture
def evaluated(home_with_checkpoint, page):
    page.run()
    assert not page.exception
    return page


def test_figures_and_pictures_at_once(evaluated):
    assert [m.label for m in evaluated.metric] == ["Accuracy", "Macro F1", "Balanced accuracy", "Top-2 accuracy"]
    assert evaluated.metric[0].value.endswith("%")
    assert re.search(r"n = \d+", texts(evaluated))
    assert re.search(r"\d+ of \d+ \w+ faces? .*%", texts(evaluated))
    assert "<img " in html(evaluated)
    assert "people: " in html(evaluated)


@pytest.fixture
def shipped(tmp_path, monkeypatch, app_at):
    """The page in an empty home, with the shipped checkpoints."""
    monkeypatch.setenv("FER_HOME", str(tmp_path))
    return app_at("evaluation")


def test_without_any_picture_it_opens_on_ferplus(shipped):
    shipped.run()
    assert not shipped.exception
    assert shipped.selectbox(key="dataset").value == "FER+"
    assert shipped.metric[0].value == "87.1%"
    assert "training 87.3%, **halfway 87.1%**, uniform 84.3%" in texts(shipped)
    assert "n = 3,153" in texts(shipped)
    assert "Import FER2013 to see the faces behind each cell" in texts(shipped)
    assert [e.proto.id for e in shipped.get("plotly_chart")]
    for name in ("Classes", "Calibration", "Subgroups", "Robustness", "Export"):
        view(shipped, name)
    assert not store.list_datasets()


def view(page, name):
    page.segmented_control(key="evaluation_view").set_value(name).run()
    assert not page.exception
    assert not page.error
    return page


def test_classes_have_points_intervals_and_a_table(evaluated):
    table = view(evaluated, "Classes").dataframe[0].value
    assert table.columns.tolist() == ["class", "precision", "recall", "f1", "support"]
    assert f"n = {table['support'].sum():,} " in texts(evaluated)
    assert len(evaluated.get("plotly_chart")) == 3


def test_sureness_offers_a_calibration_and_carries_it_out(evaluated):
    view(evaluated, "Calibration")
    assert "not calibrated" in texts(evaluated)
    # The tiny checkpoint's dataset is unknown here and the demo is drawn, so there is nothing to calibrate it on.
    assert not [button for button in evaluated.button if "Calibrate" in button.label]


def test_calibration_reaches_the_card_and_the_page(home, small_demo, save_tiny, page):
    save_tiny(dataset_fingerprint=store.dataset_card("demo").fingerprint)
    view(page.run(), "Calibration")
    before = page.metric[0].value, [m.value for m in page.metric if m.label == "Calibration error (ECE)"]
    next(button for button in page.button if "Calibrate" in button.label).click().run()
    assert not page.exception
    (checkpoint,) = list_checkpoints()
    assert checkpoint.card.calibration.temperature != 1
    assert "validation faces of “demo”" in checkpoint.card.calibration.fitted_on
    assert checkpoint.card.measured.n > 0
    assert sum(checkpoint.card.prior) == pytest.approx(1, abs=1e-4)
    labels = [m.label for m in page.metric]
    assert "Temperature" in labels
    page.segmented_control(key="prior").set_value("training").run()  # now that the training shares are known
    assert page.metric[0].value == before[0]
    assert [m.value for m in page.metric if m.label == "Uncalibrated"] == before[1]


def test_the_threshold_can_be_tried(evaluated):
    view(evaluated, "Calibration")
    evaluated.slider[0].set_value(99).run()
    assert not evaluated.exception
    assert "No face gets an answer" in texts(evaluated)
    evaluated.slider[0].set_value(0).run()
    assert "Every face gets an answer" in texts(evaluated)


def test_a_threshold_is_put_to_use_on_validation_only(evaluated):
    view(evaluated, "Calibration")
    assert not [b for b in evaluated.button if b.label.startswith("Use ")]
    evaluated.segmented_control(key="eval_split").set_value("validation").run()
    evaluated.slider[0].set_value(62).run()
    next(b for b in evaluated.button if b.label == "Use 62%").click().run()
    assert not evaluated.exception
    assert list_checkpoints()[0].card.calibration.not_sure_below == 0.62
    assert "In use: 62%" in texts(evaluated)


def test_a_shipped_checkpoint_keeps_its_threshold(home_with_checkpoint, page):
    (tiny,) = list_checkpoints()
    tiny.directory.rename(tiny.directory.with_name(DEFAULT_CHECKPOINT))
    page.run()
    view(page, "Calibration")
    page.segmented_control(key="eval_split").set_value("validation").run()
    page.slider[0].set_value(62).run()
    assert not [b for b in page.button if b.label.startswith("Use ")]
    assert "threshold is fixed" in texts(page)


def test_conditions_show_baselines_and_measure_faces_on_request(evaluated):
    view(evaluated, "Subgroups")
    assert [m.label for m in evaluated.metric][-1] == "One random person"
    charts = len(evaluated.get("plotly_chart"))
    next(b for b in evaluated.button if b.label == "Measure faces").click().run()
    assert not evaluated.exception
    assert len(evaluated.get("plotly_chart")) == charts + 1


def test_robustness_is_measured_on_request_and_kept(evaluated):
    view(evaluated, "Robustness")
    assert not evaluated.get("plotly_chart")
    next(b for b in evaluated.button if b.label == "Measure robustness").click().run()
    assert not evaluated.exception
    assert len(evaluated.get("plotly_chart")) == 7
    evaluated.run()
    assert len(evaluated.get("plotly_chart")) == 7
    assert "level 5" in evaluated.dataframe[0].value.columns


def test_robustness_in_the_card_is_shown_at_once(home_with_checkpoint, page):
    complete_card(list_checkpoints()[0], store.load_records("demo"), "demo", robustness=True)
    view(page.run(), "Robustness")
    assert "From the checkpoint’s card" in texts(page)
    assert len(page.get("plotly_chart")) == 7


def test_a_filter_is_saved_as_a_subset_and_tested_on_alone(evaluated):
    view(evaluated, "Subgroups")
    assert not [box for box in evaluated.selectbox if box.label == "Faces"]
    evaluated.multiselect(key="evaluation_subset_classes").set_value(["happiness"])
    evaluated.slider(key="evaluation_subset_votes").set_value((7, 10)).run()
    (count,) = re.findall(r"\*\*(\d+) of \d+ faces\*\* of this test: accuracy", texts(evaluated))
    evaluated.text_input(key="evaluation_subset_name").set_value("clear smiles")
    next(b for b in evaluated.button if b.label == "Save subset").click().run()
    assert not evaluated.exception
    (saved,) = list_subsets(store.dataset_card("demo"))
    assert (saved.name, saved.reason) == ("clear-smiles", "happiness; 7 to 10 of 10 votes")
    assert "is saved" in evaluated.success[0].value
    evaluated.selectbox(key="only").select("clear-smiles").run()
    assert not evaluated.exception
    assert f"Tested on {count} of " in texts(evaluated)
    assert evaluated.query_params["only"] == "clear-smiles"
    evaluated.text_input(key="rename_subset_clear-smiles").set_value("smiles")
    evaluated.button(key="rename_subset_clear-smiles_now").click().run()
    assert [known.name for known in list_subsets(store.dataset_card("demo"))] == ["smiles"]
    evaluated.button(key="delete_subset_smiles").click().run()
    assert not evaluated.exception
    assert not list_subsets(store.dataset_card("demo"))


def test_subsets_of_ferplus_need_no_pictures(shipped):
    save_subset(store.dataset_card("FER+"), "mine", range(32300, 35887), "the last")
    shipped.query_params.update({"dataset": "FER+", "evaluation_view": "Subgroups", "only": "mine"})
    shipped.run()
    assert not shipped.exception
    assert "Tested on" in texts(shipped)
    assert [slider.label for slider in shipped.slider] == ["Label votes"]


def test_everything_can_be_taken_away(evaluated):
    view(evaluated, "Export")
    assert [b.label for b in evaluated.get("download_button")] == [
        "Report (HTML)", "Every prediction (CSV)", "Figures (JSON)", "Model card (Markdown)",
        "The network (ZIP)", "The lesson (notebook)",
    ]  # fmt: skip
    evaluated.segmented_control(key="figure format").set_value("SVG").run()
    view(evaluated, "Confusions")
    assert '"svg"' in evaluated.get("plotly_chart")[0].proto.config


def test_labels_with_more_classes_are_scored_on_those_in_common(evaluated):
    labels = next(box for box in evaluated.selectbox if box.label == "Labels")
    assert labels.value == "majority-7"
    labels.select("majority-8").run()
    assert not evaluated.exception
    assert "It was trained with other labels" in texts(evaluated)


def test_every_cell_has_a_sentence_and_its_pictures(evaluated):
    true, called = (
        next(box for box in evaluated.selectbox if box.label == name) for name in ("True class", "Predicted class")
    )
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
    assert f"{chosen['True class']}~{chosen['Predicted class']}" == cell


@pytest.mark.parametrize("cell", ["fear", "fear~nobody", "a~b~<script>"])
def test_bad_links_fall_back_to_the_commonest_mistake(home_with_checkpoint, page, cell):
    page.query_params["cell"] = cell
    page.run()
    assert not page.exception
    assert not page.error


def test_validation_is_offered(evaluated):
    before = view(evaluated, "Classes").dataframe[0].value["support"].tolist()
    evaluated.segmented_control(key="eval_split").set_value("validation").run()
    assert not evaluated.exception
    assert evaluated.dataframe[0].value["support"].tolist() != before


def test_counts_become_shares(evaluated):
    evaluated.segmented_control(key="cells").set_value("row shares").run()
    assert not evaluated.exception
    assert "%" in evaluated.get("plotly_chart")[0].proto.spec


def test_data_other_than_the_training_data_is_named(evaluated):
    assert "“tiny” was trained on the drawn demo faces" in texts(evaluated).replace("\\", "")


def test_no_note_on_the_training_data_itself(home, small_demo, save_tiny, page):
    save_tiny(dataset_fingerprint=store.dataset_card("demo").fingerprint)
    page.run()
    assert "was trained on" not in texts(page)


def test_a_dataset_without_votes_is_scored_by_its_own_labels(home_with_checkpoint, demo_files, page):
    import_dataset(demo_files[0], name="plain")
    page.query_params["dataset"] = "plain"
    page.run()
    assert not page.exception
    assert not page.error
    labels = next(box for box in page.selectbox if box.label == "Labels")
    assert (labels.value, len(labels.options)) == ("fer2013", 1)
    assert "It was trained with other labels" in texts(page)
    assert "people: " not in html(page)
    view(page, "Subgroups")
    assert "no votes" in texts(page)


def test_an_imported_checkpoint_is_said_to_be_of_unknown_provenance(home, small_demo, save_tiny, page):
    save_tiny(
        "from-elsewhere", origin="imported", dataset="", dataset_fingerprint="", notes=("Tried on **12** faces.",)
    )
    page.run()
    assert not page.exception
    assert "may have been trained on these faces" in texts(page)
    assert r"\*\*12\*\*" in texts(page)
    assert "62%" not in texts(page)


def test_a_damaged_checkpoint_gives_one_sentence(home_with_checkpoint, page):
    (checkpoint,) = list_checkpoints()
    checkpoint.network_path.write_bytes(b"damaged")
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
    assert "62%" in shown
    assert "85%" in shown


def test_the_choice_of_labels_is_in_the_address(home_with_checkpoint, open_page):
    page = open_page("evaluation", labels="fer2013")
    choice = page.selectbox(key="labels of tiny")
    assert choice.value == "fer2013"
    choice.set_value("majority-8").run()
    assert not page.exception
    assert page.query_params["labels"] in ("majority-8", ["majority-8"])
    assert page.selectbox(key="labels of tiny").value == "majority-8"


def test_a_network_of_votes_is_judged_by_the_majority_as_is_meant(home, small_demo, save_tiny, page):
    save_tiny(config={"scheme": "distribution-7"}, dataset_fingerprint=store.dataset_card("demo").fingerprint)
    page.run()
    assert not page.exception
    assert "It was trained with other labels" not in texts(page)


def test_drawings_are_said_first_with_a_link_to_ferplus(shipped):
    shipped.query_params["dataset"] = "demo"
    shipped.run()
    assert not shipped.exception
    assert "Drawn faces" in texts(shipped)
    assert "Figures on FER+" in [link.proto.label for link in shipped.get("page_link")]
