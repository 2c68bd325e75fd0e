"""Settings to begin with, for people who do not want to choose them one by one."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from math import inf
from typing import Any

from fer_core.training.settings.config import TrainingConfig

_QUICK_FACES = 3200  # a small network on two cores sees them five times a minute

_MOVED = {"flip": True, "rotation": 15.0, "shift": 0.07, "scale": 0.12, "shear": 0.1}
_RELIT = {"brightness": 0.15, "contrast": 0.25, "blur": 0.8, "noise": 0.02, "erasing": 0.3}

_TWO_CURVES = (
    0.266, 0.277, 0.266, 0.266, 0.274, 0.269, 0.287, 0.303, 0.418, 0.338, 0.441, 0.434, 0.511, 0.516, 0.516,
    0.559, 0.609, 0.620, 0.654, 0.630, 0.676, 0.609, 0.638, 0.654, 0.702, 0.699, 0.707, 0.731, 0.726, 0.718,
)  # fmt: skip


@dataclass(frozen=True)
class Preset:
    """Settings to begin with.

    Attributes:
        settings: What differs from the paper's Table 4.
        faces: About how many training faces are used; 0 for all.
        fewest: It is offered for datasets of at least this many training faces.
        most: And of fewer than this many.
        result: What it reached when it was run for this project, and on what; "" when it was not.
        curve: Its validation accuracy epoch by epoch in that run; empty when it was not kept.
    """

    name: str
    title: str
    reason: str
    settings: Mapping[str, Any] = field(default_factory=dict)
    faces: int = 0
    fewest: int = 0
    most: float = inf
    result: str = ""
    curve: tuple[float, ...] = ()

    def suits(self, training_faces: int) -> bool:
        """Whether it is offered for a dataset of this size."""
        return self.fewest <= training_faces < self.most

    def config(self, dataset: str, training_faces: int, schemes: tuple[str, ...]) -> TrainingConfig:
        """Return its settings for a dataset, whose label schemes come with the preferred one first."""
        share = min(1.0, round(self.faces / max(training_faces, 1), 3)) if self.faces else 1.0
        settings = {"share": max(share, 0.01), **self.settings, "dataset": dataset}
        if settings.get("scheme", TrainingConfig().scheme) not in schemes:
            settings["scheme"] = schemes[0]
        return TrainingConfig.from_dict(settings)


SMALL_SET = 2000
"""With fewer training faces, a network of fresh weights hardly learns: :data:`FINE_TUNING` is better."""

FINE_TUNING = Preset(
    "fine-tune",
    "Few pictures",
    f"For fewer than {SMALL_SET:,} faces: fine-tunes fer-lab on your classes.",
    {
        **{"architecture": "soft-cnn", "start_from": "fer-lab", "dropout": 0.0, "dense_dropout": 0.3},
        **{"optimizer": "adamw", "learning_rate": 2e-4, "schedule": "cosine", "epochs": 15, "batch_size": 16},
        **{"weight_decay": 0.01, "metric": "loss", "augmentation": _MOVED | _RELIT},
    },
    most=SMALL_SET,
    result="97.3% of 600 test faces after 89 training faces of three FER2013 classes (from scratch: 48.5%)",
)

PRESETS = (
    Preset(
        "demo",
        "One-minute demo",
        "A narrow version of the paper's network on a few thousand faces: see it learn in a minute.",
        {"width": 16, "learning_rate": 1e-3, "batch_size": 32, "epochs": 8},
        faces=_QUICK_FACES,
        result="97.1% of the demo’s validation faces (epoch 7)",
        curve=(0.266, 0.476, 0.774, 0.920, 0.939, 0.955, 0.971, 0.963),
    ),
    Preset(
        "two-curves",
        "Two curves",
        "The demo's network on 200 faces without dropout: the curves diverge within a minute.",
        {"width": 16, "learning_rate": 1e-3, "batch_size": 32, "epochs": 30, "dropout": 0.0, "dense_dropout": 0.0},
        faces=200,
        result="100.0% of its training faces, 71.8% of the demo’s validation faces (epoch 30)",
        curve=_TWO_CURVES,
    ),
    Preset(
        "ten-minutes",
        "Real faces in ten minutes",
        "The paper's network, but with vote distributions, mirrored and shifted faces and a one-cycle schedule.",
        {
            **{"scheme": "distribution-7", "epochs": 12, "batch_size": 128, "dropout": 0.1, "dense_dropout": 0.3},
            **{"optimizer": "adamw", "learning_rate": 2e-3, "schedule": "one_cycle", "metric": "loss"},
            **{"weight_decay": 0.05, "weight_average": 0.99},
            "augmentation": {"flip": True, "rotation": 10.0, "shift": 0.05, "scale": 0.08},
        },
        fewest=10_000,
        result="83.5% of FER+’s validation faces (epoch 12)",
        curve=(0.529, 0.651, 0.730, 0.765, 0.783, 0.801, 0.813, 0.824, 0.828, 0.835, 0.835, 0.835),
    ),
    Preset(
        "paper",
        "The paper",
        "Table 4 as printed: 2.3 million weights, Adam at 1e-4, 50 epochs, batch size 64.",
        result="81.5% of FER+’s validation faces (epoch 41)",
    ),
    Preset(
        "best",
        "Best small network",
        "Half the weights, augmentation, vote distributions and a one-cycle schedule: more accurate, but slower.",
        {
            **{"architecture": "soft-cnn", "scheme": "distribution-8", "dropout": 0.0, "dense_dropout": 0.3},
            **{"optimizer": "adamw", "learning_rate": 3e-3, "schedule": "one_cycle", "epochs": 40},
            **{"weight_decay": 0.05, "weight_average": 0.999, "augmentation": _MOVED | _RELIT},
        },
        result="87.5% of FER+’s validation faces (epoch 39)",
    ),
    FINE_TUNING,
)
