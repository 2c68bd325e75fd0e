"""Export a checkpoint: its network in four formats, each with a short script that uses it anywhere."""

import io
import json
import shutil
import tempfile
import zipfile
from pathlib import Path
from typing import NamedTuple

from filelock import FileLock

from fer_core.checkpoints.card import ModelCard
from fer_core.checkpoints.checkpoint import (
    CARD_FILE,
    INT8_FILE,
    KERAS_FILE,
    LITERT_FILE,
    ONNX_FILE,
    Checkpoint,
    verified_bytes,
)
from fer_core.checkpoints.spec import NetworkSpec
from fer_core.errors import CheckpointError
from fer_core.faces.crops import IMAGE_SIZE
from fer_core.storage.files import cache_folder, storage_remedy
from fer_core.storage.folders import new_folder
from fer_core.storage.sandbox import run_limited

_CONVERTED = (ONNX_FILE, INT8_FILE)
_KEPT = 8  # checkpoints whose converted networks stay in the cache, some 10 MB each
_TIMEOUT = 300.0
_BYTES_A_WEIGHT = 9  # of the Keras file, of ONNX and of eight bits

_SCRIPT = '''"""Says what expression a face seems to show. Needs: pip install numpy pillow PACKAGE

python SCRIPT face.jpg      (a picture of one face, cropped from the hairline to the chin)
The network was trained on faces after these steps, which this script does not take: STEPS
"""
import json, sys
from pathlib import Path
import numpy as np
from PIL import Image
IMPORT

here = Path(__file__).parent
card = json.loads((here / "card.json").read_text(encoding="utf-8"))
picture = Image.open(sys.argv[1]).convert("L").resize((48, 48), Image.Resampling.BOX)
face = np.float32(picture)[None, ..., None]
PREPARERUN
scores = scores ** (1 / card["calibration"]["temperature"])
for name, share in sorted(zip(card["class_names"], scores / scores.sum()), key=lambda pair: -pair[1]):
    print(f"{name}: {share:.1%}")
'''


class _Format(NamedTuple):
    """A format's file, what to install and import for it, and the lines of its script from ``face`` to ``scores``."""

    file: str
    package: str
    imports: str
    run: str

    def script(self, name: str, card: ModelCard) -> str:
        run = self.run + ("\nscores = np.exp(scores - scores.max())" if card.spec.output == "logits" else "")
        words = {"SCRIPT": name, "PACKAGE": self.package, "IMPORT": self.imports, "RUN": run}
        words |= {"STEPS": card.preprocessing.in_words, "PREPARE": _preparation(card.spec)}
        script = _SCRIPT
        for word, text in (words | {"FILE": self.file}).items():
            script = script.replace(word, text)
        return script


def _preparation(spec: NetworkSpec) -> str:
    """The lines of a script that turn ``face`` into what an imported network takes; as :meth:`NetworkSpec.prepare`."""
    lines = []
    if spec.size < IMAGE_SIZE:  # by area, as OpenCV; Pillow takes whole pixels only
        lines += [
            f"edges, pixels = np.linspace(0, 48, {spec.size + 1})[:, None], np.arange(48)",
            "shares = np.clip(np.minimum(edges[1:], pixels + 1) - np.maximum(edges[:-1], pixels), 0, 1)",
            "shares /= shares.sum(axis=1, keepdims=True)",
            "face = np.float32(shares @ face[0, ..., 0] @ shares.T)[None, ..., None]",
        ]
    if spec.size > IMAGE_SIZE:
        larger = f"Image.fromarray(face[0, ..., 0]).resize(({spec.size}, {spec.size}), Image.Resampling.BILINEAR)"
        lines.append(f"face = np.float32({larger})[None, ..., None]")
    if spec.scaling == "standardized":
        lines.append("face = (face - face.mean()) / max(face.std(), 0.001)")
    elif spec.scaling != "raw":
        mean, deviation = spec.normalization().round(6).tolist()
        lines.append(f"face = (face / 255 - np.float32({mean})) / np.float32({deviation})")
    if spec.channels > 1:
        lines.append(f"face = np.repeat(face, {spec.channels} // face.shape[3], axis=3)")
    if spec.channels_first:
        lines.append("face = face.transpose(0, 3, 1, 2)")
    if spec.channels_first or spec.scaling != "raw":
        lines.append("face = np.ascontiguousarray(face, np.float32)")
    return "".join(f"{line}\n" for line in lines)


_LITERT = _Format(
    LITERT_FILE,
    "ai-edge-litert",
    "from ai_edge_litert.interpreter import Interpreter",
    """network = Interpreter(str(here / "FILE"))
network.allocate_tensors()
network.set_tensor(network.get_input_details()[0]["index"], face)
network.invoke()
scores = network.get_tensor(network.get_output_details()[0]["index"])[0]""",
)
_FORMATS = {
    "predict_litert.py": _LITERT,
    "predict_int8.py": _LITERT._replace(file=INT8_FILE),
    "predict_onnx.py": _Format(
        ONNX_FILE,
        "onnxruntime",
        "from onnxruntime import InferenceSession",
        """network = InferenceSession(here / "FILE", providers=["CPUExecutionProvider"])
scores = network.run(None, {network.get_inputs()[0].name: face})[0][0]""",
    ),
    "predict_keras.py": _Format(
        KERAS_FILE,
        "keras tensorflow",
        "import keras",
        'scores = np.asarray(keras.saving.load_model(here / "FILE")(face))[0]',
    ),
}
_LESSON = (
    "# The lesson as a notebook\n\nTrain a small network on drawn faces, see where it is right and wrong, and look "
    "inside it. Run this notebook in the FER Lab folder, with its requirements installed.",
    "from fer_core.datasets.store import ensure_demo, load_records\n\nensure_demo()\nrecords = load_records('demo')\n"
    "records.split_sizes()",
    "## Ten people voted\n\nThe paper's Table 2, for the drawn faces.",
    "records.describe_votes()",
    "## Training\n\nThe paper's network, for a few epochs; raise `epochs` to 20 to see it learn.",
    "import subprocess, sys\n\nsettings = ['epochs=2', 'share=0.05', 'seed=1']\n"
    "subprocess.run([sys.executable, '-m', 'fer_core', 'train', '--dataset', 'demo', '--name', 'lesson', '--set', "
    "*settings], check=True)",
    "## Evaluation\n\nRows are true classes, columns predicted ones.",
    "import json\n\ncommand = [sys.executable, '-m', 'fer_core', 'evaluate', 'lesson', '--dataset', 'demo', '--json']\n"
    "answer = subprocess.run(command, check=True, capture_output=True, text=True)\nreport = json.loads(answer.stdout)\n"
    "print(f\"right on {report['accuracy']:.1%} of {report['n']} test faces\")\nreport['confusion_matrix']",
    "## Inside\n\nThe output of each layer for one face.",
    "from fer_core.checkpoints.checkpoint import load_checkpoint, verified_bytes\n"
    "from fer_core.explain.layers import LayerReader\n\n"
    "face = records.images[0]\nfor layer in LayerReader(verified_bytes(load_checkpoint('lesson'))).layers(face):\n"
    "    print(f'{layer.title:15} {layer.shape_in_words():20} {layer.count:10,} learned')",
)


def pack_checkpoint(checkpoint: Checkpoint) -> bytes:
    """Pack a checkpoint's network as LiteRT in float32 and in eight bits, ONNX and Keras, with a script for each.

    What the checkpoint lacks of these is made of its Keras file, in a limited child, and cached.

    Raises:
        CheckpointError: A file is missing or damaged, or the network could not be converted.
    """
    files = {file: verified_bytes(checkpoint, file) for file in checkpoint.card.files}
    files = (_converted(checkpoint) if KERAS_FILE in files else {}) | files
    files[CARD_FILE] = (checkpoint.directory / CARD_FILE).read_bytes()
    files |= {name: one.script(name, checkpoint.card).encode() for name, one in _FORMATS.items() if one.file in files}
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        for file, content in files.items():
            archive.writestr(f"{checkpoint.name}/{file}", content)
    return buffer.getvalue()


def _converted(checkpoint: Checkpoint) -> dict[str, bytes]:
    """The formats that a checkpoint lacks, by file, made once for the same Keras file."""
    exports = cache_folder() / "exports"
    folder = exports / checkpoint.card.files[KERAS_FILE][:32]
    missing = [file for file in _CONVERTED if file not in checkpoint.card.files]
    try:
        exports.mkdir(parents=True, exist_ok=True)
        with FileLock(exports / ".lock"):  # one at a time: each may need gigabytes
            if not all((folder / file).exists() for file in missing):
                with new_folder(folder) as made:
                    _convert(checkpoint, missing, made)
                for old in sorted(exports.glob("[!.]*"), key=lambda path: path.stat().st_mtime)[:-_KEPT]:
                    shutil.rmtree(old, ignore_errors=True)
            return {file: (folder / file).read_bytes() for file in missing}
    except OSError as error:
        raise CheckpointError(
            f"“{checkpoint.name}” could not be exported ({error.strerror or error}). "
            f"{storage_remedy(error, cache_folder(), _BYTES_A_WEIGHT * checkpoint.card.weights)}"
        ) from error


def _convert(checkpoint: Checkpoint, missing: list[str], target: Path) -> None:
    with tempfile.TemporaryDirectory(prefix="fer-export-") as scratch:
        folder = Path(scratch)
        (folder / KERAS_FILE).write_bytes(verified_bytes(checkpoint, KERAS_FILE))
        run_limited("fer_core.training.network.export", folder, timeout=_TIMEOUT)
        if not all((folder / file).exists() for file in missing):
            raise CheckpointError(
                f"The network of “{checkpoint.name}” could not be converted to ONNX: the conversion process ended, "
                "because memory ran out or Keras cannot open the file. Close other programs and try again."
            )
        for file in missing:
            shutil.copyfile(folder / file, target / file)


def lesson_notebook() -> bytes:
    """A Jupyter notebook (format 4.5) that repeats the lesson with ``fer_core``."""
    cells = [_cell(index, text) for index, text in enumerate(_LESSON)]
    kernel = {"display_name": "Python 3", "language": "python", "name": "python3"}
    document = {"cells": cells, "metadata": {"kernelspec": kernel}, "nbformat": 4, "nbformat_minor": 5}
    return json.dumps(document, indent=1, ensure_ascii=False).encode()


def _cell(index: int, text: str) -> dict[str, object]:
    words = text.startswith("#")
    cell: dict[str, object] = {"cell_type": "markdown" if words else "code", "id": f"cell-{index}", "metadata": {}}
    cell["source"] = text.splitlines(keepends=True)
    return cell if words else cell | {"execution_count": None, "outputs": []}
