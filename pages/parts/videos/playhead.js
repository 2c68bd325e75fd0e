// A line on the timeline where the player is, and a player that goes where the timeline is pressed. Both are Streamlit's
// own elements, found by the keys of their containers; this one shows a button for each face, which tells the moment. The
// chart's axis reaches from 0 to the seconds that Python says, and cannot be zoomed.

const LINE = "position:absolute;width:2px;pointer-events:none;background:currentColor;z-index:1";

function draw({ data, parentElement, setTriggerValue }, signal) {
  const player = () => document.querySelector(`.st-key-${data.player} video`);
  const chart = document.querySelector(`.st-key-${data.chart}`);
  parentElement.querySelector(".faces").replaceChildren(...data.faces.map((face) => {
    const button = Object.assign(document.createElement("button"), { type: "button", textContent: `Face ${face}` });
    button.onclick = () => setTriggerValue("moment", { face, seconds: player()?.currentTime ?? 0 });
    return button;
  }));
  if (!chart) return;
  const line = document.createElement("div");
  line.className = "playhead";
  line.style.cssText = LINE;
  chart.style.position = "relative";
  chart.append(line);

  const bands = () => [...chart.querySelectorAll(".nsewdrag")].map((band) => band.getBoundingClientRect());
  let frame = requestAnimationFrame(function follow() {
    const [video, rows, origin] = [player(), bands(), chart.getBoundingClientRect()];
    line.hidden = !video || !rows.length;
    if (!line.hidden) {
      const share = Math.min(video.currentTime / data.seconds, 1), top = rows[0].top - origin.top;
      line.style.left = `${rows[0].left - origin.left + share * rows[0].width - 1}px`;
      line.style.top = `${top}px`;
      line.style.height = `${rows.at(-1).bottom - origin.top - top}px`;
    }
    frame = requestAnimationFrame(follow);
  });
  const seek = (event) => {
    const [video, [band]] = [player(), bands()];
    if (!video || !band || !(event.buttons & 1) || event.clientX < band.left || event.clientX > band.right) return;
    video.currentTime = ((event.clientX - band.left) / band.width) * data.seconds;
  };
  for (const name of ["pointerdown", "pointermove"]) {
    chart.addEventListener(name, seek, { capture: true, signal }); // before the chart, which keeps them to itself
  }
  signal.addEventListener("abort", () => {
    cancelAnimationFrame(frame);
    line.remove();
  });
}
