"""How accuracy falls as pictures get worse."""

import streamlit as st

from fer_core.evaluation.robustness import (
    LEVELS,
    PERTURBATIONS,
    is_measured,
    robustness_steps,
    robustness_table,
    sample_of,
)
from fer_core.plots.classes import robustness_panel
from fer_core.plots.gallery import perturbation_examples
from pages.shared import cached
from pages.shared.charts import chart_config
from pages.shared.evaluated import Evaluated

_SOME = 500
_STEPS = 1 + len(PERTURBATIONS) * len(LEVELS)


def show_robustness(shown: Evaluated) -> None:
    """Small multiples of accuracy under seven perturbations, measured when somebody asks and then kept."""
    total = len(shown.faces)
    choices = {f"{min(_SOME, total):,} faces": _SOME, **({f"all {total:,} faces": total} if total > _SOME else {})}
    chosen = st.segmented_control(
        "Measured on", list(choices), default=next(iter(choices)), required=True, key="sample"
    )
    sample = sample_of(shown.faces, choices[chosen or next(iter(choices))])
    if not is_measured(shown.checkpoint, sample) and not _asked(len(sample)):
        return
    bar, steps = st.empty(), []
    network = lambda: cached.classifier(shown.checkpoint)  # noqa: E731
    for step in robustness_steps(shown.checkpoint, sample, classifier=network):
        steps.append(step)
        bar.progress(len(steps) / _STEPS, f"{step[0].capitalize() or 'Untouched'}, level {step[1]} …")
    bar.empty()
    table = robustness_table(steps)
    with st.container(horizontal=True, gap="small"):
        for perturbation in PERTURBATIONS:
            st.plotly_chart(
                robustness_panel(table, perturbation.name, perturbation.unit),
                key=f"robustness {perturbation.name}",
                width=172,
                config=chart_config(f"robustness-{perturbation.name}"),
                alt=f"Accuracy under {perturbation.name} at five levels; the table below has the figures.",
            )
    st.caption(f"Lines are Wilson’s 95 % intervals for {len(sample):,} faces. Level by level, from mild to severe:")
    st.html(perturbation_examples(sample.images[0]))
    with st.expander("As a table", icon=":material/table:"):
        wide = table.pivot_table(index="perturbation", columns="level", values="accuracy", sort=False) * 100
        wide.columns = ["untouched", *(f"level {level}" for level in LEVELS)]
        st.dataframe(wide.round(1))


def _asked(faces: int) -> bool:
    st.caption(
        f"Blur, noise, darkening, rotation, shift, occlusion and JPEG at five levels each: {_STEPS - 1} times "
        f"{faces:,} faces. It takes up to a minute for 500 of them; what is measured is kept."
    )
    return st.button("Measure robustness", icon=":material/blur_on:", type="primary")
