"""The technical words of the app, each explained once: pages show these texts wherever the word stands."""

import re

GLOSSARY: dict[str, str] = {
    "accuracy": "The share of faces that are named right. Where classes are uneven, compare it with always naming the "
    "most common class.",
    "activation": "The bend after each neuron's sum, such as ReLU, which turns what is negative into 0. Without it, "
    "many layers could do no more than one.",
    "Adam": "A rule for the size of each weight's steps: large where slopes have been small and steady, small where "
    "they jump about (Kingma and Ba, 2014).",
    "augmentation": "Changing training faces a little in every epoch (turned, moved, mirrored, darker), so that the "
    "network learns what stays.",
    "balanced accuracy": "The mean of the classes' recalls: every class counts the same, however rare it is.",
    "batch size": "How many faces are looked at before the weights take one step.",
    "calibration": "Whether a network that says 80 % is right in 80 % of such cases.",
    "checkpoint": "A trained network as files: its weights, its class names and a card that says how it came about.",
    "confusion matrix": "A table of what faces are (rows) and what the network calls them (columns). What is right "
    "stands on the diagonal.",
    "convolution": "Sliding a small filter over a picture. It is bright where the picture resembles the filter.",
    "cross-entropy": "The usual loss: how surprised the network is by the true label. It is small when it gives that "
    "label a high probability.",
    "dropout": "Switching off random neurons while training, so that none relies on a single other one.",
    "early stopping": "Ending a run when the validation figure has not got better for some epochs.",
    "epoch": "One pass over all training faces.",
    "F1": "One figure for a class from precision and recall (their harmonic mean).",
    "feature map": "What one filter leaves of a face: bright where it found its pattern.",
    "FER+": "FER2013's pictures with ten people's votes for each, instead of one label.",
    "FER2013": "35,887 grey pictures of 48x48 pixels, collected by web search for a contest in 2013.",
    "Grad-CAM": "A coarse map of where the last convolution's patterns speak for an answer.",
    "learning rate": "How far each step moves the weights. Too small learns slowly, too large never settles.",
    "loss": "The figure that training makes small; here it measures how far answers are from labels.",
    "macro-F1": "The mean of the classes' F1: rare classes count as much as common ones.",
    "majority": "The label more than half of the ten people gave, single votes left aside.",
    "momentum": "Steps that keep some of the last step's direction, as a ball keeps rolling.",
    "occlusion map": "Which parts of a face the answer needs: those where covering them makes it less sure.",
    "overfitting": "Learning the training faces by heart: better and better on them, worse on others.",
    "pooling": "Keeping the largest of each 2x2 values: a quarter of the numbers, and exact places matter less.",
    "precision": "Of the faces called by a class's name, the share that belongs to it.",
    "recall": "Of a class's faces, the share that is called by its name.",
    "seed": "The number all chance follows from: the same seed gives the same run.",
    "softmax": "Turns scores into probabilities that sum to one: e to each score, divided by the sum of all of them.",
    "split": "Which faces a network learns from (training), which choose between its epochs (validation) and which it "
    "is judged by at the end (test).",
    "test": "Faces that choose nothing and are looked at once, at the end: what a network scores on them is honest.",
    "validation": "Faces a network does not learn from, but which choose its best epoch and settings.",
    "weights": "The numbers a network learns.",
    "WebRTC": "How a browser sends video to this app directly, without a detour over other computers.",
}
"""From a word to one or two sentences that need no other of these words."""


def words_in(text: str) -> tuple[str, ...]:
    """The glossary's words that a text uses, also in the plural, the longest first."""
    longest_first = sorted(GLOSSARY, key=len, reverse=True)
    return tuple(word for word in longest_first if re.search(_pattern(word), text, re.IGNORECASE))


def _pattern(word: str) -> str:
    return rf"(?<![\w-]){re.escape(word)}(?:s|es)?(?![\w-])"
