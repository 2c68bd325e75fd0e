"""Lines come out of plain, gzipped and zipped files alike; a broken file is told in a sentence."""

import bz2
import gzip
import io
import lzma
import tarfile
import zipfile

import pytest

from fer_core.datasets.lines import TextLimits, line_blocks
from fer_core.errors import DatasetError


def read(path, **options):
    return [line for block in line_blocks(path, **options) for line in block]


def zipped(members, compression=zipfile.ZIP_DEFLATED):
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", compression) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return buffer.getvalue()


@pytest.mark.parametrize("ending", ["\n", "\r\n"])
@pytest.mark.parametrize("last", [True, False], ids=["closed", "open"])
def test_line_ends_are_taken_off(write, ending, last):
    assert read(write("a.csv", ending.join(["one", "two"]) + ending * last)) == [b"one", b"two"]


def test_lines_are_whole_across_chunks(write):
    wanted = [f"line number {i}".encode() for i in range(50)]
    assert read(write("a.csv", b"\r\n".join(wanted)), limits=TextLimits(chunk=7)) == wanted


def tarred(members):
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as archive:
        for name, content in members.items():
            member = tarfile.TarInfo(name)
            member.size = len(content)
            archive.addfile(member, io.BytesIO(content))
    return buffer.getvalue()


PACKERS = {
    "plain": bytes,
    "gzip": gzip.compress,
    "bzip2": bz2.compress,
    "xz": lzma.compress,
    "two xz in one": lambda content: lzma.compress(content[:5]) + bytes(4) + lzma.compress(content[5:]),
    "zip": lambda content: zipped({"x.csv": content}),
    "tar": lambda content: tarred({"x/README": b"words", "x/x.csv": content, "x/z": b"more"}),
}


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "utf-16-be with a mark"])
@pytest.mark.parametrize("outer", ["plain", "gzip", "bzip2", "xz", "two xz in one"])
@pytest.mark.parametrize("inner", ["plain", "tar", "zip"])
def test_what_it_is_packed_in_is_told_by_content(write, inner, outer, encoding):
    if inner == "zip" and outer != "plain":
        return  # a zip is compressed already, and nobody does it twice
    content = "one\nzwei ü\n".encode(encoding.removesuffix(" with a mark"))
    content = b"\xfe\xff" + content if "mark" in encoding else content
    packed = PACKERS[outer](PACKERS[inner](content))
    assert read(write("any.name", packed), limits=TextLimits(chunk=7)) == [b"one", "zwei ü".encode()]


def test_a_large_file_comes_out_whole(write):
    wanted = [str(number).encode() for number in range(100_000)]
    for name in ("gzip", "bzip2", "xz", "tar"):
        assert read(write("a", PACKERS[name](b"\n".join(wanted)))) == wanted


@pytest.mark.parametrize("packer", ["bzip2", "xz", "tar"])
def test_what_is_cut_anywhere_is_whole_or_told(write, packer):
    def outcome(content):
        try:
            return read(write("a.bin", content))
        except DatasetError as error:
            return str(error)

    content = PACKERS[packer](bytes(range(65, 90)) * 200)
    cuts = range(512, len(content), 97) if packer == "tar" else range(8, len(content), 7)
    found = [outcome(content[:keep]) for keep in cuts]
    told = [text for text in found if "damaged or incomplete" in text or "exactly one CSV file" in text]
    whole = outcome(content)
    assert len(told) + sum(lines == whole for lines in found) == len(found)  # what comes after the table may be cut off
    assert len(told) > 10


def test_a_tar_leaves_links_and_other_kinds_alone(write):
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as archive:
        link = tarfile.TarInfo("fer2013.csv")
        link.type, link.linkname = tarfile.SYMTYPE, "/etc/passwd"
        archive.addfile(link)
    with pytest.raises(DatasetError, match=r"exactly one CSV file .*found: none"):
        read(write("a.tar", buffer.getvalue()))


def test_a_tar_whose_header_claims_gigabytes_takes_no_memory(write):
    member = tarfile.TarInfo("pax")
    member.type, member.size = tarfile.XHDTYPE, (8 << 30) - 1
    with pytest.raises(DatasetError, match="damaged or incomplete"):
        read(write("a.tar.gz", gzip.compress(member.tobuf(tarfile.USTAR_FORMAT) + bytes(4 << 20))))


def test_an_xz_whose_header_asks_for_gigabytes_is_told(write):
    greedy = [{"id": lzma.FILTER_LZMA2, "dict_size": 1 << 30}]
    content = bytearray(lzma.compress(b"words" * 10, filters=greedy))
    with pytest.raises(DatasetError, match=r"damaged or incomplete .*emory"):
        read(write("a.xz", bytes(content)))


@pytest.mark.parametrize(("magic", "name"), [(b"7z\xbc\xaf\x27\x1c", "7z"), (b"Rar!\x1a", "RAR"), (b"%PDF-1.7", "PDF")])
def test_what_is_not_read_is_called_by_its_name(write, magic, name):
    with pytest.raises(DatasetError, match=rf"is an? {name}.*which is not supported\. Unpack it"):
        read(write("fer2013.csv", magic + bytes(100)))


def test_a_zip_may_hold_the_leavings_of_a_mac_and_other_files(write):
    members = {"fer2013/fer2013.csv": "faces", "__MACOSX/fer2013/._fer2013.csv": "\0", "fer2013/README": "hello"}
    assert read(write("fer2013.zip", zipped(members))) == [b"faces"]


def test_among_several_csv_files_the_known_one_is_taken(write):
    assert read(write("a.zip", zipped({"train.csv": "a", "icml_face_data.csv": "b", "test.csv": "c"}))) == [b"b"]


@pytest.mark.parametrize("members", [{}, {"a.csv": "1", "b.csv": "2"}, {"fer2013.csv": "1", "fer2013new.csv": "2"}])
def test_a_zip_that_leaves_the_choice_open_is_refused(write, members):
    with pytest.raises(DatasetError, match=r"exactly one CSV file .*Unpack it"):
        read(write("a.zip", zipped(members)))


def test_progress_goes_up_to_one(write):
    shares = []
    read(write("a.csv", b"x\n" * 100), progress=shares.append)
    assert shares == sorted(shares)
    assert shares[-1] == 1.0


@pytest.mark.parametrize("keep", [5, 20, 0.5, -1])
def test_a_truncated_gzip_is_told(write, keep):
    content = gzip.compress(bytes(range(256)) * 50)
    keep = int(keep * len(content)) if isinstance(keep, float) else keep
    with pytest.raises(DatasetError, match=r"a\.gz is damaged or incomplete .*again\."):
        read(write("a.gz", content[:keep]))


def test_a_damaged_gzip_is_told(write):
    content = bytearray(gzip.compress(bytes(range(256)) * 50))
    content[-6] ^= 1  # its checksum
    with pytest.raises(DatasetError, match=r"a\.gz is damaged"):
        read(write("a.gz", bytes(content)))


@pytest.mark.parametrize("compression", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_a_zip_damaged_anywhere_reads_the_same_or_is_told(write, compression):
    content = zipped({"fer2013.csv": b"some words that are packed " * 20}, compression)
    whole = read(write("a.zip", content))
    for position in range(0, len(content), 3):
        broken = bytearray(content)
        broken[position] ^= 0x41
        try:
            lines_read = read(write("a.zip", bytes(broken)))
        except DatasetError:
            continue
        assert lines_read == whole or position < 2  # without its first letters it is no zip


def test_an_encrypted_zip_is_told(write):
    content = bytearray(zipped({"fer2013.csv": b"abc"}))
    content[6] |= 1
    content[content.index(b"PK\1\2") + 8] |= 1
    with pytest.raises(DatasetError, match="1 protected by a password"):
        read(write("a.zip", bytes(content)))


@pytest.mark.parametrize(
    "content", [b"", b" ", b"\t  ", gzip.compress(b"")], ids=["nothing", "blank", "blanks", "gzip"]
)
def test_an_empty_file_is_told(write, content):
    with pytest.raises(DatasetError, match=r"a\.csv is empty\. Choose"):
        read(write("a.csv", content))


def test_a_missing_file_is_told(tmp_path):
    with pytest.raises(DatasetError, match=r"no\.csv does not exist\. Check the path"):
        read(tmp_path / "no.csv")


def test_a_folder_is_told(tmp_path):
    with pytest.raises(DatasetError, match=r"cannot be read .*Check the file"):
        read(tmp_path)


def test_a_file_without_permission_is_told(write, monkeypatch):
    path = write("a.csv", "x")

    def refuse(*_):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(type(path), "open", refuse)  # root may read everything, so chmod would test nothing
    with pytest.raises(DatasetError, match=r"a\.csv cannot be read \(Permission denied\)\. Check the file"):
        read(path)


def test_an_endless_line_is_refused(write):
    with pytest.raises(DatasetError, match="a line of more than a million characters"):
        read(write("a.csv", b"x" * 5000), limits=TextLimits(chunk=1000, line=3000))


def test_a_bomb_is_stopped_while_it_unpacks(write):
    with pytest.raises(DatasetError, match=r"unpacks to more than 4 GB"):
        read(
            write("a.gz", gzip.compress(b"0\n" * (1 << 21))),
            limits=TextLimits(chunk=1 << 16, total=1 << 20, ratio=10**6),
        )
