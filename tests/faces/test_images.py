"""Pictures of every kind come in right or are refused in one sentence, and there is one door to 48x48."""

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
from fer_core.faces.images import IMAGE_SIZE, Square, cut_square, preprocess_face, read_image, to_gray

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
    with pytest.raises(ImageError, match=r"^notes\.png is not a picture.*JPEG, PNG or WebP"):
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


# --- the door to 48x48 ------------------------------------------------------------------------------------------------


def noise(height, width, seed=0):
    small = np.random.default_rng(seed).integers(0, 256, (max(height // 6, 2), max(width // 6, 2)), dtype=np.uint8)
    return cv2.resize(small, (width, height), interpolation=cv2.INTER_CUBIC)


def test_one_face_gives_the_same_pixels_through_every_path(tmp_path):
    face = noise(48, 48)
    path = tmp_path / "face.png"
    Image.fromarray(face).save(path)
    uploaded = read_image(path.read_bytes())
    frame = noise(300, 400, seed=1)
    frame[100:148, 200:248] = face
    level = ((212.0, 118.0), (236.0, 118.0))
    paths = {
        "dataset": preprocess_face(face),
        "file": preprocess_face(read_image(path)),
        "upload": preprocess_face(uploaded),
        "box of the whole": preprocess_face(uploaded, Square.around((0, 0, 48, 48))),
        "frame": preprocess_face(np.repeat(frame[..., None], 3, axis=2), Square.around((200, 100, 248, 148))),
        "frame, eyes level": preprocess_face(frame, Square.around((200, 100, 248, 148), level)),
    }
    for name, pixels in paths.items():
        np.testing.assert_array_equal(pixels, face, err_msg=name)


def test_grey_pictures_keep_their_values_as_rgb():
    values = np.arange(256, dtype=np.uint8).reshape(16, 16)
    np.testing.assert_array_equal(to_gray(np.repeat(values[..., None], 3, axis=2)), values)


def test_the_result_is_a_copy():
    face = noise(48, 48)
    preprocess_face(face)[:] = 0
    assert face.any()


@settings(max_examples=60, deadline=None, database=None)
@given(
    size=st.tuples(st.integers(1, 200), st.integers(1, 200)),
    corner=st.tuples(st.integers(-60, 150), st.integers(-60, 150)),
    side=st.integers(1, 300),
    angle=st.floats(-180, 180),
)
def test_boxes_over_the_edge_still_give_48x48_of_the_pictures_greys(size, corner, side, angle):
    image = np.full((*size, 3), 90, np.uint8)
    x1 = min(corner[0], size[1] - 1)
    y1 = min(corner[1], size[0] - 1)
    x1, y1 = max(x1, 1 - side), max(y1, 1 - side)
    dx, dy = side / 2 * np.cos(np.radians(angle)), side / 2 * np.sin(np.radians(angle))
    eyes = ((x1 + side / 2 - dx / 2, y1 + side / 2 - dy / 2), (x1 + side / 2 + dx / 2, y1 + side / 2 + dy / 2))
    face = preprocess_face(image, Square.around((x1, y1, x1 + side, y1 + side), eyes))
    assert face.shape == (IMAGE_SIZE, IMAGE_SIZE)
    assert (face == 90).all()


@pytest.mark.parametrize("angle", [-90, -30, -5, 5, 30, 90, 180])
@pytest.mark.parametrize("side", [30, 96, 300])
def test_turned_faces_come_out_upright(angle, side):
    canvas, center = 900, 449.5
    upright = noise(canvas, canvas, seed=3)
    upright = cv2.GaussianBlur(upright, (0, 0), side / 12)
    matrix = cv2.getRotationMatrix2D((center, center), -angle, 1)  # clockwise by the angle
    turned = cv2.warpAffine(upright, matrix, (canvas, canvas), flags=cv2.INTER_CUBIC)
    eyes = np.array([[center - side / 4, center - 5], [center + side / 4, center - 5]])
    moved = [tuple(map(float, matrix @ (*eye, 1))) for eye in eyes]
    low = round(center + 0.5 - side / 2)
    box = (low, low, low + side, low + side)
    expected, face = (
        preprocess_face(upright, Square.around(box)),
        preprocess_face(turned, Square.around(box, (moved[0], moved[1]))),
    )
    assert np.abs(face.astype(int) - expected).mean() < 2


def test_eyes_of_a_profile_do_not_turn_it():
    image = noise(200, 200)
    box = (50, 50, 150, 150)
    tilted = preprocess_face(image, Square.around(box, ((100.0, 80.0), (104.0, 88.0))))
    np.testing.assert_array_equal(tilted, preprocess_face(image, Square.around(box)))


@pytest.mark.parametrize("eyes", [None, ((300.0, 400.0), (700.0, 430.0))])
def test_large_faces_do_not_alias(eyes):
    stripes = np.zeros((960, 960), np.uint8)
    stripes[:, ::2] = 255  # an even gray from far away
    face = preprocess_face(stripes, Square.around((0, 0, 960, 960), eyes))
    assert face[4:-4, 4:-4].std() < 6


def test_the_edge_is_repeated():
    image = np.full((100, 100), 50, np.uint8)
    image[:, 60:] = 200
    face = preprocess_face(image, Square.around((52, 0, 148, 96)))
    np.testing.assert_array_equal(face[:, -40:], np.full((48, 40), 200))
    np.testing.assert_array_equal(face[:, :3], np.full((48, 3), 50))


def test_a_wrong_call_is_a_value_error():
    for image in (np.zeros((5, 5, 4), np.uint8), np.zeros((5, 5), np.float32), np.zeros((0, 5), np.uint8)):
        with pytest.raises(ValueError, match="Expected"):
            preprocess_face(image)
    with pytest.raises(ValueError, match="Expected a side above 0"):
        Square(5, 5, 0)


@settings(max_examples=60, deadline=None, database=None)
@given(
    center=st.tuples(st.floats(-50, 250), st.floats(-50, 250)),
    side=st.floats(20, 300),
    tilt=st.floats(-180, 180),
    move=st.tuples(st.floats(-1, 1), st.floats(-1, 1)),
)
def test_a_square_moves_along_its_own_axes_and_back(center, side, tilt, move):
    square = Square(*center, side, tilt)
    there = square.moved(*move)
    assert np.hypot(there.x - square.x, there.y - square.y) == pytest.approx(side * np.hypot(*move), abs=1e-6)
    back = there.moved(-move[0], -move[1])
    assert (back.x, back.y) == pytest.approx(center, abs=1e-6)
    x1, y1, x2, y2 = square.xyxy
    assert x2 - x1 == y2 - y1 == pytest.approx(side, abs=0.51)
    assert ((x1 + x2) / 2, (y1 + y2) / 2) == pytest.approx(center, abs=1.01)


@pytest.mark.parametrize(("x", "y"), [(550, 550), (-800, 20), (20, 3000)])
@pytest.mark.parametrize("tilt", [0, 30])
def test_beside_the_picture_its_outermost_pixels_go_on(x, y, tilt):
    assert (preprocess_face(np.full((50, 60), 90, np.uint8), Square(x, y, 100, tilt)) == 90).all()


@pytest.mark.parametrize("tilt", [0, 17, -120])
@pytest.mark.parametrize("side", [30, 150, 700])
def test_a_moved_square_shows_what_lies_there(tilt, side):
    """What lies right of the center in the picture's square lies in the middle of the square moved there."""
    image = cv2.GaussianBlur(noise(1200, 1200, seed=2), (0, 0), side / 10)
    square = Square(600, 600, side, tilt)
    here, there = (cut_square(image, one, 96).astype(int) for one in (square, square.moved(0.25, 0.125)))
    assert np.abs(here[12:, 24:] - there[:-12, :-24]).mean() < 2


def test_a_square_of_a_color_picture_keeps_its_colors():
    image = np.full((90, 90, 3), (10, 200, 90), np.uint8)
    assert (cut_square(image, Square(45, 45, 40, 30), 64) == (10, 200, 90)).all()


def test_beyond_the_picture_a_square_repeats_its_edge_or_shows_a_gray():
    image = np.full((90, 90, 3), (10, 200, 90), np.uint8)
    for tilt in (0, 30):
        square = Square(0, 0, 80, tilt)
        assert (cut_square(image, square, 64) == (10, 200, 90)).all()
        shown = cut_square(image, square, 64, outside=127)
        assert (shown[2, 2] == 127).all()
        assert (shown[50, 50] == (10, 200, 90)).all()


def test_wide_pictures_and_thin_ones():
    for shape in ((1, 1), (1, 5000), (31_000, 3)):
        assert preprocess_face(np.full(shape, 7, np.uint8)).tolist() == np.full((48, 48), 7).tolist()


def test_samples_are_readable():
    from fer_core.recognition.samples import sample_pictures

    pictures = sample_pictures()
    assert "Astronaut" in pictures
    for path in pictures.values():
        assert isinstance(path, Path)
        assert read_image(path).ndim == 3
