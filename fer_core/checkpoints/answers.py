"""A checkpoint's answers to the validation and test faces of FER+, kept beside its networks.

With them, and with the votes that ship, a checkpoint is evaluated where the pictures are not.
"""

import contextlib
import hashlib
import io
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from fer_core.checkpoints.checkpoint import Checkpoint, check_own, update_card, verified_bytes
from fer_core.datasets.dataset import FaceRecords, label_records
from fer_core.datasets.titles import ferplus_fingerprint
from fer_core.errors import CheckpointError
from fer_core.labels import LABEL_SCHEMES

ANSWERS_FILE = "answers.npz"

_ANSWERED = ("validation", "test")
_DROPPED_BITS = 8  # of float32's 23: float16 keeps 10 and changes one answer of fer-lab; 15 change no printed figure


@dataclass(frozen=True, eq=False)
class Answers:
    """A network's probabilities of some rows of a dataset, before calibration.

    Attributes:
        fingerprint: That of the dataset's records.
        rows: ``(n,)`` int64 row numbers, ascending.
        probabilities: ``(n, classes)`` float32, rounded by :func:`rounded`.
    """

    fingerprint: str
    rows: NDArray[np.int64]
    probabilities: NDArray[np.float32]

    def to(self, rows: NDArray[np.int64]) -> NDArray[np.float32] | None:
        """Return the probabilities of some rows, ``(m, classes)``, or None if one of them was not answered."""
        places = np.searchsorted(self.rows, rows).clip(max=len(self.rows) - 1)
        return self.probabilities[places] if np.array_equal(self.rows[places], rows) else None

    def to_bytes(self) -> bytes:
        """Return the content of a file; bytes of one weight stand together, which takes less room."""
        parts = self.probabilities.view(np.uint32) >> _DROPPED_BITS
        planes = np.stack([(parts >> shift).astype(np.uint8) for shift in (0, 8, 16)])
        buffer = io.BytesIO()
        np.savez_compressed(
            buffer, fingerprint=np.array(self.fingerprint), rows=self.rows.astype(np.int32), planes=planes
        )
        return buffer.getvalue()

    @classmethod
    def from_bytes(cls, content: bytes) -> "Answers":
        """Read what :meth:`to_bytes` has made."""
        with np.load(io.BytesIO(content), allow_pickle=False) as stored:
            low, middle, high = stored["planes"].astype(np.uint32)
            parts = (low | middle << 8 | high << 16) << _DROPPED_BITS
            return cls(str(stored["fingerprint"]), stored["rows"].astype(np.int64), parts.view(np.float32))


def rounded(probabilities: NDArray[np.float32]) -> NDArray[np.float32]:
    """Round float32 to 15 binary digits, a relative error of at most 2**-17: as precise as answers are kept."""
    bits = np.ascontiguousarray(probabilities, np.float32).view(np.uint32)
    half = np.uint32(1 << (_DROPPED_BITS - 1))
    return ((bits + half) >> _DROPPED_BITS << _DROPPED_BITS).view(np.float32)


def has_answers(checkpoint: Checkpoint) -> bool:
    """Return whether a checkpoint can be evaluated on FER+ without its pictures."""
    return ANSWERS_FILE in checkpoint.card.files


def stored_answers(checkpoint: Checkpoint) -> Answers | None:
    """Read a checkpoint's answers after verifying their file; None when it has none.

    Raises:
        CheckpointError: The file is missing or damaged.
    """
    return Answers.from_bytes(verified_bytes(checkpoint, ANSWERS_FILE)) if has_answers(checkpoint) else None


def ensure_answers(checkpoint: Checkpoint, records: FaceRecords) -> Checkpoint:
    """Keep a checkpoint's answers where there are none yet; one whose folder is not writable stays unchanged."""
    if not has_answers(checkpoint):
        with contextlib.suppress(CheckpointError):
            return keep_answers(checkpoint, records)
    return checkpoint


def keep_answers(checkpoint: Checkpoint, records: FaceRecords) -> Checkpoint:
    """Let a checkpoint answer the faces of FER+ and keep that beside it; other records change nothing.

    Raises:
        CheckpointError: It is shipped, the network is damaged, or the answers cannot be written.
    """
    if records.fingerprint != ferplus_fingerprint() or not records.has_pictures:
        return checkpoint
    check_own(checkpoint)
    faces = label_records(records, LABEL_SCHEMES["majority-8"], _ANSWERED)
    probabilities = checkpoint.open_classifier(threads=2).predict_raw(faces.images)
    content = Answers(records.fingerprint, faces.rows, rounded(probabilities)).to_bytes()
    try:
        (checkpoint.directory / ANSWERS_FILE).write_bytes(content)
    except OSError as error:
        raise CheckpointError(
            f"The predictions of “{checkpoint.name}” could not be written ({error.strerror or error}). "
            f"Allow writing in {checkpoint.directory}, or free some space."
        ) from error
    files = checkpoint.card.files | {ANSWERS_FILE: hashlib.sha256(content).hexdigest()}
    return update_card(checkpoint, replace(checkpoint.card, files=files))
