// One map of a layer, value by value: what lies in the window there, times the filter, and their sum. All of it is worked
// out here, from numbers that came once with the map. Nothing of the data becomes HTML.
const SIDE = 480; // pixels of a canvas
const [FASTEST, SLOWEST, WHOLE] = [16, 400, 15_000]; // milliseconds of a step, and of the way over a whole map
const MOST = 3; // maps of a sum that are named
const [BLUE, ORANGE] = ["#3b78d8", "#d6800a"];

const floats = (text) => new Float32Array(Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0)).buffer);
const written = (value) => String(Number(value.toPrecision(3)) || 0).replace("-", "−");
const signed = (value) => `${value < 0 ? "−" : "+"} ${written(Math.abs(value))}`;
const element = (kind, text = "") => Object.assign(document.createElement(kind), { textContent: text });

/** A picture of one channel of some maps, from black (0 and less) to white (its largest value, or a given one). */
function painted(values, rows, columns, channels, channel, white) {
  const count = rows * columns;
  let largest = white || 0;
  for (let i = 0; i < count && !white; i++) largest = Math.max(largest, values[i * channels + channel]);
  const picture = Object.assign(document.createElement("canvas"), { width: columns, height: rows });
  const pixels = new ImageData(columns, rows);
  for (let i = 0; i < count; i++) {
    const gray = Math.max(0, (255 * values[i * channels + channel]) / (largest || 1));
    pixels.data.set([gray, gray, gray, 255], 4 * i);
  }
  picture.getContext("2d").putImageData(pixels, 0, 0);
  return picture;
}

function draw({ data, parentElement }, signal) {
  const part = (name) => parentElement.querySelector(`.${name}`);
  const { rows, columns, slide } = data;
  const count = rows * columns;
  const output = floats(data.output);
  const made = part("made"), read = part("read"), tables = part("numbers"), sum = part("sum"), place = part("place");
  const [high, wide] = slide ? slide.size : [1, 1];
  const [top, left] = slide ? slide.start : [0, 0];
  const { height, width, channels } = slide ?? {};
  const source = slide && floats(slide.source);
  const kernel = slide?.rule === "sum" ? floats(slide.kernel) : null;
  // What the window reaches beyond the edge is shown too: [above, left of it, rows, columns].
  const around = slide && [-top, -left, Math.max(height, top + (rows - 1) * slide.stride + high) - top,
    Math.max(width, left + (columns - 1) * slide.stride + wide) - left];

  /** The value that the window reads, 0 beyond the edge; null there where the rule leaves it out. */
  const value = (at, y, x, channel) => {
    const down = top + Math.floor(at / columns) * slide.stride + y, across = left + (at % columns) * slide.stride + x;
    if (down < 0 || across < 0 || down >= height || across >= width) return kernel ? 0 : null;
    return source[(down * width + across) * channels + channel];
  };
  const weight = (y, x, channel) => kernel[(y * wide + x) * channels + channel];
  const sumOf = (at, channel) => {
    let total = 0;
    for (let y = 0; y < high; y++) for (let x = 0; x < wide; x++) total += value(at, y, x, channel) * weight(y, x, channel);
    return total;
  };
  const sums = (at) => Array.from({ length: channels }, (_, channel) => sumOf(at, channel));
  const strongest = (values) => values.reduce((best, v, i) => (Math.abs(v) > Math.abs(values[best]) ? i : best), 0);

  // A drawing of the same map goes on where the last one was.
  const kept = parentElement.kept?.name === data.name ? parentElement.kept : null;
  let at = kept?.at ?? output.reduce((best, v, i) => (v > output[best] ? i : best), 0);
  let channel = kept?.channel ?? (kernel ? strongest(sums(at)) : 0);
  let shown = count; // values that the sliding window has made so far
  let timer = 0;

  part("look").classList.toggle("alone", !slide);
  for (const one of [read, tables]) one.hidden = !slide;
  part("play").hidden = !slide || matchMedia("(prefers-reduced-motion: reduce)").matches;
  part("step").hidden = !slide;
  made.querySelector("figcaption").textContent = data.title;
  const canvas = made.querySelector("canvas"), view = read.querySelector("canvas");
  canvas.ariaLabel = `${data.title}. Arrow keys move from value to value.`;
  const scale = Math.max(1, Math.floor(SIDE / Math.max(rows, columns)));
  [canvas.width, canvas.height] = [columns * scale, rows * scale];
  const map = painted(output, rows, columns, 1, 0, data.white);
  const scaleRead = slide && Math.max(1, Math.floor(SIDE / Math.max(around[2], around[3])));
  if (slide) [view.width, view.height] = [around[3] * scaleRead, around[2] * scaleRead];
  let before = null; // the picture of the channel that is shown

  const titles = kernel ? ["in the window", "× filter", "= products"] : ["in the window"];
  const grids = !slide ? [] : titles.map(() => {
    const grid = element("div");
    grid.className = "table";
    grid.style.gridTemplateColumns = `repeat(${wide}, 4.4em)`;
    grid.append(...Array.from({ length: high * wide }, () => element("div")));
    return grid;
  });
  tables.replaceChildren(...grids.map((grid, i) => {
    const box = element("div");
    box.append(element("div", titles[i]), grid);
    return box;
  }));

  const frame = (pen, x, y, w, h, thick) => {
    for (const [color, line] of [["#fff", thick + 2], ["#d6800a", thick]]) { // seen on black and on white
      pen.strokeStyle = color;
      pen.lineWidth = line;
      pen.strokeRect(x, y, w, h);
    }
  };
  const paint = () => {
    const pen = canvas.getContext("2d"), [row, column] = [Math.floor(at / columns), at % columns];
    pen.imageSmoothingEnabled = false;
    pen.clearRect(0, 0, canvas.width, canvas.height);
    pen.drawImage(map, 0, 0, canvas.width, canvas.height);
    if (shown < count) { // what the window has not reached yet
      pen.clearRect(0, (row + 1) * scale, canvas.width, canvas.height);
      pen.clearRect((column + 1) * scale, row * scale, canvas.width, scale);
    }
    frame(pen, column * scale, row * scale, scale, scale, 4);
    if (!slide) return;
    const look = view.getContext("2d");
    before ??= painted(source, height, width, channels, channel, slide.white);
    look.imageSmoothingEnabled = false;
    look.clearRect(0, 0, view.width, view.height);
    look.drawImage(before, around[1] * scaleRead, around[0] * scaleRead, width * scaleRead, height * scaleRead);
    const [y, x] = [row * slide.stride * scaleRead, column * slide.stride * scaleRead];
    frame(look, x, y, wide * scaleRead, high * scaleRead, 4);
  };
  const fill = (grid, values, picked) => {
    const largest = Math.max(...values.map(Math.abs)) || 1;
    values.forEach((v, i) => {
      const cell = grid.children[i];
      cell.textContent = v === null ? "–" : written(v);
      cell.style.setProperty("--tint", v < 0 ? ORANGE : BLUE);
      cell.style.setProperty("--part", `${(45 * Math.abs(v)) / largest}%`);
      cell.classList.toggle("picked", i === picked);
    });
  };
  const name = (number) => `${slide.names} ${number + 1}`;
  const terms = () => {
    const each = sums(at);
    const order = each.map((_, i) => i).sort((a, b) => Math.abs(each[b]) - Math.abs(each[a]));
    const named = channels === 1 ? [] : [channel, ...order.filter((i) => i !== channel)].slice(0, MOST);
    const rest = each.reduce((total, v, i) => (named.includes(i) ? total : total + v), 0);
    const total = each.reduce((all, v) => all + v, 0) + slide.bias;
    const parts = named.map((number) => {
      const button = element("button", `${name(number)}: ${written(each[number])}`);
      button.type = "button";
      button.ariaPressed = String(number === channel);
      button.dataset.channel = number;
      return button;
    });
    if (channels === 1) parts.push(element("span", `${written(rest)} (the sum of these products)`));
    else if (channels > named.length) parts.push(element("span", `${signed(rest)} (the other ${channels - named.length} maps)`));
    const bent = slide.bend === "ReLU" || slide.bend === "ReLU6" ? Math.max(0, total) : total;
    const bend = bent !== total ? `: below 0, so ${slide.bend} makes it 0` : output[at] < total - 1e-3 ? `: above 6, so ${slide.bend} makes it 6` : "";
    parts.push(element("span", `${signed(slide.bias)} (bias) =`), element("strong", written(total)), element("span", bend));
    return parts;
  };
  const tell = () => {
    const [row, column] = [Math.floor(at / columns), at % columns];
    parentElement.kept = { name: data.name, at, channel };
    place.textContent = `Row ${row}, column ${column}: ${written(output[at])}` +
      (data.white ? `, divided by ${data.white}: ${(output[at] / data.white).toFixed(3)}` : "");
    if (!slide) return;
    read.querySelector("figcaption").textContent = channels > 1 ? `${name(channel)} of ${slide.before}` : slide.before;
    const inside = [];
    for (let y = 0; y < high; y++) for (let x = 0; x < wide; x++) inside.push([y, x]);
    const values = inside.map(([y, x]) => value(at, y, x, channel));
    if (kernel) {
      const filter = inside.map(([y, x]) => weight(y, x, channel));
      [values, filter, values.map((v, i) => v * filter[i])].forEach((numbers, i) => fill(grids[i], numbers, -1));
      const focused = parentElement.activeElement?.dataset?.channel;
      sum.replaceChildren(...terms());
      if (focused) sum.querySelector(`[data-channel="${focused}"]`)?.focus();
    } else {
      const there = values.filter((v) => v !== null);
      fill(grids[0], values, slide.rule === "largest" ? values.indexOf(Math.max(...there)) : -1);
      sum.replaceChildren(element("span", `The ${slide.rule} of these ${there.length} is`), element("strong", written(output[at])));
    }
  };
  const update = () => {
    paint();
    tell();
  };
  const go = (next) => {
    at = Math.min(count - 1, Math.max(0, next));
    update();
  };

  const stop = () => {
    clearTimeout(timer);
    timer = 0;
    part("play").textContent = "Play";
    place.ariaLive = "polite";
  };
  const slideOn = () => { // over the map once, from where it is, or from the beginning
    if (shown >= count) [at, shown] = [-1, 0];
    [at, shown] = [at + 1, at + 2];
    update();
    if (shown >= count) stop();
  };
  const play = () => {
    const delay = Math.min(SLOWEST, Math.max(FASTEST, WHOLE / count));
    timer = setTimeout(() => {
      slideOn();
      if (timer) play();
    }, delay);
  };
  const pressed = (event) => {
    if (event.target === part("play")) {
      const isPlaying = timer !== 0;
      stop();
      if (isPlaying) return;
      part("play").textContent = "Pause";
      place.ariaLive = "off";
      slideOn();
      play();
    } else if (event.target === part("step")) {
      stop();
      slideOn();
    } else if (event.target.dataset.channel) {
      [channel, before] = [Number(event.target.dataset.channel), null];
      update();
    }
  };
  const point = (event) => {
    if (timer && event.type === "pointermove" && !event.buttons) return; // only a press takes the window along
    stop();
    shown = count;
    const box = event.target.getBoundingClientRect();
    const [x, y] = [(event.clientX - box.left) / box.width, (event.clientY - box.top) / box.height];
    let [row, column] = [Math.floor(y * rows), Math.floor(x * columns)];
    if (event.target === view) { // the window around that place
      row = Math.round((y * around[2] - high / 2) / slide.stride);
      column = Math.round((x * around[3] - wide / 2) / slide.stride);
    }
    const within = (number, end) => Math.min(end - 1, Math.max(0, number));
    go(within(row, rows) * columns + within(column, columns));
  };
  const walk = (event) => {
    const column = at % columns;
    const steps = { ArrowRight: 1, ArrowLeft: -1, ArrowDown: columns, ArrowUp: -columns, Home: -column, End: columns - 1 - column };
    if (!(event.key in steps)) return;
    event.preventDefault();
    stop();
    shown = count;
    const next = at + steps[event.key];
    if (next >= 0 && next < count) go(next);
  };
  for (const one of [canvas, view]) {
    one.addEventListener("pointermove", point, { signal });
    one.addEventListener("pointerdown", point, { signal });
  }
  canvas.addEventListener("keydown", walk, { signal });
  part("look").addEventListener("click", pressed, { signal });
  signal.addEventListener("abort", stop);
  stop();
  sum.replaceChildren();
  update();
}
