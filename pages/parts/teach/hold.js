// A button that records while it is held: by mouse, finger, Space or Enter. A tap, and what a screen reader or voice
// control makes of one, records for a while. Python hears of each beginning and end; an end that cannot be heard,
// because the tab or the connection went, is made up for there.

const TAP = 300, TAPPED = 2000; // milliseconds up to which a press is a tap, and that one records

const buttons = new WeakMap();

export default function ({ data, parentElement, setStateValue }) {
  if (!buttons.has(parentElement)) buttons.set(parentElement, holdable(parentElement.querySelector("button")));
  const hold = buttons.get(parentElement);
  hold.tell = (held) => setStateValue("hold", { held, moment: Date.now() });
  hold.show(data);
  return () => { if (!parentElement.isConnected) hold.leave(); };
}

function holdable(button) {
  const words = button.querySelector("span"), gone = new AbortController();
  const hold = { held: false, since: 0, timer: 0, tell: () => undefined };
  const set = (held) => {
    if (held === hold.held || (held && button.disabled)) return;
    clearTimeout(hold.timer);
    [hold.held, hold.since] = [held, Date.now()];
    button.setAttribute("aria-pressed", held);
    hold.tell(held);
  };
  const end = () => set(false);
  hold.leave = () => { end(); gone.abort(); };
  hold.show = ({ label, recording, disabled }) => {
    if (disabled) end();
    button.disabled = disabled;
    words.textContent = hold.held ? recording : label;
  };

  const press = () => set(!hold.held); // pressed again, what a tap began ends
  const release = () => {
    if (hold.held && Date.now() - hold.since < TAP) hold.timer = setTimeout(end, TAPPED);
    else end();
  };
  button.onpointerdown = (event) => {
    if (event.button) return;
    event.preventDefault();
    button.focus();
    button.setPointerCapture(event.pointerId); // a finger that slips off the button still holds it
    press();
  };
  button.onpointerup = release;
  button.onpointercancel = button.onblur = end;
  button.onkeydown = button.onkeyup = (event) => {
    if (event.key !== " " && event.key !== "Enter") return;
    event.preventDefault(); // no click comes of it
    if (event.type === "keyup") release();
    else if (!event.repeat) press();
  };
  button.onclick = (event) => {
    if (event.detail) return; // of a pointer, which was heard already
    press();
    release();
  };
  button.oncontextmenu = (event) => event.preventDefault(); // what a long touch opens
  document.addEventListener("visibilitychange", end, { signal: gone.signal });
  return hold;
}
