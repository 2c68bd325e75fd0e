"""What the chosen settings mean, before the start: the network, the learning rate, augmented faces."""

import numpy as np
import pandas as pd
import streamlit as st

from fer_core.datasets.store import DatasetCard
from fer_core.errors import TrainingError
from fer_core.plots.network import network_blocks
from fer_core.plots.pictures import picture_html
from fer_core.plots.training import learning_rate_curve
from fer_core.training.settings.architecture_summary import summarize
from fer_core.training.settings.augmentation import Augmentation, augment, mix
from fer_core.training.settings.config import TrainingConfig
from pages.shared.cached import records
from pages.shared.charts import drawn

_SHOWN = 10
_PLAIN = {"displayModeBar": False}


def preview_rate() -> None:
    """Draw the learning rate over the epochs, for controls that may still contradict each other."""
    names = ("learning_rate", "epochs", "schedule", "warmup_epochs")
    try:
        config = TrainingConfig.from_dict({name: st.session_state[name] for name in names})
    except TrainingError:
        st.caption("The warm-up must be shorter than the run.")
        return
    st.plotly_chart(
        drawn(learning_rate_curve, config), key="rate_preview", config=_PLAIN, alt="The learning rate over the epochs."
    )


def preview_faces(dataset: DatasetCard) -> None:
    """Show ten training faces as an epoch might change them with the form's augmentation."""
    augmentation = Augmentation(**{name: st.session_state[f"augmentation.{name}"] for name in Augmentation.hints()})
    stored = records(dataset)
    rows = np.flatnonzero(stored.split == 0)[:_SHOWN]
    rng = np.random.default_rng(st.session_state.get("preview_seed", 0))
    faces = augment(np.asarray(stored.images[rows]), augmentation, rng)
    if augmentation.mixup:
        faces, _ = mix(faces, np.ones((len(faces), 1), np.float32), augmentation.mixup, rng)
    tiles = "".join(picture_html(face, 68, f"Training face {number}, changed") for number, face in enumerate(faces, 1))
    st.html(f'<div style="display:flex;flex-wrap:wrap;gap:8px">{tiles}</div>')
    if augmentation == Augmentation():
        st.caption("No augmentation: ten original training faces.")
    elif st.button("Draw again", icon=":material/refresh:", key="preview_again", type="tertiary"):
        st.session_state["preview_seed"] = st.session_state.get("preview_seed", 0) + 1
        st.rerun()


def preview_network(config: TrainingConfig, training_faces: int) -> None:
    """Draw the network's layers with their shapes, and count its weights, arithmetic and steps."""
    network = summarize(config)
    steps = -(-max(1, round(config.share * training_faces)) // config.batch_size)
    with st.container(border=True):
        st.markdown(
            f"**{network.weights:,}** weights · **{network.multiply_adds / 1e6:,.1f} million** multiply-adds per face "
            "· "
            f"**{steps * config.epochs:,}** steps"
        )
        st.plotly_chart(
            drawn(network_blocks, network),
            key="network",
            config=_PLAIN,
            alt="The network's layers as blocks, left to right.",
        )
        with st.expander("Layer by layer", icon=":material/table_rows:"):
            rows = [
                (f"{one.kind} {one.detail}".rstrip(), " × ".join(map(str, one.shape)), one.weights, one.multiply_adds)
                for one in network.layers
            ]
            table = pd.DataFrame(rows, columns=["Layer", "Gives", "Weights", "Multiply-adds"])
            st.dataframe(table, hide_index=True, height="content")
