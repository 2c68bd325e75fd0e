"""Pictures made to hurt: bombs, polyglots, other kinds under a picture's name, and what is hidden in metadata."""

import io
import struct
import time
import zipfile
import zlib

import numpy as np
import psutil
import pytest
from PIL import Image

from fer_core.errors import ImageError
from fer_core.faces.images import read_image
from fer_core.faces.scans import count_scans
from fer_core.recognition.photos import WHOLE, annotated_zip, recognize_photo
from tests.faces.test_images import BOMBS, encode, png_header

RNG = np.random.default_rng(5)
PICTURE = Image.fromarray(RNG.integers(0, 256, (40, 60, 3), dtype=np.uint8))


def chunk(kind, data):
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def webp_header(width, height):
    size = (width - 1).to_bytes(3, "little") + (height - 1).to_bytes(3, "little")
    body = b"WEBP" + b"VP8X" + struct.pack("<I", 10) + b"\0\0\0\0" + size + b"VP8L" + struct.pack("<I", 5) + bytes(6)
    return b"RIFF" + struct.pack("<I", len(body)) + body


def progressive(width, height):
    content = encode(PICTURE, "JPEG", progressive=True)
    return content.replace(struct.pack(">HH", 40, 60), struct.pack(">HH", height, width))


def repeated_scans(side, number):
    """A gray progressive picture whose last scan is repeated."""
    content = encode(Image.new("RGB", (side, side), (90, 90, 90)), "JPEG", progressive=True)
    last = content.rindex(b"\xff\xda")
    return content[:last] + content[last:-2] * number + content[-2:]


MORE_BOMBS = {
    "progressive jpeg of 3000 scans": repeated_scans(4000, 3000),
    "png 65535x65535": png_header(65535, 65535),
    "png 2^31-1 wide": png_header(2**31 - 1, 1),
    "png 1 wide 2^31-1 high": png_header(1, 2**31 - 1),
    "webp 16383x16383": webp_header(16383, 16383),
    "progressive jpeg 65000x65000": progressive(65000, 65000),
    "progressive jpeg 8000x8000": progressive(8000, 8000),
    "bmp 40000x40000": b"BM"
    + struct.pack("<IHHI", 999, 0, 0, 54)
    + struct.pack("<IiiHHIIiiII", 40, 40000, 40000, 1, 24, 0, 0, 0, 0, 0, 0)
    + bytes(99),
}
ALL_BOMBS = BOMBS | MORE_BOMBS


def test_there_are_enough_bombs():
    assert len(ALL_BOMBS) >= 12


@pytest.mark.parametrize("name", ALL_BOMBS)
def test_a_bomb_is_refused_from_its_header_in_no_time_and_no_memory(name):
    own = psutil.Process()
    memory = own.memory_info().rss
    times = []
    for _ in range(3):  # the best of three
        began = time.process_time()
        with pytest.raises(ImageError):
            read_image(ALL_BOMBS[name], name=name)
        times.append(time.process_time() - began)
    assert min(times) < 0.1
    assert own.memory_info().rss - memory < 20 << 20


def test_an_ordinary_progressive_picture_is_read_whatever_stands_behind_it():
    ordinary = encode(PICTURE, "JPEG", progressive=True)
    assert count_scans(ordinary) == 10
    for content in (ordinary, ordinary + b"\xff\xda\0\0" * 1000, repeated_scans(60, 20)):
        assert read_image(content).ndim == 3
    preview = b"\xff\xe1" + struct.pack(">H", 4002) + b"\xff\xda\0\0" * 1000
    assert count_scans(ordinary[:2] + preview + ordinary[2:]) == 10


HTML, SCRIPT, PHP = b"<html><script>payload()</script>", b"*/payload();/*", b"<?php payload(); ?>"
CARRIERS = ("JPEG", "PNG", "WEBP", "GIF", "BMP")


def zipped():
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("payload.txt", b"payload")
    return buffer.getvalue()


def in_comment(kind, payload):
    """The payload where a format keeps its remarks."""
    if kind == "JPEG":
        content = encode(PICTURE, kind)
        return content[:2] + b"\xff\xfe" + struct.pack(">H", len(payload) + 2) + payload + content[2:]
    if kind == "PNG":
        content = encode(PICTURE, kind)
        return content[:33] + chunk(b"tEXt", b"Comment\0" + payload) + content[33:]
    if kind == "WEBP":
        return encode(PICTURE, kind, xmp=payload)
    if kind == "GIF":
        return encode(PICTURE.quantize(), kind, comment=payload)
    return encode(PICTURE, kind) + payload


POLYGLOTS = {
    f"{kind} {where} {title}": make
    for kind in CARRIERS
    for title, payload in (("html", HTML), ("script", SCRIPT), ("php", PHP), ("zip", zipped()))
    for where, make in (
        ("then", encode(PICTURE if kind != "GIF" else PICTURE.quantize(), kind) + payload),
        ("around", in_comment(kind, payload)),
    )
}


def test_there_are_enough_polyglots():
    assert len(POLYGLOTS) >= 20
    assert all(b"payload" in content for content in POLYGLOTS.values())


@pytest.mark.parametrize("name", POLYGLOTS)
def test_nothing_of_a_polyglot_survives(name, detector, classifier):
    """Decided by content; what is given back is drawn anew, so the payload is gone."""
    content = POLYGLOTS[name]
    assert read_image(content, name="face.html").shape == (40, 60, 3)
    photo = recognize_photo("face.jpg", content, detector, classifier, anyway=WHOLE)
    packed = annotated_zip([photo], [content])
    with zipfile.ZipFile(io.BytesIO(packed)) as archive:
        assert len(archive.namelist()) == 1
        kept = b"".join(archive.read(member) for member in archive.namelist())
    assert b"payload" not in packed + kept
    assert photo.anyway == WHOLE
    assert b"payload" not in photo.preview


@pytest.fixture(scope="module")
def detector():
    class Nobody:
        def candidates(self, image):
            return ()

        def is_sure(self, candidate):
            return False

    return Nobody()


@pytest.fixture
def classifier(save_tiny):
    return save_tiny().open_classifier()


def test_no_metadata_leaves_with_an_annotated_picture(detector, classifier):
    exif = Image.Exif()
    exif[0x010E] = "SECRETPLACE"
    exif.get_ifd(0x8825)[1] = "N"
    exif.get_ifd(0x8825)[2] = (48.0, 12.0, 34.0)
    content = encode(PICTURE, "JPEG", exif=exif)
    assert b"SECRETPLACE" in content
    photo = recognize_photo("face.jpg", content, detector, classifier, anyway=WHOLE)
    with zipfile.ZipFile(io.BytesIO(annotated_zip([photo], [content]))) as archive:
        kept = archive.read(archive.namelist()[0])
    assert b"SECRETPLACE" not in kept
    with Image.open(io.BytesIO(kept)) as picture:
        assert not picture.getexif()


OTHER_KINDS = {
    "svg": b"<svg xmlns='http://www.w3.org/2000/svg' onload='payload()'/>",
    "avif": b"\0\0\0\x1cftypavif\0\0\0\0avifmif1",
    "eps": b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 10 10\n(payload) run\n",
    "psd": b"8BPS\0\1" + bytes(40),
    "fits": b"SIMPLE  =                    T" + b" " * 50,
    "pdf": b"%PDF-1.7\n1 0 obj",
    "exe": b"MZ\x90\0" + bytes(60),
    "elf": b"\x7fELF" + bytes(60),
    "tiff little": b"II*\0\x08\0\0\0",
    "tiff big": b"MM\0*\0\0\0\x08",
    "ico": b"\0\0\1\0\1\0",
    "wmf": b"\xd7\xcd\xc6\x9a" + bytes(20),
    "jpeg 2000": b"\0\0\0\x0cjP  \r\n\x87\n",
    "hdf5": b"\x89HDF\r\n\x1a\n" + bytes(60),
    "zip": zipped(),
    "html": HTML,
    "script": b"#!/bin/sh\npayload\n",
}


@pytest.mark.parametrize("name", OTHER_KINDS)
def test_other_kinds_are_refused_with_the_kinds_that_are_read(name):
    with pytest.raises(ImageError, match=r"face\.png is not a supported picture; save it as JPEG, PNG or WebP"):
        read_image(OTHER_KINDS[name] * 3, name="face.png")


def test_a_heic_photo_is_called_so_with_what_to_do():
    with pytest.raises(ImageError, match=r"photo\.heic is a HEIC photo.*save it as JPEG"):
        read_image(b"\0\0\0\x18ftypheic\0\0\0\0mif1heic", name="photo.heic")
