// Shows the faces of one contact sheet as a grid of small buttons; a click, Enter or Space tells which was meant.
// Nothing of the data becomes HTML: texts are set as text, the sheet as a style.
function draw({ data, parentElement, setTriggerValue }, signal) {
  const grid = parentElement.querySelector(".grid");
  const canvas = parentElement.querySelector("canvas");
  const { sheet, columns, lines, size, texts, captions, chosen, together } = data;

  // Many faces are painted once, on a canvas below see-through buttons: a page of a thousand then scrolls freely.
  const painted = texts.length > 250;
  grid.style.setProperty("--sheet", painted ? "none" : `url("${sheet}")`);
  grid.style.setProperty("--size", `${size}px`);
  grid.style.setProperty("--across", `${columns * 100}%`);
  grid.style.setProperty("--down", `${lines * 100}%`);

  const cells = texts.map((text, i) => {
    const cell = document.createElement("button");
    const face = document.createElement("span");
    cell.type = "button";
    cell.title = text;
    cell.ariaLabel = text;
    cell.tabIndex = i === 0 ? 0 : -1;
    cell.dataset.place = i;
    if (i === chosen) cell.ariaPressed = "true";
    const x = columns > 1 ? ((i % columns) / (columns - 1)) * 100 : 0;
    const y = lines > 1 ? (Math.floor(i / columns) / (lines - 1)) * 100 : 0;
    face.className = "face";
    face.style.backgroundPosition = `${x}% ${y}%`;
    cell.append(face);
    if (captions.length) {
      const caption = document.createElement("span");
      caption.className = "caption";
      caption.textContent = captions[i];
      cell.append(caption);
    }
    return cell;
  });
  const groups = [];
  for (let i = 0; together > 1 && i < cells.length; i += together) {
    const group = document.createElement("div");
    group.className = "group";
    group.append(...cells.slice(i, i + together));
    groups.push(group);
  }
  grid.style.setProperty("--width", `${size * together}px`);
  grid.style.setProperty("--together", together);
  grid.replaceChildren(...(together > 1 ? groups : cells));

  const source = new Image();
  const paint = () => {
    const [width, height] = [grid.clientWidth, grid.clientHeight];
    const scale = Math.min(window.devicePixelRatio || 1, 16000 / height);
    canvas.width = width * scale;
    canvas.height = height * scale;
    const pen = canvas.getContext("2d");
    pen.scale(scale, scale);
    pen.imageSmoothingEnabled = false;
    const [w, h] = [source.width / columns, source.height / lines];
    cells.forEach((cell, i) => {
      const [x, y] = [(i % columns) * w, Math.floor(i / columns) * h];
      pen.drawImage(source, x, y, w, h, cell.offsetLeft, cell.offsetTop, cell.offsetWidth, cell.offsetHeight);
    });
  };
  const watcher = new ResizeObserver(() => source.complete && paint());
  canvas.hidden = !painted;
  if (painted) {
    source.onload = paint;
    source.src = sheet;
    watcher.observe(grid);
  }

  // One stop for Tab; arrows walk, as in any grid.
  const walk = (event) => {
    const here = Number(event.target.closest("button")?.dataset.place ?? -1);
    if (here < 0) return;
    const wide = Math.max(1, Math.round(grid.clientWidth / (cells[0].offsetWidth || 1)));
    const steps = { ArrowRight: 1, ArrowLeft: -1, ArrowDown: wide, ArrowUp: -wide, Home: -here, End: cells.length };
    if (!(event.key in steps)) return;
    event.preventDefault();
    const next = cells[Math.min(cells.length - 1, Math.max(0, here + steps[event.key]))];
    cells[here].tabIndex = -1;
    next.tabIndex = 0;
    next.focus();
  };
  const choose = (event) => {
    const cell = event.target.closest("button");
    if (cell) setTriggerValue("place", Number(cell.dataset.place));
  };
  grid.addEventListener("keydown", walk, { signal });
  grid.addEventListener("click", choose, { signal });
  signal.addEventListener("abort", () => watcher.disconnect());
}
