"""Pictures that come with the app, so that it can be tried at once; the README beside them says whose they are."""

from pathlib import Path


def sample_pictures() -> dict[str, Path]:
    """The sample pictures: the name people read, and the file."""
    folder = Path(__file__).parent
    return {path.stem.replace("_", " ").capitalize(): path for path in sorted(folder.glob("*.jpg"))}
