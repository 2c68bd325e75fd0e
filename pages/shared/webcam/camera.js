// The browser's side of live video: opens the camera, sends it to FER Lab by WebRTC and shows what comes back.
// Streamlit calls the function below on every run of the page; what is under way stays with the element. While this file
// is being loaded, runs may overtake each other: an older attempt, as its number tells, then changes nothing. Streamlit
// calls what the function returned when the element leaves the page, and also when that run was overtaken, which is no
// reason to end the camera. Which camera was chosen stays in this browser: FER Lab never learns the cameras' names.

const PATIENCE = 8000; // milliseconds for the answer to the browser's question, then the page reminds of it
const GATHERING = 2500; // for the addresses by which this browser can be reached; STUN and TURN servers may be slow

const RAW_FRAMES = 3; // that come back before the first one was looked at: neither mirrored nor drawn upon

const CAMERA = "fer-lab camera", MIRRORED = "fer-lab mirrored "; // keys of what this browser remembers
const GONE = ["OverconstrainedError", "NotFoundError"];

const streams = new WeakMap();

export default function ({ data, parentElement, setStateValue }) {
  const running = streams.get(parentElement);
  if (running && data.attempt < running.attempt) return undefined;
  if (running && data.attempt === running.attempt) {
    running.accept(data.answer);
    running.choices.mirroredThere = data.mirrored;
  } else {
    if (running) running.end();
    const choices = chooser(parentElement, data.mirrored, setStateValue);
    streams.set(parentElement, (data.on ? begin : off)(data, choices, parentElement, setStateValue));
  }
  return () => leave(parentElement);
}

function off({ attempt }, choices) {
  choices.show(null);
  return { attempt, choices, accept: () => undefined, end: () => undefined };
}

function leave(parentElement) {
  if (!parentElement.isConnected) streams.get(parentElement)?.end();
}

function begin(data, choices, parentElement, setStateValue) {
  const stage = parentElement.querySelector(".stage"), video = stage.querySelector("video");
  const live = { camera: null, peer: null, sender: null, timer: 0, ended: false };
  const report = (word) => { if (!live.ended) setStateValue("report", { attempt: data.attempt, word }); };
  const fail = (error) => { clearTimeout(live.timer); report(error.name || "Error"); };
  const release = () => { if (live.camera) live.camera.getTracks().forEach((track) => track.stop()); };
  const end = () => {
    live.ended = true;
    clearTimeout(live.timer);
    if (live.peer) live.peer.close();
    release();
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
  const open = async () => {
    live.camera = await openCamera(data.constraints, choices);
    if (live.ended) return release();
    const [track] = live.camera.getVideoTracks();
    track.onended = () => report("Ended");
    await choices.show(track);
    return track;
  };
  const start = async () => {
    live.timer = setTimeout(report, PATIENCE, "Waiting");
    const track = await open();
    clearTimeout(live.timer);
    if (live.ended) return;
    stage.className = "stage connecting";
    live.peer = new RTCPeerConnection({ iceServers: data.servers });
    live.peer.ontrack = show;
    live.peer.onconnectionstatechange = () => { if (live.peer.connectionState === "failed") report("Network"); };
    live.sender = live.peer.addTrack(track, live.camera);
    prefer(live.peer, "video/VP8");
    await live.peer.setLocalDescription();
    await gathered(live.peer);
    if (!live.ended) setStateValue("offer", { attempt: data.attempt, sdp: live.peer.localDescription.sdp });
  };
  const change = async () => {
    if (live.ended) return;
    release(); // before the next one is opened: phones open one at a time
    const track = await open();
    if (track) await live.sender.replaceTrack(track);
  };
  if (!window.isSecureContext || !navigator.mediaDevices) report("Insecure");
  else if (!window.RTCPeerConnection) report("NoWebRTC");
  else {
    let last = start();
    last.catch(fail);
    choices.onChosen = () => { last = last.then(change); last.catch(fail); }; // one after the other
  }
  return { attempt: data.attempt, choices, accept, end };
}

// The remembered camera; the browser's own choice, at first the one that faces the person, where that one has gone.
async function openCamera(constraints, choices) {
  const wanted = recall(CAMERA), open = (video) =>
    navigator.mediaDevices.getUserMedia({ ...constraints, video: { ...constraints.video, ...video } });
  choices.say("");
  try {
    if (wanted) return await open({ deviceId: { exact: wanted } });
  } catch (error) {
    if (!GONE.includes(error.name)) throw error;
    choices.say("The camera you chose is not connected, so another one is used.");
  }
  return open({ facingMode: "user" });
}

// The row below the video: which camera, and whether its picture is mirrored.
function chooser(parentElement, mirroredThere, setStateValue) {
  const form = parentElement.querySelector(".choices");
  const [list, box, news] = ["select", "input", "output"].map((name) => form.querySelector(name));
  const choices = { onChosen: () => undefined, mirroredThere, track: null };
  const mirror = () => { if (box.checked !== choices.mirroredThere) setStateValue("mirrored", box.checked); };
  choices.say = (text) => { news.value = text; };
  choices.show = async (track) => {
    choices.track = track;
    const back = track?.getSettings().facingMode === "environment" ? "back" : "front";
    const cameras = await listCameras();
    list.replaceChildren(...cameras.map(({ id, name }) => new Option(name, id)));
    list.value = track?.getSettings().deviceId || recall(CAMERA) || list.value;
    list.parentElement.hidden = cameras.length < 2;
    box.parentElement.hidden = !track;
    form.hidden = !track && cameras.length < 2;
    box.onchange = () => { keep(MIRRORED + back, box.checked ? "yes" : "no"); mirror(); };
    if (!track) return;
    box.checked = recall(MIRRORED + back) ? recall(MIRRORED + back) === "yes" : back === "front";
    mirror();
  };
  list.onchange = () => { keep(CAMERA, list.value); choices.onChosen(); };
  if (navigator.mediaDevices) navigator.mediaDevices.ondevicechange = () => choices.show(choices.track);
  return choices;
}

// Cameras by id and name; browsers tell them only once this page has been allowed a camera.
async function listCameras() {
  const devices = (await navigator.mediaDevices?.enumerateDevices?.()) ?? [], seen = {};
  return devices.filter(({ kind, deviceId }) => kind === "videoinput" && deviceId).map(({ deviceId, label }) => {
    const [, side] = /facing (front|back)/i.exec(label) ?? []; // as phones with Android call them
    const name = side ? `${side[0].toUpperCase()}${side.slice(1)} camera` : label.replace(/ \([\da-f]{4}:[\da-f]{4}\)$/, "");
    seen[name] = (seen[name] ?? 0) + 1;
    return { id: deviceId, name: seen[name] > 1 ? `${name} ${seen[name]}` : name || "Camera" };
  });
}

function recall(key) {
  try { return localStorage.getItem(key); } catch { return null; } // storage may be switched off
}

function keep(key, value) {
  try { localStorage.setItem(key, value); } catch { /* then it is chosen again next time */ }
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
