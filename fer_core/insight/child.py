"""The limited process that reads the layers of one imported network: ``python -m fer_core.insight.child FOLDER``."""

import sys
from collections.abc import Callable

import numpy as np

from fer_core.insight.anatomy import Anatomy
from fer_core.insight.apart import packed
from fer_core.worker.serving import serve


def _reading(model: bytes) -> Callable[[bytes], bytes]:
    anatomy = Anatomy(model)
    return lambda face: packed(anatomy.layers(np.frombuffer(face, np.uint8).reshape(48, 48)))


if __name__ == "__main__":
    sys.exit(serve(_reading))
