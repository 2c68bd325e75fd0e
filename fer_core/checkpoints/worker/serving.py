"""The child's end of a worker: opens what it is sent under limits, and answers question after question over pipes."""

import sys
from collections.abc import Callable

from fer_core.checkpoints.worker.messages import OK, REFUSED, receive, send
from fer_core.errors import CheckpointError
from fer_core.storage.sandbox import GIB, limit_resources

MEMORY = 3 * GIB
"""Bytes of address space; the process itself needs about one."""


def serve(open_network: Callable[..., Callable[[bytes], bytes]], *, messages: int = 1) -> int:
    """Answers until nobody asks any more; then the process is over.

    Args:
        open_network: Given the first messages, returns what answers each of the later ones.
        messages: How many it is given.

    Returns:
        The process's exit code.
    """
    limit_resources(MEMORY)
    questions, answers = sys.stdin.buffer, sys.stdout.buffer
    try:
        answer = open_network(*(receive(questions) for _ in range(messages)))
        send(answers, OK)
        while True:
            send(answers, OK + answer(receive(questions)))
    except CheckpointError as error:
        send(answers, REFUSED + str(error).encode())
    except (EOFError, OSError):  # the parent is gone
        return 0
    return 1
