"""Two peers in this process: frames go out, are looked at by the stream's callback and come back; no thread stays."""

import asyncio
import gc
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import av
import numpy as np
import psutil
import pytest
from aiortc import MediaStreamTrack, RTCPeerConnection, RTCSessionDescription, VideoStreamTrack

from fer_core.checkpoints.classifier import Classifier
from fer_core.faces.detection import Face
from fer_core.labels import PAPER_EMOTIONS
from fer_core.recognition.webcam import FrameAnalyzer, StreamSettings
from pages.shared.webcam.peer import NewestFrames, Peer, PeerError

CYCLES = 50
SECONDS = 20
FRAME = np.full((240, 320, 3), 90, np.uint8)

pytestmark = [
    pytest.mark.filterwarnings("ignore::DeprecationWarning"),
    pytest.mark.filterwarnings("ignore::ResourceWarning"),
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),  # streamlit-webrtc's unclosed loops
]


class OneFace:
    """A detector that finds one face, or fails."""

    error = None

    def detect(self, image):
        if self.error:
            raise self.error
        return (Face((60, 60, 160, 160)),)


class Camera(VideoStreamTrack):
    async def recv(self):
        frame = av.VideoFrame.from_ndarray(FRAME, format="rgb24")
        frame.pts, frame.time_base = await self.next_timestamp()
        return frame


class Numbers(MediaStreamTrack):
    """A source that is faster than whoever looks at it: numbered frames, three milliseconds apart."""

    kind = "video"

    def __init__(self):
        super().__init__()
        self.sent = 0

    async def recv(self):
        await asyncio.sleep(0.003)
        self.sent += 1
        frame = av.VideoFrame(16, 16)
        frame.pts = self.sent
        return frame


@pytest.fixture
def loop():
    """A loop in a thread of its own, as Streamlit's is."""
    loop, own = asyncio.new_event_loop(), asyncio.new_event_loop()
    asyncio.set_event_loop(own)  # else the worker makes one for this thread and leaves it open
    loop.set_default_executor(ThreadPoolExecutor(1))
    thread = threading.Thread(target=loop.run_forever)
    thread.start()
    yield loop
    asyncio.run_coroutine_threadsafe(loop.shutdown_default_executor(), loop).result(SECONDS)
    loop.call_soon_threadsafe(loop.stop)
    thread.join()
    asyncio.set_event_loop(None)
    loop.close()
    own.close()
    gc.collect()  # streamlit-webrtc's loops now, under this test's filters, and not in the middle of another test


@pytest.fixture
def detector():
    return OneFace()


@pytest.fixture
def analyzer(tiny_model, detector):
    return FrameAnalyzer(StreamSettings(detector, Classifier(tiny_model, PAPER_EMOTIONS)))


class Browser:
    """The other end: what a browser does, without a browser."""

    def __init__(self, loop):
        self.loop = loop
        self.connection = RTCPeerConnection()
        self.tracks = []
        self.connection.on("track", self.tracks.append)

    def run(self, coroutine):
        return asyncio.run_coroutine_threadsafe(coroutine, self.loop).result(SECONDS)

    def offer(self):
        async def offered():
            self.connection.addTrack(Camera())
            await self.connection.setLocalDescription(await self.connection.createOffer())
            return self.connection.localDescription.sdp

        return self.run(offered())

    def accept(self, answer):
        self.run(self.connection.setRemoteDescription(RTCSessionDescription(answer, "answer")))

    def receive(self, frames):
        return [self.run(self.tracks[0].recv()) for _ in range(frames)]

    def close(self):
        self.run(self.connection.close())


def looped(loop, analyzer, frames):
    """Sends the camera's frames to a peer, which sends them back looked at; receives some."""
    browser, peer = Browser(loop), Peer(analyzer.on_frame, [], loop)
    browser.accept(peer.answer(browser.offer()))
    received = browser.receive(frames)
    assert peer.is_connected
    browser.close()
    peer.close()
    assert not peer.is_connected
    return received


def test_frames_come_back_with_their_faces_and_nothing_stays(loop, analyzer):
    for _ in range(3):
        looped(loop, analyzer, 2)
    gc.collect()
    process, before = psutil.Process(), {thread.name for thread in threading.enumerate()}
    files = process.num_fds() if hasattr(process, "num_fds") else 0
    for _ in range(CYCLES):
        received = looped(loop, analyzer, 2)
    assert (received[-1].width, received[-1].height) == (320, 240)
    assert analyzer.latest().number >= CYCLES
    assert analyzer.problem() == ""
    end = time.monotonic() + SECONDS
    while {thread.name for thread in threading.enumerate()} - before and time.monotonic() < end:
        time.sleep(0.1)
    assert not {thread.name for thread in threading.enumerate()} - before
    gc.collect()
    assert files == 0 or process.num_fds() <= files + 5


def test_a_failing_look_passes_the_frame_and_the_stream_goes_on(loop, analyzer, detector):
    browser, peer = Browser(loop), Peer(analyzer.on_frame, [], loop)
    browser.accept(peer.answer(browser.offer()))
    browser.receive(3)
    detector.error = RuntimeError("the network broke")
    browser.receive(5)
    assert analyzer.problem() == "RuntimeError: the network broke"
    detector.error, number = None, analyzer.latest().number
    browser.receive(5)
    assert analyzer.latest().number > number
    browser.close()
    peer.close()


@pytest.mark.parametrize("offer", ["", "v=0", "nonsense", "v=0\r\nm=video 9 UDP/TLS/RTP/SAVPF 96\r\n"])
def test_a_broken_offer_is_an_error_with_a_remedy(loop, analyzer, offer):
    with pytest.raises(PeerError, match="start again"):
        Peer(analyzer.on_frame, [], loop).answer(offer)


def test_who_is_slow_misses_frames_and_never_lags():
    async def look():
        source = Numbers()
        proxy = NewestFrames().subscribe(source)
        lags = []
        for _ in range(12):
            lags.append(source.sent - (await proxy.recv()).pts)
            await asyncio.sleep(0.03)  # ten frames come meanwhile
        proxy.stop()
        source.stop()
        return lags, source.sent

    with ThreadPoolExecutor(1) as thread:  # a browser test before this one leaves a loop in the main thread
        lags, sent = thread.submit(asyncio.run, look()).result(SECONDS)
    assert sent > 60
    assert max(lags) <= 2
