"""Adding examples to a class: drawn faces, pictures, rows of a dataset, and the votes of a class."""

import hashlib
from collections.abc import Sequence
from functools import partial

import streamlit as st

from fer_core.datasets.drawn.face import parse_face
from fer_core.labels import EMOTIONS
from fer_core.lessons.teach.sources import (
    built_face,
    class_votes,
    dataset_rows,
    drawn_faces,
    pictures,
    with_recordings,
)
from pages.parts.teach.state import TARGET, Lesson
from pages.shared import cached
from pages.shared.browser_token import browser_token
from pages.shared.held_pictures import upload_pictures
from pages.shared.links import show_link
from pages.shared.messages import errors_shown, plain, refuse_with
from pages.shared.navigation import SENT_EXAMPLE
from pages.shared.pickers import choose_dataset
from pages.shared.streamlit_internals import UploadedFile

SOURCES = DRAWN, WEBCAM, PICTURES, DATASET, VOTES = "Drawn faces", "Webcam", "Pictures", "Dataset", "Class votes"
_SOURCE = "teach_source"
_MOST_AT_ONCE = 200
_LISTED = 3  # problems of pictures


def choose_target(lesson: Lesson) -> int:
    """Ask to which class examples are added; return its place."""
    names = lesson.examples.class_names
    if st.session_state.get(TARGET, names[0]) not in names:
        st.session_state[TARGET] = names[0]  # without a value of its own, the browser would go on showing the old one
    return names.index(st.selectbox("Class", names, key=TARGET, persist_state="session"))


def choose_source() -> str:
    """Ask where the examples come from."""
    return str(
        st.segmented_control(
            "From", SOURCES, default=DRAWN, required=True, key=_SOURCE, persist_state="session", wrap=True
        )
    )


def add_drawn(lesson: Lesson, place: int) -> None:
    """Draw faces of an emotion, or take the face that was built."""
    if sent := st.session_state.get(SENT_EXAMPLE):
        face = parse_face(sent)

        def add_built() -> None:
            del st.session_state[SENT_EXAMPLE]
            lesson.add(place, built_face(face))

        with st.container(horizontal=True, vertical_alignment="center", border=True):
            st.markdown("Your built face is ready.", width="stretch")
            st.button("Add this face", icon=":material/add:", key="teach_add_built", on_click=add_built)
    with st.container(horizontal=True, vertical_alignment="bottom"):
        emotion = st.selectbox("Expression", EMOTIONS, index=1, key="teach_emotion", persist_state="session", width=180)
        count = _how_many(50, 12, "teach_drawn_count")
        st.button(
            "Add drawn faces",
            icon=":material/draw:",
            type="primary",
            key="teach_add_drawn",
            on_click=lambda: lesson.add(place, drawn_faces(emotion, count, _seed(lesson))),
        )
    show_link("Build a face", "build_face")


def add_pictures(lesson: Lesson, place: int) -> None:
    """Ask for pictures of people, and add their faces."""
    offer_to_add(lesson, place, upload_pictures("teach_upload", "Your pictures"))


def offer_to_add(lesson: Lesson, place: int, files: Sequence[UploadedFile]) -> None:
    """Show a button that finds the largest face of each picture and adds it, and say in which there was none."""
    if not files:
        st.caption("The largest face of each picture is used. Pictures stay in this session's memory.")
        return

    def add() -> None:
        with st.spinner("Looking for faces …"):
            found = pictures([(file.name, file.getvalue()) for file in files], cached.photo_detector())
        st.session_state["teach_problems"] = found.problems
        if found.recording is not None:
            lesson.add(place, found.recording)

    label = "Add 1 picture" if len(files) == 1 else f"Add {len(files)} pictures"
    with errors_shown():
        st.button(label, icon=":material/add:", type="primary", key="teach_add_pictures", on_click=add)
    for problem in st.session_state.pop("teach_problems", ())[:_LISTED]:
        refuse_with(plain(problem), "example refused", icon=":material/broken_image:")


def add_rows(lesson: Lesson, place: int) -> None:
    """Draw rows of a class from a dataset's training split."""
    with errors_shown():
        card = choose_dataset()
        if not card.has_pictures:
            st.info("The pictures of this dataset are missing. Import them, or choose another dataset.")
            return
        records = cached.records(card)
    scheme = records.schemes[0]
    with st.container(horizontal=True, vertical_alignment="bottom"):
        class_name = st.selectbox("Labeled", scheme.class_names, key="teach_label", persist_state="session", width=180)
        count = _how_many(_MOST_AT_ONCE, 30, "teach_rows_count")
        agreement = (
            st.slider(
                "Agreement",
                *(0, 100, 60, 10),
                format="%d%%",
                key="teach_agreement",
                persist_state="session",
                width=150,
                help="Minimum share of the ten votes for the class.",
            )
            if records.has_votes
            else 0
        )
    add = partial(
        dataset_rows, records, scheme, card.name, class_name, count=count, agreement=agreement / 100, seed=_seed(lesson)
    )
    st.button(
        "Add rows",
        icon=":material/grid_view:",
        type="primary",
        key="teach_add_rows",
        on_click=lambda: lesson.change(lambda: lesson.examples.added(place, add())),
        help="Training faces only: the test split stays unseen.",
    )


def add_votes(lesson: Lesson) -> None:
    """Take the faces that this browser's class voted on, each in the class that most named."""
    token = browser_token()
    rooms = [room for room in cached.quiz_rooms().shared() if token and room.host == token]
    votes = class_votes([ballot for room in rooms for ballot in room.ballots()])
    if not votes.recordings:
        st.info("No quiz room of this browser has votes yet. Play the quiz with a class first.")
        show_link("Open the quiz", "quiz")
        return
    each = ", ".join(f"{name} {len(recording)}" for name, recording in votes.recordings.items())
    faces = sum(map(len, votes.recordings.values()))
    st.markdown(f"**{faces} faces** with a majority of up to {votes.voters} votes: {plain(each)}.")
    st.button(
        "Add class votes",
        icon=":material/how_to_vote:",
        type="primary",
        key="teach_add_votes",
        on_click=lambda: lesson.change(lambda: with_recordings(lesson.examples, votes.recordings)),
    )
    if votes.compared:
        st.caption(f"On {votes.agreeing} of {votes.compared} faces your class and the ten voters agree.")


def _how_many(most: int, usual: int, key: str) -> int:
    return int(st.number_input("Number", 1, most, usual, key=key, persist_state="session", width=120))


def _seed(lesson: Lesson) -> int:
    """Another one after each change, so that the same button adds other faces."""
    return int(hashlib.sha256(lesson.examples.fingerprint.encode()).hexdigest()[:8], 16)
