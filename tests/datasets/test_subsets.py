"""Rows are kept by name, for the content they were made from, and never change."""

import json
from dataclasses import replace

import numpy as np
import pytest

from fer_core.datasets.dataset import label_records
from fer_core.datasets.store import dataset_card, delete_dataset, import_dataset, load_records
from fer_core.datasets.subsets import (
    delete_subsets,
    list_subsets,
    load_subset,
    rename_subset,
    rows_outside,
    save_subset,
    subset_rows,
)
from fer_core.errors import DatasetError
from fer_core.labels import LABEL_SCHEMES


@pytest.fixture(autouse=True)
def _stored(home, files):
    import_dataset(*files)


def test_a_list_is_kept_and_found(home):
    made = save_subset(dataset_card("ferplus"), "clean-test", np.array([5, 1, 5]), "seen in training")
    assert made.rows == (1, 5)
    assert load_subset(dataset_card("ferplus"), "clean-test") == made == list_subsets(dataset_card("ferplus"))[0]
    assert subset_rows(dataset_card("ferplus"), "clean-test").tolist() == [1, 5]
    assert subset_rows(dataset_card("ferplus"), "").tolist() == []


def test_labelling_leaves_its_rows_out():
    records, scheme = load_records("ferplus"), LABEL_SCHEMES["fer2013"]
    without = label_records(records, scheme, without=[0, 3])
    assert without.rows.tolist() == [1, 2, 4, 5]
    assert len(label_records(records, scheme)) == 6
    with pytest.raises(DatasetError, match="No row remains"):
        label_records(records, scheme, without=range(6))


def test_a_name_keeps_its_rows():
    first = save_subset(dataset_card("ferplus"), "mine", [1], "a")
    assert save_subset(dataset_card("ferplus"), "mine", [1], "again") == first
    with pytest.raises(DatasetError, match="already names a subset with other rows"):
        save_subset(dataset_card("ferplus"), "mine", [2], "b")


@pytest.mark.parametrize(
    ("name", "rows", "sentence"),
    [("../x", [1], "is not a valid name"), ("x", [], "is empty"), ("x", [6], "is empty"), ("x", [-1], "is empty")],
)
def test_bad_lists_are_refused(name, rows, sentence):
    with pytest.raises(DatasetError, match=sentence):
        save_subset(dataset_card("ferplus"), name, rows, "")


def test_other_content_makes_a_list_void(files, demo_files):
    save_subset(dataset_card("ferplus"), "mine", [1], "a")
    import_dataset(*demo_files, name="ferplus")
    assert list_subsets(dataset_card("ferplus")) == ()
    with pytest.raises(DatasetError, match="an earlier version of"):
        subset_rows(dataset_card("ferplus"), "mine")
    save_subset(dataset_card("ferplus"), "mine", [2], "its name is free")
    assert subset_rows(dataset_card("ferplus"), "mine").tolist() == [2]


def test_a_damaged_list_is_a_sentence(home):
    save_subset(dataset_card("ferplus"), "mine", [1], "a")
    path = home / "data" / ".exclusions" / "ferplus" / "mine.json"
    for damage in ("{", "[]", json.dumps(json.loads(path.read_text()) | {"rows": ["1"]})):
        path.write_text(damage)
        with pytest.raises(DatasetError, match="damaged"):
            load_subset(dataset_card("ferplus"), "mine")
    assert list_subsets(dataset_card("ferplus")) == ()


def test_missing_lists_name_those_there_are():
    save_subset(dataset_card("ferplus"), "mine", [1], "a")
    with pytest.raises(DatasetError, match="there are: mine"):
        load_subset(dataset_card("ferplus"), "other")


def test_lists_go_one_by_one_or_with_their_dataset(home):
    save_subset(dataset_card("ferplus"), "one", [1], "a")
    save_subset(dataset_card("ferplus"), "two", [2], "a")
    delete_subsets(dataset_card("ferplus"), "one")
    assert [known.name for known in list_subsets(dataset_card("ferplus"))] == ["two"]
    delete_dataset("ferplus")
    assert list((home / "data" / ".exclusions").glob("*")) == []


def test_an_import_of_the_same_content_keeps_the_lists(files):
    save_subset(dataset_card("ferplus"), "mine", [1], "a")
    import_dataset(*files)
    assert len(list_subsets(dataset_card("ferplus"))) == 1


def test_a_subset_is_renamed_to_a_free_name(home):
    card = dataset_card("ferplus")
    first = save_subset(card, "one", [1], "a")
    save_subset(card, "two", [2], "b")
    with pytest.raises(DatasetError, match="already a subset “two”"):
        rename_subset(card, "one", "two")
    with pytest.raises(DatasetError, match="is not a valid name"):
        rename_subset(card, "one", "../x")
    assert rename_subset(card, "one", "one") == first
    renamed = rename_subset(card, "one", "three")
    assert (renamed.rows, renamed.reason) == ((1,), "a")
    assert [known.name for known in list_subsets(card)] == ["three", "two"]


def test_rows_outside_are_those_outside_one_and_inside_another(home):
    card = dataset_card("ferplus")
    bad, good = save_subset(card, "bad", [1, 2], "a"), save_subset(card, "good", [0, 1, 5], "b")
    assert rows_outside(card, None, None).tolist() == []
    assert rows_outside(card, bad, None).tolist() == [1, 2]
    assert rows_outside(card, None, good).tolist() == [2, 3, 4]
    assert rows_outside(card, bad, good).tolist() == [1, 2, 3, 4]


def test_subsets_of_ferplus_stay_when_its_pictures_come():
    """They are kept where those of the imported dataset are, which usually has another name than what ships."""
    delete_dataset("ferplus")
    shipped = dataset_card("ferplus")
    assert shipped.name == "FER+"
    save_subset(shipped, "mine", [1], "a")
    assert list_subsets(replace(shipped, name="ferplus"))[0].rows == (1,)
