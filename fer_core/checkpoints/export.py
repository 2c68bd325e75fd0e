"""Export a checkpoint: its files, a short script that uses them anywhere, and a notebook of the lesson."""

import io
import json
import zipfile

from fer_core.checkpoints.checkpoint import CARD_FILE, Checkpoint, verified_bytes

_SCRIPT = '''"""Says what expression a face seems to show. Needs: pip install numpy pillow ai-edge-litert

python predict.py face.jpg      (a picture of one face, cropped from the hairline to the chin)
It learned from faces after these steps, which this script does not take: STEPS
"""
import json, sys
from pathlib import Path
import numpy as np
from ai_edge_litert.interpreter import Interpreter
from PIL import Image

here = Path(__file__).parent
card = json.loads((here / "card.json").read_text(encoding="utf-8"))
face = Image.open(sys.argv[1]).convert("L").resize((48, 48), Image.Resampling.BOX)
network = Interpreter(str(here / "model.tflite"))
network.allocate_tensors()
network.set_tensor(network.get_input_details()[0]["index"], np.float32(face)[None, ..., None])
network.invoke()
scores = network.get_tensor(network.get_output_details()[0]["index"])[0] ** (1 / card["calibration"]["temperature"])
for name, share in sorted(zip(card["class_names"], scores / scores.sum()), key=lambda pair: -pair[1]):
    print(f"{name}: {share:.1%}")
'''
_LESSON = (
    "# The lesson, again\n\nTrain a small network on drawn faces, see where it is right and wrong, and look inside it. "
    "Run it in the folder of FER Lab, with its requirements installed.",
    "from fer_core.datasets.store import ensure_demo, load_records\n\nensure_demo()\nrecords = load_records('demo')\n"
    "records.split_sizes()",
    "## Ten people voted\n\nThe paper's Table 2, for the drawn faces.",
    "records.describe_votes()",
    "## Training\n\nThe paper's network, for a few epochs; raise `epochs` to 20 to see it learn.",
    "import subprocess, sys\n\nsettings = ['epochs=2', 'share=0.05', 'seed=1']\n"
    "subprocess.run([sys.executable, '-m', 'fer_core', 'train', '--dataset', 'demo', '--name', 'lesson', '--set', "
    "*settings], check=True)",
    "## Evaluation\n\nRows are what the faces are, columns what the network calls them.",
    "import json\n\ncommand = [sys.executable, '-m', 'fer_core', 'evaluate', 'lesson', '--dataset', 'demo', '--json']\n"
    "answer = subprocess.run(command, check=True, capture_output=True, text=True)\nreport = json.loads(answer.stdout)\n"
    "print(f\"right on {report['accuracy']:.1%} of {report['n']} test faces\")\nreport['confusion_matrix']",
    "## Inside\n\nWhat each layer makes of one face.",
    "from fer_core.checkpoints.checkpoint import load_checkpoint, verified_bytes\n"
    "from fer_core.explain.layers import LayerReader\n\n"
    "face = records.images[0]\nfor layer in LayerReader(verified_bytes(load_checkpoint('lesson'))).layers(face):\n"
    "    print(f'{layer.title:15} {layer.shape_in_words():20} {layer.count:10,} learned')",
)


def pack_checkpoint(checkpoint: Checkpoint) -> bytes:
    """A ZIP of a checkpoint's files with ``predict.py``.

    Raises:
        CheckpointError: A file is missing or damaged.
    """
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for file in checkpoint.card.files:
            archive.writestr(f"{checkpoint.name}/{file}", verified_bytes(checkpoint, file))
        archive.write(checkpoint.directory / CARD_FILE, f"{checkpoint.name}/{CARD_FILE}")
        script = _SCRIPT.replace("STEPS", checkpoint.card.preprocessing.in_words)
        archive.writestr(f"{checkpoint.name}/predict.py", script)
    return buffer.getvalue()


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
