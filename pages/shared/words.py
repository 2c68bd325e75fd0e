"""Technical words explained where they stand: by the mouse over a word, and beside the menu for the whole page."""

import re

import streamlit as st

from fer_core.lessons.glossary import GLOSSARY, words_in
from pages.shared.links import script

PAGE_WORDS: dict[str, tuple[str, ...]] = {
    "overview": ("checkpoint", "epoch", "FER+", "FER2013", "pre-processing", "test", "validation"),
    "dataset": (
        *("accuracy", "checkpoint", "CLAHE", "contrast stretching", "de-noising", "epoch", "FER+", "FER2013"),
        *("histogram equalization", "imbalance", "majority", "pre-processing", "split", "test", "validation"),
        "vote distribution",
    ),
    "training": (
        *("accuracy", "activation", "Adam", "augmentation", "batch size", "bfloat16", "checkpoint", "CLAHE"),
        *("confidence", "interval"),
        *("contrast stretching", "convolution", "cross-entropy", "de-noising", "dense", "dropout", "early stopping"),
        *("epoch", "F1", "FER+", "FER2013", "flatten", "float32", "hidden layer", "histogram equalization"),
        *("label smoothing", "learning rate", "loss", "macro F1", "majority", "mixup", "momentum", "optimizer"),
        *("overfitting", "patience", "pooling", "pre-processing", "ReLU", "seed", "softmax", "split", "test"),
        *("validation", "vote distribution", "warm-up", "weight decay", "weights"),
        *("confidence", "interval"),
    ),
    "evaluation": (
        *("accuracy", "average precision", "balanced accuracy", "calibration", "calibration error", "checkpoint"),
        *("confidence", "confusion matrix", "epoch", "F1", "false alarm", "FER+", "FER2013", "interval", "macro F1"),
        *("majority", "precision", "recall", "ROC", "split", "temperature", "test", "validation", "vote distribution"),
        "weights",
    ),
    "comparison": (
        *("accuracy", "calibration error", "checkpoint", "confidence", "confusion matrix", "eight bits", "FER+"),
        *("FER2013", "interval", "macro F1", "majority", "split", "test", "validation", "weights"),
    ),
    "explain": (
        *("activation", "bias", "calibration", "checkpoint", "convolution", "dense", "dropout", "feature map", "FER+"),
        *("filter", "flatten", "Grad-CAM", "hidden layer", "occlusion map", "pooling", "pre-processing", "ReLU"),
        *("softmax", "stability", "temperature", "validation", "weights"),
    ),
    "build_face": ("action unit", "checkpoint"),
    "teach": ("checkpoint", "softmax"),
    "quiz": ("checkpoint", "FER+", "FER2013", "majority"),
    "break_it": (
        *("accuracy", "augmentation", "balanced sampling", "batch size", "bias", "checkpoint", "confusion matrix"),
        *("confidence", "early stopping", "epoch", "FER+", "FER2013", "learning rate", "loss", "majority"),
        *("overfitting", "recall", "ReLU", "seed", "softmax", "split", "test", "validation", "weights"),
    ),
    "webcam": ("checkpoint", "test", "WebRTC"),
    "photos": ("checkpoint", "test"),
    "videos": ("checkpoint", "test"),
}
"""The glossary's words that each page uses, by its name."""

_IN_TITLE = str.maketrans({'"': "'", "(": "–", ")": "–", "\\": ""})  # for a link's title and for ``re.sub``


def explained(text: str) -> str:
    """Markdown in which the first occurrence of each of the glossary's words tells its meaning under the mouse.

    Streamlit's Markdown has no element for this but a link's title; the link leads to the glossary, for those who
    have no mouse. The text is the app's own, without links: words in links, code and emphasis stay unchanged.
    """
    for word in words_in(text):
        title = GLOSSARY[word].translate(_IN_TITLE)
        address = f"/about?word={word.replace(' ', '%20').replace('+', '%2B')}"
        pattern = re.compile(rf"(?<![\w/`\[*=])({re.escape(word)}(?:s|es)?)(?![\w`\]*%])", re.IGNORECASE)
        parts = re.split(r"(\[[^\]]*\]\([^)]*\))", text)  # links made so far lie at the odd places
        for index in range(0, len(parts), 2):
            changed, found = pattern.subn(rf'[\1]({address} "{title}")', parts[index], count=1)
            if found:
                parts[index] = changed
                break
        text = "".join(parts)
    return text


def show_page_words(page: str) -> None:
    """The words of a page beside the menu, each with its explanation under the mouse or the keyboard's focus."""
    words = PAGE_WORDS.get(page, ())
    if not words:
        return
    with st.sidebar.expander("Terms used here", icon=":material/dictionary:"):
        with st.container(horizontal=True, gap="xsmall"):
            for word in words:
                st.badge(word, color="gray", help=GLOSSARY[word])
        st.page_link(script("about"), label="Glossary", query_params={"about_view": "Glossary"})
