"""What the chosen dataset has too little of, said before anything starts."""

from collections.abc import Callable

import streamlit as st

from fer_core.datasets.issues import Severity
from fer_core.datasets.store import DatasetCard
from fer_core.labels import LABEL_SCHEMES
from fer_core.training.runs.data import rows_left_out
from fer_core.training.settings.config import TrainingConfig
from pages.shared import cached
from pages.shared.messages import plain

_SHOWN: dict[Severity, tuple[Callable[..., object], str]] = {
    "error": (st.error, ":material/block:"),
    "warning": (st.warning, ":material/warning:"),
    "note": (st.info, ":material/info:"),
}


def show_data_issues(config: TrainingConfig, dataset: DatasetCard) -> bool:
    """Show what speaks against training with these settings; True when nothing can be learned.

    Raises:
        DatasetError: The subset to exclude is gone.
        TrainingError: The dataset has no biased sample.
    """
    issues = cached.training_set_issues(
        cached.records(dataset),
        LABEL_SCHEMES[config.scheme],
        without=rows_left_out(config),
        share=config.share,
    )
    for severity, (show, icon) in _SHOWN.items():
        texts = [plain(issue.text) for issue in issues if issue.severity == severity]
        if texts:
            show(texts[0] if len(texts) == 1 else "\n".join(f"- {text}" for text in texts), icon=icon)
    return any(issue.severity == "error" for issue in issues)
