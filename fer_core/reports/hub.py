"""The YAML heads by which the Hugging Face Hub sorts and shows model cards and dataset cards."""

import json
import re

from fer_core.checkpoints.card import ModelCard
from fer_core.datasets.cards import DatasetCard

_TASK = "image-classification"
_TAGS = ["facial-expression-recognition", "emotion-recognition", "fer-lab"]
_SIZES = {1_000: "n<1K", 10_000: "1K<n<10K", 100_000: "10K<n<100K", 1_000_000: "100K<n<1M"}


def model_head(card: ModelCard) -> str:
    """Return the head of a checkpoint's card, with its measured figures as a model index.

    Its license is "other": weights are bound to the terms of the faces they were trained on.
    """
    head: dict[str, object] = {"license": "unknown" if card.is_imported else "other"}
    if card.is_trained:
        head |= {"license_name": "terms-of-the-training-faces", "datasets": [_identifier(card.dataset)]}
    head |= {"library_name": "litert", "pipeline_tag": _TASK, "tags": [*_TAGS, *card.class_names]}
    measured = card.measured
    if measured.n:
        values = {
            "accuracy": (measured.accuracy, "Accuracy"),
            "f1": (measured.macro_f1, "Macro F1"),
            "balanced_accuracy": (measured.balanced_accuracy, "Balanced accuracy"),
            "expected_calibration_error": (measured.calibration_error, "Calibration error (ECE)"),
        }
        result = {
            "task": {"type": _TASK, "name": "Facial expression recognition"},
            "dataset": {
                "type": _identifier(measured.dataset),
                "name": f"{measured.dataset_title} ({measured.labels_title}, n = {measured.n:,})",
                "split": measured.split,
            },
            "metrics": [{"type": kind, "value": round(v, 4), "name": name} for kind, (v, name) in values.items()],
        }
        head |= {"metrics": [*values], "model-index": [{"name": card.name, "results": [result]}]}
    return _yaml(head)


def dataset_head(card: DatasetCard) -> str:
    """Return the head of a dataset's card; only the drawn faces may be passed on without asking their source."""
    faces = sum(card.sizes.values())
    size = next((text for most, text in _SIZES.items() if faces < most), "n>1M")
    splits = [{"name": split, "num_examples": count} for split, count in card.sizes.items()]
    return _yaml(
        {
            "license": "mit" if card.is_drawn else "other",
            **({} if card.is_drawn else {"license_name": "terms-of-its-source"}),
            "pretty_name": card.name,
            "task_categories": [_TASK],
            "size_categories": [size],
            "tags": _TAGS,
            "dataset_info": {"splits": splits},
        }
    )


def _identifier(name: str) -> str:
    return re.sub(r"[^a-z0-9-]+", "-", name.lower()).strip("-") or "unknown"


def _yaml(head: dict[str, object]) -> str:
    # JSON is YAML, and leaves no text to be misread as a number, a date or "no".
    return "\n".join(["---", *(f"{key}: {json.dumps(value)}" for key, value in head.items()), "---"])
