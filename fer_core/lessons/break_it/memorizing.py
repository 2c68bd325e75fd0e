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
        ("Training runs further ahead of validation", "The gap stays the same", "The curves lie closer together"),
        outcomes.gap,
        0,
        "two curves that diverge",
        (
            Reason(
                "With 200 faces it gets {changed.last_epoch.accuracy:.1%} of its training faces right, but "
                "{changed.last_epoch.val_accuracy:.1%} of the validation faces: it overfits.",
                reasons.memorizes,
            ),
            Reason("More faces keep the two curves together.", reasons.opens_a_gap),
            Reason(
                "Early stopping would keep epoch {changed.best_epoch.epoch}: {changed.best_epoch.val_accuracy:.1%} on "
                "validation instead of {changed.last_epoch.val_accuracy:.1%}.",
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
            "The gap stays the same",
            "Training and validation lie closer together",
        ),
        outcomes.gap,
        0,
        "a training curve further ahead of validation",
        (
            Reason(
                "Without augmentation it gets {changed.last_epoch.accuracy:.1%} of its training faces right, but "
                "{changed.last_epoch.val_accuracy:.1%} of the validation faces: it memorizes 400 pictures.",
                reasons.memorizes,
            ),
            Reason(
                "Augmented faces differ in every epoch and cannot be memorized, so training stays closer to "
                "validation.",
                reasons.opens_a_gap,
            ),
            Reason(
                "In a run this short, augmentation does not improve validation yet; in long runs it does.",
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
        "The same plus the test faces",
        "The test faces are added to the training set, with their labels. How good does the network look on the test "
        "split?",
        ("Clearly better than before", "About as good as before", "Worse than before"),
        outcomes.leak,
        0,
        "a test accuracy too good to be true",
        (
            Reason("It has seen the test faces with their labels and only needs to remember them."),
            Reason(
                "Test accuracy: {changed.shares[test]:.1%} instead of {usual.shares[test]:.1%}.", reasons.scores_better
            ),
            Reason("Validation shows the accuracy on new faces: {changed.validation.accuracy:.1%}.", reasons.flatters),
            Reason(
                "Leaks are rarely deliberate: one duplicate picture in a collection is enough. Before this app "
                "compares networks, it searches their training faces for test faces."
            ),
        ),
        settings={"epochs": 30, "dense_dropout": 0.0},
        change={"leaked_faces": 400},
        faces=200,
        exam="test",
    ),
)
"""In the order in which they are offered."""
