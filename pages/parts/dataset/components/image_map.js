// Draws images as colored dots; near the pointer the image itself appears, and a click tells which was meant.
function draw({ data, parentElement, setTriggerValue }, signal) {
  const { sheet, columns, lines, x, y, colors, classes, texts } = data;
  const root = parentElement.querySelector(".map");
  const canvas = root.querySelector("canvas");
  const card = root.querySelector(".card");
  const face = card.querySelector(".face");
  const words = card.querySelector(".words");
  const legend = parentElement.querySelector(".legend");
  const hidden = new Set();
  let places = [];

  face.style.backgroundImage = `url("${sheet}")`;
  face.style.backgroundSize = `${columns * 100}% ${lines * 100}%`;

  const draw = () => {
    const width = root.clientWidth;
    const height = Math.max(280, Math.min(560, Math.round(width * 0.62)));
    const scale = window.devicePixelRatio || 1;
    canvas.style.height = `${height}px`;
    canvas.width = width * scale;
    canvas.height = height * scale;
    const pen = canvas.getContext("2d");
    pen.scale(scale, scale);
    pen.globalAlpha = 0.75;
    const edge = 14;
    places = x.map((value, i) => [edge + value * (width - 2 * edge), edge + (1 - y[i]) * (height - 2 * edge)]);
    places.forEach(([left, top], i) => {
      if (hidden.has(classes[i])) return;
      pen.fillStyle = colors[classes[i]];
      pen.beginPath();
      pen.arc(left, top, width < 500 ? 2.5 : 3.5, 0, 7);
      pen.fill();
    });
  };

  const nearest = (event) => {
    const box = canvas.getBoundingClientRect();
    const [left, top] = [event.clientX - box.left, event.clientY - box.top];
    let best = -1;
    let least = 18 * 18;
    places.forEach(([px, py], i) => {
      const distance = (px - left) ** 2 + (py - top) ** 2;
      if (distance < least && !hidden.has(classes[i])) [best, least] = [i, distance];
    });
    return best;
  };

  const show = (event) => {
    const i = nearest(event);
    card.hidden = i < 0;
    canvas.style.cursor = i < 0 ? "default" : "pointer";
    if (i < 0) return;
    const [px, py] = places[i];
    face.style.backgroundPosition =
      `${columns > 1 ? ((i % columns) / (columns - 1)) * 100 : 0}% ` +
      `${lines > 1 ? (Math.floor(i / columns) / (lines - 1)) * 100 : 0}%`;
    words.textContent = texts[i];
    card.style.left = `${Math.min(px + 12, root.clientWidth - card.offsetWidth - 4)}px`;
    card.style.top = `${py > canvas.clientHeight / 2 ? py - card.offsetHeight - 12 : py + 12}px`;
  };
  const hide = () => (card.hidden = true);
  const choose = (event) => {
    const i = nearest(event);
    if (i >= 0) setTriggerValue("place", i);
  };

  legend.replaceChildren(
    ...Object.keys(colors).map((name) => {
      const key = document.createElement("button");
      const dot = document.createElement("span");
      key.type = "button";
      key.ariaPressed = "true";
      dot.className = "dot";
      dot.style.background = colors[name];
      key.append(dot, name);
      key.onclick = () => {
        if (!hidden.delete(name)) hidden.add(name);
        key.ariaPressed = String(!hidden.has(name));
        draw();
      };
      return key;
    }),
  );

  const watcher = new ResizeObserver(draw);
  watcher.observe(root);
  signal.addEventListener("abort", () => watcher.disconnect());
  canvas.addEventListener("pointermove", show, { signal });
  canvas.addEventListener("pointerleave", hide, { signal });
  canvas.addEventListener("click", choose, { signal });
}
