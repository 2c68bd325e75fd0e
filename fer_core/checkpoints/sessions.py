"""Network files, opened by the library that runs them: LiteRT's in any process, ONNX's in limited ones only."""

from collections.abc import Sequence
from typing import Any, Protocol

import numpy as np
from ai_edge_litert.interpreter import Interpreter
from numpy.typing import NDArray

from fer_core.checkpoints.spec import Runtime
from fer_core.errors import CheckpointError


class Session(Protocol):
    """An open network: the shapes of one picture and of one answer, and how a batch of pictures is answered."""

    input_shape: tuple[int, ...]
    output_shape: tuple[int, ...]

    def run(self, pictures: NDArray[np.float32]) -> NDArray[np.float32]:
        """The answers ``(n, *output_shape)`` to ``(n, *input_shape)`` float32 pictures; n is at least 1."""


def open_session(model: bytes, runtime: Runtime, *, threads: int = 1) -> Session:
    """Open the content of a network's file.

    Raises:
        CheckpointError: It cannot be opened.
    """
    if runtime == "onnx":
        from fer_core.checkpoints.onnx_session import OnnxSession  # noqa: PLC0415 (in limited processes only)

        return OnnxSession(model, threads=threads)
    return LiteRtSession(model, threads=threads)


class LiteRtSession:
    """A ``.tflite`` file's network; numbers in eight bits are turned into float32 and back at its ends.

    Further options are those of LiteRT's ``Interpreter``.
    """

    def __init__(self, model: bytes, *, threads: int = 1, **options: Any) -> None:  # noqa: ANN401
        try:
            self.interpreter = Interpreter(model_content=model, num_threads=threads, **options)
        except (ValueError, RuntimeError) as error:
            raise CheckpointError(
                f"The network cannot be opened by LiteRT ({error}). Train or export it again."
            ) from error
        self._input = self.interpreter.get_input_details()[0]
        self._output = self.interpreter.get_output_details()[0]
        self._batch = 0  # of the tensors that are allocated: none yet
        self.input_shape = tuple(self._input["shape"][1:].tolist())
        self.output_shape = tuple(self._output["shape"][1:].tolist())

    def run(self, pictures: NDArray[np.float32]) -> NDArray[np.float32]:
        """As :meth:`Session.run`."""
        return np.concatenate([self.run_at_once(part) for part in self.parts(pictures)])

    def parts(self, pictures: NDArray[np.float32]) -> Sequence[NDArray[np.float32]]:
        """Pictures in as many batches as the network needs: one made for one picture takes them one by one."""
        return np.split(pictures, len(pictures)) if self._input["shape_signature"][0] == 1 else [pictures]

    def run_at_once(self, pictures: NDArray[np.float32]) -> NDArray[np.float32]:
        """The answers to one of the :meth:`parts`; what lies between the layers belongs to it until the next."""
        try:
            if len(pictures) != self._batch:
                self.interpreter.resize_tensor_input(self._input["index"], pictures.shape)
                self.interpreter.allocate_tensors()
                self._batch = len(pictures)
            self.interpreter.set_tensor(self._input["index"], _quantized(pictures, self._input))
            self.interpreter.invoke()
            return self.tensor(self._output)
        except (ValueError, RuntimeError) as error:
            raise CheckpointError(f"LiteRT cannot run the network ({error!s:.160}). Export it again.") from error

    def details(self, index: int) -> dict[str, Any]:
        """LiteRT's details of a tensor."""
        found: dict[str, Any] = self.interpreter._get_tensor_details(index, 0)
        return found

    def tensor(self, details: dict[str, Any]) -> NDArray[np.float32]:
        """A tensor's values, given LiteRT's details of it."""
        return _dequantized(np.asarray(self.interpreter.get_tensor(details["index"])), details)


def _quantized(values: NDArray[np.float32], tensor: dict[str, Any]) -> NDArray[Any]:
    scale, zero = tensor["quantization"]
    if not scale:
        return np.asarray(values, tensor["dtype"])
    limits = np.iinfo(tensor["dtype"])
    return np.asarray(np.clip(np.round(values / scale) + zero, limits.min, limits.max), tensor["dtype"])


def _dequantized(values: NDArray[Any], tensor: dict[str, Any]) -> NDArray[np.float32]:
    parameters = tensor["quantization_parameters"]
    if not len(parameters["scales"]):
        return np.array(values, np.float32)
    along = [1] * values.ndim  # one scale for all values, or one for each place along a dimension
    if values.ndim:
        along[parameters["quantized_dimension"]] = -1
    scales, zeros = (parameters[name].reshape(along) for name in ("scales", "zero_points"))
    return np.asarray((values.astype(np.float32) - zeros) * scales, np.float32)
