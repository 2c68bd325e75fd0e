"""What becomes of a head: it is swapped, and kept."""

import numpy as np
import streamlit as st

from fer_core.checkpoints.checkpoint import Checkpoint
from fer_core.errors import FerError
from fer_core.lessons.teach.head import LONGEST_FILE, parse_head
from fer_core.lessons.teach.keeping import pack_examples, save_as_checkpoint, save_as_dataset
from fer_core.lessons.teach.swap import Swap, compare_heads
from fer_core.plots.confusion import confusion_figure
from fer_core.plots.pictures import face_grid
from pages.parts.teach.state import Lesson
from pages.parts.teach.trial import THEIRS, YOURS
from pages.shared.charts import show_chart
from pages.shared.downloads import download_button
from pages.shared.links import show_link
from pages.shared.messages import errors_shown, plain, refuse
from pages.shared.uploads import kinds

_RIGHT_ALONE = 8  # faces
_NAME, _STORED, _REFUSED = "teach_dataset_name", "teach_stored", "teach_dataset_refused"


def show_swap(lesson: Lesson, checkpoint: Checkpoint) -> None:
    """Download one's own head, load a classmate's, and compare both on one's own examples."""
    left, right = st.columns(2, gap="large")
    with left:
        st.subheader("Share your head", anchor=False)
        if lesson.taught:
            download_button("Download head", lesson.taught.head.to_json(), "head.json", key="teach_download_head")
        else:
            st.info("Train first.")
        st.caption("The file holds class names, weights and the base's hash. It holds no face.")
    with right:
        st.subheader("Load a head", anchor=False)
        file = st.file_uploader(
            "A classmate's head", kinds("json"), max_upload_size=LONGEST_FILE >> 20, key="teach_load_head"
        )
        if file is not None:
            try:
                lesson.loaded = file.name, parse_head(file.getvalue())
            except FerError as error:
                lesson.loaded = None
                refuse(error)
    if lesson.loaded is None:
        return
    head = lesson.loaded[1]
    with errors_shown():
        head.check_fits(checkpoint)
        st.markdown(f"**{plain(lesson.loaded[0])}** knows {plain(', '.join(head.class_names))}.")
        if not len(lesson.examples):
            st.info("Add examples of these classes to measure their head on your faces.")
            return
        _show_swap(compare_heads(lesson.store(checkpoint), lesson.examples, head, lesson.taught))


def _show_swap(swap: Swap) -> None:
    st.markdown(f"**{swap.in_words}**")
    left, right = st.columns(2, gap="large")
    for column, title, report in ((left, YOURS, swap.own), (right, THEIRS, swap.theirs)):
        with column:
            if report is not None:
                st.subheader(title, anchor=False)
                alt = f"Confusion matrix of {title.lower()} on your examples."
                show_chart(f"teach_swap_{title}", alt, confusion_figure(report))
    if swap.own is None:
        return
    alone = np.flatnonzero(swap.own.is_right & ~swap.theirs.is_right)[:_RIGHT_ALONE]
    if len(alone):
        st.markdown("Only yours is right:")
        names = swap.theirs.class_names
        captions = [f"theirs: {names[swap.theirs.y_pred[i]]}" for i in alone]
        texts = [f"Example of {names[swap.theirs.y_true[i]]}" for i in alone]
        st.html(face_grid(swap.examples.images[alone], captions, texts, size=72, columns=_RIGHT_ALONE))


def show_keep(lesson: Lesson, checkpoint: Checkpoint) -> None:
    """Save the head as a checkpoint, and the examples as a file or a dataset."""
    left, right = st.columns(2, gap="large")
    with left:
        st.subheader("The head", anchor=False)
        _offer_checkpoint(lesson, checkpoint)
    with right:
        st.subheader("The examples", anchor=False)
        _offer_examples(lesson)


def _offer_checkpoint(lesson: Lesson, checkpoint: Checkpoint) -> None:
    taught = lesson.taught
    if taught is None:
        st.info("Train first.")
        return
    name = st.text_input("Name", "taught", key="teach_checkpoint_name", persist_state="session")
    if st.button("Save checkpoint", icon=":material/save:", type="primary", key="teach_save"):
        with errors_shown(), st.spinner("Combining base and head …", show_time=True):
            examples = lesson.examples.ready()
            st.session_state["teach_saved"] = save_as_checkpoint(lesson.store(checkpoint), taught, examples, name).name
    st.caption("Every page can then use it. Its card states the number of recordings and holds no face.")
    if saved := st.session_state.get("teach_saved"):
        st.success(f"“{plain(saved)}” is saved; choose it on any page.", icon=":material/check:")
        show_link("Open on Photos", "photos", {"checkpoint": saved})


def _offer_examples(lesson: Lesson) -> None:
    if not len(lesson.examples):
        st.info("There are no examples yet.")
        return
    download_button("Download pictures", lambda: pack_examples(lesson.examples), "examples.zip", icon="folder_zip")
    if st.button("Save dataset", icon=":material/grid_view:", key="teach_dataset"):
        _ask_for_dataset(lesson)
    st.caption("Unsaved examples stay in this session's memory and are deleted when you close the app.")
    if fault := st.session_state.pop(_REFUSED, None):
        refuse(fault)
    if stored := st.session_state.get(_STORED):
        st.success(f"The dataset “{plain(stored)}” is stored.", icon=":material/check:")
        show_link("Open dataset", "dataset", {"dataset": stored})


@st.dialog("Save as a dataset?", icon=":material/grid_view:")
def _ask_for_dataset(lesson: Lesson) -> None:
    st.markdown(
        f"**{len(lesson.examples):,} faces** will be stored on the computer that runs FER Lab, visible to everyone "
        "who uses it. Store faces of people only if they know and agree."
    )
    st.text_input("Name", "my-examples", key=_NAME)
    if st.button("Save faces", type="primary", key="teach_dataset_store", on_click=_store, args=[lesson]):
        st.rerun()


def _store(lesson: Lesson) -> None:
    try:
        st.session_state[_STORED] = save_as_dataset(lesson.examples, str(st.session_state[_NAME])).name
    except FerError as error:
        st.session_state[_REFUSED] = error
