"""One picture, and what every chosen checkpoint says of its faces."""

from collections.abc import Sequence

import streamlit as st

from fer_core.checkpoints.checkpoint import Checkpoint
from fer_core.faces.images import IMAGE_EXTENSIONS, read_image
from fer_core.plots.prediction import answers_side_by_side
from fer_core.recognition.recognize import MAX_LISTED_FACES, reclassify, recognize, recognize_whole
from pages.shared import cached
from pages.shared.messages import errors_shown
from pages.shared.notice import admits_faces, are_samples_drawn_only
from pages.shared.uploads import kinds

_SAMPLE = "compare sample"


def show_photo(checkpoints: Sequence[Checkpoint]) -> None:
    """An upload or a sample picture, and the answers side by side."""
    upload = None
    if admits_faces(checkpoints[0].card):
        upload = st.file_uploader("A picture", type=kinds(*IMAGE_EXTENSIONS), max_upload_size=50, key="compare photo")
    samples = cached.samples(drawn_only=are_samples_drawn_only())
    title = st.pills("Or a sample", list(samples), key=_SAMPLE, persist_state="session")
    content = upload.getvalue() if upload else samples.get(str(title))
    if content is None:
        st.caption("Pictures stay in the memory of the computer that runs FER Lab.")
        return
    with errors_shown():
        image = read_image(content, name=upload.name if upload else str(title))
        networks = [cached.classifier(checkpoint) for checkpoint in checkpoints]
        found = recognize(image, cached.photo_detector(), networks[0])[:MAX_LISTED_FACES]
        if not found:
            st.info("No face found. This is what they say of the whole picture, as if it were a face.")
            found = (recognize_whole(image, networks[0]),)
        answers = [reclassify(found, network) for network in networks]
    st.image(image, width=min(360, image.shape[1]), alt="The picture")
    st.html(answers_side_by_side(answers, [checkpoint.name for checkpoint in checkpoints]))
