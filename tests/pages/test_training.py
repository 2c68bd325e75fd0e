"""The Training page: every setting, what cannot be started, a run that is followed, all runs side by side."""

import json
import os
import re
import sys
import time
from dataclasses import replace
from pathlib import Path

import numpy as np
import psutil
import pytest
from streamlit.testing.v1 import AppTest

from fer_core.datasets.dataset import label_records
from fer_core.datasets.store import import_dataset, load_records
from fer_core.datasets.subsets import save_subset
from fer_core.labels import LABEL_SCHEMES
from fer_core.training.runs.launch import started
from fer_core.training.runs.provenance import Probe, write_probe
from fer_core.training.runs.record import RunRecord
from fer_core.training.runs.searches import list_searches
from fer_core.training.runs.store import create_run, find_run, list_runs
from fer_core.training.runs.validation import append_view, read_views, view_of, write_faces
from fer_core.training.settings.augmentation import Augmentation
from fer_core.training.settings.config import TrainingConfig
from fer_core.training.settings.metrics import EpochMetrics, RunStatus, append_metrics, write_status
from fer_core.training.settings.presets import FINE_TUNING, PRESETS

APP = Path(__file__).parents[2] / "app.py"
TIMEOUT = 60
FOR_FEW = [preset for preset in PRESETS if preset.fewest == 0]
CHANGED = TrainingConfig(
    learning_rate=3.3e-3,
    epochs=7,
    batch_size=16,
    activation="elu",
    output_activation="svm",
    optimizer="sgd",
    loss="squared_hinge",
    metric="macro_f1",
    architecture="residual-cnn",
    scheme="distribution-8",
    preprocessing=("stretch", "clahe"),
    seed=5,
    precision="float32",
    width=12,
    dropout=0.1,
    dense_dropout=0.2,
    schedule="cosine",
    warmup_epochs=2,
    weight_decay=0.01,
    weight_average=0.99,
    label_smoothing=0.05,
    draw_labels=True,
    shuffle_labels=True,
    leaked_faces=3,
    biased_sample=True,
    balancing="sampling",
    share=0.5,
    patience=3,
    priority="normal",
    augmentation=Augmentation(
        flip=True,
        rotation=10.0,
        shift=0.1,
        scale=0.1,
        shear=0.1,
        brightness=0.1,
        contrast=0.2,
        blur=0.5,
        noise=0.05,
        erasing=0.3,
        mixup=0.2,
    ),
)


@pytest.fixture(autouse=True)
def _no_children(request):
    if "real_child" not in request.fixturenames:
        request.getfixturevalue("no_children")


@pytest.fixture
def real_child():
    """Lets the page start its child process."""


def open_page(view="New training"):
    page = AppTest.from_file(str(APP), default_timeout=TIMEOUT).run()
    page = page.switch_page("pages/training.py").run()
    page = page.segmented_control(key="training_view").set_value(view).run()
    assert not page.exception
    return page


def upload(page, content, name="settings.json"):
    page = page.file_uploader(key="settings_upload").upload(name, content, "application/json").run()
    assert not page.exception
    return page


def start(page, name):
    page.text_input(key="run_name").input(name)
    return page.button(key="start").click().run()


def test_the_form_begins_at_table_4(home, small_demo):
    page = open_page()
    assert page.select_slider(key="learning_rate").value == pytest.approx(1e-4)
    assert page.slider(key="epochs").value == 50
    assert page.select_slider(key="batch_size").value == 64
    choices = {"activation": "relu", "output_activation": "softmax", "optimizer": "adam", "metric": "accuracy"}
    for key, value in (choices | {"loss": "categorical_crossentropy"}).items():
        assert page.selectbox(key=key).value == value
    assert any("2,345,607" in m.value and "77.3 million" in m.value for m in page.markdown)


def test_what_is_too_little_is_said_before_the_start(home, small_demo):
    page = open_page()
    assert any("uncertain by up to" in warning.value for warning in page.warning)
    assert not page.button(key="start").disabled
    labeled = label_records(load_records("demo"), LABEL_SCHEMES["majority-7"])
    save_subset(small_demo, "one-class", labeled.rows[labeled.labels > 0], "all but neutral")
    page.run()
    page.selectbox(key="training_exclude").set_value("one-class").run()
    assert any("training faces are labeled neutral" in error.value for error in page.error)
    assert page.button(key="start").disabled


def test_every_setting_has_a_control_that_explains_itself(home, small_demo):
    page = open_page()
    kinds = ("select_slider", "number_input", "slider", "selectbox", "toggle", "multiselect")
    controls = {control.key: control for kind in kinds for control in getattr(page, kind)}
    own_keys = ("scheme", "preprocessing", "exclude", "start_from", "teachers")
    keys = {f"training_{name}" if name in own_keys else name for name in TrainingConfig().flat()}
    assert keys <= set(controls)
    assert all(controls[key].help for key in keys)


def test_what_an_unchanged_form_starts_are_the_defaults(home, small_demo):
    page = start(open_page(), "plain")
    assert not page.exception
    assert find_run("plain").config == TrainingConfig()


def test_a_name_that_is_not_allowed_is_said_and_nothing_starts(home, small_demo):
    page = start(open_page(), "../up")
    assert any("is not a valid name" in info.value for info in page.info)
    assert not page.error
    assert list_runs() == ()
    page = start(open_page(), "my first run")
    assert find_run("my-first-run").name == "my-first-run"
    page = start(open_page(), "my first run")
    assert any("already" in info.value for info in page.info)
    assert not page.error


def test_start_follows_the_new_run(home, small_demo):
    page = open_page()
    page.slider(key="epochs").set_value(7)
    page = start(page, "mine")
    assert not page.exception
    assert find_run("mine").config == TrainingConfig(epochs=7)
    assert page.segmented_control(key="training_view").value == "Follow a run"
    assert page.selectbox(key="run").value == "mine"


def test_impossible_settings_are_refused_with_the_reason_and_cannot_be_started(home, small_demo):
    page = open_page()
    page.number_input(key="warmup_epochs").set_value(50)
    page = page.run()
    assert "warm up for fewer or train for longer" in page.error[0].value
    assert not [button for button in page.button if button.key == "start"]


def test_a_network_too_large_for_the_machine_is_refused(home, small_demo):
    page = open_page()
    page.selectbox(key="architecture").set_value("vgg13")
    page.number_input(key="width").set_value(128)
    page.select_slider(key="batch_size").set_value(1024)
    page = start(page, "huge")
    assert "Choose a smaller width or batch size" in page.error[0].value
    assert list_runs() == ()


def test_a_support_vector_machine_brings_its_loss_and_its_decay(home, small_demo):
    page = open_page()
    page = page.selectbox(key="output_activation").set_value("svm").run()
    assert not page.error
    assert page.selectbox(key="loss").options == ["squared hinge"]
    assert page.select_slider(key="weight_decay").value > 0
    page = page.selectbox(key="output_activation").set_value("softmax").run()
    assert not page.error
    assert page.selectbox(key="loss").value == "categorical_crossentropy"


@pytest.mark.parametrize("preset", FOR_FEW, ids=lambda preset: preset.name)
def test_a_preset_fills_the_form(home, small_demo, save_tiny, preset):
    soft = save_tiny("soft", config=TrainingConfig(architecture="soft-cnn").to_dict())
    soft.directory.rename(home / "models" / "fer-lab")
    page = open_page()
    page = page.button(key=f"preset_{preset.name}").click().run()
    page = start(page, "preset")
    assert not page.exception
    assert not page.error
    schemes = tuple(LABEL_SCHEMES)
    assert find_run("preset").config == preset.config("demo", small_demo.sizes["train"], schemes)


@pytest.mark.parametrize("preset", FOR_FEW, ids=lambda preset: preset.name)
def test_a_preset_starts_by_one_click_and_says_how_long(home, small_demo, save_tiny, preset):
    soft = save_tiny("soft", config=TrainingConfig(architecture="soft-cnn").to_dict())
    soft.directory.rename(home / "models" / "fer-lab")
    page = open_page()
    button = page.button(key=f"start_{preset.name}")
    assert re.fullmatch(r"Start \(≈ \d+ (min|h)\)", button.label)
    page = button.click().run()
    assert not page.exception
    (run,) = list_runs()
    assert run.config == preset.config("demo", small_demo.sizes["train"], tuple(LABEL_SCHEMES))
    assert page.segmented_control(key="training_view").value == "Follow a run"


def test_a_preset_is_offered_for_datasets_of_its_size(home, small_demo):
    ten_minutes = next(preset for preset in PRESETS if preset.name == "ten-minutes")
    assert [ten_minutes.suits(count) for count in (9_999, 10_000, 28_709)] == [False, True, True]
    assert [FINE_TUNING.suits(count) for count in (1_999, 2_000)] == [True, False]
    assert "start_ten-minutes" not in [button.key for button in open_page().button]


def test_a_folded_groups_title_says_what_differs(home, small_demo):
    page = open_page()
    assert "Augmentation" in [group.label for group in page.expander]
    page.toggle(key="augmentation.flip").set_value(True)
    page.slider(key="augmentation.rotation").set_value(10.0).run()
    assert "Augmentation · flip, rotation 10" in [group.label for group in page.expander]


def test_values_between_the_sliders_places_come_from_a_file(home, small_demo):
    odd = TrainingConfig(learning_rate=0.00042, epochs=700, batch_size=50, weight_decay=0.0123)
    page = start(upload(open_page(), odd.to_json().encode()), "odd")
    assert not page.error
    assert find_run("odd").config == odd


def test_a_small_set_of_one_s_own_begins_with_fer_lab(home, demo_files, save_tiny):
    soft = save_tiny("soft", config=TrainingConfig(architecture="soft-cnn").to_dict())
    soft.directory.rename(home / "models" / "fer-lab")
    import_dataset(*demo_files, name="mine")
    page = open_page().selectbox(key="dataset").set_value("mine").run()
    assert page.multiselect(key="training_start_from").value == ["fer-lab"]
    assert any("training faces: fine-tune fer-lab" in caption.value for caption in page.caption)
    page = page.button(key="preset_paper").click().run()
    assert page.multiselect(key="training_start_from").value == []


def test_a_network_that_knows_only_the_largest_class_is_called_so(home, small_demo, save_tiny):
    save_tiny("lesson")
    make_run(status=None, epochs=2)
    run = find_run("lesson")
    (view, *_) = read_views(run.folder)
    matrix = np.zeros_like(view.matrix)
    matrix[0, 0], matrix[1, 0] = 9, 1
    append_view(run.folder, replace(view, epoch=2, matrix=matrix.tolist()))
    page = open_page("Follow a run")
    assert not is_ready(page)
    assert any("always answering" in w.value and "90.0%" in w.value for w in page.warning)


def test_settings_from_a_file_reach_every_control(home, small_demo):
    page = upload(open_page(), CHANGED.to_json().encode())
    page = start(page, "copy")
    assert not page.error
    assert find_run("copy").config == CHANGED


def test_a_run_goes_on_from_a_checkpoint_and_learns_from_others(home, small_demo, save_tiny):
    save_tiny("first", config=TrainingConfig().to_dict())
    save_tiny("other", config=TrainingConfig(width=8).to_dict())
    page = open_page()
    assert page.multiselect(key="training_start_from").options == ["first"]
    page.multiselect(key="training_start_from").set_value(["first"])
    assert page.toggle(key="live_teachers").disabled
    page = page.multiselect(key="training_teachers").set_value(["other", "first"]).run()
    page = start(page.toggle(key="live_teachers").set_value(True).run(), "second")
    assert not page.exception
    config = find_run("second").config
    assert (config.start_from, config.teachers, config.live_teachers) == (("first",), ("other", "first"), True)


def test_a_checkpoint_that_fits_no_longer_is_let_go_and_that_is_said(home, small_demo, save_tiny):
    save_tiny("first", config=TrainingConfig().to_dict())
    settings = TrainingConfig(start_from=("first",), teachers=("first", "gone")).to_json().encode()
    page = upload(open_page(), settings)
    assert page.multiselect(key="training_start_from").value == ["first"]
    assert page.multiselect(key="training_teachers").value == ["first"]
    assert any("gone" in toast.value for toast in page.toast)
    page = page.number_input(key="width").set_value(8).run()
    assert page.multiselect(key="training_start_from").value == []
    assert any("first" in toast.value for toast in page.toast)


def test_a_checkpoints_card_is_a_file_with_settings_too(home, small_demo):
    page = upload(open_page(), json.dumps({"name": "x", "config": CHANGED.to_dict()}).encode(), "card.json")
    assert page.slider(key="epochs").value == 7


@pytest.mark.parametrize("content", [b"\xff", b"{", b"[1]", b'{"epochs": "many"}', b'{"color": 1}', b"[" * 100_000])
def test_a_file_that_cannot_be_read_is_said(home, small_demo, content):
    page = upload(open_page(), content)
    assert page.error
    assert page.slider(key="epochs").value == 50


def test_settings_for_a_dataset_that_is_not_here_are_taken_and_that_is_said(home, small_demo):
    page = upload(open_page(), replace(CHANGED, dataset="elsewhere").to_json().encode())
    assert "elsewhere" in page.warning[0].value
    assert page.slider(key="epochs").value == 7


def test_the_command_line_is_shown_for_copying(home, small_demo):
    page = open_page()
    page.slider(key="epochs").set_value(7)
    page = page.toggle(key="augmentation.flip").set_value(True).run()
    command = "python -m fer_core train --dataset demo --set epochs=7 augmentation.flip=true"
    assert command in [code.value for code in page.code]


def test_ten_changed_faces_are_previewed_and_changed_anew(home, small_demo):
    page = open_page()
    faces = [html for html in faces_shown(page) if "Training face" in html]
    assert faces[0].count("<img") == 10
    page = page.slider(key="augmentation.rotation").set_value(40.0).run()
    turned = next(html for html in faces_shown(page) if "Training face" in html)
    assert turned != faces[0]
    page = page.button(key="preview_again").click().run()
    assert next(html for html in faces_shown(page) if "Training face" in html) != turned


def faces_shown(page):
    return [element.proto.body for element in page.get("html")]


def test_a_run_can_carry_a_target_and_what_to_try_next(home, small_demo):
    page = open_page()
    page = page.segmented_control(key="goal").set_value("Retrain until target").run()
    page.number_input(key="target").set_value(90.0)
    page.text_area(key="attempts").input("learning_rate=0.001\narchitecture=lab-cnn epochs=9")
    page = page.run()
    assert any("--target=0.9 --then learning_rate=0.001 --then 'architecture" in code.value for code in page.code)
    page = start(page, "again")
    assert not page.error
    target = find_run("again").record.target
    assert target.accuracy == pytest.approx(0.9)
    assert target.attempts == ({"learning_rate": "0.001"}, {"architecture": "lab-cnn", "epochs": "9"})


def test_what_cannot_be_tried_next_is_said_before_anything_starts(home, small_demo):
    page = open_page()
    page = page.segmented_control(key="goal").set_value("Retrain until target").run()
    page = page.text_area(key="attempts").input("epochs=many").run()
    assert "Retry 1" in page.error[0].value
    assert not [button for button in page.button if button.key == "start"]


def test_a_search_is_planned_and_shown_among_all_runs(home, small_demo):
    page = open_page()
    page = page.segmented_control(key="goal").set_value("Search").run()
    page = page.multiselect(key="search_over").set_value(["learning_rate", "batch_size"]).run()
    page.text_input(key="over_batch_size").input("16, 32")
    page.number_input(key="trials").set_value(3)
    page = page.run()
    assert any("search --dataset demo --over" in c.value and "--trials 3" in c.value for c in page.code)
    page = start(page, "hunt")
    assert not page.error
    (search,) = list_searches()
    assert (search.name, search.plan.trials, search.plan.method) == ("hunt", 3, "random")
    assert [(axis.name, axis.choices) for axis in search.plan.axes] == [
        ("learning_rate", ()),
        ("batch_size", ("16", "32")),
    ]


def test_a_grid_with_a_range_is_refused(home, small_demo):
    page = open_page()
    page = page.segmented_control(key="goal").set_value("Search").run()
    page = page.selectbox(key="search_method").set_value("grid").run()
    assert "A grid needs lists" in page.error[0].value


def test_there_is_no_run_to_follow_at_first(home, small_demo):
    assert "No run yet" in open_page("Follow a run").info[0].value
    assert "No run yet" in open_page("All runs").info[0].value


def make_run(name="lesson", status=None, epochs=2, **settings):
    """A run with some epochs, and what they say about the validation faces."""
    run = create_run(TrainingConfig(epochs=4, **settings), name)
    validation = label_records(load_records("demo"), LABEL_SCHEMES["majority-7"], ["validation"])
    write_faces(run.folder, validation)
    write_probe(run.folder, Probe("mixed_bfloat16", 20.0, 5.0))
    rng = np.random.default_rng(0)
    for epoch in range(1, epochs + 1):
        append_metrics(run.folder, EpochMetrics(epoch, 1 / epoch, 0.3 * epoch, 1.1 / epoch, 0.25 * epoch, 0.2, 30, 100))
        answers = rng.dirichlet(np.ones(7), len(validation)).astype(np.float32)
        append_view(run.folder, view_of(epoch, validation, answers))
    write_status(run.folder, status or RunStatus("finished", epoch=4, epochs=4, checkpoint=name, message="Saved"))
    return find_run(name)


def alive(state="running", **changes):
    me = psutil.Process()  # a process that is alive
    status = RunStatus(state, epoch=2, epochs=4, progress=0.5, eta_seconds=60, message="Training epoch 3")
    return replace(status, pid=me.pid, pid_created=started(me.pid), **changes)


def test_a_link_leads_to_its_run(home, small_demo):
    make_run("older")
    make_run("newer")
    page = AppTest.from_file(str(APP), default_timeout=TIMEOUT)
    page.query_params["run"] = "older"
    page = page.run().switch_page("pages/training.py")
    page.query_params["run"] = "older"
    page = page.run()
    assert not page.exception
    assert page.selectbox(key="run").value == "older"


def is_ready(page):
    """Whether the page says that a checkpoint is ready."""
    return any("is ready" in text.value for text in page.markdown)


def followed(status, epochs=2):
    make_run(status=status, epochs=epochs)
    return open_page("Follow a run")


def test_a_checkpoint_that_was_deleted_is_not_ready(home, small_demo):
    page = followed(None)
    assert not is_ready(page)
    assert any("has been deleted" in caption.value for caption in page.caption)


def test_a_finished_run_leads_to_the_evaluation(home, small_demo, save_tiny):
    save_tiny("lesson")
    page = followed(None)
    assert [m.value for m in page.metric][:3] == ["50.0%", "60.0%", "50.0%"]
    assert is_ready(page)
    assert not [b for b in page.button if b.key in ("stop", "resume", "pause")]
    assert any("20 ms in float32, 5 ms in bfloat16" in caption.value for caption in page.caption)


def test_the_validation_faces_are_followed(home, small_demo):
    shown = faces_shown(followed(None))
    strip = next(html for html in shown if "A validation face" in html)
    assert strip.count("<img") == 8
    assert strip.count("Epoch 2:") == 8
    assert any(" called " in html and "<table" in html for html in shown)


def test_curves_can_be_smoothed_and_losses_drawn_on_a_logarithmic_axis(home, small_demo):
    page = followed(None)
    page.slider(key="smoothing").set_value(0.5)
    page = page.toggle(key="log").set_value(True).run()
    assert not page.exception
    loss = json.loads(page.get("plotly_chart")[0].proto.spec)
    assert loss["layout"]["yaxis"]["type"] == "log"


def test_an_interrupted_run_offers_to_resume(home, small_demo):
    page = followed(RunStatus("running", epoch=2, epochs=4, pid=2**22 + 1, pid_created=1.0))
    assert any("Interrupted after epoch 2" in m.value for m in page.markdown)
    page.button(key="resume").click().run()
    assert not page.exception


@pytest.mark.parametrize("word", ["stop", "pause"])
def test_the_run_is_asked_to_stop_or_to_pause(home, small_demo, word):
    page = followed(alive())
    page.button(key=word).click().run()
    assert (find_run("lesson").folder / word).exists()
    assert page.button(key=word).disabled


def test_a_run_that_does_not_respond_is_said_and_can_be_stopped_again(home, small_demo, monkeypatch):
    ended = []
    monkeypatch.setattr("fer_core.training.runs.lifecycle.end_process", lambda *process: ended.append(process))
    make_run(status=alive("stopping"))
    folder = find_run("lesson").folder
    (folder / "stop").touch()
    os.utime(folder / "status.json", (time.time() - 90, time.time() - 90))
    page = open_page("Follow a run")
    assert any("Not responding" in m.value for m in page.markdown)
    page.button(key="stop").click().run()
    assert [pid for pid, _ in ended] == [psutil.Process().pid]


def test_a_run_with_damaged_settings_is_shown(home, small_demo):
    make_run("fine")
    (make_run("broken").folder / "config.json").write_text("{")
    page = open_page("All runs")
    assert any("**broken**:" in warning.value for warning in page.warning)
    assert not page.exception


def test_a_run_that_prepares_says_so(home, small_demo):
    page = followed(alive(epoch=0, progress=0.0), epochs=0)
    assert any("Preparing" in element.proto.text for element in page.get("progress"))


def test_a_run_that_waits_shows_its_place_and_can_be_cancelled(home, small_demo):
    make_run("busy", alive(since=1.0))
    page = followed(alive("queued", since=2.0), epochs=0)
    page = page.selectbox(key="run").set_value("lesson").run()
    assert any("Next in the queue" in m.value and "busy is training" in m.value for m in page.markdown)
    page.button(key="stop").click().run()
    assert (find_run("lesson").folder / "stop").exists()


def test_a_run_is_annotated_and_renamed(home, small_demo):
    page = followed(None)
    record = find_run("lesson").record
    page = page.text_input(key=f"note_{record.id}").input("<b>first</b> try").run()
    assert find_run("lesson").record.note == "<b>first</b> try"
    page = page.text_input(key=f"name_{record.id}_lesson").input("renamed").run()
    assert not page.exception
    assert [run.name for run in list_runs()] == ["renamed"]
    assert page.selectbox(key="run").value == "renamed"


def test_deleting_asks_first(home, small_demo):
    page = followed(None)
    assert any("lesson" in m.value and "are deleted" in m.value for m in page.markdown)
    assert len(list_runs()) == 1
    page = page.button(key="delete_now").click().run()
    assert not page.exception
    assert list_runs() == ()


def test_a_runs_settings_fill_the_form(home, small_demo):
    make_run("source", learning_rate=3.3e-3)
    page = open_page("Follow a run")
    page = page.button(key="use_settings").click().run()
    assert not page.exception
    assert page.segmented_control(key="training_view").value == "New training"
    assert page.select_slider(key="learning_rate").value == pytest.approx(3.3e-3)


def test_all_runs_are_listed_and_compared_by_what_differs(home, small_demo):
    make_run("one", learning_rate=1e-3)
    make_run("two", learning_rate=1e-2, status=RunStatus("failed", message="Out of memory"))
    page = open_page("All runs")
    table, differences = (frame.value for frame in page.dataframe)
    assert set(table["name"]) == {"one", "two"}
    assert dict(zip(table["name"], table["state"], strict=True)) == {"one": "finished", "two": "failed"}
    assert list(table["accuracy"]) == pytest.approx([50.0, 50.0])
    assert set(table["seconds"]) == {"60 s"}
    assert differences.to_dict() == {"two": {"learning_rate": "0.01"}, "one": {"learning_rate": "0.001"}}
    page = page.multiselect(key="compared").set_value(["one"]).run()
    assert not page.exception
    assert len(page.dataframe) == 1


def test_trials_of_a_search_are_ordinary_runs(home, small_demo):
    create_run(TrainingConfig(), "hunt-01", RunRecord(search="hunt", note="epochs=3"))
    table = open_page("All runs").dataframe[0].value
    assert list(table["note"]) == ["epochs=3"]


def test_the_page_loads_neither_tensorflow_nor_optuna(home, small_demo):
    before = {"optuna", "tensorflow", "keras"} & {*sys.modules}
    for view in ("New training", "All runs"):
        open_page(view)
    assert {"optuna", "tensorflow", "keras"} & {*sys.modules} == before


def test_one_epoch_in_the_real_child_ends_on_the_evaluation_page(home, small_demo, real_child):
    page = open_page()
    page.slider(key="epochs").set_value(1)
    page = start(page, "first")
    end = time.monotonic() + 180
    while find_run("first").status.is_active and time.monotonic() < end:
        time.sleep(0.5)
    assert find_run("first").status.state == "finished", find_run("first").status.message
    page.run()
    assert is_ready(page) or any("first" in warning.value for warning in page.warning)
    page.switch_page("pages/evaluation.py").run()
    assert not page.exception
    assert "first" in page.selectbox(key="checkpoint").options
    assert page.metric
