"""The kind of network in a file, determined by its first bytes and never by its name."""

import io
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

from fer_core.checkpoints.foreign.allowlist import check_network
from fer_core.checkpoints.foreign.archive import ZIP_SIGNATURE, KerasArchive, read_archive
from fer_core.checkpoints.foreign.hdf5 import SIGNATURE, KerasHdf5, read_whole_model
from fer_core.checkpoints.foreign.network import ForeignNetwork
from fer_core.checkpoints.foreign.onnx import check_onnx
from fer_core.checkpoints.foreign.tflite import IDENTIFIER, check_tflite
from fer_core.checkpoints.spec import Runtime
from fer_core.errors import CheckpointError

MAX_FILE_BYTES = 450_000_000
_PICKLE, _ONNX = b"\x80", b"\x08"  # the second is the number of ONNX's format, which comes first

Source: TypeAlias = KerasArchive | KerasHdf5 | bytes


@dataclass(frozen=True)
class CheckedFile:
    """A file that may be opened, its network's figures, and what is to run it.

    Attributes:
        source: A Keras model, which is to be converted, or the content of a file that runs unchanged.
    """

    network: ForeignNetwork
    source: Source
    runtime: Runtime = "litert"


def check_file(path: Path, size: int | None = None) -> CheckedFile:
    """Check a file of any kind without running anything of it.

    The size is that of the network's pictures, where the file leaves it open.

    Raises:
        CheckpointError: It is refused, with the reason and what to do instead.
    """
    if path.stat().st_size > MAX_FILE_BYTES:
        raise CheckpointError(f"The file is larger than {MAX_FILE_BYTES // 1_000_000} MB; it cannot be imported.")
    content = path.read_bytes()
    if content.startswith(ZIP_SIGNATURE):
        archive = read_archive(io.BytesIO(content))
        return CheckedFile(check_network(archive.config), archive)
    if content.startswith(SIGNATURE):
        model = read_whole_model(content)
        return CheckedFile(check_network(model.config, is_hdf5=True), model)
    if content[4:8] == IDENTIFIER:
        return CheckedFile(check_tflite(content), content)
    if content.startswith(_ONNX):
        return CheckedFile(check_onnx(content, size), content, "onnx")
    raise _unknown(content)


def _unknown(content: bytes) -> CheckpointError:
    if content.startswith(_PICKLE):
        return CheckpointError(
            "This is a pickle, which can run any code when opened; it was not opened. From PyTorch, export the "
            "network with torch.onnx.export(model, torch.zeros(1, 1, 48, 48), 'model.onnx') and import that."
        )
    return CheckpointError(
        "This is not a .keras, .h5, .tflite or .onnx file. Save a Keras model with model.save('model.keras'), a "
        "SavedModel with tf.lite.TFLiteConverter.from_saved_model, a PyTorch network with torch.onnx.export."
    )
