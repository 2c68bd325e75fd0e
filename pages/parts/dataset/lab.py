"""The pre-processing lab: one face through each step of the paper's section 4, before and after."""

import contextlib

import numpy as np
import streamlit as st

from fer_core.datasets.dataset import FaceRecords
from fer_core.datasets.store import DatasetCard
from fer_core.faces.detection import Face
from fer_core.faces.images import read_image
from fer_core.faces.preprocessing import STEPS, Preprocessing
from fer_core.plots.pictures import stage_cards
from fer_core.recognition.stages import Stage, dataset_stages, photo_stages
from fer_core.storage.plaintext import setting_text, split_words
from pages.shared import cached
from pages.shared.held_pictures import choose_picture
from pages.shared.links import show_link
from pages.shared.messages import errors_shown

TRAINING_STEPS = "training_preprocessing"
"""Key of the Training page's choice of steps."""

SOURCES = FACE, PHOTO = "A face of the dataset", "A photo"
_FIRST_STEPS = ("denoise", "stretch")
_STEPS, _FOLLOWED, _NO_STEP = "steps", "link_followed_steps", "none"


@st.fragment
def show_lab(dataset: DatasetCard, records: FaceRecords) -> None:
    """Show one face after each step."""
    st.subheader("From picture to network input", anchor="lab")
    source = st.segmented_control(
        "Start with", SOURCES, default=FACE, required=True, key="lab_source", bind="query-params", wrap=True
    )
    steps = _ask_steps()
    with errors_shown(stop=False):
        stages = _from_dataset(records, steps) if source == FACE else _from_photo(steps)
        if stages:
            st.html(stage_cards(stages))
    _offer_training(dataset, steps)


def _ask_steps() -> Preprocessing:
    """The steps; the address names them as settings do, which Streamlit's own binding of titles would not."""
    _follow_link()
    titles = {name: step.title for name, step in STEPS.items()}
    chosen = st.multiselect(
        "Steps in order",
        list(STEPS),
        default=list(_FIRST_STEPS),
        format_func=titles.__getitem__,
        key="dataset_lab_steps",
        persist_state="session",
        placeholder="None",
        help="The same functions as in training and prediction.",
    )
    steps = Preprocessing(tuple(chosen))
    text = setting_text(steps.steps) or _NO_STEP
    if text != st.session_state.get(_FOLLOWED, setting_text(_FIRST_STEPS)):
        st.query_params[_STEPS] = text
    st.session_state[_FOLLOWED] = text
    return steps


def _follow_link() -> None:
    """Take the steps from an address that has not been followed yet."""
    text = st.query_params.get(_STEPS, "").replace(" ", "+")  # what a plus in an address means
    if text and text != st.session_state.get(_FOLLOWED):
        with contextlib.suppress(ValueError):
            st.session_state["dataset_lab_steps"] = list(
                Preprocessing(split_words("" if text == _NO_STEP else text)).steps
            )


def _from_dataset(records: FaceRecords, steps: Preprocessing) -> tuple[Stage, ...]:
    last = len(records) - 1
    if "lab_row" not in st.session_state:
        st.session_state["lab_row"] = next(iter(cached.typical_faces(records).values()), 0)
    st.session_state["lab_row"] = min(int(st.session_state["lab_row"]), last)
    with st.container(horizontal=True, vertical_alignment="bottom"):
        row = st.number_input("Row", 0, last, key="lab_row", bind="query-params", width=180)
        st.button("Another face", icon=":material/shuffle:", key="dataset_lab_another", on_click=_another, args=(last,))
    return dataset_stages(np.asarray(records.images[int(row)]), steps)


def _another(last: int) -> None:
    st.session_state["lab_row"] = int(np.random.default_rng().integers(0, last + 1))


def _from_photo(steps: Preprocessing) -> tuple[Stage, ...]:
    picture = choose_picture("dataset_lab_photo")
    if picture is None:
        return ()
    image = read_image(picture.content, name=picture.name)
    faces = cached.photo_detector().detect(image)
    if not faces:
        st.info("No face found. Choose another picture.", icon=":material/search_off:")
        return ()
    return photo_stages(image, _choose_face(faces), steps)


def _choose_face(faces: tuple[Face, ...]) -> Face:
    if len(faces) == 1:
        return faces[0]
    number = st.pills("Face", range(1, len(faces) + 1), default=1, required=True, key="dataset_lab_face")
    return faces[int(number or 1) - 1]


def _take(steps: Preprocessing) -> None:
    st.session_state[TRAINING_STEPS] = list(steps.steps)


def _offer_training(dataset: DatasetCard, steps: Preprocessing) -> None:
    st.subheader("Train with these steps", anchor="train-with")
    st.markdown("A checkpoint’s card stores the steps of its run; they are applied wherever it is used.")
    # Streamlit cannot switch pages while the address is bound to widgets: a link does.
    taken = st.button(
        "Use in Training",
        icon=":material/model_training:",
        key="dataset_lab_train",
        on_click=_take,
        args=(steps,),
    )
    if taken:
        st.success(f"Set in the Training form: {steps.in_words}.", icon=":material/check:")
        show_link("Open Training", "training")
    chosen = f" --set preprocessing={setting_text(steps.steps)}" if steps.steps else ""
    st.code(f"python -m fer_core train --dataset {dataset.name}{chosen}", language=None, wrap_lines=True)
