"""What a checkpoint's card says, for people."""

from collections.abc import Mapping
from dataclasses import astuple

import pandas as pd
import streamlit as st

from fer_core.checkpoints.card import ModelCard
from fer_core.checkpoints.checkpoint import Checkpoint
from fer_core.storage.plaintext import setting_title
from pages.shared.messages import plain

_PRINTED = {"": "Paper, as printed", "training": 0.62, "validation": None, "test": 0.85}


def about_checkpoint(checkpoint: Checkpoint) -> None:
    """An expander with scores, settings, versions and limits."""
    with st.expander("About this checkpoint", icon=":material/info:"):
        card = checkpoint.card
        st.markdown(_origin(card))
        for note in card.notes:
            st.markdown(f"- {plain(note)}")
        if card.is_trained:
            _scores(card)
        left, right = st.columns(2)
        left.dataframe(_table("Setting", card.settings), hide_index=True, height="content")
        right.dataframe(_table("Version", card.versions), hide_index=True)
        st.markdown(f"**Limits.** {plain(card.limits)}")
        if card.command:
            st.markdown("**To reproduce:**")
            st.code(card.command, language=None, wrap_lines=True)


def _origin(card: ModelCard) -> str:
    if not card.is_trained:
        return (
            f"**{plain(card.name)}** was {plain(card.origin_in_words)}. It came here on {plain(card.created_at[:10])} "
            f"and has {card.weights:,} weights."
        )
    return (
        f"**{plain(card.name)}** has {card.weights:,} weights, trained in {card.seconds / 60:,.0f} min on "
        f"{plain(card.hardware)}, on {card.counts['train']:,} faces of {plain(card.dataset_title)} "
        f"({plain(card.scheme.title)}), {plain(card.created_at[:10])}."
    )


def _scores(card: ModelCard) -> None:
    rows = [
        dict(zip(_PRINTED, (f"{name} epoch ({s.epoch})", *astuple(s)[1:]), strict=True))
        for name, s in (("Best", card.best), ("Last", card.last))
    ]
    splits = {c: st.column_config.NumberColumn(c.capitalize(), format="percent") for c in list(_PRINTED)[1:]}
    columns = {"": st.column_config.TextColumn("Accuracy"), **splits}
    st.dataframe(pd.DataFrame([*rows, _PRINTED]), hide_index=True, placeholder="–", column_config=columns)
    st.caption(
        "The weights are those of the best validation epoch. The paper's 62% training and 85% testing "
        "accuracy are probably swapped: public code reports 85% training, 63% validation."
    )


def _table(title: str, values: Mapping[str, object]) -> pd.DataFrame:
    return pd.DataFrame({title: [setting_title(k) for k in values], "Value": [str(v) for v in values.values()]})
