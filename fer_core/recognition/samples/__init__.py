"""Pictures and videos that come with the app, so that it can be tried at once; the README says whose they are."""

from pathlib import Path


def sample_pictures() -> dict[str, Path]:
    """The sample pictures: the name people read, and the file."""
    files = sorted(path for path in Path(__file__).parent.iterdir() if path.suffix in {".jpg", ".png"})
    return {path.stem.replace("_", " ").capitalize(): path for path in files}


def sample_videos() -> dict[str, Path]:
    """The sample videos: the name people read, and the file."""
    files = sorted(path for path in Path(__file__).parent.iterdir() if path.suffix == ".mp4")
    return {path.stem.replace("_", " ").capitalize(): path for path in files}
