"""The limited child that makes one network of a base and a head: ``python -m fer_core.training.network.taught``.

Its folder holds ``base.keras`` and ``head.npz``; the files of the checkpoint are left in ``result``.
"""

import sys
from pathlib import Path
from typing import Any

import numpy as np

from fer_core.errors import CheckpointError
from fer_core.storage.files import write_json
from fer_core.storage.sandbox import GIB, limit_resources


def main(folder: Path) -> int:
    """Make the network; every refusal is an answer too."""
    limit_resources(12 * GIB, seconds=240)
    try:
        answer = _compose(folder)
    except (CheckpointError, MemoryError):
        answer = {"refused": "A head cannot be put on this network. Choose another base, or download the head alone."}
    write_json(folder / "answer.json", answer)
    return 0


def _compose(folder: Path) -> dict[str, Any]:
    """TensorFlow starts only now, within the limits."""
    import keras  # noqa: PLC0415

    from fer_core.training.network.export import write_network  # noqa: PLC0415
    from fer_core.training.network.heads import with_head  # noqa: PLC0415

    with np.load(folder / "head.npz", allow_pickle=False) as head:
        kernel, bias = head["weights"], head["bias"]
    try:
        base = keras.saving.load_model(folder / "base.keras", compile=False, safe_mode=True)
        model = with_head(base, kernel, bias)
    except (ValueError, TypeError, KeyError, AttributeError, RuntimeError) as error:
        raise CheckpointError(str(error)) from error
    result = folder / "result"
    result.mkdir()
    write_network(model, result)
    return {"weights": int(model.count_params())}


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
