"""The lesson of one hour: its steps with the pages they lead to, what to ask, model answers, and a lesson under way."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Question:
    """A question to a class, and an answer that a teacher may hope for."""

    ask: str
    answer: str


@dataclass(frozen=True)
class Step:
    """A part of the lesson.

    Attributes:
        title: What it is called.
        minutes: How long it takes.
        page: Name of the page it leads to.
        do: What the presenter does, in Markdown with emphasis only.
        questions: What to ask the class.
        task: What pupils do, for their worksheet.
        columns: Heads of a table that pupils fill in; the first is of ``rows``.
        rows: Heads of the table's rows.
        sketch: Caption of an empty box to draw in; "" for none.
        query: Parameters of the page's address.
    """

    title: str
    minutes: int
    page: str
    do: str
    questions: tuple[Question, ...]
    task: str
    columns: tuple[str, ...] = ()
    rows: tuple[str, ...] = ()
    sketch: str = ""
    query: dict[str, str] = field(default_factory=dict)

    @property
    def asks(self) -> str:
        """Its questions in one line."""
        return " ".join(question.ask for question in self.questions)


LESSON = (
    Step(
        "What do you see?",
        10,
        "quiz",
        "Under *Play with a class* press *Open a room*; pupils scan the picture. Play five faces: everybody votes, "
        "then *Reveal*. Without phones, vote by show of hands.",
        (
            Question(
                "Why do ten people not agree?",
                "One picture shows one moment, without a voice or a situation. Faces mix expressions, and people "
                "draw the line between them in different places. In FER+, only a quarter of the test pictures are "
                "unanimous.",
            ),
            Question(
                "What answer of a computer would be right?",
                "The one most people give; better, how many of ten give each. No network can agree with everybody: one "
                "person agrees with the majority on about 79% of these pictures.",
            ),
        ),
        "Vote on five faces. Note your answer before you see the others.",
        ("Face", "I say", "The ten say", "The network says"),
        ("1", "2", "3", "4", "5"),
    ),
    Step(
        "The faces",
        8,
        "dataset",
        "Choose the classes one by one and look at twenty faces of each. Click a face for its ten votes.",
        (
            Question(
                "Which classes are rare?",
                "Contempt, disgust and fear: hundreds of faces each in FER+, where a third of all faces is neutral. "
                "People rarely show them, or rarely post such pictures.",
            ),
            Question(
                "Who took these pictures, and who is missing?",
                "FER2013 came from web searches: many actors and press photos, few old people and small children. "
                "Nobody in them was asked. A network knows only such pictures. The demo's faces are drawn.",
            ),
        ),
        "Look at some faces of each class.",
        ("", "Class", "How I recognize it"),
        ("Most common", "Rarest", "Hardest to name"),
        query={"view": "Faces"},
    ),
    Step(
        "A network learns",
        8,
        "training",
        "Press *Start* under *Two curves*, then watch them. Let the class sketch how they will continue.",
        (
            Question(
                "Why are there two curves?",
                "One is for the faces it learns from, the other for faces it has not seen. Only the second shows "
                "whether it learned something or memorized pictures.",
            ),
            Question(
                "When should it stop?",
                "When the curve of the unseen faces stops rising while the other still rises: from there on, it "
                "memorizes the training faces (overfitting).",
            ),
        ),
        "Sketch both curves. Mark where you would stop.",
        sketch="Accuracy (upward) over epochs (to the right): training and validation",
    ),
    Step(
        "Teach it",
        8,
        "teach",
        "Press *Use drawn faces*, then *Train*: 24 examples teach two classes in a second. Let the class name a third "
        "one; *Add drawn faces* to it, train again, and look at which faces it gets wrong.",
        (
            Question(
                "Why are so few examples enough?",
                "Only the last layer is new. The features before it come from a network that 25,000 labeled faces "
                "have trained; the head draws lines between them.",
            ),
            Question(
                "Will it work on other people, in another light?",
                "Nobody knows before it is tested there. If all examples of a class share a person or a light, the "
                "head may have learned that instead of the expression.",
            ),
        ),
        "Teach a network a class that nobody has taught it before.",
        ("Class", "Examples", "Held-out accuracy", "What it confuses"),
        ("1", "2"),
    ),
    Step(
        "Break it",
        10,
        "break_it",
        "Everybody guesses first. *Swap the label order* and *Forget the scaling* answer at once; *Shuffle the "
        "labels* trains two networks and takes a minute.",
        (
            Question(
                "Which of these mistakes would nobody notice?",
                "Those that keep its confidence high. Nothing crashes, and every face still gets an answer with a "
                "percentage. Only faces with known labels reveal the mistake.",
            ),
            Question(
                "How would you find it?",
                "Test it on labeled faces outside the training set, read the confusion matrix class by class, and try "
                "a few faces by hand.",
            ),
        ),
        "Guess before you look.",
        ("Change", "My guess", "What happened", "Why"),
        ("Label order", "Scaling", "Labels shuffled"),
    ),
    Step(
        "Where it fails",
        8,
        "evaluation",
        "Click the largest mistake in the matrix and look at its faces, if the pictures are imported. Open one under "
        "*Explain*. Then look at its calibration.",
        (
            Question(
                "Would you have known?",
                "Often not: the ten voters disagreed about many of these faces too. Look for one that everybody here "
                "names at once and the network gets wrong.",
            ),
            Question(
                "Is it right nine times out of ten where it says 90%?",
                "Nearly: the calibration curve of fer-lab lies close to the diagonal, on faces like its test faces. "
                "On other pictures it has not been measured.",
            ),
        ),
        "Find mistakes in the matrix. Rows are what people say, columns what the network says.",
        ("True class", "Predicted class", "Faces", "What misleads it"),
        ("", "", ""),
    ),
    Step(
        "What it is not for",
        8,
        "build_face",
        "Everybody makes a face that people call happy and the network does not; *Class vote* asks the room.",
        (
            Question(
                "Did it see a feeling?",
                "No: a drawing feels nothing, and the network still answers. It names what a picture looks like to "
                "people. One can smile without joy and be angry without a frown.",
            ),
            Question(
                "Who should be allowed to use this, and on whom?",
                "Let them argue: those who are seen should know and agree, and be able to object. The European Union "
                "prohibits reading emotions at work and at school, except for medical or safety reasons.",
            ),
        ),
        "Make a face that people and the network name differently.",
        ("My face moves", "People say", "The network says"),
        ("", ""),
        query={"build_face_view": "Challenges", "challenge": "fool"},
    ),
)
"""The steps in their order; together 60 minutes."""


def begins(step: int) -> int:
    """Return the minute of the lesson in which a step, counted from 1, begins."""
    return sum(before.minutes for before in LESSON[: step - 1])


def time_of(step: int) -> str:
    """Return the time of a step, counted from 1, such as "10 to 20 min"."""
    return f"{begins(step)} to {begins(step) + LESSON[step - 1].minutes} min"


@dataclass(frozen=True)
class Moment:
    """Where a lesson under way is.

    Attributes:
        step: The present one, from 1.
        in_step: Seconds since it began.
        in_all: Seconds since the lesson began.
    """

    step: int
    in_step: float
    in_all: float

    @property
    def left(self) -> float:
        """Seconds that remain for the step; negative when it takes longer than planned."""
        return 60 * LESSON[self.step - 1].minutes - self.in_step


class Presentation:
    """A lesson under way, which the class's screen and the presenter's notes share."""

    def __init__(self, code: str, clock: Callable[[], float] = time.monotonic) -> None:
        """Begin with the first step, under a code that finds it."""
        self.code, self._clock = code, clock
        self._began = clock()
        self._shown = 1, self._began

    def show(self, step: int) -> None:
        """Go to a step; its time begins, unless it is the present one.

        Raises:
            ValueError: There is no such step.
        """
        if not 1 <= step <= len(LESSON):
            raise ValueError(f"Expected a step from 1 to {len(LESSON)}. Received {step}.")
        if step != self._shown[0]:
            self._shown = step, self._clock()

    def restart(self) -> None:
        """Let the time of the lesson and of its present step begin now."""
        self._began = self._clock()
        self._shown = self._shown[0], self._began

    def now(self) -> Moment:
        """Return where the lesson is."""
        step, since = self._shown
        now = self._clock()
        return Moment(step, now - since, now - self._began)
