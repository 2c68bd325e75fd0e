"""A tour of four minutes and a lesson of one hour: what to open, what to do and what to ask."""

from dataclasses import dataclass, field

import streamlit as st

from pages.shared.links import show_link


@dataclass(frozen=True)
class Stop:
    """A stop of the tour, or a part of the lesson: what to do and to ask, as Markdown, and a link to its page."""

    time: str
    title: str
    text: str
    page: str
    label: str
    query: dict[str, str] = field(default_factory=dict)


TOUR = (
    Stop("1st minute", "A face", "Choose a sample picture: every face gets its bars.", "photos", "Photos"),
    Stop(
        "2nd minute",
        "Inside",
        "Press “Look inside the network” under it and move along the layers, to softmax with its real numbers.",
        "explain",
        "Explain",
    ),
    Stop(
        "3rd minute",
        "A face of your own",
        "Press *Anger*, then move one slider until the network changes its mind.",
        "build_face",
        "Build a face",
    ),
    Stop(
        "4th minute",
        "A mistake",
        "Guess what happens when the outputs are read in the wrong order, and see it at once.",
        "break_it",
        "Break it",
        {"experiment": "order"},
    ),
)
LESSON = (
    Stop(
        "0 to 10 min",
        "Quiz: ten people voted",
        "Press *Play with a class*, show the link and vote on five faces. **Ask:** Why do ten people not agree? "
        "What would a computer have to say to be right?",
        "quiz",
        "Open the quiz",
    ),
    Stop(
        "10 to 20 min",
        "The faces",
        "Look at some of each class. **Ask:** Which classes are rare? Who took these pictures, who is missing?",
        "dataset",
        "Open the dataset",
        {"view": "Faces"},
    ),
    Stop(
        "20 to 30 min",
        "A network learns",
        "Press *Start* under *One-minute demo*. While the curves move, **ask:** Why are there two curves? When should "
        "it stop?",
        "training",
        "Open training",
    ),
    Stop(
        "30 to 42 min",
        "Break it",
        "Everybody guesses, then try it: *Swap the label order* and *Forget the scaling* come at once, *Shuffle the "
        "labels* takes a minute. **Ask:** Which of these mistakes would nobody notice?",
        "break_it",
        "Open Break it",
    ),
    Stop(
        "42 to 52 min",
        "Where it fails",
        "Click the largest mistake in the matrix and look at its faces; open one under Explain. **Ask:** Would you "
        "have known? Is the network right where it says 90%?",
        "evaluation",
        "Open evaluation",
    ),
    Stop(
        "52 to 60 min",
        "What it is not for",
        "On *Build a face*, everybody makes one that people call happy and the network does not. "
        "**Ask:** Did it see a feeling? Who should be allowed to use this, and on whom?",
        "build_face",
        "Open Build a face",
        {"build_face_view": "Challenges"},
    ),
)


def show_stops(stops: tuple[Stop, ...]) -> None:
    """The stops below each other, each with its time and a link to its page."""
    for stop in stops:
        with st.container(border=True):
            left, right = st.columns([4, 1], vertical_alignment="center")
            left.markdown(f"**{stop.time}: {stop.title}**  \n{stop.text}")
            with right:
                show_link(stop.label, stop.page, stop.query, arrow=True)
