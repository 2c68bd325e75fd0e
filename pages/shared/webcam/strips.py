"""What stands beside the live video: its rate, and for each face the probabilities now and over the last minute."""

from collections.abc import Sequence

import streamlit as st

from fer_core.plots.webcam import face_strip, gone_faces, present_faces
from fer_core.recognition.webcam import FrameAnalyzer, Moment
from pages.shared.webcam import stream

_STRIPS = 4


def show_live(analyzer: FrameAnalyzer, no_face: str) -> None:
    """Show the live strip, renewed twice a second while the camera is on, or what to do when it sees no face."""

    @st.fragment(run_every=stream.refresh_seconds())
    def live() -> None:
        stream.watch(analyzer)
        if stream.is_wanted():
            _show_rate(analyzer)
        _show_faces(analyzer, no_face)

    live()


def _show_rate(analyzer: FrameAnalyzer) -> None:
    rate, latest = analyzer.rate(), analyzer.latest()
    is_on = rate.frames_per_second > 0
    with st.container(horizontal=True, gap="small"):
        st.metric("Frames/s", f"{rate.frames_per_second:.0f}" if is_on else "–", border=True, width=150)
        st.metric("Per frame", f"{rate.milliseconds:.0f} ms" if is_on else "–", border=True, width=150)
    st.caption(f"{latest.number:,} frames analyzed")


def _show_faces(analyzer: FrameAnalyzer, no_face: str) -> None:
    if not stream.is_wanted():
        st.caption("Probabilities of each face, now and over the last minute.")
        return
    history, now = analyzer.history(), analyzer.now()
    present, gone = present_faces(history, now), gone_faces(history, now)
    _show_cards(present, history, now)
    if not analyzer.latest().number:
        st.caption("Waiting for the first frame …")
    elif not present:
        st.info(no_face, icon=":material/face:")
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
