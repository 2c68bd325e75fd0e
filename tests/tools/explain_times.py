"""Times Explain in Chromium, on a server that somebody has been to: ``python -m tests.tools.explain_times``.

How long until a face's picture stands, and how long until a value's 2,304 products follow the pointer, with the frame
that shows them. The server draws demo faces first; its first visitor also waits for the network, and is not counted.
"""

import sys
import tempfile
from pathlib import Path
from statistics import median

from tests.e2e.conftest import CHROMIUM_FLAGS, find_chromium, running
from tests.tools.visits import SLOW, draw_demo, visiting

FACE, POINTER = 2000.0, 50.0
"""Milliseconds that are allowed until the face's picture stands, and for a move of the pointer."""
_REPEATS = 5
_MOVES = 200
_HOVER = """
async (canvas, count) => {
  const box = canvas.getBoundingClientRect(), times = [];
  for (let i = 0; i < count; i++) {
    const start = performance.now();
    const [clientX, clientY] = [box.x + box.width * ((i * 0.37) % 1), box.y + box.height * ((i * 0.61) % 1)];
    canvas.dispatchEvent(new PointerEvent('pointermove', {clientX, clientY, bubbles: true}));
    canvas.getContext('2d').getImageData(0, 0, 1, 1); // painted
    await new Promise(requestAnimationFrame); // and about to be seen
    times.push(performance.now() - start);
  }
  return times;
}
"""


def first_picture(browser, address):
    """Milliseconds until a browser that has nothing of the page yet shows the face as the network sees it."""
    with visiting(browser, address, "explain", settle=False) as visit:
        visit.page.get_by_alt_text("The face as the network sees it").wait_for(timeout=SLOW)
        return visit.page.evaluate("() => performance.now()")


def pointer_moves(browser, address):
    """Milliseconds of each move over the layer with the most products: 3x3x256."""
    with visiting(browser, address, "explain?dataset=demo&row=12&checkpoint=fer-lab&layer=Convolution 8") as visit:
        return visit.page.get_by_role("application").evaluate(_HOVER, _MOVES)


def main():
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright, tempfile.TemporaryDirectory() as folder:
        draw_demo(folder)
        with running(Path(folder)) as server:
            browser = playwright.chromium.launch(executable_path=find_chromium(), args=list(CHROMIUM_FLAGS))
            address = f"http://localhost:{server.port}"
            first_picture(browser, address)
            faces = sorted(first_picture(browser, address) for _ in range(_REPEATS))
            moves = pointer_moves(browser, address)
            browser.close()
    face, move = median(faces), median(moves)
    sys.stdout.write(f"the face stands after {face:.0f} ms ({faces[0]:.0f} to {faces[-1]:.0f})\n")
    sys.stdout.write(f"2,304 products follow the pointer within {move:.0f} ms\n")
    return 0 if face <= FACE and move <= POINTER else 1


if __name__ == "__main__":
    sys.exit(main())
