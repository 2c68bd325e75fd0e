"""The ``.keras`` file as an archive: three members, of honest sizes, and nothing else."""

import io
import lzma
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import h5py

from fer_core.checkpoints.foreign.allowlist import MAX_CONFIG_BYTES
from fer_core.checkpoints.foreign.walk import MAX_WEIGHTS
from fer_core.errors import CheckpointError

MAX_FILE_BYTES = 450_000_000
_MAX_INFLATED = 1 << 30
_MAX_RATIO = 20  # Keras stores, it does not compress
_MEMBERS = {"metadata.json": 100_000, "config.json": MAX_CONFIG_BYTES, "model.weights.h5": _MAX_INFLATED}
_DEEPEST, _MOST_OBJECTS = 24, 20_000  # of the weights' groups; a model of 1,000 layers has some 5,000
_BROKEN = (zipfile.BadZipFile, zlib.error, lzma.LZMAError, RuntimeError, EOFError, OSError, ValueError, IndexError)
_HDF5, _ZIP = b"\x89HDF\r\n\x1a\n", b"PK\x03\x04"
_CONVERT = "import keras; keras.models.load_model('model.h5', compile=False).save('model.keras')"


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


def read_archive(path: Path) -> KerasArchive:
    """Read the parts of a ``.keras`` file.

    Raises:
        CheckpointError: It is another kind of file, or its archive breaks a rule.
    """
    with path.open("rb") as file:
        signature = file.read(8)
    if not signature.startswith(_ZIP):
        raise _other_kind(signature)
    if path.stat().st_size > MAX_FILE_BYTES:
        raise CheckpointError(f"The file is larger than {MAX_FILE_BYTES // 1_000_000} MB, too large to import.")
    try:
        with zipfile.ZipFile(path) as archive:
            _check_members(archive.infolist())
            found = KerasArchive(*(_read(archive, name) for name in _MEMBERS))
    except _BROKEN as error:
        raise CheckpointError(f"The archive is damaged ({error!s:.80}). Save the model again.") from error
    _check_weights(found.weights)
    return found


def _check_weights(content: bytes) -> None:
    """Refuses weights that are compressed, kept elsewhere or more than can be, or no HDF5 file."""
    total = 0
    try:
        with h5py.File(io.BytesIO(content), "r") as file:
            for dataset in _datasets(file):
                total += dataset.size * dataset.dtype.itemsize
                if dataset.compression or dataset.external or dataset.is_virtual or dataset.dtype.kind not in "fiu":
                    raise CheckpointError("The weights are compressed or kept elsewhere. Save the model with Keras 3.")
    except (OSError, RuntimeError, KeyError, TypeError, ValueError, UnicodeDecodeError) as error:
        raise CheckpointError(f"The weights are damaged ({error!s:.80}). Save the model again.") from error
    if total > 4 * MAX_WEIGHTS:
        raise CheckpointError("There are too many weights in this file. Only smaller networks can be imported.")


def _datasets(file: h5py.File) -> Iterator[h5py.Dataset]:
    """Every array once, however many links lead to it: a few doubled groups would otherwise be 2^40 arrays."""
    waiting: list[tuple[h5py.Group, int]] = [(file, 0)]
    known: set[int] = set()
    while waiting:
        group, depth = waiting.pop()
        for name in group:
            if not isinstance(group.get(name, getlink=True), h5py.HardLink):
                raise CheckpointError("The weights point to something outside of them, which is not allowed.")
            item = group[name]
            place = h5py.h5o.get_info(item.id).addr
            if place in known:
                continue
            known.add(place)
            if depth >= _DEEPEST or len(known) > _MOST_OBJECTS:
                raise CheckpointError("The weights are nested too deeply or too many. Save the model with Keras 3.")
            if isinstance(item, h5py.Dataset):
                yield item
            else:
                waiting.append((item, depth + 1))


def _check_members(members: list[zipfile.ZipInfo]) -> None:
    names = [member.filename for member in members]
    if sorted(names) != sorted(_MEMBERS):
        kept = next((n for n in names if n.endswith(("saved_model.pb", "data.pkl"))), None)
        if kept:
            raise _other_kind(b"")
        raise CheckpointError(
            f"A .keras file holds {', '.join(_MEMBERS)} and nothing else; this one has {', '.join(names[:5])!s:.80}. "
            "Save the model with model.save('model.keras') in Keras 3."
        )
    for member in members:
        ratio = member.file_size / max(member.compress_size, 1)
        if member.flag_bits & 1 or member.file_size > _MEMBERS[member.filename] or ratio > _MAX_RATIO:
            raise CheckpointError(
                f"{member.filename} in this file is encrypted, too large or packed too tightly to be honest. "
                "Save the model again."
            )


def _read(archive: zipfile.ZipFile, name: str) -> bytes:
    limit = _MEMBERS[name]
    with archive.open(name) as member:
        content = member.read(limit + 1)
    if len(content) > limit:
        raise CheckpointError(f"{name} in this file is larger than it says. Save the model again.")
    return content


def _other_kind(signature: bytes) -> CheckpointError:
    if signature.startswith(_HDF5):
        return CheckpointError(
            "This is an .h5 file, which is not opened here. Where it was made, turn it into a .keras file: "
            f'python -c "{_CONVERT}"'
        )
    if signature.startswith(b"\x80"):
        return CheckpointError(
            "This is a pickle, which can run any program when it is opened, so it is not. Rebuild the network in Keras "
            "3, load the weights there and save it with model.save('model.keras')."
        )
    return CheckpointError(
        "This is no .keras file. Other formats (SavedModel, PyTorch, pickles, .h5) are not opened here: load the model "
        "where it was made and save it with model.save('model.keras') in Keras 3."
    )
