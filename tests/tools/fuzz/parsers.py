"""What reads files that may come from anywhere: small good files for each, and the errors it may answer with."""

import bz2
import contextlib
import gzip
import io
import json
import lzma
import os
import struct
import tarfile
import zipfile
import zlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import av
import h5py
import numpy as np
from PIL import Image

from fer_core.checkpoints.card import UNKNOWN_SCORES, ModelCard
from fer_core.checkpoints.checkpoint import CARD_FILE, KERAS_FILE, LITERT_FILE, damaged_checkpoints, load_checkpoint
from fer_core.checkpoints.checkpoint import save_checkpoint as save
from fer_core.checkpoints.foreign.allowlist import check_network
from fer_core.checkpoints.foreign.files import check_file
from fer_core.datasets.archive import open_archive
from fer_core.datasets.cards import damaged_datasets, read_card
from fer_core.datasets.pictures import read_pictures, scan_pictures
from fer_core.datasets.readers import read_records
from fer_core.datasets.store import import_dataset, list_datasets, load_records
from fer_core.datasets.subsets import list_subsets, load_subset, save_subset
from fer_core.errors import (
    CheckpointError,
    DatasetError,
    ImageError,
    SettingError,
    TeachError,
    TrainingError,
    VideoError,
)
from fer_core.faces.images import read_image
from fer_core.labels import LABEL_SCHEMES
from fer_core.lessons.teach.head import Head, parse_head
from fer_core.recognition.videos.reader import VideoReader
from fer_core.service.deployment import read_ice_servers
from fer_core.storage.files import data_folder, home, runs_folder
from fer_core.training.child.backup import TrainingState, load_state, save_state
from fer_core.training.runs.store import create_run, damaged_runs, find_run, list_runs
from fer_core.training.settings.config import TrainingConfig
from fer_core.training.settings.metrics import EpochMetrics, append_metrics
from tests.checkpoints.foreign import hdf5_files, onnx_files, tflite_files
from tests.checkpoints.foreign.networks import functional, sequential
from tests.datasets.formats import images_text, random_data, votes_text

FRAMES = 40
"""Frames of a mutated video that are decoded; the seeds have eight."""


@dataclass(frozen=True)
class Parser:
    """Something that reads files from elsewhere.

    Attributes:
        name: Its name, such as ``image.png``.
        seeds: Makes good files; called once in a home of its own.
        parse: Reads one, given the file's content.
        errors: What it may answer a bad file with.
        memory: Bytes that reading may add to the process at most.
        mend: Makes the checksums of a mutation right again, so that what lies behind them is reached too.
        apart: Whether the product reads such files in a child only, where a death is a verdict.
        share: Of the mutations that are asked for, where each takes long.
    """

    name: str
    seeds: Callable[[], Sequence[bytes]]
    parse: Callable[[bytes], object]
    errors: tuple[type[Exception], ...]
    memory: int = 300 << 20
    mend: Callable[[bytes], bytes] = bytes
    apart: bool = False
    share: float = 1.0


def picture(mode="RGB", size=(16, 12)):
    values = np.random.default_rng(3).integers(0, 256, (size[1], size[0], 4), dtype=np.uint8)
    if mode == "I;16":
        return Image.fromarray(values[..., 0].astype(np.uint16) * 257)
    return Image.fromarray(values, "RGBA").convert(mode)


def encoded(kind, mode="RGB", **options):
    buffer = io.BytesIO()
    picture(mode).save(buffer, kind, **options)
    return buffer.getvalue()


def turned():
    exif = Image.Exif()
    exif[0x0112] = 6
    return exif.tobytes()


IMAGES = {
    "jpeg": lambda: [encoded("JPEG"), encoded("JPEG", "L"), encoded("JPEG", "CMYK"), encoded("JPEG", progressive=True),
                     encoded("JPEG", exif=turned())],
    "png": lambda: [encoded("PNG", mode) for mode in ("RGB", "RGBA", "LA", "P", "1", "I;16")],
    "webp": lambda: [encoded("WEBP"), encoded("WEBP", "RGBA", lossless=True), encoded("WEBP", exif=turned()),
                     encoded("WEBP", save_all=True, append_images=[picture(), picture()])],
    "bmp": lambda: [encoded("BMP"), encoded("BMP", "L"), encoded("BMP", "1")],
    "gif": lambda: [encoded("GIF", "P"), encoded("GIF", "L", save_all=True, append_images=[picture("L")])],
}  # fmt: skip


def with_checksums(content):
    """A PNG whose chunks carry the sums of what they hold now."""
    mended, at = bytearray(content), 8
    while at + 12 <= len(mended):
        end = at + 8 + int.from_bytes(mended[at : at + 4])
        if end + 4 > len(mended):
            break
        mended[end : end + 4] = struct.pack(">I", zlib.crc32(mended[at + 4 : end]))
        at = end + 4
    return bytes(mended)


def clip(container, codec):
    path = home() / f"clip.{container}"
    with av.open(str(path), "w", format=container) as file:
        stream = file.add_stream(codec, rate=30)
        stream.width, stream.height, stream.pix_fmt = 64, 48, "yuv420p"
        for index in range(8):
            image = np.full((48, 64, 3), 30 * index, np.uint8)
            file.mux(stream.encode(av.VideoFrame.from_ndarray(image, "rgb24")))
        file.mux(stream.encode(None))
    return path.read_bytes()


def scratch(name, content):
    """The content as a file in this home; scratch files are written again and again."""
    path = home() / name
    path.write_bytes(content)
    return path


def read_video(content):
    with VideoReader(scratch("video", content)) as reader:
        for number, _ in enumerate(reader.frames(), 1):
            if number == FRAMES:
                return


def zips():
    face = encoded("PNG", "L")
    made = []
    for method in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA):
        buffer = io.BytesIO()
        with zipfile.ZipFile(buffer, "w", method) as archive:
            for name in ("happy/1.png", "sad/2.png", "__MACOSX/._1.png", "angry/"):
                archive.writestr(name, face)
        made.append(buffer.getvalue())
    return made


def read_zip(content):
    with open_archive(io.BytesIO(content), "faces.zip") as archive:
        for position, _ in enumerate(archive.names):
            with contextlib.suppress(ValueError):  # says that this member alone is damaged
                archive.read(position)


def read_picture_zip(content):
    plan = scan_pictures(io.BytesIO(content), "faces.zip")
    read_pictures(plan, plan.suggested)


def tables():
    data = random_data(n=3)
    texts = images_text(data.images, data.emotion, data.split), votes_text(data.votes, data.split)
    paths = [scratch(name, text.encode()) for name, text in zip(("good.csv", "votes.csv"), texts, strict=True)]
    import_dataset(*paths, name="small")
    return [path.read_bytes() for path in paths]


def packed(content):
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("fer2013.csv", content)
    tar, member = io.BytesIO(), tarfile.TarInfo("fer2013.csv")
    member.size = len(content)
    with tarfile.open(fileobj=tar, mode="w") as archive:
        archive.addfile(member, io.BytesIO(content))
    wide = content.decode().replace(",", ";").encode("utf-16")
    compressed = [pack(content) for pack in (gzip.compress, bz2.compress, lzma.compress)]
    return [content, *compressed, buffer.getvalue(), tar.getvalue(), gzip.compress(tar.getvalue()), wide]


def documents():
    chain = sequential(functional()["config"]["layers"][1])
    return [json.dumps(document).encode() for document in (functional(), chain)]


def keras_files():
    weights = io.BytesIO()
    with h5py.File(weights, "w") as file:
        file["layers/conv/vars/0"] = np.zeros((3, 3, 1, 8), np.float32)
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("metadata.json", json.dumps({"keras_version": "3.15.1"}))
        archive.writestr("config.json", documents()[0])
        archive.writestr("model.weights.h5", weights.getvalue())
    return [buffer.getvalue()]


def hdf5_models():
    for name, description in (("keras_1", hdf5_files.keras_1()), ("keras_2", hdf5_files.keras_2())):
        few = {layer: [array[..., :1] for array in arrays] for layer, arrays in hdf5_files.WEIGHTS[name].items()}
        hdf5_files.save(home() / f"{name}.h5", description, few)
    return [path.read_bytes() for path in sorted(home().glob("keras_*.h5"))]


def onnx_models():
    made = [onnx_files.model(), onnx_files.model((3, "h", "w"), batch=1, end=("Softmax",))]
    return [each.SerializeToString() for each in made]


def read_network(content):
    check_file(scratch("upload", content), 48)


def stored_card():
    names = LABEL_SCHEMES["majority-7"].class_names
    config = TrainingConfig(epochs=1).to_dict()
    card = ModelCard(
        "tiny", "2026-01-02T03:04:05+00:00", names, "faces", config, 1, "demo", "0" * 64, "", "", {"train": 1},
        UNKNOWN_SCORES, UNKNOWN_SCORES, "float32", 1.0, "", {}, "", "", prior=(0.1,) * 7, notes=("a note",),
    )  # fmt: skip

    def write(folder):
        (folder / KERAS_FILE).write_bytes(b"keras")
        (folder / LITERT_FILE).write_bytes(b"litert")

    return [(save(card, write).directory / CARD_FILE).read_bytes()]


def read_model_card(content):
    (home() / "models" / "tiny" / CARD_FILE).write_bytes(content)
    damaged_checkpoints()
    load_checkpoint("tiny")


def dataset_card():
    tables()
    return [(data_folder() / "small" / "card.json").read_bytes()]


def read_dataset_card(content):
    (data_folder() / "small" / "card.json").write_bytes(content)
    list_datasets()
    damaged_datasets()
    load_records("small")


def array():
    tables()
    return [(data_folder() / "small" / "images.npy").read_bytes()]


def read_array(content):
    """A changed array is noticed, and made anew from the files it came from."""
    (data_folder() / "small" / "images.npy").write_bytes(content)
    if not np.array_equal(load_records("small").images, random_data(n=3).images):
        raise AssertionError("A damaged array was used.")


def exclusion_list():
    tables()
    save_subset(read_card("small"), "some", [0, 2], "why not")
    return [(data_folder() / ".exclusions" / "small" / "some.json").read_bytes()]


def read_exclusions(content):
    (data_folder() / ".exclusions" / "small" / "some.json").write_bytes(content)
    list_subsets(read_card("small"))
    load_subset(read_card("small"), "some")


def run_file(name):
    def seeds():
        run = create_run(TrainingConfig(epochs=2), "lesson")
        for epoch in (1, 2):
            append_metrics(run.folder, EpochMetrics(epoch, 1.0, 0.3, 1.1, 0.2, 0.1, 3.0, 100.0))
        return [(run.folder / name).read_bytes()]

    def parse(content):
        (runs_folder() / "lesson" / name).write_bytes(content)
        list_runs()
        damaged_runs()
        find_run("lesson").metrics()

    return seeds, parse


def settings_files():
    return [TrainingConfig().to_json().encode(), TrainingConfig(epochs=3, share=0.5).to_json().encode()]


def heads():
    weights = np.random.default_rng(4).normal(size=(3, 2)).astype(np.float32)
    made = [
        Head(("open", "closed"), "svm", weights, weights[0], "fer-lab", "0" * 64, {"open": 3, "closed": 2}, 4),
        Head(("a", "b", "c"), "softmax", weights.T, weights[:, 0], "fer-lab", "f" * 64),
    ]
    return [head.to_json() for head in made]


def read_head(content):
    """A head that is read answers faces: probabilities, whatever its weights are."""
    head = parse_head(content)
    answer = head.probabilities(np.ones((2, len(head.weights)), np.float32))
    if not (np.isfinite(answer).all() and np.allclose(answer.sum(axis=1), 1, atol=1e-5)):
        raise AssertionError("A head's answer is no probability.")


def ice():
    return [
        b"stun:stun.example.org:3478",
        b'[{"urls": "turn:turn.example.org:3478", "username": "a", "credential": "b"}]',
    ]


def states():
    state = TrainingState(3, [np.ones(4, np.float32)], [], [np.zeros(2)], [np.ones(4, np.float32)], 2, 0.5, 9.0)
    for epoch in (2, 3):
        save_state(home() / "backup", replace(state, epoch=epoch))
    return [(home() / "backup" / "epoch-0003.json").read_bytes()]


def read_state(content):
    (home() / "backup" / "epoch-0003.json").write_bytes(content)
    state = load_state(home() / "backup")
    if state is None or state.epoch not in (2, 3):
        raise AssertionError("The state before it was lost.")


def arrays():
    states()
    return [(home() / "backup" / "epoch-0003.npz").read_bytes()]


def read_arrays(content):
    before = (home() / "backup" / "epoch-0003.npz").read_bytes()
    (home() / "backup" / "epoch-0003.npz").write_bytes(content)
    state = load_state(home() / "backup")
    if state is None or (state.epoch == 3) != (content == GOOD_ARRAYS.setdefault("content", before)):
        raise AssertionError("A damaged state was used, or the one before it was lost.")


GOOD_ARRAYS = {}


def _all():
    for kind, seeds in IMAGES.items():
        mend = with_checksums if kind == "png" else bytes
        yield Parser(f"image.{kind}", seeds, read_image, (ImageError,), memory=500 << 20, mend=mend)
    for container, codec in (("mp4", "libx264"), ("webm", "libvpx-vp9"), ("avi", "mpeg4")):
        yield Parser(
            f"video.{container}", lambda pair=(container, codec): [clip(*pair)], read_video, (VideoError,), 1500 << 20
        )
    yield Parser("zip.members", zips, read_zip, (DatasetError,))
    yield Parser("zip.pictures", zips, read_picture_zip, (DatasetError,))
    yield Parser("csv.faces", lambda: packed(tables()[0]), lambda c: read_records(scratch("f.csv", c)), (DatasetError,))
    yield Parser(
        "csv.votes",
        lambda: packed(tables()[1]),
        lambda c: read_records(home() / "good.csv", scratch("v.csv", c)),
        (DatasetError,),
    )
    yield Parser("model.archive", keras_files, read_network, (CheckpointError,), apart=True)
    yield Parser("model.hdf5", hdf5_models, read_network, (CheckpointError,), apart=True)
    yield Parser("model.tflite", lambda: [tflite_files.model()], read_network, (CheckpointError,))
    yield Parser("model.onnx", onnx_models, read_network, (CheckpointError,))
    yield Parser("model.config", documents, check_network, (CheckpointError,))
    yield Parser("stored.checkpoint", stored_card, read_model_card, (CheckpointError,))
    yield Parser("stored.dataset", dataset_card, read_dataset_card, (DatasetError,))
    yield Parser("stored.array", array, read_array, (), share=0.1)
    yield Parser("stored.exclusions", exclusion_list, read_exclusions, (DatasetError,))
    for name in ("config.json", "status.json", "about.json", "metrics.jsonl"):
        refused = (TrainingError,) if name == "config.json" else ()  # the others are read as far as they can be
        yield Parser(f"run.{name.split('.')[0]}", *run_file(name), refused)
    yield Parser("run.state", states, read_state, ())
    yield Parser("run.arrays", arrays, read_arrays, ())
    yield Parser("settings.json", settings_files, lambda c: TrainingConfig.from_json(text(c)), (TrainingError,))
    yield Parser("head.json", heads, read_head, (TeachError,))
    yield Parser("settings.ice", ice, lambda c: read_ice_servers(text(c)), (SettingError,))


def text(content):
    """As the pages read uploaded text."""
    return content.decode("utf-8", "replace")


def do_wrong(content):
    """Of a parser that does everything wrong, by which the harness itself is tried."""
    if content == b"death":
        os.abort()
    if content == b"fault":
        raise KeyError("a fault")


WRONG = Parser("wrong", lambda: [b"read", b"fault", b"death"], do_wrong, ())
PARSERS = {parser.name: parser for parser in _all()}
"""Everything that reads files which may come from anywhere, by name."""
