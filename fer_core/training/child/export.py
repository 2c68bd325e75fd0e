"""The limited child process of one export: ``python -m fer_core.training.child.export FOLDER``.

The folder holds ``model.keras``; the network is written beside it as ONNX and in eight bits.
"""

import sys
from pathlib import Path

from fer_core.storage.sandbox import GIB, limit_resources


def main(folder: Path) -> int:
    """Convert the network in a folder."""
    limit_resources(12 * GIB, seconds=300)
    import keras  # noqa: PLC0415 (under the limits)

    from fer_core.checkpoints.checkpoint import KERAS_FILE  # noqa: PLC0415
    from fer_core.training.network.export import write_onnx, write_quantized  # noqa: PLC0415

    model = keras.saving.load_model(folder / KERAS_FILE, compile=False, safe_mode=True)
    write_onnx(model, folder)
    write_quantized(model, folder)
    return 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
