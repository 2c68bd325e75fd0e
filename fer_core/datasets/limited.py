"""Read a dataset's files from anywhere in a limited process: ``python -m fer_core.datasets.limited FOLDER``.

What such a file makes of memory and time ends with that process. It speaks to its parent through the folder only: an
order, the progress, and four arrays with an answer, or a refusal.
"""

import shutil
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import numpy as np

from fer_core.datasets.cards import ARRAYS
from fer_core.datasets.dataset import FaceRecords
from fer_core.datasets.lines import Progress
from fer_core.datasets.readers import read_records
from fer_core.errors import DatasetError
from fer_core.storage.files import read_json, write_json
from fer_core.storage.sandbox import GIB, limit_resources, run_limited

_MEMORY = 4 * GIB  # of addresses; FER2013 needs a third of it
_LONGEST = 600  # seconds, of the processor and by the clock
_ORDER, _ANSWER, _PROGRESS = "order.json", "answer.json", "progress.json"


@contextmanager
def records_read_apart(images: Path, votes: Path | None, progress: Progress | None) -> Iterator[FaceRecords]:
    """The records of files, read by a limited process; their arrays are mapped from its folder, gone after the block.

    Raises:
        DatasetError: A file is malformed, or its reading takes too much time or memory.
    """
    folder = Path(tempfile.mkdtemp(prefix="fer-read-"))

    def look() -> None:
        with suppress(OSError, ValueError, KeyError):
            share = float(read_json(folder / _PROGRESS)["share"])
            if progress:
                progress(share)

    try:
        write_json(folder / _ORDER, {"images": _absolute(images), "votes": _absolute(votes)})
        run_limited("fer_core.datasets.limited", folder, timeout=_LONGEST, error=DatasetError, while_waiting=look)
        yield _records(folder, images.name)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _absolute(path: Path | None) -> str:
    return str(path.absolute()) if path else ""


def _records(folder: Path, name: str) -> FaceRecords:
    try:
        answer = read_json(folder / _ANSWER)
        if "refused" in answer:
            raise DatasetError(str(answer["refused"]))
        arrays = {array: np.load(folder / f"{array}.npy", mmap_mode="r", allow_pickle=False) for array in ARRAYS}
        return FaceRecords(**arrays, fingerprint=str(answer["fingerprint"]))
    except (OSError, ValueError, KeyError) as error:
        raise DatasetError(
            f"{name} could not be read: the process that read it came to an end, for want of memory or time. "
            "Import a smaller file, or pictures in folders."
        ) from error


def main(folder: Path) -> int:
    """Read what the order names; every refusal is an answer too."""
    limit_resources(_MEMORY, seconds=_LONGEST, file_size=2 * GIB)
    order = read_json(folder / _ORDER)
    try:
        answer = _read(folder, Path(order["images"]), Path(order["votes"]) if order["votes"] else None)
    except DatasetError as error:
        answer = {"refused": str(error)}
    except MemoryError:
        answer = {"refused": "The faces need more memory than an import may use. Import fewer at once."}
    write_json(folder / _ANSWER, answer)
    return 0


def _read(folder: Path, images: Path, votes: Path | None) -> dict[str, Any]:
    records = read_records(
        images, votes, progress=lambda share: write_json(folder / _PROGRESS, {"share": round(share, 3)})
    )
    for array in ARRAYS:
        np.save(folder / f"{array}.npy", getattr(records, array), allow_pickle=False)
    return {"fingerprint": records.fingerprint}


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
