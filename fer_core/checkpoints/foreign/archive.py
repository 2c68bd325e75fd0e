"""The ``.keras`` file as an archive: three members of their declared sizes, and nothing else."""

import lzma
import zipfile
import zlib
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from fer_core.checkpoints.foreign.allowlist import MAX_CONFIG_BYTES
from fer_core.checkpoints.foreign.hdf5 import check_arrays
from fer_core.errors import CheckpointError

ZIP_SIGNATURE = b"PK\x03\x04"

_MAX_INFLATED = 1 << 30
_MAX_RATIO = 20  # Keras stores, it does not compress
_MEMBERS = {"metadata.json": 100_000, "config.json": MAX_CONFIG_BYTES, "model.weights.h5": _MAX_INFLATED}
_BROKEN = (zipfile.BadZipFile, zlib.error, lzma.LZMAError, RuntimeError, EOFError, OSError, ValueError, IndexError)


@dataclass(frozen=True)
class KerasArchive:
    """The contents of the members of a ``.keras`` file, in the order of ``_MEMBERS``."""

    metadata: bytes
    config: bytes
    weights: bytes

    def write(self, path: Path) -> None:
        """Writes a clean archive of these parts."""
        with zipfile.ZipFile(path, "w", zipfile.ZIP_STORED) as archive:
            for name, content in zip(_MEMBERS, (self.metadata, self.config, self.weights), strict=True):
                archive.writestr(name, content)


def read_archive(file: Path | BinaryIO) -> KerasArchive:
    """Read the parts of a ``.keras`` file.

    Raises:
        CheckpointError: Its archive breaks a rule, or holds something else.
    """
    try:
        with zipfile.ZipFile(file) as archive:
            _check_members(archive.infolist())
            found = KerasArchive(*(_read(archive, name) for name in _MEMBERS))
    except _BROKEN as error:
        raise CheckpointError(f"The archive is damaged ({error!s:.80}). Save the model again.") from error
    check_arrays(found.weights)
    return found


def _check_members(members: list[zipfile.ZipInfo]) -> None:
    names = [member.filename for member in members]
    if sorted(names) != sorted(_MEMBERS):
        if any(name.endswith(("data.pkl", "saved_model.pb")) for name in names):
            raise CheckpointError(
                "This is a PyTorch file or a SavedModel, which can run code when opened; it was not opened. Export it "
                "with torch.onnx.export(model, torch.zeros(1, 1, 48, 48), 'model.onnx'), or with "
                "tf.lite.TFLiteConverter.from_saved_model('folder').convert(), and import that."
            )
        raise CheckpointError(
            f"A .keras file contains exactly {', '.join(_MEMBERS)}; this one has {', '.join(names[:5])!s:.80}. "
            "Save the model with model.save('model.keras') in Keras 3."
        )
    for member in members:
        ratio = member.file_size / max(member.compress_size, 1)
        if member.flag_bits & 1 or member.file_size > _MEMBERS[member.filename] or ratio > _MAX_RATIO:
            raise CheckpointError(
                f"{member.filename} in this file is encrypted, too large or compressed too strongly. Save the model "
                "again."
            )


def _read(archive: zipfile.ZipFile, name: str) -> bytes:
    limit = _MEMBERS[name]
    with archive.open(name) as member:
        content = member.read(limit + 1)
    if len(content) > limit:
        raise CheckpointError(f"{name} in this file is larger than declared. Save the model again.")
    return content
