"""The limited child process of one import: ``python -m fer_core.training.child.conversion FOLDER``.

It limits itself before it looks at the file, and speaks to its parent through the folder only.
"""

import json
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np

from fer_core.checkpoints.classifier import Classifier
from fer_core.checkpoints.foreign.allowlist import ForeignNetwork, check_network
from fer_core.checkpoints.foreign.archive import KerasArchive, read_archive
from fer_core.errors import CheckpointError
from fer_core.storage.files import write_json
from fer_core.storage.sandbox import GIB, limit_resources, processor_seconds

_SLOWEST = 250.0  # milliseconds a face
_CHECKED_WITHIN = 10  # seconds of the processor, for the largest file; the next import waits for this one


def main(folder: Path) -> int:
    """Carries out one import; every refusal is an answer too."""
    limit_resources(12 * GIB, seconds=240)
    try:
        answer = _carry_out(folder)
    except CheckpointError as error:
        answer = {"refused": str(error)}
    except MemoryError:
        answer = {"refused": "The network needs more memory than an import may use. Import a smaller one."}
    write_json(folder / "answer.json", answer)
    return 0


def _carry_out(folder: Path) -> dict[str, Any]:
    order = json.loads((folder / "order.json").read_text(encoding="utf-8"))
    with processor_seconds(_CHECKED_WITHIN):
        archive = read_archive(folder / "upload")
        network = check_network(archive.config)
    if network.outputs != len(order["class_names"]):
        raise CheckpointError(
            f"The network's {network.outputs} outputs do not match {len(order['class_names'])} classes. "
            "Choose the order of classes it was trained with."
        )
    clean = folder / "clean.keras"
    KerasArchive(b"{}", json.dumps(network.config).encode(), archive.weights).write(clean)
    return _convert(folder, clean, network, order)


def _convert(folder: Path, clean: Path, network: ForeignNetwork, order: dict[str, Any]) -> dict[str, Any]:
    """TensorFlow starts only now, for a file that passed."""
    from fer_core.training.network.conversion import completed, open_network  # noqa: PLC0415
    from fer_core.training.network.export import write_network  # noqa: PLC0415

    faces = np.load(folder / "faces.npy", allow_pickle=False)
    opened = open_network(clean, faces)
    result = folder / "result"
    result.mkdir()
    model = completed(opened.network, order["scaling"], makes_logits=opened.makes_logits)
    write_network(model, result)
    return {
        "weights": int(model.count_params()),
        "layers": network.layers,
        "input_shape": list(network.input_shape),
        "makes_logits": opened.makes_logits,
        "called": opened.answers.argmax(axis=2).tolist(),
        "milliseconds": _try(result, tuple(order["class_names"])),
    }


def _try(result: Path, class_names: tuple[str, ...]) -> float:
    """Predicts a whole batch with the converted network: what is too large or too slow fails here, not in a page."""
    classifier = Classifier((result / "model.tflite").read_bytes(), class_names)
    batch = np.full((64, 48, 48), 128, np.uint8)
    classifier.predict(batch[:1])
    start = time.perf_counter()
    probabilities = classifier.predict(batch)
    milliseconds = 1000 * (time.perf_counter() - start) / len(batch)
    if milliseconds > _SLOWEST or not np.isfinite(probabilities).all():
        raise CheckpointError(f"The network needs {milliseconds:.0f} ms a face, too slow to be used here.")
    return milliseconds


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
