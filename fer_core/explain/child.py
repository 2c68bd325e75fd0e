"""The limited process that reads the layers of one imported network: ``python -m fer_core.explain.child FOLDER``."""

import sys
from collections.abc import Callable

import numpy as np

from fer_core.checkpoints.worker import serve
from fer_core.explain.isolated import packed
from fer_core.explain.layers import Anatomy


def _reading(model: bytes) -> Callable[[bytes], bytes]:
    anatomy = Anatomy(model)
    return lambda face: packed(anatomy.layers(np.frombuffer(face, np.uint8).reshape(48, 48)))


if __name__ == "__main__":
    sys.exit(serve(_reading))
