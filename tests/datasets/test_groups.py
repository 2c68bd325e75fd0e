"""Groups of drawn people: who is left out of a biased sample, and that a test of groups differs in nothing else."""

import numpy as np
import pytest

from fer_core.datasets.dataset import label_records
from fer_core.datasets.demo import draw_demo, sittings
from fer_core.datasets.drawn.person import Person
from fer_core.datasets.groups import GROUP_NAMES, biased_rows, draw_groups, is_plain
from fer_core.datasets.store import dataset_card, load_records
from fer_core.errors import TrainingError
from fer_core.labels import LABEL_SCHEMES
from fer_core.training.runs.data import data_issues, rows_left_out
from fer_core.training.settings.config import TrainingConfig

PEOPLE = 5


@pytest.fixture(scope="module")
def groups():
    return draw_groups(PEOPLE)


def test_a_biased_sample_leaves_out_everybody_who_is_not_plain_but_nobody_of_the_test():
    demo = draw_demo({"train": 30, "validation": 10, "test": 10})
    people = [getattr(each.shown, "person", None) for each, _ in zip(sittings(), range(50), strict=False)]
    others = [p and (p.glasses > 0 or p.beard > 0 or p.palette.skin[0] < 0.6) for p in people]
    assert biased_rows(demo).tolist() == [row for row in range(40) if others[row]]
    assert 5 < len(biased_rows(demo)) < 35


def test_who_is_plain():
    assert is_plain(Person())
    assert not is_plain(Person(glasses=0.5))
    assert not is_plain(Person(beard=0.3))


def test_the_same_people_are_drawn_once_for_each_group(groups):
    assert len(groups) == PEOPLE * len(GROUP_NAMES)
    images, votes = groups.images.reshape(len(GROUP_NAMES), PEOPLE, 48, 48), groups.votes.reshape(5, PEOPLE, 10)
    assert (votes == votes[0]).all()
    changed = np.abs(images[1:].astype(int) - images[0]).mean(axis=(2, 3))
    assert (changed > 0.5).all()


def test_each_face_of_a_group_has_a_label(groups):
    assert len(label_records(groups, LABEL_SCHEMES["majority-8"], ["test"])) == len(groups)


def test_a_run_on_a_biased_sample_has_fewer_faces_and_only_where_people_are_known(small_demo, same_faces_as_training):
    config = TrainingConfig(biased_sample=True)
    left_out = rows_left_out(config)
    assert left_out.tolist() == biased_rows(load_records("demo")).tolist()
    assert data_issues(config)
    with pytest.raises(TrainingError, match="Choose the demo"):
        data_issues(TrainingConfig(biased_sample=True, dataset=dataset_card(same_faces_as_training).name))
