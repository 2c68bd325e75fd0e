"""An ``.onnx`` file's network, run by ONNX Runtime: imported only in limited processes."""

import numpy as np
import onnxruntime
import onnxruntime.capi.onnxruntime_pybind11_state as state
from numpy.typing import NDArray

from fer_core.errors import CheckpointError

_REFUSALS = (
    *(state.EPFail, state.Fail, state.InvalidArgument, state.InvalidGraph, state.InvalidProtobuf, state.NotImplemented),
    *(state.RuntimeException, RuntimeError, ValueError),
)


class OnnxSession:
    """The network of a file that was checked before; as ``sessions.Session``.

    Raises:
        CheckpointError: ONNX Runtime cannot open it.
    """

    def __init__(self, model: bytes, *, threads: int = 1) -> None:
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads, options.inter_op_num_threads = threads, 1
        options.enable_cpu_mem_arena = False
        options.log_severity_level = 4
        try:
            self._session = onnxruntime.InferenceSession(model, options, providers=["CPUExecutionProvider"])
        except _REFUSALS as error:
            raise CheckpointError(
                f"The network cannot be opened by ONNX Runtime ({error!s:.160}). Export it again."
            ) from error
        (self._input,) = self._session.get_inputs()
        (self._output,) = self._session.get_outputs()
        self.input_shape = tuple(self._input.shape[1:])
        self.output_shape = tuple(self._output.shape[1:])

    def run(self, pictures: NDArray[np.float32]) -> NDArray[np.float32]:
        """As :meth:`sessions.Session.run`."""
        parts = np.split(pictures, len(pictures)) if self._input.shape[0] == 1 else [pictures]
        try:
            answers = [self._session.run([self._output.name], {self._input.name: part})[0] for part in parts]
        except _REFUSALS as error:
            raise CheckpointError(f"ONNX Runtime cannot run the network ({error!s:.160}). Export it again.") from error
        return np.asarray(np.concatenate(answers), np.float32)
