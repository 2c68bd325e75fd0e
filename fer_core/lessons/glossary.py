"""The technical words of the app, each explained once: pages show these texts wherever the word stands."""

import re

GLOSSARY: dict[str, str] = {
    "accuracy": "The share of faces that are named right. Where classes are uneven, compare it with always naming the "
    "most common class.",
    "action unit": "A visible movement of a face by one muscle or a few, with a number in the Facial Action Coding "
    "System (FACS): AU12 pulls the lip corners up.",
    "activation": "The nonlinear function after each neuron's sum; without it, many layers could do no more than one.",
    "Adam": "A rule for the size of each weight's steps: large where slopes have been small and steady, small where "
    "they jump about (Kingma and Ba, 2014).",
    "augmentation": "Changing training faces a little in every epoch (turned, moved, mirrored, darker), so that the "
    "network learns what stays.",
    "average precision": "One figure from 0 to 1 for a class: its precision, averaged over all thresholds from strict "
    "to lax.",
    "balanced accuracy": "The mean of the classes' recalls: every class counts the same, however rare it is.",
    "balanced sampling": "Showing faces of rare classes as often as those of common ones while training.",
    "batch size": "Number of faces per step.",
    "bfloat16": "Numbers with sixteen bits instead of 32: half the memory and, where the processor knows them, "
    "faster; two to three digits are enough to learn with.",
    "bias": "A learned number that is added to a sum, so that a neuron can answer even to nothing.",
    "calibration": "Whether a network that says 80% is right in 80% of these cases.",
    "calibration error": "The mean gap, in points, between stated probability and share of right answers "
    "(expected calibration error, ECE).",
    "checkpoint": "A trained network as files: its weights, its class names and a card that says how it came about.",
    "CLAHE": "Contrast equalized region by region, with a limit on noise.",
    "confidence": "The probability of the answer that is given.",
    "confusion matrix": "A table of what faces are (rows) and what the network calls them (columns). What is right "
    "stands on the diagonal.",
    "contrast stretching": "Spreading the grays of a picture over the whole range from black to white.",
    "convolution": "Sliding a small filter over a picture. It is bright where the picture resembles the filter.",
    "cross-entropy": "The usual loss: how surprised the network is by the true label. It is small when it gives that "
    "label a high probability.",
    "de-noising": "Smoothing grain while keeping edges.",
    "dense": "A layer in which every number is a weighted sum of all numbers before it.",
    "dropout": "Switching off random neurons while training, so that none relies on a single other one.",
    "early stopping": "Ending a run when the validation figure has not got better for some epochs.",
    "eight bits": "Numbers rounded to 256 steps: a quarter of the file and faster on small devices.",
    "epoch": "One pass over all training faces.",
    "F1": "One figure for a class from precision and recall (their harmonic mean).",
    "false alarm": "A face that is called by a class's name and does not belong to it.",
    "feature map": "What one filter leaves of a face: bright where it found its pattern.",
    "FER+": "FER2013's pictures with ten people's votes for each, instead of one label.",
    "FER2013": "35,887 gray pictures of 48x48 pixels, collected by web search for a leaderboard in 2013.",
    "filter": "A few learned numbers that slide over a picture and answer where their pattern is.",
    "flatten": "Writing the numbers of all maps in one long row; nothing is worked out.",
    "float32": "Numbers with 32 bits, some seven digits: the usual form.",
    "Grad-CAM": "A coarse map of where the last convolution's patterns speak for an answer.",
    "hidden layer": "A layer between the picture and the answer.",
    "histogram equalization": "Changing a picture's grays so that all of them are equally frequent.",
    "imbalance": "The size of the largest class divided by that of the smallest.",
    "interval": "A range that covers the true figure for 95 of 100 samples of this size.",
    "label smoothing": "Spreading a little of each label over all classes, so that a network does not become "
    "too certain.",
    "learning rate": "How far each step moves the weights. Too small learns slowly, too large never settles.",
    "LiteRT": "The program that runs finished networks here (formerly TensorFlow Lite); it starts in milliseconds.",
    "loss": "The figure that training makes small; here it measures how far answers are from labels.",
    "macro F1": "The mean of the classes' F1: rare classes count as much as common ones.",
    "majority": "The label more than half of the ten people gave, single votes left aside.",
    "mixup": "Training on two faces laid over each other, with both their names in proportion.",
    "momentum": "Steps that keep some of the last step's direction, as a ball keeps rolling.",
    "occlusion map": "Which parts of a face the answer needs: those where covering them makes it less sure.",
    "optimizer": "The rule by which slopes become steps, such as Adam or plain descent.",
    "overfitting": "Getting better on training faces and worse on others.",
    "patience": "Number of epochs without improvement before a run stops.",
    "pooling": "Keeping the largest of each 2x2 values, or their mean: a quarter of the numbers, and exact places "
    "matter less.",
    "pre-processing": "What is done to a picture before a network gets it: found, turned upright, cut out, made small "
    "and gray.",
    "precision": "Of the faces called by a class's name, the share that belongs to it.",
    "recall": "Of a class's faces, the share that is called by its name.",
    "ReLU": "A function that turns negative numbers into 0 and keeps the rest.",
    "ROC": "A curve of how many of a class are found against how many others are taken for it, from strict to lax.",
    "seed": "The number all chance follows from: the same seed gives the same run.",
    "softmax": "Turns scores into probabilities that sum to one: e to each score, divided by the sum of all of them.",
    "split": "The parts of a dataset: faces that train a network, faces that select its epoch, and faces it "
    "is judged by at the end.",
    "stability": "The share of slightly changed copies that get the same answer.",
    "temperature": "A number that divides all scores before they become probabilities: above 1 they become "
    "less certain.",
    "test": "Held-out faces, evaluated once at the end; they select nothing.",
    "validation": "Faces that a network is not trained on and that select its best epoch and settings.",
    "vote distribution": "The shares of the ten votes, used as a target instead of one name.",
    "warm-up": "Small steps in the first epochs, before the full ones.",
    "WebRTC": "How a browser sends video to this app directly, without a detour over other computers.",
    "weight decay": "Shrinking every weight a little at each step.",
    "weights": "The numbers a network learns.",
}
"""From a word to one or two sentences that need no other of these words."""


def words_in(text: str) -> tuple[str, ...]:
    """The glossary's words that a text uses, also in the plural, the longest first."""
    longest_first = sorted(GLOSSARY, key=len, reverse=True)
    pattern = r"(?<![\w-]){}(?:s|es)?(?![\w-])"
    return tuple(word for word in longest_first if re.search(pattern.format(re.escape(word)), text, re.IGNORECASE))
