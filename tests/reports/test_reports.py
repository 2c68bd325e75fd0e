"""What is taken out of the app: whole documents that need nothing else and escape what they show."""

import json
import re
from dataclasses import replace
from html.parser import HTMLParser

import numpy as np
import pytest
import yaml

from fer_core.checkpoints.card import Calibration, ModelCard
from fer_core.checkpoints.checkpoint import load_checkpoint
from fer_core.datasets.dataset import label_records
from fer_core.datasets.store import load_records
from fer_core.evaluation.complete_card import complete_card
from fer_core.evaluation.leaderboard import compare_checkpoints
from fer_core.evaluation.robustness import PERTURBATIONS, RobustnessStep
from fer_core.evaluation.scoring import evaluate_checkpoint
from fer_core.labels import LABEL_SCHEMES, PAPER_EMOTIONS, VOTE_COLUMNS
from fer_core.reports.dataset_card import dataset_card_markdown
from fer_core.reports.evaluation import comparison_report, evaluation_report
from fer_core.reports.evaluation_data import figures_document, prediction_table
from fer_core.reports.model_card import model_card_markdown

SCHEME = LABEL_SCHEMES["majority-7"]


class Document(HTMLParser):
    """Tags, attributes and what scripts of the type JSON hold."""

    def __init__(self, text):
        super().__init__()
        self.tags, self.links, self.specs, self.words, self._in = [], [], [], [], ""
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        self.links += [value for name, value in attrs if name in ("src", "href", "action")]
        self._in = "json" if ("type", "application/json") in attrs else tag

    def handle_endtag(self, tag):
        self._in = ""

    def handle_data(self, data):
        if self._in == "json":
            self.specs.append(json.loads(data))
        elif self._in not in ("script", "style"):
            self.words.append(data)


@pytest.fixture
def evaluated(home_with_checkpoint):
    checkpoint = load_checkpoint("tiny")
    dataset = label_records(load_records("demo"), SCHEME, ["test"])
    return checkpoint, evaluate_checkpoint(checkpoint, dataset), dataset


def test_a_report_is_one_file_without_links_and_pictures(evaluated):
    page = Document(evaluation_report(*evaluated, subject="demo, test split"))
    assert page.links == []
    assert "img" not in page.tags
    assert "link" not in page.tags
    assert len(page.specs) >= 8
    assert all({"data", "layout"} <= spec.keys() for spec in page.specs)
    words = " ".join(page.words)
    assert "Evaluated on demo, test split, class prior: training." in words
    assert f"{100 * evaluated[1].accuracy:.1f}%" in words


def test_robustness_is_in_the_report_when_it_was_measured(evaluated):
    levels = [(p.name, level, 0.4, 100) for p in PERTURBATIONS for level in range(1, 6)]
    steps = [RobustnessStep(*step) for step in (("", 0, 0.5, 100), *levels)]
    with_it = evaluation_report(*evaluated, subject="s", robustness=steps)
    assert "<h2>Robustness" in with_it
    assert "<h2>Robustness" not in evaluation_report(*evaluated, subject="s")


def test_names_cannot_leave_their_place(evaluated):
    checkpoint, report, dataset = evaluated
    odd = "</script><script>alert(1)</script>"
    names = (odd, *report.class_names[1:])
    strange = replace(checkpoint, card=replace(checkpoint.card, name=odd, limits=odd))
    page = evaluation_report(
        strange, replace(report, class_names=names), replace(dataset, class_names=names), subject=odd
    )
    assert "<script>alert" not in page
    assert Document(page).specs


def test_a_comparison_report_has_the_verdict_and_a_matrix_each(save_tiny, small_demo):
    one, two = save_tiny("one"), save_tiny("two", class_names=PAPER_EMOTIONS[::-1])
    leaderboard = compare_checkpoints([one, two], load_records("demo"), "demo", scheme=SCHEME)
    page = Document(comparison_report(leaderboard, {"one": 1.5, "two": 2.5}))
    words = " ".join(page.words)
    best, other = (entry.name for entry in leaderboard.entries)
    assert leaderboard.pair(other, best).verdict() in words
    assert {f"Confusion matrix: {name}" for name in ("one", "two")} <= set(page.words)
    assert "2.50 ms" in words
    assert page.links == []


def test_every_prediction_is_in_the_table(evaluated):
    _, report, dataset = evaluated
    table = prediction_table(report, dataset)
    assert len(table) == len(report)
    assert table["row"].tolist() == report.rows.tolist()
    assert table["right"].mean() == pytest.approx(report.accuracy)
    shares = table[[f"p_{name}" for name in report.class_names]].to_numpy()
    np.testing.assert_allclose(shares.sum(axis=1), 1, atol=1e-5)
    assert (table["predicted"] == np.array(report.class_names)[shares.argmax(axis=1)]).all()
    assert (table[[f"votes_{name}" for name in VOTE_COLUMNS]].to_numpy() == dataset.votes).all()
    assert table["agreement"].between(0, 1).all()


def test_figures_are_json_and_agree_with_the_report(evaluated):
    _, report, _ = evaluated
    document = json.loads(json.dumps(figures_document(report)))
    assert document["accuracy"] == report.accuracy
    assert np.trace(document["confusion_matrix"]) / document["n"] == pytest.approx(report.accuracy)
    low, high = document["accuracy_interval"]
    assert low < report.accuracy < high
    assert set(document["per_class"]) == set(report.class_names)


def test_a_card_becomes_markdown_with_its_figures(home_with_checkpoint):
    card = complete_card(load_checkpoint("tiny"), load_records("demo"), "demo").card
    text = model_card_markdown(card)
    for heading in ("# tiny", "## Model", "## Intended use and limits", "## Training", "## Figures", "## Calibration"):
        assert re.search(f"^{heading}$", text, re.MULTILINE)
    assert f"{100 * card.measured.accuracy:.1f}%" in text
    assert f"Temperature {card.calibration.temperature:.2f}" in text
    lines = [line for line in text.splitlines() if line.startswith("|")]
    assert all(line.endswith("|") for line in lines)
    assert not re.search(r"\|[^\n]*\n\|[^\n]*\n\n\n", text)


def head_of(text):
    """The YAML head of a card, read as the Hub reads it."""
    assert text.startswith("---\n")
    return yaml.safe_load(text.split("\n---\n")[0])


def test_the_hub_reads_a_cards_head(home_with_checkpoint):
    card = complete_card(load_checkpoint("tiny"), load_records("demo"), "demo").card
    head = head_of(model_card_markdown(card))
    assert (head["license"], head["datasets"], head["pipeline_tag"]) == ("other", ["demo"], "image-classification")
    (model,) = head["model-index"]
    (result,) = model["results"]
    assert model["name"] == "tiny"
    assert result["dataset"]["split"] == "test"
    values = {metric["type"]: metric["value"] for metric in result["metrics"]}
    assert values["accuracy"] == round(card.measured.accuracy, 4)
    assert values["f1"] == round(card.measured.macro_f1, 4)
    assert [*values] == head["metrics"]
    assert model_card_markdown(card, with_head=False).startswith("# tiny")


def test_a_head_claims_nothing_of_an_imported_network_and_holds_any_name(make_card):
    head = head_of(model_card_markdown(replace(make_card("1.0"), origin="imported", class_names=("no", "3: [x]"))))
    assert head["license"] == "unknown"
    assert "datasets" not in head
    assert "model-index" not in head
    assert head["tags"][-2:] == ["no", "3: [x]"]


def test_a_dataset_has_a_card_too(small_demo):
    records = load_records("demo")
    text = dataset_card_markdown(small_demo, records, records.schemes[0])
    head = head_of(text)
    assert (head["license"], head["size_categories"]) == ("mit", ["n<1K"])
    assert {split["name"]: split["num_examples"] for split in head["dataset_info"]["splits"]} == small_demo.sizes
    counts = re.findall(r"^\| happiness \| (\d+) \| (\d+) \| (\d+) \|$", text, re.MULTILINE)
    faces = label_records(records, records.schemes[0])
    happy = faces.split[faces.labels == faces.class_names.index("happiness")]
    assert counts == [tuple(str(n) for n in np.bincount(happy, minlength=3))]
    assert small_demo.fingerprint in text
    assert "uncertain by up to" in text


def test_an_imported_card_says_what_is_unknown_and_is_escaped(make_card):
    card = replace(make_card("odd"), origin="imported", notes=("[x](y) | <b>",), limits="*none*")
    text = model_card_markdown(card)
    assert "unknown" in text
    assert r"\[x\](y) \| \<b\>" in text
    assert r"\*none\*" in text
    assert "Not calibrated" in text


def test_a_card_survives_the_disk(home_with_checkpoint):
    made = complete_card(load_checkpoint("tiny"), load_records("demo"), "demo", not_sure_below=0.4).card
    assert load_checkpoint("tiny").card == made
    assert made.calibration.not_sure_below == 0.4
    assert made.measured.confusion_matrix == tuple(map(tuple, np.array(made.measured.confusion_matrix).tolist()))
    assert isinstance(made, ModelCard)
    assert isinstance(made.calibration, Calibration)
