"""PyTorch's side of a comparison: trains the paper's network in four layouts; run by a Python that has PyTorch.

It reads the name of a layout from standard input, trains a few steps of it and writes the images per second, until its
input ends: so both sides can be measured in turns.
"""

import importlib
import sys
import time
from typing import Any

BATCH, STEPS = 64, 6
LAYOUTS = ("float32", "float32 channels-last", "bfloat16", "bfloat16 channels-last")


def _network(torch: Any) -> Any:
    nn = torch.nn
    return nn.Sequential(
        *(nn.Conv2d(1, 32, 3), nn.ReLU(), nn.Conv2d(32, 64, 3), nn.ReLU(), nn.MaxPool2d(2), nn.Dropout(0.25)),
        *(nn.Conv2d(64, 128, 3), nn.ReLU(), nn.MaxPool2d(2)),
        *(nn.Conv2d(128, 128, 3), nn.ReLU(), nn.MaxPool2d(2), nn.Dropout(0.25), nn.Flatten()),
        *(nn.Linear(2048, 1024), nn.ReLU(), nn.Dropout(0.5), nn.Linear(1024, 7)),
    )


class _Side:
    """One layout's network with its optimizer and data."""

    def __init__(self, torch: Any, layout: str) -> None:
        self._torch, self._half = torch, layout.startswith("bfloat16")
        self._network = _network(torch)
        self._images = torch.randint(0, 256, (BATCH * STEPS, 1, 48, 48), dtype=torch.uint8)
        self._labels = torch.randint(0, 7, (BATCH * STEPS,))
        if "channels-last" in layout:
            self._network = self._network.to(memory_format=torch.channels_last)
        self._optimizer = torch.optim.Adam(self._network.parameters(), 1e-4)
        self._last = "channels-last" in layout

    def rate(self) -> float:
        """Images per second."""
        torch, begin = self._torch, time.perf_counter()
        for start in range(0, BATCH * STEPS, BATCH):
            images = self._images[start : start + BATCH].float() / 255
            if self._last:
                images = images.to(memory_format=torch.channels_last)
            with torch.autocast("cpu", torch.bfloat16, enabled=self._half):
                scores = self._network(images)
            loss = torch.nn.functional.cross_entropy(scores.float(), self._labels[start : start + BATCH])
            self._optimizer.zero_grad()
            loss.backward()
            self._optimizer.step()
        return BATCH * STEPS / (time.perf_counter() - begin)


def main() -> None:
    """Answers each line of standard input."""
    torch: Any = importlib.import_module("torch")
    torch.set_num_threads(int(sys.argv[1]))
    sides = {layout: _Side(torch, layout) for layout in LAYOUTS}
    for side in sides.values():
        side.rate()
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    for line in sys.stdin:
        sys.stdout.write(f"{sides[line.strip()].rate()}\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
