"""HDF5 files, walked in the limited child before Keras reads a number: plain arrays in the file and nothing else."""

import io
from collections.abc import Iterator
from dataclasses import dataclass

import h5py

from fer_core.checkpoints.foreign.allowlist import MAX_CONFIG_BYTES
from fer_core.checkpoints.foreign.walk import MAX_WEIGHTS
from fer_core.errors import CheckpointError

SIGNATURE = b"\x89HDF\r\n\x1a\n"

_DEEPEST, _MOST_OBJECTS = 24, 20_000  # of the groups; a model of 1,000 layers has some 5,000
_BROKEN = (OSError, RuntimeError, LookupError, TypeError, ValueError, AttributeError, ArithmeticError)


@dataclass(frozen=True)
class KerasHdf5:
    """An ``.h5`` file with a whole Keras model: its network's description, and the file, whose arrays are plain."""

    config: bytes
    content: bytes


def read_whole_model(content: bytes) -> KerasHdf5:
    """Read the description in an ``.h5`` file that ``model.save`` made.

    Raises:
        CheckpointError: It holds only weights, is damaged, or keeps something elsewhere.
    """
    check_arrays(content)
    with _opened(content) as file:
        try:
            if "model_config" not in file.attrs:
                raise CheckpointError(
                    "This .h5 file holds only weights, without their network. Build the network in your code, load "
                    "the weights with model.load_weights('weights.h5'), and save both with model.save('model.keras')."
                )
            return KerasHdf5(_text(file, "model_config"), content)
        except _BROKEN as error:
            raise _damaged(error) from error


def check_arrays(content: bytes) -> None:
    """Refuse arrays that are compressed, kept elsewhere or more than can be, or what is no HDF5 file.

    Raises:
        CheckpointError: If there is such an array, or the file is damaged.
    """
    total = 0
    with _opened(content) as file:
        try:
            for dataset in _datasets(file):
                total += dataset.size * dataset.dtype.itemsize
                plain = not (dataset.compression or dataset.external or dataset.is_virtual or _filters(dataset))
                if not plain or dataset.dtype.kind not in "fiu":
                    raise CheckpointError(
                        "The weights are compressed or stored in another file. Save the model with Keras’ model.save."
                    )
        except _BROKEN as error:
            raise _damaged(error) from error
    if total > 4 * MAX_WEIGHTS:
        raise CheckpointError("The file has too many weights. Import a smaller network.")


def _opened(content: bytes) -> h5py.File:
    try:
        return h5py.File(io.BytesIO(content), "r")
    except _BROKEN as error:
        raise _damaged(error) from error


def _filters(dataset: h5py.Dataset) -> int:
    return int(dataset.id.get_create_plist().get_nfilters())


def _text(file: h5py.File, name: str) -> bytes:
    if file.attrs.get_id(name).get_storage_size() > MAX_CONFIG_BYTES:
        raise ValueError("Expected a shorter description.")
    value = file.attrs[name]
    return value if isinstance(value, bytes) else str(value).encode()


def _datasets(file: h5py.File) -> Iterator[h5py.Dataset]:
    """Every array once, however many links lead to it: a few doubled groups would otherwise be 2^40 arrays."""
    waiting: list[tuple[h5py.Group, int]] = [(file, 0)]
    known: set[int] = set()
    while waiting:
        group, depth = waiting.pop()
        for name in group:
            if not isinstance(group.get(name, getlink=True), h5py.HardLink):
                raise CheckpointError(
                    "The weights link to data outside the file, which is not allowed. Save the model again."
                )
            item = group[name]
            place = h5py.h5o.get_info(item.id).addr
            if place in known:
                continue
            known.add(place)
            if depth >= _DEEPEST or len(known) > _MOST_OBJECTS:
                raise CheckpointError("The weights are too many or nested too deeply. Save the model with Keras 3.")
            if isinstance(item, h5py.Dataset):
                yield item
            else:
                waiting.append((item, depth + 1))


def _damaged(error: Exception) -> CheckpointError:
    return CheckpointError(f"The weights are damaged ({error!s:.80}). Save the model again.")
