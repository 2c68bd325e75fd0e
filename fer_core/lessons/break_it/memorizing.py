"""Experiments about memorizing: too few faces, or always the same."""

from fer_core.lessons.break_it import outcomes, reasons
from fer_core.lessons.break_it.experiments import Experiment
from fer_core.lessons.break_it.reasons import Reason

MEMORIZING = (
    Experiment(
        "overfitting",
        "Train on 200 faces",
        "2,500 faces",
        "200 faces",
        "One network learns from 2,500 faces, the other sees only 200, six times as often. What do the curves of the "
        "small set do?",
        ("Training runs further ahead of validation", "The curves lie as far apart", "They lie closer together"),
        outcomes.gap,
        0,
        "two curves that part",
        (
            Reason(
                "With 200 faces the network is right on {changed.last_epoch.accuracy:.0%} of its training faces and on "
                "{changed.last_epoch.val_accuracy:.0%} of the others: it overfits.",
                reasons.memorizes,
            ),
            Reason("More faces keep the two curves together.", reasons.opens_a_gap),
            Reason(
                "Early stopping would keep epoch {changed.best_epoch.epoch}: {changed.best_epoch.val_accuracy:.0%} on "
                "validation instead of {changed.last_epoch.val_accuracy:.0%}.",
                reasons.stopped_early_is_better,
            ),
            Reason("Its validation loss rises again: wrong answers become more confident.", reasons.loss_rises),
        ),
        settings={"epochs": 10, "dense_dropout": 0.0},
        change={"epochs": 60},
        changed_faces=200,
    ),
    Experiment(
        "augmentation",
        "No augmentation",
        "With augmentation",
        "Without augmentation",
        "The network sees 400 faces 20 times: always the same pictures, or turned, moved and mirrored a little each "
        "time. What happens without these changes?",
        (
            "Training runs further ahead of validation",
            "Training and validation lie as far apart as with changes",
            "Training and validation lie closer together",
        ),
        outcomes.gap,
        0,
        "a training curve further ahead of validation",
        (
            Reason(
                "Without changes it is right on {changed.last_epoch.accuracy:.0%} of its training faces and on "
                "{changed.last_epoch.val_accuracy:.0%} of the others: it memorizes 400 pictures.",
                reasons.memorizes,
            ),
            Reason(
                "Changed anew in every epoch, faces cannot be memorized, so training stays nearer to validation.",
                reasons.opens_a_gap,
            ),
            Reason(
                "In a run this short the changes do not pay on validation yet; in long ones they do.",
                reasons.is_as_good,
            ),
        ),
        settings={
            "epochs": 20,
            "dense_dropout": 0.0,
            "augmentation": {"flip": True, "rotation": 15.0, "shift": 0.08, "scale": 0.1},
        },
        change={"augmentation": {}},
        faces=400,
    ),
    Experiment(
        "leak",
        "Leak the test faces",
        "200 faces",
        "The same, and the test faces",
        "The test faces are put into the training set, labels and all. How good does the network look on the test?",
        ("Clearly better than before", "About as good as before", "Worse than before"),
        outcomes.leak,
        0,
        "a test accuracy too good to be true",
        (
            Reason("It has seen the test faces with their labels and only has to remember them."),
            Reason(
                "Test accuracy: {changed.shares[test]:.0%} instead of {usual.shares[test]:.0%}.", reasons.scores_better
            ),
            Reason(
                "How good it is with new faces, validation tells: {changed.validation.accuracy:.0%}.", reasons.flatters
            ),
            Reason(
                "Leaks are rarely meant: one picture twice in a collection is enough. Before this app compares "
                "networks, it looks for test faces among their training faces."
            ),
        ),
        settings={"epochs": 30, "dense_dropout": 0.0},
        change={"leaked_faces": 400},
        faces=200,
        exam="test",
    ),
)
"""In the order in which they are offered."""
