"""The server's end of a live video: streamlit-webrtc's worker, fed with the newest frames only."""

import asyncio
import inspect
from collections.abc import Callable
from typing import Any

import av
from aiortc import MediaStreamTrack
from aiortc.contrib.media import MediaRelay
from aiortc.exceptions import InternalError, InvalidAccessError, InvalidStateError, OperationError
from streamlit_webrtc.config import compile_rtc_configuration
from streamlit_webrtc.webrtc import SignallingTimeoutError, WebRtcMode, WebRtcWorker

from fer_core.errors import FerError

_ANSWER_SECONDS = 10.0  # aiortc asks STUN servers for up to five
_UNANSWERABLE = (
    SignallingTimeoutError,
    InternalError,
    InvalidAccessError,
    InvalidStateError,
    OperationError,
    ValueError,
    LookupError,
    AttributeError,
    AssertionError,
    OSError,
)  # what aiortc makes of a broken offer, or of a computer without a network


class PeerError(FerError):
    """A browser's offer cannot be answered."""


class NewestFrames(MediaRelay):
    """A relay whose consumers get the newest frame and miss those that came while they were busy: no lag can grow."""

    def subscribe(self, track: MediaStreamTrack, buffered: bool = False) -> MediaStreamTrack:
        """A proxy of a track for one consumer, without a queue even if one is asked for."""
        del buffered
        return super().subscribe(track, buffered=False)


class Peer:
    """One browser's connection: its frames come in, are analyzed, and go back.

    It ends when it is closed, with the session in which it was made, and when that session leaves the page.

    Args:
        on_frame: Analyzes a frame and returns the one to send back; called in a thread of the connection's own.
        servers: STUN and TURN servers, as browsers take them.
        loop: Where the connection lives; by default Streamlit's own.
    """

    def __init__(
        self,
        on_frame: Callable[[av.VideoFrame], av.VideoFrame],
        servers: list[dict[str, Any]],
        loop: asyncio.AbstractEventLoop | None = None,
    ) -> None:
        parameters = inspect.signature(WebRtcWorker).parameters
        unused = [name for name in parameters if name.endswith(("_track", "_factory", "_callback", "_ended"))]
        settings: dict[str, Any] = dict.fromkeys(unused) | {"video_frame_callback": on_frame}
        self._worker: WebRtcWorker[Any, Any] = WebRtcWorker(
            mode=WebRtcMode.SENDRECV,
            rtc_configuration=compile_rtc_configuration({"iceServers": servers}),
            async_processing=True,
            sendback_video=True,
            sendback_audio=False,
            video_receiver_size=1,
            audio_receiver_size=1,
            relay=NewestFrames(),
            loop=loop,
            **settings,
        )

    def answer(self, offer: str) -> str:
        """The SDP that answers a browser's, which has the addresses by which it can be reached.

        Raises:
            PeerError: The offer is broken or has no video, or this computer has no address.
        """
        if "m=video" not in offer:
            raise PeerError("The browser offers no video; start again.")
        try:
            return str(self._worker.process_offer(offer, "offer", timeout=_ANSWER_SECONDS).sdp)
        except _UNANSWERABLE as error:
            raise PeerError(f"The browser's offer of live video cannot be answered ({error}); start again.") from error

    @property
    def is_connected(self) -> bool:
        """Whether the two computers have found each other."""
        return bool(self._worker.pc.connectionState == "connected")

    def close(self) -> None:
        """End the connection and its threads, within a second or two; may be called twice."""
        self._worker.stop()
