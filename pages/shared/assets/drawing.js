// What stands before each component's own draw(component, signal), which lets go of what it holds when the signal aborts.
export default function (component) {
  const { parentElement } = component;
  const drawn = new AbortController();
  const timer = setTimeout(() => { // a run that another one has overtaken is told so before
    parentElement.drawn?.abort(); // Streamlit draws anew without calling what the drawing before returned
    parentElement.drawn = drawn;
    draw(component, drawn.signal);
  });
  return () => {
    clearTimeout(timer);
    drawn.abort();
  };
}

