"""What stands beside the live video, and the picture that is taken of it."""

from collections.abc import Sequence

import streamlit as st

from fer_core.faces.images import encode_png
from fer_core.plots.prediction import face_cards
from fer_core.plots.webcam import face_strip, gone_faces, present_faces
from fer_core.recognition.recognize import MAX_LISTED_FACES, summary, to_csv
from fer_core.recognition.webcam import LONGEST_LOG, FrameAnalyzer, Moment, StreamResult
from pages.parts.webcam import stream
from pages.shared.downloads import download_button
from pages.shared.look_inside import offer_look_inside
from pages.shared.messages import plain

_LOG, _PICTURE = "webcam_log", "webcam_picture"
_STRIPS = 4
_REFRESH_SECONDS = 0.5


def show_live(analyzer: FrameAnalyzer) -> None:
    """Show the live strip, renewed twice a second while the camera is on."""

    @st.fragment(run_every=_REFRESH_SECONDS if stream.is_wanted() else None)
    def live() -> None:
        if failure := stream.failure(analyzer):
            stream.stop(failure)
            st.rerun()
        if stream.is_wanted():
            _show_rate(analyzer)
        stream.say_problem_of_frames(analyzer)
        _show_faces(analyzer)

    live()


def take_picture(analyzer: FrameAnalyzer) -> None:
    """Keep the newest frame in the session, until another is taken or it is cleared."""
    st.session_state[_PICTURE] = analyzer.latest()


def show_picture() -> None:
    """Show the picture that was taken, with its faces and buttons to download or clear it."""
    result: StreamResult | None = st.session_state.get(_PICTURE)
    if result is None:
        return
    with st.container(border=True):
        st.markdown(f"**Your picture** · {plain(summary(result.recognitions))}")
        if result.image.size == 0:
            st.info("No frame yet. Start the camera first.", icon=":material/no_photography:")
            return
        st.image(result.drawn(), alt="The frozen frame with its faces boxed and numbered")
        st.html(face_cards(result.recognitions[:MAX_LISTED_FACES]) or "<p>No face in this picture.</p>")
        offer_look_inside(result.recognitions[:MAX_LISTED_FACES], "webcam", "your picture")
        with st.container(horizontal=True):
            download_button("Download PNG", lambda: encode_png(result.drawn()), "webcam.png")
            st.button("Clear picture", icon=":material/delete:", type="tertiary", on_click=_clear_picture)


def offer_log(analyzer: FrameAnalyzer) -> None:
    """Show a switch that keeps a log while the camera is on, and the download of what was kept."""
    help_ = f"Up to {LONGEST_LOG:,} rows in memory: time, face and probabilities, no pictures."
    logging = stream.is_wanted() and st.toggle("Log", value=analyzer.is_logging, key=_LOG, help=help_)
    if logging != analyzer.is_logging:
        (analyzer.start_log if logging else analyzer.stop_log)()
    if logging or analyzer.has_log:
        make, key = lambda: to_csv(analyzer.log_rows()), "webcam_log_csv"
        download_button("Download log", make, "webcam-log.csv", icon="table", key=key)
        st.button("Clear log", icon=":material/delete:", type="tertiary", on_click=analyzer.clear_log)


def _clear_picture() -> None:
    st.session_state.pop(_PICTURE, None)


def _show_rate(analyzer: FrameAnalyzer) -> None:
    rate, latest = analyzer.rate(), analyzer.latest()
    is_on = rate.frames_per_second > 0
    with st.container(horizontal=True, gap="large"):
        st.metric("Frames/s", f"{rate.frames_per_second:.0f}" if is_on else "–", width="content")
        st.metric("Per frame", f"{rate.milliseconds:.0f} ms" if is_on else "–", width="content")
    st.caption(f"{latest.number:,} frames analyzed")


def _show_faces(analyzer: FrameAnalyzer) -> None:
    if not stream.is_wanted():
        st.caption("Probabilities of each face, now and over the last minute.")
        return
    history, now = analyzer.history(), analyzer.now()
    present, gone = present_faces(history, now), gone_faces(history, now)
    _show_cards(present, history, now)
    if not analyzer.latest().number:
        st.caption("Waiting for the first frame …")
    elif not present:
        st.info("No face found. Come closer, face the camera, or lower the smallest face.", icon=":material/face:")
    if gone:
        earlier = st.expander("Earlier faces", icon=":material/history:", key="webcam_gone", on_change="rerun")
        if earlier.open:
            with earlier:
                _show_cards(gone, history, now)


def _show_cards(numbers: Sequence[int], history: Sequence[Moment], now: float) -> None:
    for number in numbers[:_STRIPS]:
        with st.container(border=True):
            st.html(face_strip(number, history, now))
    if len(numbers) > _STRIPS:
        st.caption(f"and {len(numbers) - _STRIPS} more.")
