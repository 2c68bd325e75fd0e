"""A checkpoint is there whole or not at all, and every damage is noticed by name."""

import json
import shutil
import threading
from dataclasses import asdict, replace
from pathlib import Path

import numpy as np
import pytest

from fer_core.checkpoints import checkpoint as room
from fer_core.checkpoints.card import Calibration, ModelCard
from fer_core.checkpoints.checkpoint import (
    CARD_FILE,
    DEFAULT_CHECKPOINT,
    INT8_FILE,
    KERAS_FILE,
    LITERT_FILE,
    delete_checkpoint,
    free_name,
    list_checkpoints,
    load_checkpoint,
    update_card,
    verified_bytes,
)
from fer_core.checkpoints.classifier import with_temperature
from fer_core.errors import CheckpointError
from fer_core.labels import PAPER_EMOTIONS


def full(*_, **__):
    raise OSError(28, "No space left on device")


def names():
    return [checkpoint.name for checkpoint in list_checkpoints()]


def everything(folder):
    """All files but the locks, which stay."""
    files = (path for path in sorted(folder.rglob("*")) if path.is_file() and path.suffix != ".lock")
    return {path.relative_to(folder): path.read_bytes() for path in files}


def test_what_was_saved_is_found_again(save_tiny):
    saved = save_tiny()
    assert load_checkpoint("tiny") == saved
    assert list_checkpoints() == (saved,)
    assert set(saved.card.files) == {KERAS_FILE, LITERT_FILE}
    assert saved.card.class_names == PAPER_EMOTIONS
    assert saved.card.scheme.name == "majority-7"


def test_a_card_survives_json(make_card):
    card = make_card(seconds=7)
    assert ModelCard.from_dict(json.loads(json.dumps(asdict(card)))) == card


def test_it_classifies(save_tiny):
    classifier = save_tiny().open_classifier()
    assert classifier.class_names == PAPER_EMOTIONS
    assert classifier.predict(np.zeros((2, 48, 48), np.uint8)).shape == (2, 7)


def failing_at(number, function):
    """The function, except that its call of that number finds the disk full; tells its calls in ``calls``."""

    def call(*arguments, **options):
        call.calls += 1
        return full() if call.calls == number else function(*arguments, **options)

    call.calls = 0
    return call


STEPS = {
    "first file": (Path, "write_bytes", 1),
    "second file": (Path, "write_bytes", 2),
    "first hash": (Path, "read_bytes", 1),
    "second hash": (Path, "read_bytes", 2),
    "card": (room, "write_json", 1),
    "putting it in place": (Path, "rename", 1),
}


@pytest.mark.parametrize("step", STEPS.values(), ids=STEPS)
def test_a_failing_step_of_the_first_save_leaves_nothing(save_tiny, home, monkeypatch, step):
    where, name, number = step
    with monkeypatch.context() as patch:
        patch.setattr(where, name, faulty := failing_at(number, getattr(where, name)))
        with pytest.raises(CheckpointError, match=r"could not be saved \(No space left on device\)\. Free some space"):
            save_tiny()
    assert faulty.calls >= number
    assert everything(home) == {}


@pytest.mark.parametrize("step", [*STEPS.values(), (Path, "rename", 2)], ids=[*STEPS, "after moving the old one away"])
def test_a_failing_step_leaves_the_old_checkpoint_and_nothing_else(save_tiny, home, monkeypatch, step):
    where, name, number = step
    old = save_tiny(seconds=1.0)
    before = everything(home)
    with monkeypatch.context() as patch:
        patch.setattr(where, name, faulty := failing_at(number, getattr(where, name)))
        with pytest.raises(CheckpointError, match=r"could not be saved \(No space left on device\)\. Free some space"):
            save_tiny(seconds=2.0)
    assert faulty.calls >= number
    assert everything(home) == before
    assert load_checkpoint("tiny") == old
    assert old.open_classifier()


def test_saving_again_replaces(save_tiny):
    save_tiny(seconds=1.0)
    assert save_tiny(seconds=2.0) == load_checkpoint("tiny")
    assert names() == ["tiny"]


@pytest.mark.parametrize("name", ["", ".", "..", "../up", "a/b", "a\\b", ".hidden", "-a", "a b", "é", "x" * 61, "a\n"])
def test_names_that_are_no_folder_are_refused(save_tiny, home, name):
    with pytest.raises(CheckpointError, match="is not a valid name"):
        save_tiny(name)
    with pytest.raises(CheckpointError, match="There is no checkpoint"):
        load_checkpoint(name)
    assert everything(home) == {}


def test_a_missing_checkpoint_is_told_with_those_there_are(save_tiny):
    with pytest.raises(CheckpointError, match=r"“no” \(there are: none yet\)\. Choose one of these or train it\."):
        load_checkpoint("no")
    save_tiny("yes")
    with pytest.raises(CheckpointError, match=r"“no” \(there are: yes\)"):
        load_checkpoint("no")


@pytest.mark.parametrize("file", [KERAS_FILE, LITERT_FILE])
def test_every_flipped_byte_is_found(save_tiny, file):
    checkpoint = save_tiny()
    path = checkpoint.directory / file
    content = path.read_bytes()
    for position in range(0, len(content), 7 if file == LITERT_FILE else 1):
        path.write_bytes(content[:position] + bytes([content[position] ^ 16]) + content[position + 1 :])
        with pytest.raises(
            CheckpointError, match=rf"{file} of the checkpoint “tiny” is damaged.*Train or copy it again"
        ):
            verified_bytes(checkpoint, file)
    path.write_bytes(content)
    assert verified_bytes(checkpoint, file) == content


@pytest.mark.parametrize(
    "harm", [lambda p: p.write_bytes(p.read_bytes()[:-1]), lambda p: p.write_bytes(b""), Path.unlink]
)
def test_a_cut_or_missing_file_is_told(save_tiny, harm):
    checkpoint = save_tiny()
    harm(checkpoint.network_path)
    with pytest.raises(CheckpointError, match=r"“tiny” (is damaged|cannot be read).*again"):
        checkpoint.open_classifier()


def test_swapped_files_are_told(save_tiny):
    checkpoint = save_tiny()
    shutil.copy(checkpoint.directory / KERAS_FILE, checkpoint.network_path)
    with pytest.raises(CheckpointError, match="is damaged"):
        checkpoint.open_classifier()


def test_a_file_the_card_does_not_know_is_told(save_tiny):
    checkpoint = save_tiny()
    (checkpoint.directory / "other").write_bytes(b"x")
    with pytest.raises(CheckpointError, match="is damaged"):
        verified_bytes(checkpoint, "other")


BAD_CARDS = {
    "empty": lambda card: "",
    "cut": lambda card: json.dumps(card)[:-9],
    "no object": lambda card: "[1]",
    "deep": lambda card: "[" * 100_000,
    "another version": lambda card: json.dumps(card | {"schema_version": 3}),
    "no version": lambda card: json.dumps({k: v for k, v in card.items() if k != "schema_version"}),
    "a field more": lambda card: json.dumps(card | {"color": 1}),
    "a field less": lambda card: json.dumps({k: v for k, v in card.items() if k != "best"}),
    "no scores": lambda card: json.dumps(card | {"best": 5}),
    "scores in words": lambda card: json.dumps(card | {"best": card["best"] | {"test_accuracy": "high"}}),
    "no classes": lambda card: json.dumps(card | {"class_names": 7}),
    "numbered classes": lambda card: json.dumps(card | {"class_names": [1, 2]}),
    "no files": lambda card: json.dumps(card | {"files": None}),
    "no settings": lambda card: json.dumps(card | {"config": {}}),
    "settings in a word": lambda card: json.dumps(card | {"config": "default"}),
    "unknown scheme": lambda card: json.dumps(card | {"config": {"scheme": "majority-9"}}),
    "scheme that is no word": lambda card: json.dumps(card | {"config": {"scheme": ["majority-7"]}}),
    "steps that are no words": lambda card: json.dumps(card | {"config": card["config"] | {"preprocessing": True}}),
    "no text": lambda card: None,
}


@pytest.mark.parametrize("spoil", BAD_CARDS.values(), ids=BAD_CARDS)
def test_a_damaged_card_is_left_out_and_refused_by_name(save_tiny, spoil):
    save_tiny("good")
    path = save_tiny("bad").directory / CARD_FILE
    text = spoil(json.loads(path.read_text()))
    path.write_bytes(b"\xff\xfe\x80" if text is None else text.encode())
    assert names() == ["good"]
    with pytest.raises(CheckpointError, match=r"card of the checkpoint “bad” is damaged .*Train or copy .*again"):
        load_checkpoint("bad")


def test_a_folder_without_a_card_is_no_checkpoint(save_tiny):
    (save_tiny().directory / CARD_FILE).unlink()
    assert names() == []


def test_scratch_folders_are_no_checkpoints(save_tiny):
    directory = save_tiny().directory
    shutil.copytree(directory, directory.with_name(".tiny-x1"))
    assert names() == ["tiny"]


def test_a_renamed_folder_goes_by_its_new_name(save_tiny):
    directory = save_tiny().directory
    directory.rename(directory.with_name("renamed"))
    assert names() == ["renamed"]
    assert load_checkpoint("renamed").open_classifier()


def test_a_users_own_hides_a_shipped_one(save_tiny, home, tmp_path):
    directory = save_tiny(seconds=1.0).directory
    shutil.copytree(directory.parent, tmp_path / "shipped" / "models")
    assert names() == ["tiny"]
    save_tiny(seconds=2.0)
    assert [c.card.seconds for c in list_checkpoints()] == [2.0]
    assert load_checkpoint("tiny").card.seconds == 2.0
    shutil.rmtree(directory)
    assert load_checkpoint("tiny").card.seconds == 1.0
    assert load_checkpoint("tiny").directory.is_relative_to(tmp_path / "shipped")


def test_the_default_comes_first_then_the_newest(save_tiny):
    save_tiny("a", created_at="2026-01-01T00:00:00+00:00")
    save_tiny("b", created_at="2026-03-01T00:00:00+00:00")
    made = save_tiny("c", created_at="2025-01-01T00:00:00+00:00")
    made.directory.rename(made.directory.with_name(DEFAULT_CHECKPOINT))
    assert names() == [DEFAULT_CHECKPOINT, "b", "a"]


def test_no_models_folder_is_an_empty_list(home):
    assert list_checkpoints() == ()


def test_a_free_name_is_free_and_allowed(save_tiny):
    for wanted in ("run", "x" * 60):
        for _ in range(3):
            save_tiny(free_name(wanted))
    assert sorted(names()) == ["run", "run-2", "run-3", "x" * 58 + "-2", "x" * 58 + "-3", "x" * 60]


def test_cards_of_version_1_are_still_read(save_tiny):
    """As this project wrote them before calibration: without the fields that came later."""
    checkpoint = save_tiny()
    path = checkpoint.directory / CARD_FILE
    document = json.loads(path.read_text(encoding="utf-8"))
    for later in ("origin", "notes", "prior", "calibration", "measured"):
        del document[later]
    path.write_text(json.dumps(document | {"schema_version": 1}), encoding="utf-8")
    card = load_checkpoint("tiny").card
    assert (card.calibration.temperature, card.calibration.not_sure_below, card.measured.n) == (1, 0, 0)
    assert not card.is_imported
    assert load_checkpoint("tiny").open_classifier().predict(np.zeros((1, 48, 48), np.uint8)).shape == (1, 7)


def test_a_new_card_leaves_the_networks_alone(save_tiny):
    checkpoint = save_tiny()
    calibration = Calibration(1.7, 0.5, "validation", 0.2, 0.1)
    update_card(checkpoint, replace(checkpoint.card, calibration=calibration, prior=(0.4, *[0.1] * 6)))
    again = load_checkpoint("tiny")
    assert again.card.calibration == calibration
    assert again.card.prior == (0.4, *[0.1] * 6)
    assert again.card.files == checkpoint.card.files
    faces = np.random.default_rng(0).integers(0, 256, (6, 48, 48), dtype=np.uint8)
    softened, raw = again.open_classifier(), checkpoint.open_classifier()
    np.testing.assert_allclose(softened.predict(faces), with_temperature(raw.predict(faces), 1.7), atol=1e-6)
    assert (softened.predict_raw(faces) == raw.predict_raw(faces)).all()
    assert not softened.predict_one(faces[0]).is_sure
    assert softened.predict_one(faces[0]).answer == "not sure"
    assert raw.predict_one(faces[0]).answer == raw.predict_one(faces[0]).class_name


def test_own_checkpoints_can_be_removed_and_shipped_ones_not(save_tiny, home, monkeypatch):
    mine = save_tiny("mine")
    delete_checkpoint(mine)
    assert names() == []
    shipped = save_tiny("shipped")
    monkeypatch.setenv("FER_HOME", str(home / "elsewhere"))
    with pytest.raises(CheckpointError, match="ships with the app"):
        delete_checkpoint(shipped)
    assert shipped.network_path.exists()


def test_live_video_is_looked_at_in_eight_bits_where_there_is_such_a_file(save_tiny, make_card, home, tiny_model):
    other = (Path(__file__).parents[1] / "fixtures" / "sigmoid8.tflite").read_bytes()

    def write(folder):
        (folder / KERAS_FILE).write_bytes(b"no real Keras file")
        (folder / LITERT_FILE).write_bytes(tiny_model)
        (folder / INT8_FILE).write_bytes(other)

    both = room.save_checkpoint(make_card("both"), write)
    both.open_classifier()
    with pytest.raises(CheckpointError, match="maps"):  # the other fixture has eight outputs: it was opened
        both.open_classifier(live=True)
    save_tiny().open_classifier(live=True)  # without such a file the usual one does


@pytest.mark.parametrize("name", room.SHIPPED)
def test_nothing_changes_what_is_shipped_even_where_home_is_the_project(save_tiny, make_card, home, name):
    assert save_tiny("mine").is_own
    (home / "models" / "mine").rename(home / "models" / name)
    shipped = load_checkpoint(name)
    assert not shipped.is_own
    before = (shipped.directory / CARD_FILE).read_bytes()
    changes = (
        lambda: delete_checkpoint(shipped),
        lambda: update_card(shipped, replace(shipped.card, calibration=Calibration(2.0))),
        lambda: room.save_checkpoint(make_card(name), lambda folder: None),
        lambda: save_tiny(name),
    )
    for change in changes:
        with pytest.raises(CheckpointError, match="ships with the app"):
            change()
    assert (shipped.directory / CARD_FILE).read_bytes() == before


def test_another_runs_checkpoint_of_that_name_is_kept(save_tiny):
    for run, name in (("first", "mine"), ("second", "mine-2"), ("first", "mine"), ("third", "mine-3")):
        assert save_tiny("mine", provenance={"run": run}).name == name
    runs = {c.name: c.card.provenance["run"] for c in list_checkpoints()}
    assert runs == {"mine": "first", "mine-2": "second", "mine-3": "third"}


def test_two_that_save_under_one_name_at_once_get_two_names(save_tiny):
    threads = [threading.Thread(target=save_tiny, kwargs={"provenance": {"run": str(i)}}) for i in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(c.name for c in list_checkpoints()) == ["tiny", "tiny-2", "tiny-3", "tiny-4"]
    assert len({c.card.provenance["run"] for c in list_checkpoints()}) == 4
