// The network as a row of blocks, each with what a face leaves in it: a click, Enter or Space opens a layer. Below it
// stands what the block under the pointer is, else the one that is open.
function draw({ data, parentElement, setTriggerValue }, signal) {
  const row = parentElement.querySelector(".network");
  const words = parentElement.querySelector(".words");
  const { sheet, columns, lines, blocks, chosen } = data;
  const focused = parentElement.activeElement?.dataset.place; // drawn anew, the block keeps the focus
  let open = chosen;

  row.style.setProperty("--sheet", `url("${sheet}")`);
  row.style.setProperty("--across", `${columns * 100}%`);
  row.style.setProperty("--down", `${lines * 100}%`);
  const buttons = blocks.map((block, place) => {
    const button = document.createElement("button");
    const picture = document.createElement("span");
    button.type = "button";
    button.className = block.flat ? "block flat" : "block";
    button.ariaLabel = `${block.title}: ${block.words}`;
    button.dataset.place = place;
    button.style.cssText = `--side:${block.side};--depth:${block.depth};--color:${block.color}`;
    const x = columns > 1 ? ((place % columns) / (columns - 1)) * 100 : 0;
    const y = lines > 1 ? (Math.floor(place / columns) / (lines - 1)) * 100 : 0;
    picture.className = "picture";
    picture.style.backgroundPosition = `${x}% ${y}%`;
    button.append(picture);
    return button;
  });
  const tell = (place) => {
    words.textContent = `${blocks[place].title}: ${blocks[place].words}`;
    words.style.setProperty("--color", blocks[place].color);
  };
  const mark = (place) => {
    open = place;
    buttons.forEach((button, i) => {
      button.ariaPressed = String(i === place);
      button.tabIndex = i === place ? 0 : -1; // one stop for Tab; arrows walk
    });
    tell(place);
  };
  row.replaceChildren(...buttons);
  mark(chosen);
  if (focused !== undefined) buttons[Math.min(focused, buttons.length - 1)].focus();

  const of = (event) => Number(event.target.closest("button")?.dataset.place ?? -1);
  const walk = (event) => {
    const here = of(event);
    const steps = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1, Home: -here, End: buttons.length };
    if (here < 0 || !(event.key in steps)) return;
    event.preventDefault();
    buttons[Math.min(buttons.length - 1, Math.max(0, here + steps[event.key]))].focus();
  };
  const point = (event) => of(event) >= 0 && tell(of(event));
  const choose = (event) => {
    if (of(event) < 0) return;
    mark(of(event)); // at once; the layer follows
    setTriggerValue("place", of(event));
  };
  row.addEventListener("keydown", walk, { signal });
  row.addEventListener("click", choose, { signal });
  row.addEventListener("pointerover", point, { signal });
  row.addEventListener("focusin", point, { signal });
  row.addEventListener("pointerleave", () => tell(open), { signal });
  row.addEventListener("focusout", () => tell(open), { signal });
}
