"""Folders and zips of pictures become datasets, with a reviewed mapping and no silent loss."""

import io
import zipfile

import numpy as np
import pytest
from PIL import Image

from fer_core.datasets.crops import whole_face
from fer_core.datasets.dataset import label_records
from fer_core.datasets.pictures import read_pictures, scan_pictures
from fer_core.datasets.splits import SplitRule, folder_word, split_of
from fer_core.datasets.store import import_pictures, list_datasets, load_records, picture_names
from fer_core.errors import DatasetError
from fer_core.labels import EMOTIONS, LABEL_SCHEMES, OWN_LABELS, SYNONYMS, class_of


def picture(seed, size=(48, 48), mode="L", kind="PNG"):
    rng = np.random.default_rng(seed)
    shape = (size[1], size[0]) if mode == "L" else (size[1], size[0], len(mode))
    content = io.BytesIO()
    Image.fromarray(rng.integers(0, 256, shape).astype(np.uint8), mode).save(content, kind)
    return content.getvalue()


def files(layout, per_class=4):
    return {layout.format(name=name, i=i): picture(i) for i in range(per_class) for name in ("angry", "happy")}


@pytest.fixture
def place(tmp_path):
    """Writes files as a folder or as a zip and returns the path."""

    def place(members, *, as_zip):
        root = tmp_path / ("faces.zip" if as_zip else "faces")
        if as_zip:
            with zipfile.ZipFile(root, "w") as archive:
                for name, content in members.items():
                    archive.writestr(name, content)
        else:
            for name, content in members.items():
                (root / name).parent.mkdir(parents=True, exist_ok=True)
                (root / name).write_bytes(content)
        return root

    return place


@pytest.mark.parametrize("as_zip", [True, False])
@pytest.mark.parametrize(
    ("layout", "split"),
    [
        ("train/{name}/{i}.png", "train"),
        ("data/{name}/test/{i}.png", "test"),
        ("FER/Validation/{name}/{i}.PNG", "validation"),
        ("CK+48/{name}/S01_{i}.png", ""),
    ],
)
def test_class_and_split_are_read_from_the_folders(place, layout, split, as_zip):
    plan = scan_pictures(place(files(layout), as_zip=as_zip), "faces")
    assert plan.folders == {"angry": 4, "happy": 4}
    assert plan.suggested == {"angry": "anger", "happy": "happiness"}
    assert plan.split_sizes == {split: 8}


@pytest.mark.parametrize(
    ("folder", "label"),
    [
        ("Happy", "happiness"),
        ("03_surprised", "surprise"),
        ("ANGER", "anger"),
        ("fear-", "fear"),
        ("Contempt", "contempt"),
        ("no emotion", "neutral"),
        ("3", ""),
        ("ahegao", ""),
        ("calm", ""),
        ("unhappy face", ""),
        ("Freude", "happiness"),
        ("U\u0308berraschung", "surprise"),  # as macOS writes it
        ("ärgerlich", "anger"),
        ("WÜTEND", "anger"),
        ("Verächtlich", "contempt"),
        ("01_Dégoût", "disgust"),
        ("en_colère", "anger"),
        ("alegría", "happiness"),
        ("miedo", "fear"),
        ("disgusto", ""),
    ],
)
def test_the_table_of_synonyms(folder, label):
    assert class_of(folder_word(folder)) == label


def test_every_class_is_its_own_synonym_and_no_word_stands_twice():
    words = [word for synonyms in SYNONYMS.values() for word in synonyms]
    assert len(words) == len(set(words))
    assert all(class_of(name) == name for name in EMOTIONS)
    assert not any(split_of(word) for word in words)


def test_pixels_of_48x48_grey_pictures_come_through_unchanged(place):
    plan = scan_pictures(place(files("{name}/{i}.png"), as_zip=True), "faces")
    found = read_pictures(plan, plan.suggested)
    expected = [np.asarray(Image.open(io.BytesIO(picture(int(name[-5]))))) for name in found.names]
    np.testing.assert_array_equal(found.records.images, expected)
    assert [OWN_LABELS[e] for e in found.records.emotion] == ["anger"] * 4 + ["happiness"] * 4


@pytest.mark.parametrize(
    ("size", "mode", "kind"), [((200, 120), "RGB", "JPEG"), ((30, 30), "L", "WEBP"), ((90, 200), "RGBA", "PNG")]
)
def test_any_size_and_colour_becomes_48x48(place, size, mode, kind):
    plan = scan_pictures(place({"sad/1.png": picture(1, size, mode, kind)}, as_zip=False), "faces")
    assert read_pictures(plan, {"sad": "sadness"}).records.images.shape == (1, 48, 48)


def test_the_middle_of_a_wide_picture_is_taken():
    image = np.zeros((60, 100), np.uint8)
    image[:, 20:80] = 200
    assert (whole_face(image) == 200).all()


def test_damaged_and_unmapped_files_are_counted(place):
    members = files("train/{name}/{i}.png") | {
        "train/angry/broken.png": b"\x89PNG no picture",
        "train/calm/1.png": picture(9),
        "notes.txt": b"x",
        "loose.png": picture(3),
        "train/.hidden/1.png": picture(3),
    }
    plan = scan_pictures(place(members, as_zip=True), "faces")
    found = read_pictures(plan, plan.suggested)
    assert len(found.records) == 8
    assert found.skipped == {
        "hidden or system file": 1,
        "not a picture": 1,
        "in no class folder": 1,
        "damaged or too large": 1,
        "in a folder without a class": 1,
    }


def test_folders_without_a_class_and_damaged_files_are_named(place):
    members = files("{name}/{i}.png") | {f"angry/broken{i:02}.png": b"\x89PNG no" for i in range(25)}
    members |= {"7/1.png": picture(1), "calm/1.png": picture(2), "calm/2.png": picture(3)}
    plan = scan_pictures(place(members, as_zip=True), "faces")
    found = read_pictures(plan, plan.suggested)
    assert found.damaged == tuple(f"angry/broken{i:02}.png" for i in range(20))
    assert found.skipped["damaged or too large"] == 25
    text = plan.unmapped_text(plan.suggested)
    assert "left out: 7 (1), calm (2). To use them, assign each a class: anger, disgust" in text
    assert plan.unmapped_text(dict.fromkeys(plan.folders, "anger")) == ""
    with pytest.raises(
        DatasetError, match=r"There is no folder “nofolder” in faces \(there are: 7, angry, calm, happy\)"
    ):
        read_pictures(plan, plan.suggested | {"nofolder": "anger"})


@pytest.mark.parametrize("layout", ["{split}/{name}/{i}.png", "{name}/{split}/{i}.png"])
def test_eval_folders_are_asked_about(place, layout):
    members = {}
    for split in ("train", "Eval"):
        members |= files(layout.replace("{split}", split))
    plan = scan_pictures(place(members, as_zip=True), "faces")
    assert (plan.folders, plan.unclear_splits) == ({"angry": 8, "happy": 8}, ("Eval",))
    with pytest.raises(DatasetError, match=r"“Eval” of faces may mean validation or test\. .* --split Eval=test\)"):
        read_pictures(plan, plan.suggested)
    said = plan.with_splits({"Eval": "test"})
    assert said.split_sizes == {"train": 8, "test": 8}
    assert read_pictures(said, said.suggested).records.split_sizes()["test"] == 8
    assert len(read_pictures(plan, plan.suggested, splits=SplitRule(use_folders=False)).records) == 16
    with pytest.raises(DatasetError, match="not a valid split assignment"):
        plan.with_splits({"train": "test"})


def test_links_are_not_followed(place, tmp_path):
    root = place(files("{name}/{i}.png"), as_zip=False)
    (tmp_path / "secret.png").write_bytes(picture(77))
    (root / "angry" / "link.png").symlink_to(tmp_path / "secret.png")
    plan = scan_pictures(root, "faces")
    assert plan.skipped == {"a link": 1}
    assert plan.folders["angry"] == 4


def test_a_folder_and_a_zip_of_the_same_files_are_the_same_dataset(place):
    plans = [scan_pictures(place(files("train/{name}/{i}.png"), as_zip=kind), "faces") for kind in (True, False)]
    first, second = (read_pictures(plan, plan.suggested) for plan in plans)
    assert first.records.fingerprint == second.records.fingerprint
    assert first.sha256 == second.sha256


def test_an_import_is_listed_labelled_and_named(home, place):
    members = files("train/{name}/{i}.png", 10) | {"test/contempt/a.png": picture(5), "test/angry/b.png": picture(6)}
    plan = scan_pictures(place(members, as_zip=True), "my faces.zip")
    card = import_pictures(plan, plan.suggested, name="mine", splits=SplitRule(seed=3))
    assert list_datasets() == (card,)
    assert (card.kind, card.images_file, card.sizes) == (
        "pictures",
        "my faces.zip",
        {"train": 18, "validation": 2, "test": 2},
    )
    assert card.splits == "train, test from the folders; validation (10%) drawn class by class, seed 3"
    records = load_records("mine")
    assert picture_names("mine")[0] == "test/angry/b.png"
    assert [scheme.name for scheme in records.schemes] == ["fer2013", "own-8"]
    assert len(label_records(records, LABEL_SCHEMES["own-8"])) == 22
    assert len(label_records(records, LABEL_SCHEMES["fer2013"])) == 21


def test_a_failed_import_changes_nothing(home, place):
    plan = scan_pictures(place(files("{name}/{i}.png"), as_zip=True), "faces")
    card = import_pictures(plan, plan.suggested, name="mine")
    with pytest.raises(DatasetError, match="at least one folder"):
        import_pictures(plan, {}, name="mine")
    with pytest.raises(DatasetError, match="is not a class"):
        import_pictures(plan, {"angry": "rage"}, name="mine")
    with pytest.raises(DatasetError, match="is reserved for the drawn"):
        import_pictures(plan, plan.suggested, name="demo")
    assert list_datasets() == (card,)
    assert [path.name for path in (home / "data").iterdir() if path.suffix != ".lock"] == ["mine"]


def test_a_damaged_copy_asks_for_the_pictures_again(home, place):
    plan = scan_pictures(place(files("{name}/{i}.png"), as_zip=True), "faces.zip")
    import_pictures(plan, plan.suggested, name="mine")
    (home / "data" / "mine" / "images.npy").write_bytes(b"cut")
    with pytest.raises(DatasetError, match=r"Import faces\.zip again"):
        load_records("mine")


def test_nothing_in_class_folders_is_a_sentence(place):
    with pytest.raises(DatasetError, match="no pictures in class folders"):
        scan_pictures(place({"1.png": picture(1), "train/2.png": picture(2)}, as_zip=True), "faces.zip")


def test_faces_are_cut_out_of_photos(place):
    face = np.random.default_rng(0).integers(0, 256, (48, 48)).astype(np.uint8)
    plan = scan_pictures(place(files("{name}/{i}.png"), as_zip=True), "faces")
    seen = []

    def every_other(image):
        seen.append(image.shape)
        return face if len(seen) % 2 else face[:0]

    found = read_pictures(plan, plan.suggested, to_face=every_other)
    assert seen == [(48, 48, 3)] * 8
    assert (found.records.images == face).all()
    assert found.skipped == {"without a face": 4}
