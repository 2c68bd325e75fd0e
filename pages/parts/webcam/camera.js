// The browser's side of live video: opens the camera, sends it to FER Lab by WebRTC and shows what comes back.
// Streamlit calls the function below on every run of the page; what is under way stays with the element. While this file
// is being loaded, runs may overtake each other: an older attempt, as its number tells, then changes nothing. Streamlit
// calls what the function returned when the element leaves the page, and also when that run was overtaken, which is no
// reason to end the camera.

const PATIENCE = 8000; // milliseconds for the answer to the browser's question, then the page reminds of it
const GATHERING = 2500; // for the addresses by which this browser can be reached; STUN and TURN servers may be slow

const RAW_FRAMES = 3; // that come back before the first one was looked at: neither mirrored nor drawn upon

const streams = new WeakMap();

export default function ({ data, parentElement, setStateValue }) {
  const running = streams.get(parentElement);
  if (running && data.attempt < running.attempt) return undefined;
  if (running && data.attempt === running.attempt) {
    running.accept(data.answer);
  } else {
    if (running) running.end();
    const stage = parentElement.querySelector(".stage");
    streams.set(parentElement, data.on ? begin(data, stage, setStateValue) : off(data.attempt));
  }
  return () => leave(parentElement);
}

function off(attempt) {
  return { attempt, accept: () => undefined, end: () => undefined };
}

function leave(parentElement) {
  if (!parentElement.isConnected) streams.get(parentElement)?.end();
}

function begin(data, stage, setStateValue) {
  const video = stage.querySelector("video");
  const live = { camera: null, peer: null, timer: 0, ended: false };
  const report = (word) => { if (!live.ended) setStateValue("report", { attempt: data.attempt, word }); };
  const end = () => {
    live.ended = true;
    clearTimeout(live.timer);
    if (live.peer) live.peer.close();
    if (live.camera) live.camera.getTracks().forEach((track) => track.stop());
    video.srcObject = null;
    stage.className = "stage";
  };
  const accept = (answer) => {
    if (!answer || !live.peer || live.peer.signalingState !== "have-local-offer") return;
    live.peer.setRemoteDescription({ type: "answer", sdp: answer }).catch((error) => report(error.name));
  };
  const show = ({ track, receiver }) => {
    receiver.jitterBufferTarget = 0; // a mirror wants the newest picture, not the smoothest sequence
    video.srcObject = new MediaStream([track]);
    reveal(video, stage, RAW_FRAMES);
    video.play().catch(() => undefined); // refused only while the tab is hidden; plays by itself when it is shown
  };
  const start = async () => {
    live.timer = setTimeout(report, PATIENCE, "Waiting");
    live.camera = await navigator.mediaDevices.getUserMedia(data.constraints);
    clearTimeout(live.timer);
    if (live.ended) return end();
    stage.className = "stage connecting";
    live.peer = new RTCPeerConnection({ iceServers: data.servers });
    live.peer.ontrack = show;
    live.peer.onconnectionstatechange = () => { if (live.peer.connectionState === "failed") report("Network"); };
    for (const track of live.camera.getVideoTracks()) {
      track.onended = () => report("Ended");
      live.peer.addTrack(track, live.camera);
    }
    prefer(live.peer, "video/VP8");
    await live.peer.setLocalDescription();
    await gathered(live.peer);
    if (!live.ended) setStateValue("offer", { attempt: data.attempt, sdp: live.peer.localDescription.sdp });
    return undefined;
  };
  if (!window.isSecureContext || !navigator.mediaDevices) report("Insecure");
  else if (!window.RTCPeerConnection) report("NoWebRTC");
  else start().catch((error) => { clearTimeout(live.timer); report(error.name || "Error"); });
  return { attempt: data.attempt, accept, end };
}

function reveal(video, stage, frames) {
  if (!video.srcObject) return;
  if (!frames) stage.className = "stage playing";
  else if (video.requestVideoFrameCallback) video.requestVideoFrameCallback(() => reveal(video, stage, frames - 1));
  else video.onplaying = () => { stage.className = "stage playing"; };
}

function prefer(peer, kind) { // what costs FER Lab a quarter of the time that H264 does; Safari would choose that
  const codecs = RTCRtpReceiver.getCapabilities("video").codecs;
  const rank = (codec) => (codec.mimeType === kind ? 0 : 1);
  for (const transceiver of peer.getTransceivers()) {
    if (!transceiver.setCodecPreferences) continue;
    transceiver.setCodecPreferences([...codecs].sort((a, b) => rank(a) - rank(b)));
  }
}

function gathered(peer) {
  return new Promise((resolve) => {
    const check = () => { if (peer.iceGatheringState === "complete") resolve(); };
    peer.addEventListener("icegatheringstatechange", check);
    setTimeout(resolve, GATHERING);
    check();
  });
}
