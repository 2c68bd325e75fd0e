"""An evaluation under three views of how common emotions are."""

from dataclasses import asdict

import pandas as pd
import streamlit as st

from fer_core.checkpoints.priors import PRIOR_ADJUSTMENT_TITLES
from fer_core.evaluation.calibration import prior_adjustments
from fer_core.storage.plaintext import percent
from pages.parts.evaluation.evaluated import Evaluated

_FIGURES = {"accuracy": "Accuracy", "balanced_accuracy": "Balanced accuracy", "macro_f1": "Macro F1"}


def show_prior_adjustment(shown: Evaluated) -> None:
    """What taking rare emotions for more common gains and costs; nothing where the training shares are unknown."""
    views = prior_adjustments(shown.report, shown.checkpoint.card)
    if not views:
        return
    st.subheader("How common is each emotion?", anchor=False)
    table = pd.DataFrame([asdict(seen) for seen in views.values()])
    table[list(_FIGURES)] *= 100
    table.insert(0, "view", [PRIOR_ADJUSTMENT_TITLES[name] for name in views])
    columns = {name: st.column_config.NumberColumn(title, format="%.1f %%") for name, title in _FIGURES.items()}
    st.dataframe(
        table.drop(columns="strength"),
        hide_index=True,
        column_config={"view": "Emotions are", **columns},
        alt="Accuracy, balanced accuracy and macro F1 by how common emotions are taken to be",
    )
    between = shown.checkpoint.card.calibration.between
    st.caption(
        "The network’s answers hold the shares of its training faces, a third of them neutral. Taking these out finds "
        "more of the rare emotions and loses some of the common ones. “In between” goes "
        f"{percent(between)} of the way, as far as accuracy and balanced accuracy of the validation faces add up to "
        "most; Photos, Webcam and Videos begin with it. The figures above are those as in training."
    )
