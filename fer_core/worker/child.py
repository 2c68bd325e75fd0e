"""The limited process of one imported network: ``python -m fer_core.worker.child FOLDER``, spoken to over pipes.

It gets the number of classes, then the network, then batch after batch; it ends when its parent does.
"""

import sys

import numpy as np

from fer_core.errors import CheckpointError
from fer_core.network import LocalNetwork
from fer_core.sandbox import GIB, limit_resources
from fer_core.worker.messages import OK, REFUSED, receive, send

MEMORY = 3 * GIB
"""Bytes of address space; the process itself needs about one."""


def main() -> int:
    """Answers until nobody asks any more."""
    limit_resources(MEMORY)
    questions, answers = sys.stdin.buffer, sys.stdout.buffer
    try:
        network = LocalNetwork(receive(questions), int(receive(questions)))
        send(answers, OK)
        while True:
            send(answers, _scores(network, receive(questions)))
    except CheckpointError as error:
        send(answers, REFUSED + str(error).encode())
    except (EOFError, OSError):  # the parent is gone
        return 0
    return 1


def _scores(network: LocalNetwork, faces: bytes) -> bytes:
    batch = np.frombuffer(faces, np.float32).reshape(-1, 48, 48)
    return OK + network.run(batch).tobytes()


if __name__ == "__main__":
    sys.exit(main())
