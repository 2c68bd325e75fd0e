"""The limited process that predicts with one imported network: ``python -m fer_core.checkpoints.worker.child FOLDER``.

It gets the network, then the number of classes, then batch after batch; it ends when its parent does.
"""

import sys
from collections.abc import Callable

import numpy as np

from fer_core.checkpoints.network import LocalNetwork
from fer_core.checkpoints.worker.serving import serve


def _predicting(model: bytes, classes: bytes) -> Callable[[bytes], bytes]:
    network = LocalNetwork(model, int(classes))
    return lambda faces: network.run(np.frombuffer(faces, np.float32).reshape(-1, 48, 48)).tobytes()


if __name__ == "__main__":
    sys.exit(serve(_predicting, messages=2))
