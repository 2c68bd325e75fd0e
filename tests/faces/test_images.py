"""Pictures of every kind come in right or are refused in one sentence."""

import io
import struct
import time
import zlib
from pathlib import Path

import cv2
import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image

from fer_core.errors import ImageError
from fer_core.faces.images import read_image

FORMATS = ("JPEG", "PNG", "WEBP", "BMP", "GIF")


def encode(picture, kind, **options):
    buffer = io.BytesIO()
    picture.save(buffer, kind, **options)
    return buffer.getvalue()


def smooth(height=40, width=60):
    """A picture without sharp edges, which every codec keeps nearly unchanged; no two corners are alike."""
    y, x = np.mgrid[:height, :width]
    channels = (40 + 3 * x, 30 + 4 * y, 200 - 2 * x - y)
    return np.stack([np.clip(channel, 0, 255) for channel in channels], axis=-1).astype(np.uint8)


PICTURE = Image.fromarray(smooth())


def test_lossless_kinds_come_back_exactly():
    for kind, options in (("PNG", {}), ("BMP", {}), ("WEBP", {"lossless": True})):
        np.testing.assert_array_equal(read_image(encode(PICTURE, kind, **options)), smooth())


def test_reads_paths_and_goes_by_content_not_by_extension(tmp_path):
    path = tmp_path / "holiday.txt"
    path.write_bytes(encode(PICTURE, "PNG"))
    np.testing.assert_array_equal(read_image(path), smooth())


@pytest.mark.parametrize("mode", ["L", "LA", "P", "1", "RGBA", "CMYK"])
def test_every_mode_becomes_rgb(mode):
    picture = PICTURE.convert(mode)
    image = read_image(encode(picture, "JPEG" if mode == "CMYK" else "PNG"))
    assert image.shape == (40, 60, 3)
    assert image.dtype == np.uint8
    assert np.abs(image.astype(int) - np.asarray(picture.convert("RGB"), int)).mean() < 3


def test_sixteen_bits_are_scaled_not_cut_off():
    gray = smooth()[..., 0]
    image = read_image(encode(Image.fromarray(gray.astype(np.uint16) * 257), "PNG"))
    np.testing.assert_array_equal(image, np.repeat(gray[..., None], 3, axis=2))


def test_sixteen_bit_colour():
    _, content = cv2.imencode(".png", smooth()[..., ::-1].astype(np.uint16) * 257)
    np.testing.assert_array_equal(read_image(content.tobytes()), smooth())


@pytest.mark.parametrize("mode", ["RGBA", "LA", "P"])
def test_transparent_parts_are_white(mode):
    picture = PICTURE.convert("RGBA")
    picture.paste((10, 20, 30, 0), (0, 0, 20, 40))
    image = read_image(encode(picture.convert(mode), "PNG"))
    assert (image[:, :20] == 255).all()
    assert (image[:, 20:] != 255).any()


def test_half_transparent_is_mixed_with_white():
    image = read_image(encode(Image.new("RGBA", (8, 8), (0, 0, 0, 128)), "PNG"))
    assert set(np.unique(image)) <= {126, 127, 128}


def test_a_transparent_colour_is_white():
    image = read_image(encode(Image.new("RGB", (8, 8), (9, 9, 9)), "PNG", transparency=(9, 9, 9)))
    assert (image == 255).all()


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP"])
def test_pictures_stand_upright(orientation, kind):
    stored = {
        1: lambda p: p,
        2: lambda p: p[:, ::-1],
        3: lambda p: p[::-1, ::-1],
        4: lambda p: p[::-1],
        5: lambda p: p.swapaxes(0, 1),
        6: np.rot90,
        7: lambda p: p[::-1, ::-1].swapaxes(0, 1),
        8: lambda p: np.rot90(p, -1),
    }[orientation](smooth())
    exif = Image.Exif()
    exif[0x0112] = orientation
    image = read_image(encode(Image.fromarray(np.ascontiguousarray(stored)), kind, exif=exif, quality=95))
    assert image.shape == (40, 60, 3)
    assert np.abs(image.astype(int) - smooth()).mean() < 3


def test_damaged_metadata_is_no_reason_to_refuse():
    content = encode(PICTURE, "JPEG", exif=b"Exif\0\0" + b"garbage" * 9)
    assert read_image(content).shape == (40, 60, 3)


@pytest.mark.parametrize("kind", ["GIF", "WEBP", "PNG"])
def test_an_animation_is_its_first_frame(kind):
    options = {"lossless": True} if kind == "WEBP" else {}
    other = Image.new("RGB", PICTURE.size, "black")
    image = read_image(encode(PICTURE, kind, save_all=True, append_images=[other], **options))
    assert np.abs(image.astype(int) - smooth()).mean() < 8


def pixels_are_complete(content, whole):
    try:
        return np.array_equal(read_image(content), whole)
    except ImageError:
        return False


@pytest.mark.parametrize("kind", FORMATS)
def test_an_incomplete_file_is_refused_or_whole(kind):
    noise = np.random.default_rng(1).integers(0, 256, (24, 24, 3), dtype=np.uint8)
    content = encode(Image.fromarray(noise), kind)
    whole = read_image(content)
    for percent in range(1, 100):
        cut = content[: len(content) * percent // 100]
        if percent > 97 and pixels_are_complete(cut, whole):
            continue  # only what follows the pixels is missing
        with pytest.raises(ImageError, match=r"face\.jpg is incomplete or damaged"):
            read_image(cut, name="face.jpg")


@pytest.mark.parametrize(
    "junk", [b"<svg xmlns='http://www.w3.org/2000/svg'/>", b"%PDF-1.7", b"MZ\x90", b"8BPS\0\1", b"x"]
)
def test_other_kinds_are_refused_with_the_accepted_ones(junk):
    with pytest.raises(ImageError, match=r"^notes\.png is not a supported picture.*JPEG, PNG or WebP"):
        read_image(junk * 20, name="notes.png")


def test_a_palette_picture_without_its_palette_is_refused():
    """Found by fuzzing: Pillow takes for granted that there is one."""
    whole = encode(PICTURE.convert("P"), "PNG")
    at = whole.index(b"PLTE") - 4
    with pytest.raises(ImageError, match="damaged"):
        read_image(whole[:at] + whole[at + 12 + int.from_bytes(whole[at : at + 4]) :])


def test_tiff_is_refused_although_pillow_reads_it():
    with pytest.raises(ImageError, match="JPEG, PNG or WebP"):
        read_image(encode(PICTURE, "TIFF"))


def test_empty_and_missing_files(tmp_path):
    with pytest.raises(ImageError, match="is empty"):
        read_image(b"")
    with pytest.raises(ImageError, match=r"gone\.jpg cannot be opened"):
        read_image(tmp_path / "gone.jpg")
    with pytest.raises(ImageError, match="cannot be opened"):
        read_image(tmp_path)


def png_header(width, height):
    def chunk(kind, data):
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0))
    return b"\x89PNG\r\n\x1a\n" + header + chunk(b"IDAT", zlib.compress(bytes(1000))) + chunk(b"IEND", b"")


BOMBS = {
    "png 20000x20000": png_header(20000, 20000),
    "png 12000x12000": png_header(12000, 12000),
    "png 8000x8000": png_header(8000, 8000),
    "png 40000x1": png_header(40000, 1),
    "gif 65535x65535": b"GIF89a" + struct.pack("<HH", 65535, 65535) + b"\0\0\0,"
    + struct.pack("<HHHH", 0, 0, 65535, 65535) + b"\0\x08\x08" + bytes(8) + b"\0;",
    "bmp 30000x30000": b"BM" + struct.pack("<IHHI", 999, 0, 0, 54)
    + struct.pack("<IiiHHIIiiII", 40, 30000, 30000, 1, 24, 0, 0, 0, 0, 0, 0) + bytes(99),
    "jpeg 60000x60000": encode(PICTURE, "JPEG").replace(struct.pack(">HH", 40, 60), struct.pack(">HH", 60000, 60000)),
}  # fmt: skip


@pytest.mark.parametrize("name", BOMBS)
def test_bombs_are_refused_from_the_header(name):
    start = time.process_time()
    with pytest.raises(ImageError, match="more than 50 million pixels"):
        read_image(BOMBS[name], name=name)
    assert time.process_time() - start < 0.5


def test_hostile_names_are_made_plain():
    with pytest.raises(ImageError) as caught:
        read_image(b"x", name="../../\u202egpj.\n\x1b[31m" + 500 * "a")
    assert str(caught.value).isprintable()
    assert ".." not in str(caught.value).split(" is ")[0]
    assert len(str(caught.value)) < 250


@pytest.mark.filterwarnings("ignore::UserWarning")
@settings(
    max_examples=2 * settings().max_examples, deadline=None, suppress_health_check=[HealthCheck.too_slow], database=None
)
@given(
    kind=st.sampled_from(FORMATS),
    edits=st.lists(st.tuples(st.integers(0, 400), st.integers(0, 255)), min_size=1, max_size=6),
)
def test_mutated_files_give_a_picture_or_an_image_error(kind, edits):
    content = bytearray(encode(PICTURE.resize((16, 16)), kind))
    for position, value in edits:
        content[position % len(content)] = value
    try:
        image = read_image(bytes(content))
    except ImageError:
        return
    assert image.ndim == 3
    assert image.shape[2] == 3


def test_samples_are_readable():
    from fer_core.recognition.samples import sample_pictures

    pictures = sample_pictures()
    assert "Astronaut" in pictures
    for path in pictures.values():
        assert isinstance(path, Path)
        assert read_image(path).ndim == 3
