"""What the webcam page keeps on request: a picture and a log."""

import streamlit as st

from fer_core.faces.images import encode_png
from fer_core.plots.prediction import face_cards
from fer_core.recognition.recognize import MAX_LISTED_FACES, summary, to_csv
from fer_core.recognition.webcam import LONGEST_LOG, FrameAnalyzer, StreamResult
from pages.shared.downloads import download_button
from pages.shared.look_inside import offer_look_inside
from pages.shared.messages import plain
from pages.shared.webcam import stream

_LOG, _PICTURE = "webcam_log", "webcam_picture"


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
