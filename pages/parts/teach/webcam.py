"""The webcam of Teach it: one camera, with which examples are recorded in one place and a head is tried in another."""

from collections.abc import Callable
from functools import partial
from typing import Literal

import streamlit as st

from fer_core.checkpoints.checkpoint import Checkpoint
from fer_core.checkpoints.classifier import Classifier
from fer_core.checkpoints.priors import DEFAULT_PRIOR
from fer_core.errors import TeachError
from fer_core.lessons.teach.head import Head
from fer_core.lessons.teach.recorder import MOST_RECORDED, Recorder
from fer_core.recognition.webcam import FrameAnalyzer, StreamSettings
from pages.parts.teach.collect import offer_to_add
from pages.parts.teach.hold import show_hold_button
from pages.parts.teach.state import Lesson, Take, lesson
from pages.shared import cached
from pages.shared.held_pictures import take_picture
from pages.shared.messages import errors_shown, plain
from pages.shared.webcam import stream
from pages.shared.webcam.camera import Reason, is_mirrored
from pages.shared.webcam.strips import show_live

Place = Literal["record", "try"]

_AT = "teach_camera_at"
_NO_FACE = "No face found. Come closer and face the camera."
_NOBODY = "No face was recorded. Face the camera and hold the button longer."


class Camera:
    """The page's camera in one run of it, in which it is shown at most once.

    Attributes:
        problem: Why there is no live video, once the page has said so.
    """

    def __init__(self, taught: Lesson) -> None:
        self._lesson, self._is_shown = taught, False
        self.problem: Reason | None = None
        if not stream.is_wanted():
            taught.finish_take()  # of a camera that has stopped

    def show(self, place: Place, open_classifier: Callable[[], Classifier]) -> FrameAnalyzer | None:
        """Show the video here, if this is where the camera is; return what analyzes its frames while it is on.

        Raises:
            FerError: What analyzes frames cannot be opened, or the setting of the STUN and TURN servers be read.
        """
        is_here = st.session_state.setdefault(_AT, place) == place
        start, key = partial(self._start, place), f"teach_camera_{place}"
        if stream.is_wanted() and not is_here:
            st.button("Use camera here", type="primary", icon=":material/videocam:", key=key, on_click=start)
            return None
        analyzer = None
        if is_here:
            with st.container():  # of their own for its spinners, which must not move the video: that would end it
                settings = StreamSettings(cached.live_detector(), open_classifier(), mirrored=is_mirrored())
            analyzer = stream.analyzer_with(settings)
            self._is_shown = True
            stream.show_stream(analyzer)
            self.problem = stream.show_problem()
        else:
            stream.show_off()
        if not stream.is_wanted():
            stream.show_switch(start, key)
            return None
        return analyzer

    def stop_unless_shown(self) -> None:
        """Stop the camera when the visitor has chosen something in its place."""
        if stream.is_wanted() and not self._is_shown:
            stream.stop()
            st.rerun()

    def bring(self, place: Place) -> None:
        """Show the camera at another place from the next run on, if it is on."""
        if stream.is_wanted():
            self._start(place)

    def _start(self, place: Place) -> None:
        self._lesson.finish_take()
        st.session_state[_AT] = place
        stream.start()


def leave() -> None:
    """Stop the camera, and keep what it recorded."""
    stream.stop()
    lesson().finish_take()


def add_recordings(taught: Lesson, place: int, checkpoint: Checkpoint, camera: Camera) -> None:
    """Show the video and a button that records examples of a class while it is held."""
    analyzer = None
    with errors_shown(stop=False):
        analyzer = camera.show("record", partial(_open_classifier, taught, checkpoint))
    if camera.problem and camera.problem.camera_works:
        shot = take_picture("teach_still", "Single picture")
        offer_to_add(taught, place, [shot] if shot else [])
        return
    if analyzer is None:
        st.caption("Only crops of your face are kept, in this session's memory.")
        return
    _show_recorder(taught, place, checkpoint, analyzer)
    stream.show_switch(key="teach_camera_record")


def try_live(taught: Lesson, checkpoint: Checkpoint, head: Head, camera: Camera) -> None:
    """Show the video with a head's answers, and the probabilities of its classes."""
    analyzer = None
    left, right = st.columns([3, 2], gap="large")
    with left, errors_shown(stop=False):
        analyzer = camera.show("try", partial(taught.store(checkpoint).classifier, head))
        if analyzer is not None:
            stream.show_switch(key="teach_camera_try")
    with right:
        if analyzer is not None:
            show_live(analyzer, _NO_FACE)


def _open_classifier(taught: Lesson, checkpoint: Checkpoint) -> Classifier:
    """What answers while one records: one's own head, from the first training on."""
    if taught.taught and taught.taught.head.fits(checkpoint):
        return taught.store(checkpoint).classifier(taught.taught.head)
    return cached.live_classifier(checkpoint, DEFAULT_PRIOR)


def _show_recorder(taught: Lesson, place: int, checkpoint: Checkpoint, analyzer: FrameAnalyzer) -> None:
    shown, said = taught.examples, (None, taught.fault)
    name, count = shown.class_names[place], len(shown.classes[place])

    def begin() -> None:
        taught.finish_take()
        taught.take = Take(name, Recorder(MOST_RECORDED - count))

    def end() -> None:
        if taught.take and not taught.take.recorder.count:
            taught.fault = TeachError(_NOBODY, is_hint=True)
        taught.finish_take()

    @st.fragment(run_every=stream.refresh_seconds())
    def recorder() -> None:
        stream.watch(analyzer)
        if taught.take and taught.take.recorder.is_full:
            taught.finish_take()
        if taught.examples is not shown or taught.fault not in said:
            st.rerun()
        recorded = taught.take.recorder.count if taught.take else 0
        analyzer.on_faces = taught.take.recorder.add if taught.take else None
        has_frames, is_full = analyzer.latest().number > 0, count >= MOST_RECORDED
        show_hold_button(
            "Hold to record",
            f"Recording: {recorded}",
            is_disabled=is_full or not has_frames,
            on_press=begin,
            on_release=end,
        )
        if is_full:
            st.info(f"“{plain(name)}” has {count:,} examples, the most for recording. Choose another class.")
        elif not has_frames:
            st.caption("Waiting for the first frame …")
        elif not analyzer.latest().faces:
            st.info(_NO_FACE, icon=":material/face:")
        else:
            st.caption(f"“{plain(name)}”: {count + recorded} of {MOST_RECORDED} examples. A tap records two seconds.")
            if taught.taught is None:
                st.caption(f"Until you train, the label is {plain(checkpoint.name)}’s answer.")

    recorder()
