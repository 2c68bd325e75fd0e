"""Two peers in this process: frames go out, are looked at by the stream's callback and come back; no thread stays."""

import asyncio
import gc
import threading

import av
import numpy as np
import pytest
from aiortc import RTCPeerConnection, VideoStreamTrack
from streamlit_webrtc.process import AsyncVideoProcessTrack

from fer_core.classifier import Classifier
from fer_core.detection import Face
from fer_core.labels import PAPER_EMOTIONS
from fer_core.streaming import FrameAnalyser
from fer_core.streamvalues import StreamSettings

CYCLES = 50
FRAME = np.full((240, 320, 3), 90, np.uint8)


class OneFace:
    def detect(self, image):
        return (Face((60, 60, 160, 160)),)


class Camera(VideoStreamTrack):
    async def recv(self):
        frame = av.VideoFrame.from_ndarray(FRAME, format="rgb24")
        frame.pts, frame.time_base = await self.next_timestamp()
        return frame


class Callback:
    """What streamlit-webrtc makes of a callback."""

    def __init__(self, analyser):
        self.recv = analyser.on_frame


async def loop_frames(analyser, frames):
    """Sends the camera's frames from one peer to another, which sends them back looked at; receives some."""
    browser, server = RTCPeerConnection(), RTCPeerConnection()
    server.on("track", lambda track: server.addTrack(AsyncVideoProcessTrack(track, Callback(analyser))))
    returned = asyncio.get_running_loop().create_future()
    browser.on("track", returned.set_result)
    browser.addTrack(Camera())
    await browser.setLocalDescription(await browser.createOffer())
    await server.setRemoteDescription(browser.localDescription)
    await server.setLocalDescription(await server.createAnswer())
    await browser.setRemoteDescription(server.localDescription)
    track = await returned
    received = [await asyncio.wait_for(track.recv(), 20) for _ in range(frames)]
    await browser.close()
    await server.close()
    return received


@pytest.fixture
def analyser(tiny_model):
    return FrameAnalyser(StreamSettings(OneFace(), Classifier(tiny_model, PAPER_EMOTIONS)))


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
@pytest.mark.filterwarnings("ignore::ResourceWarning")
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")  # streamlit-webrtc leaves loops unclosed
def test_frames_come_back_with_their_faces_and_no_thread_stays(analyser):
    async def cycles():
        await loop_frames(analyser, 3)
        before = {thread.name for thread in threading.enumerate()}
        for _ in range(CYCLES):
            received = await loop_frames(analyser, 3)
        await asyncio.sleep(0.2)
        return before, received

    before, received = asyncio.run(cycles())
    assert (received[-1].width, received[-1].height) == (320, 240)
    assert analyser.latest().number >= CYCLES
    assert analyser.problem() == ""
    media = {t.name for t in threading.enumerate() if "async_media" in t.name or "coder" in t.name}
    assert not media - before
    gc.collect()  # its loops now, under this test's filters, and not in the middle of another test
