"""The limited child process of one import: ``python -m fer_core.training.child.conversion FOLDER``.

It limits itself before it looks at the file, and speaks to its parent through the folder only.
"""

import json
import sys
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from fer_core.checkpoints.checkpoint import NETWORK_FILES
from fer_core.checkpoints.foreign.archive import KerasArchive
from fer_core.checkpoints.foreign.exchange import ANSWER_FILE, ORDER_FILE, ImportAnswer, ImportOrder
from fer_core.checkpoints.foreign.files import check_file
from fer_core.checkpoints.foreign.hdf5 import KerasHdf5
from fer_core.checkpoints.foreign.network import ForeignNetwork
from fer_core.checkpoints.network import LocalNetwork
from fer_core.checkpoints.spec import NetworkSpec, Runtime, output_of
from fer_core.errors import CheckpointError
from fer_core.storage.records import read_record, write_record
from fer_core.storage.sandbox import GIB, limit_resources, processor_seconds

_SLOWEST = 0.25  # seconds a face
_CHECKED_WITHIN = 10  # seconds of the processor, for the largest file; the next import waits for this one
_TRIED_WITHIN = 60.0  # seconds: a slow network is tried on fewer faces
_MOST_STEPS = 4  # a quarter of the faces at least


def main(folder: Path) -> int:
    """Carries out one import; every refusal is an answer too."""
    limit_resources(12 * GIB, seconds=240)
    try:
        answer = _carry_out(folder)
    except CheckpointError as error:
        answer = ImportAnswer(refused=str(error))
    except MemoryError:
        answer = ImportAnswer(refused="The network exceeds the memory limit of an import. Import a smaller one.")
    write_record(folder / ANSWER_FILE, answer)
    return 0


def _carry_out(folder: Path) -> ImportAnswer:
    order = read_record(folder / ORDER_FILE, ImportOrder)
    with processor_seconds(_CHECKED_WITHIN):
        checked = check_file(folder / "upload", order.size)
    network = checked.network
    if order.classes not in (0, network.outputs):
        raise CheckpointError(
            f"The network's {network.outputs} outputs do not match {order.classes} classes. "
            "Choose the class order it was trained with."
        )
    result = folder / "result"
    result.mkdir()
    file = result / NETWORK_FILES[checked.runtime]
    if isinstance(checked.source, bytes):
        file.write_bytes(checked.source)
    else:
        _convert(folder, checked.source, network.config)
    faces = np.load(folder / "faces.npy", allow_pickle=False)
    return _tried(file.read_bytes(), network, checked.runtime, order, faces)


def _convert(folder: Path, source: KerasArchive | KerasHdf5, config: dict[str, Any]) -> None:
    """TensorFlow starts only now, for a file that passed."""
    from fer_core.training.network.conversion import open_archive, open_hdf5  # noqa: PLC0415
    from fer_core.training.network.export import write_network  # noqa: PLC0415

    if isinstance(source, KerasHdf5):
        weights = folder / "clean.h5"
        weights.write_bytes(source.content)
        model = open_hdf5(config, weights)
    else:
        clean = folder / "clean.keras"
        KerasArchive(b"{}", json.dumps(config).encode(), source.weights).write(clean)
        model = open_archive(clean)
    write_network(model, folder / "result")


def _tried(
    content: bytes, network: ForeignNetwork, runtime: Runtime, order: ImportOrder, faces: NDArray[np.uint8]
) -> ImportAnswer:
    """Ask the network under every scaling: what is too large, too slow or no number fails here, not in a page."""
    asked = [_completed(spec, network.spec(runtime)) for spec in order.specs]
    networks = {spec: LocalNetwork(content, network.outputs, spec=spec) for spec in asked if spec}
    seconds = _seconds_a_face(next(iter(networks.values())), faces)
    every = min(_MOST_STEPS, 1 + int(seconds * len(faces) * len(networks) / _TRIED_WITHIN))
    gray = faces[::every].astype(np.float32)
    answers = np.stack([_answers(each, gray) for each in networks.values()])
    if not np.isfinite(answers).all():
        raise CheckpointError("The network's outputs are not numbers; its weights are damaged. Save the model again.")
    output = output_of(answers)
    return ImportAnswer(
        outputs=network.outputs,
        weights=network.weights,
        specs=tuple(replace(spec, output=output) for spec in networks),
        called=tuple(tuple(row) for row in answers.argmax(axis=2).tolist()),
        every=every,
    )


def _completed(asked: NetworkSpec, found: NetworkSpec) -> NetworkSpec | None:
    """What the file says with a scaling that was asked for; None for one of colors where there is gray."""
    if len(asked.mean) > found.channels or len(asked.deviation) > found.channels:
        return None
    # The softmax that logits need changes no order: here the plain numbers are wanted.
    return replace(found, scaling=asked.scaling, mean=asked.mean, deviation=asked.deviation, output="softmax")


def _answers(network: LocalNetwork, gray: NDArray[np.float32]) -> NDArray[np.float32]:
    return np.concatenate([network.run(gray[start : start + 64]) for start in range(0, len(gray), 64)])


def _seconds_a_face(network: LocalNetwork, faces: NDArray[np.uint8]) -> float:
    batch = np.resize(faces, (8, 48, 48)).astype(np.float32)
    network.run(batch)
    start = time.perf_counter()
    network.run(batch)
    seconds = (time.perf_counter() - start) / len(batch)
    if seconds > _SLOWEST:
        raise CheckpointError(f"The network needs {1000 * seconds:.0f} ms per face: too slow. Import a smaller one.")
    return seconds


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
