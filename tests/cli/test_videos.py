"""Videos on the command line, alone and beside pictures."""

import io
import json

import pandas as pd
import pytest

from fer_core.__main__ import main
from fer_core.recognition.samples import sample_pictures
from fer_core.recognition.videos.reader import VideoReader


@pytest.fixture
def clip(write_clip, couple, home, save_tiny):
    """A clip of twelve frames with two faces, in a home with a checkpoint."""
    save_tiny()
    return write_clip([couple] * 12)


def said(capsys, *words, status=0):
    assert main(["predict", *map(str, words), "--sight", "near"]) == status
    return capsys.readouterr()


def test_json_has_every_moment_of_every_face(capsys, clip):
    (entry,) = json.loads(said(capsys, clip, "--json").out)
    assert entry["file"] == str(clip)
    assert (entry["frames_analysed"], entry["frames_decoded"], entry["notes"]) == (4, 12, [])
    assert [face["face"] for face in entry["faces"]] == [1, 2]
    moment = entry["faces"][0]["moments"][-1]
    assert moment["time"] == pytest.approx(0.3, abs=0.04)
    assert sum(moment["probabilities"].values()) == pytest.approx(1, abs=1e-5)
    assert moment["class_name"] in moment["probabilities"]
    assert len(moment["xyxy"]) == 4


def test_csv_has_a_row_for_each_face_and_moment(capsys, clip):
    table = pd.read_csv(io.StringIO(said(capsys, clip, "--csv").out))
    assert len(table) == 8
    assert table["file"].unique().tolist() == [str(clip)]
    assert {"time", "face", "class_name", "confidence", "neutral", "x1", "y2"} <= set(table.columns)


def test_csv_of_pictures_and_videos_together(capsys, clip):
    picture = next(iter(sample_pictures().values()))
    table = pd.read_csv(io.StringIO(said(capsys, picture, clip, "--csv").out))
    assert table["file"].tolist() == [str(picture)] + [str(clip)] * 8
    assert pd.isna(table["time"][0])


def test_people_read_a_line_for_each_face(capsys, clip):
    lines = said(capsys, clip).out.splitlines()
    assert lines.pop(0).startswith("Answers by tiny, class prior: ")
    assert lines[0] == f"{clip}: 2 faces · 4 of 12 frames analyzed · 0.3 s"
    assert lines[1].startswith("  face 1, 0.0 to 0.3 s: looks like: ")
    assert len(lines) == 3


@pytest.mark.parametrize("target", ["out.mp4", "folder"])
def test_annotated_is_a_file_or_a_folder(capsys, clip, tmp_path, target):
    said(capsys, clip, "--annotated", tmp_path / target)
    path = tmp_path / "out.mp4" if target == "out.mp4" else tmp_path / "folder" / "clip.annotated.mp4"
    with VideoReader(path) as reader:
        assert len(list(reader.frames())) == 4


def test_a_video_is_never_replaced_by_its_annotated_copy(capsys, clip, tmp_path):
    before = clip.read_bytes()
    for words in ([], ["--overwrite"]):
        captured = said(capsys, clip, "--annotated", clip, *words, status=1)
        assert "would be overwritten" in captured.err
    assert clip.read_bytes() == before


def test_what_is_there_is_replaced_on_request_only(capsys, clip, tmp_path):
    target = tmp_path / "out.mp4"
    target.write_bytes(b"dear to me")
    assert "add --overwrite" in said(capsys, clip, "--annotated", target, status=1).err
    assert target.read_bytes() == b"dear to me"
    said(capsys, clip, "--annotated", target, "--overwrite")
    assert target.stat().st_size > 100


def test_several_files_do_not_become_one_video(capsys, clip, tmp_path):
    captured = said(capsys, clip, clip, "--annotated", tmp_path / "out.mp4", status=1)
    assert "Name a folder instead" in captured.err
    assert not (tmp_path / "out.mp4").exists()


def test_a_bad_video_does_not_stop_the_others(capsys, clip, tmp_path):
    bad = tmp_path / "bad.mp4"
    bad.write_bytes(clip.read_bytes()[:200])
    captured = said(capsys, bad, clip, "--json", status=1)
    entries = json.loads(captured.out)
    assert "incomplete or damaged" in entries[0]["error"]
    assert len(entries[1]["faces"]) == 2
    assert captured.err.count("bad.mp4") == 1


def test_impossible_rates_are_refused(capsys, clip):
    with pytest.raises(SystemExit):
        main(["predict", str(clip), "--frames-per-second", "0"])
    assert "above 0" in capsys.readouterr().err
