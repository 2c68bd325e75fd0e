"""Equation (1) of the paper with a face's own numbers, and what calibration makes of them."""

import numpy as np
import pandas as pd
import streamlit as st
from numpy.typing import NDArray

from fer_core.checkpoints.card import ModelCard
from fer_core.checkpoints.classifier import with_temperature
from fer_core.checkpoints.priors import PriorAdjustment, normalized
from pages.shared.words import explained

_TERMS = 3  # of a sum, in a line that a phone has room for
_MOST_DIGITS = 16  # all that a number has


def show_softmax(
    scores: NDArray[np.float32], shares: NDArray[np.float32], card: ModelCard, prior: PriorAdjustment
) -> None:
    """Equation (1) from ``(classes,)`` scores to shares: filled in for the most probable class, and a table of all.

    Behind the shares stand what the temperature and the class prior make of them.
    """
    top, temperature = int(shares.argmax()), card.calibration.temperature
    st.latex(r"p_i = \frac{e^{z_i}}{\sum_j e^{z_j}} \qquad (1)")
    st.latex(filled_in(scores, card.class_names[top], top))
    table = pd.DataFrame({"class": card.class_names, "score z": scores, "e to the z": np.exp(scores.astype(float))})
    table["probability"] = shares
    calibrated, weights = with_temperature(shares[None], temperature), card.class_weights(prior)
    if temperature != 1:
        table["calibrated"] = calibrated[0]
    if weights is not None:
        table[f"prior: {prior}"] = normalized(calibrated * weights)[0]
    bar = st.column_config.ProgressColumn(format="percent", min_value=0.0, max_value=1.0)
    st.dataframe(
        table,
        hide_index=True,
        height="content",
        column_config={
            "score z": st.column_config.NumberColumn(format="%.2f"),
            "e to the z": st.column_config.NumberColumn(format="%.3g"),
            "probability": bar,
            "calibrated": bar,
            f"prior: {prior}": bar,
        },
    )
    if temperature != 1:
        direction = "too sure of itself" if temperature > 1 else "too modest"
        st.markdown(
            explained(
                f"**Calibration.** On the validation faces this network was {direction}. So the app divides every "
                f"score by a temperature of {temperature:.2f} before equation (1)."
            )
        )
    if weights is not None:
        st.markdown(
            f"**Class prior: {prior}.** Each probability is divided by the class's share among the training faces"
            f"{', by the root of it,' if prior == 'halfway' else ''} and all are scaled to sum to one again (Bayes' "
            "rule)."
        )


def filled_in(scores: NDArray[np.float32], class_name: str, top: int) -> str:
    """Equation (1) as LaTeX with the numbers of one class, in lines that a phone has room for."""
    powers = np.exp(scores.astype(float))
    terms = [f"e^{{{score:.2f}}}" for score in scores]
    lines = ["+".join(terms[i : i + _TERMS]) for i in range(0, len(terms), _TERMS)]
    below = r" \\ ".join(f"{'+' if i else ''}{line}" for i, line in enumerate(lines))
    part, whole, share = divided(float(powers[top]), float(powers.sum()))
    return (
        rf"\begin{{aligned}} p_{{\text{{{_letters(class_name)}}}}} &= \frac{{{terms[top]}}}"
        rf"{{\begin{{gathered}} {below} \end{{gathered}}}} \\[.6em]"
        rf" &= \frac{{{_power_of_ten(part)}}}{{{_power_of_ten(whole)}}} = {share} \end{{aligned}}"
    )


def divided(part: float, whole: float) -> tuple[str, str, str]:
    """A part above 0 and no larger than the whole, the whole and the share, written so that they agree.

    At least three digits; as many more as it takes until the written numbers give the written share, and until a share
    that is not quite 1 is not written as 1.
    """
    share = part / whole
    decimals = next((n for n in range(3, _MOST_DIGITS) if part == whole or 0 < round(share, n) < 1), _MOST_DIGITS)
    for digits in range(3, _MOST_DIGITS):
        written = f"{part:.{digits}g}", f"{whole:.{digits}g}"
        if f"{float(written[0]) / float(written[1]):.{decimals}f}" == f"{share:.{decimals}f}":
            break
    return *written, f"{share:.{decimals}f}"


def _power_of_ten(number: str) -> str:
    """A number as LaTeX: 1.2e+05 is 1.2 times 10 to the 5."""
    mantissa, _, exponent = number.partition("e")
    return rf"{mantissa} \cdot 10^{{{int(exponent)}}}" if exponent else mantissa


def _letters(name: str) -> str:
    """A class name that a formula can hold, whatever a foreign checkpoint calls its classes."""
    return "".join(c for c in name if c.isalnum() or c == " ")
