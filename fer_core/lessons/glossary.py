"""The technical words of the app, each explained once: pages show these texts wherever the word stands."""

import re

GLOSSARY: dict[str, str] = {
    "accuracy": (
        "The share of faces classified correctly. With uneven classes, compare it with always predicting the most "
        "common class."
    ),
    "action unit": "A visible movement of a face by one muscle or a few, with a number in the Facial Action Coding "
    "System (FACS): AU12 pulls the lip corners up.",
    "activation": (
        "The nonlinear function after each neuron's sum; without it, many layers could compute no more than one."
    ),
    "Adam": "An optimizer that adapts the step size of each weight to its recent gradients (Kingma and Ba, 2014).",
    "augmentation": (
        "Random small changes of the training faces in every epoch (rotation, shift, mirroring, brightness), so that "
        "the network learns what does not change."
    ),
    "average precision": (
        "The precision of a class averaged over all thresholds, from 0 to 1: the area under its precision–recall curve."
    ),
    "balanced accuracy": "The mean recall of the classes: each counts the same, however rare it is.",
    "balanced sampling": "Showing rare classes as often as common ones during training.",
    "batch size": "Number of faces per step.",
    "bfloat16": (
        "Numbers of 16 bits instead of 32: half the memory and, on processors that support them, faster. Two to three "
        "digits are enough for training."
    ),
    "bias": "A learned number added to a neuron's sum, so that its output need not be 0 for an empty input.",
    "calibration": "Whether answers given with 80% confidence are right 80% of the time.",
    "calibration error": "The mean gap, in points, between confidence and accuracy (expected calibration error, ECE).",
    "checkpoint": (
        "A trained network as files: its weights, its class names and a card with its origin, training and figures."
    ),
    "CLAHE": (
        "Contrast-limited adaptive histogram equalization: contrast is raised region by region, with a limit against "
        "noise."
    ),
    "confidence": "The probability the network gives its answer.",
    "confusion matrix": (
        "A table of true classes (rows) against predicted ones (columns). Correct answers are on the diagonal."
    ),
    "contrast stretching": "Stretching a picture's gray values over the whole range from black to white.",
    "convolution": (
        "Sliding a small filter over a picture. The result is bright where the picture resembles the filter."
    ),
    "cross-entropy": "The usual loss of a classifier: small when the true label gets a high probability.",
    "de-noising": "Smoothing noise while keeping edges.",
    "dense": "A layer in which every value is a weighted sum of all values before it.",
    "dropout": "Switching off random neurons during training, so that none depends on a single other one.",
    "early stopping": "Ending a run when the validation metric has not improved for some epochs.",
    "eight bits": "Weights rounded to 256 values: a quarter of the file size, and faster on small devices.",
    "epoch": "One pass over all training faces.",
    "F1": "The harmonic mean of a class's precision and recall.",
    "false alarm": "A face assigned to a class it does not belong to (false positive).",
    "feature map": "The output of one filter for a face: bright where it found its pattern.",
    "FER+": "FER2013's pictures with ten people's votes for each, instead of one label.",
    "FER2013": "35,887 gray pictures of 48x48 pixels, collected by web search for a contest in 2013.",
    "filter": "A few learned numbers that slide over a picture and respond to one pattern.",
    "flatten": "Writing the values of all feature maps in one long row; nothing is computed.",
    "float32": "Numbers of 32 bits, about seven digits: the usual format.",
    "Grad-CAM": "A coarse map of where the last convolution supports an answer.",
    "hidden layer": "A layer between the picture and the answer.",
    "histogram equalization": "Changing a picture's gray values so that all are about equally frequent.",
    "imbalance": "The size of the largest class divided by that of the smallest.",
    "interval": "A range that covers the true value in 95 of 100 samples of this size (95% confidence interval).",
    "label smoothing": "Spreading a small share of each label over all classes, against overconfidence.",
    "learning rate": "The size of each training step. Too small learns slowly, too large never settles.",
    "LiteRT": "The library that runs trained networks here (formerly TensorFlow Lite).",
    "loss": "The figure that training minimizes: how far the answers are from the labels.",
    "macro F1": "The mean F1 of the classes: rare classes count as much as common ones.",
    "majority": "The label that more than half of the votes chose, single votes dropped.",
    "mixup": "Training on blends of two faces, with their labels in the same proportion.",
    "momentum": "Adding part of the previous step to each step, like a rolling ball.",
    "occlusion map": "A map of the parts of a face whose covering lowers the answer's probability.",
    "optimizer": "The rule that turns gradients into steps of the weights, such as Adam or SGD.",
    "overfitting": "Improving on the training faces while getting worse on others.",
    "patience": "The number of epochs without improvement before a run stops.",
    "pooling": (
        "Keeping the largest of each 2x2 values, or their mean: a quarter of the values, and exact positions matter "
        "less."
    ),
    "pre-processing": (
        "The steps before a network gets a picture: the face is found, turned upright, cropped, scaled down and made "
        "gray."
    ),
    "precision": "The share of the faces assigned to a class that belong to it.",
    "recall": "The share of a class's faces that are recognized.",
    "ReLU": "A function that turns negative numbers into 0 and keeps the rest.",
    "ROC": "A curve of the recall of a class against its false-positive rate, over all thresholds.",
    "seed": "The start of the random numbers: the same seed gives the same run.",
    "softmax": (
        "A function that turns scores into probabilities: e to the power of each score, divided by the sum of all."
    ),
    "split": (
        "A part of a dataset: training faces fit the weights, validation faces select the epoch, test faces are held "
        "out for the final figures."
    ),
    "stability": "The share of slightly changed copies that get the same answer.",
    "temperature": "A number that divides all scores before softmax: above 1 the probabilities become less extreme.",
    "test": "Held-out faces, evaluated once at the end and never used for a choice.",
    "validation": "Faces outside the training set that select the best epoch and settings.",
    "vote distribution": "The shares of the ten votes, used as a target instead of one label.",
    "warm-up": "A learning rate that rises from 0 during the first epochs.",
    "WebRTC": "How a browser sends video to this app directly, without a detour through other computers.",
    "weight decay": "Shrinking every weight a little at each step, against overfitting.",
    "weights": "The numbers a network learns.",
}
"""From a word to one or two sentences that need no other of these words."""


def words_in(text: str) -> tuple[str, ...]:
    """The glossary's words that a text uses, also in the plural, the longest first."""
    longest_first = sorted(GLOSSARY, key=len, reverse=True)
    pattern = r"(?<![\w-]){}(?:s|es)?(?![\w-])"
    return tuple(word for word in longest_first if re.search(pattern.format(re.escape(word)), text, re.IGNORECASE))
