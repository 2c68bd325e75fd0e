"""Live video: what the expression of every face looks like, as it moves."""

import streamlit as st

from fer_core.checkpoints.checkpoint import Checkpoint
from fer_core.faces.blazeface import DetectorRange
from fer_core.faces.detection import DEFAULT_MARGIN, DEFAULT_MINIMUM_SIZE
from fer_core.recognition.photos import recognize_photo
from fer_core.recognition.tracking import DEFAULT_SMOOTHING
from fer_core.recognition.webcam import FrameAnalyzer, StreamSettings
from pages.parts.webcam import kept
from pages.shared import cached
from pages.shared.held_pictures import take_picture
from pages.shared.links import show_link
from pages.shared.messages import errors_shown
from pages.shared.navigation import start_page
from pages.shared.notice import admits_faces
from pages.shared.photo_view import show_photo
from pages.shared.pickers import choose_checkpoint, choose_prior, say_who_answers
from pages.shared.webcam import stream
from pages.shared.webcam.camera import Reason, is_mirrored
from pages.shared.webcam.strips import show_live

_RANGES: dict[DetectorRange, str] = {"short": "Near (2 m)", "full": "Far (5 m)"}


def choose_settings() -> tuple[Checkpoint, StreamSettings]:
    with st.container(border=True):
        first, second = st.columns(2, gap="medium")
        with first:
            checkpoint = choose_checkpoint()
        range_ = second.segmented_control(
            "Face distance",
            list(_RANGES),
            format_func=_RANGES.__getitem__,
            default="short",
            required=True,
            width="stretch",
            key="webcam_distance",
            persist_state="session",
            help="The face detector; the near one is faster.",
        )
        columns = st.columns(3, gap="medium")
        help_ = "Time constant of the bars; 0 shows each frame's raw answer."
        smoothing = columns[0].slider(
            "Smoothing (s)",
            0.0,
            2.0,
            DEFAULT_SMOOTHING,
            0.1,
            key="webcam_smoothing",
            help=help_,
            persist_state="session",
        )
        margin = columns[1].slider(
            "Face margin (%)", -10, 40, round(100 * DEFAULT_MARGIN), key="webcam_margin", persist_state="session"
        )
        size = columns[2].slider(
            "Smallest face (pixels)", 10, 200, DEFAULT_MINIMUM_SIZE, 10, key="webcam_smallest", persist_state="session"
        )
        prior = choose_prior(checkpoint)
        say_who_answers(checkpoint, prior)
    classifier = cached.live_classifier(checkpoint, prior)
    detector, mirrored = cached.live_detector(range_), is_mirrored()
    return checkpoint, StreamSettings(detector, classifier, margin / 100, size, smoothing, mirrored)


def show_buttons(analyzer: FrameAnalyzer) -> None:
    if stream.is_wanted():
        icon, take = ":material/photo_camera:", kept.take_picture
        st.button("Take a picture", type="primary", icon=icon, on_click=take, args=(analyzer,))
    stream.show_switch()


def offer_stills(analyzer: FrameAnalyzer, why: Reason) -> None:
    """In place of live video: what works all the same."""
    st.markdown("Alternatives:")
    with st.container(horizontal=True):
        show_link("Upload pictures", "photos")
        show_link("Upload a video", "videos")
    if not why.camera_works:
        return
    shot = take_picture("webcam_still", "Single picture")
    if shot:
        photo = recognize_photo("Your picture", shot.getvalue(), cached.photo_detector(), analyzer.settings.classifier)
        show_photo(photo, shot.getvalue(), 1)


start_page(
    "webcam",
    "See each face's apparent expression live; an expression is not a feeling.",
    on_leave=stream.leave,  # it never goes on by itself
)
above, below = st.container(), st.empty()  # the settings come below what they change
with below.container(), errors_shown():
    checkpoint, settings = choose_settings()
analyzer = stream.analyzer_with(settings)
with above:
    if not admits_faces(checkpoint.card, settings.classifier.answered_by.prior):
        below.empty()
        st.stop()
    left, right = st.columns([3, 2], gap="large")
with left, errors_shown():
    stream.show_stream(analyzer)
    if why := stream.show_problem():
        offer_stills(analyzer, why)
with left.container(horizontal=True, vertical_alignment="center"):
    show_buttons(analyzer)
    kept.offer_log(analyzer)
left.caption(
    "Frames are analyzed on the computer that runs FER Lab and not stored. Pictures and logs you ask for stay in "
    "memory until you close the app."
)
with left:
    kept.show_picture()
with right:
    show_live(analyzer, "No face found. Come closer, face the camera, or lower the smallest face.")
