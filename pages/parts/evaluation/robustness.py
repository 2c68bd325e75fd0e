"""How accuracy falls as pictures get worse."""

from collections.abc import Iterator
from functools import partial

import pandas as pd
import streamlit as st

from fer_core.datasets.dataset import FerDataset
from fer_core.evaluation.robustness import (
    LEVELS,
    PERTURBATIONS,
    RobustnessStep,
    card_table,
    is_measured,
    robustness_steps,
    robustness_table,
    sample_of,
)
from fer_core.plots.classes import robustness_panel
from fer_core.plots.gallery import perturbation_examples
from pages.parts.evaluation.evaluated import Evaluated
from pages.shared import cached
from pages.shared.charts import drawn, show_chart
from pages.shared.links import invite_pictures

_SOME = 500
_STEPS = 1 + len(PERTURBATIONS) * len(LEVELS)


def show_robustness(shown: Evaluated) -> None:
    """Show accuracy under seven perturbations as small multiples: from the card, or measured on request."""
    table = _from_card(shown)
    if table is None and not shown.faces.has_pictures:
        invite_pictures("measure robustness here")
        return
    table = _measured(shown) if table is None else table
    if table is None:
        return
    with st.container(horizontal=True, gap="small"):
        for perturbation in PERTURBATIONS:
            alt = f"Accuracy under {perturbation.name} at five levels; the table has the figures."
            figure = drawn(robustness_panel, table, perturbation.name, perturbation.unit)
            show_chart(f"evaluation_robustness-{perturbation.name}", alt, figure, width=172)
    faces = int(table["n"].iloc[0])
    st.caption(f"Lines: 95% CI (Wilson), n = {faces:,}. From mild to severe:")
    if shown.faces.has_pictures:
        st.html(perturbation_examples(shown.faces.images[0]))
    with st.expander("Table", icon=":material/table:"):
        wide = table.pivot_table(index="perturbation", columns="level", values="accuracy", sort=False) * 100
        wide.columns = ["untouched", *(f"level {level}" for level in LEVELS)]
        st.dataframe(wide.round(1))


def _from_card(shown: Evaluated) -> pd.DataFrame | None:
    """Return what the card says, if it was measured on just these faces."""
    measured = shown.checkpoint.card.measured
    here = shown.report.fingerprint, shown.split, shown.scheme.name, len(shown.report)
    if not measured.robustness or here != (measured.fingerprint, measured.split, measured.scheme, measured.n):
        return None
    st.caption(f"From the checkpoint’s card: n = {measured.n:,}, class prior: training.")
    return card_table(measured)


def _measured(shown: Evaluated) -> pd.DataFrame | None:
    """Return what is measured now, or was before; None until somebody asks."""
    total = len(shown.faces)
    choices = {f"{min(_SOME, total):,} faces": _SOME, **({f"all {total:,} faces": total} if total > _SOME else {})}
    first = next(iter(choices))
    chosen = st.segmented_control("Measured on", list(choices), default=first, required=True, key="evaluation_sample")
    sample = sample_of(shown.faces, choices[chosen or first])
    if not is_measured(shown.checkpoint, sample) and not _asked(len(sample)):
        return None
    bar, steps = st.empty(), []
    for step in _steps(shown, sample):
        steps.append(step)
        bar.progress(len(steps) / _STEPS, f"{step.perturbation.capitalize() or 'Untouched'}, level {step.level} …")
    bar.empty()
    return robustness_table(steps)


def _steps(shown: Evaluated, sample: FerDataset) -> Iterator[RobustnessStep]:
    network = partial(cached.classifier, shown.checkpoint, "training")  # is asked for its own answers only
    return robustness_steps(shown.checkpoint, sample, prior_adjustment=shown.prior, classifier=network)


def _asked(faces: int) -> bool:
    st.caption(
        f"Blur, noise, darkening, rotation, shift, occlusion and JPEG at five levels: {_STEPS - 1} times "
        f"{faces:,} faces, up to a minute for 500."
    )
    return st.button("Measure robustness", icon=":material/blur_on:", type="primary")
