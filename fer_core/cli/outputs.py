"""Output files of commands: their paths, and protection against overwriting."""

from collections.abc import Iterable, Sequence
from pathlib import Path

from fer_core.errors import FerError
from fer_core.recognition.videos.container import is_video


def write_file(path: Path, content: bytes) -> str:
    """Write a file and the folders it needs, and return its path.

    Raises:
        FerError: It cannot be written there.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    except OSError as error:
        raise FerError(f"{path} cannot be written ({error.strerror or error}). Choose another folder.") from error
    return str(path)


def check_free(paths: Iterable[Path | None], inputs: Sequence[Path] = (), *, overwrite: bool) -> None:
    """Refuse, before the work begins, to overwrite inputs, or any file unless requested.

    Raises:
        FerError: One of the paths exists.
    """
    for path in filter(None, paths):
        if any(path.exists() and source.exists() and path.samefile(source) for source in inputs):
            raise FerError(f"{path} is an input file and would be overwritten. Choose another output path.")
        if path.exists() and not overwrite:
            raise FerError(f"{path} already exists. Choose another path, or add --overwrite to replace it.")


def annotated_paths(files: Sequence[Path], target: Path | None) -> list[Path | None]:
    """Return the path of each annotated picture or video: in a folder, or the target itself for one video.

    Files of one name get numbers, also where a system tells no capitals apart.

    Raises:
        FerError: Several files are to become one video, or a picture is.
    """
    if target is None:
        return [None] * len(files)
    if target.suffix.lower() == ".mp4":
        if len(files) > 1 or not is_video(files[0]):
            raise FerError(f"{target.name} can hold one annotated video only. Name a folder instead.")
        return [target]
    taken: set[str] = set()
    return [_free_in(target, file, ".mp4" if is_video(file) else ".png", taken) for file in files]


def _free_in(folder: Path, file: Path, suffix: str, taken: set[str]) -> Path:
    names = (f"{file.stem}{number}.annotated{suffix}" for number in ("", *(f"-{i}" for i in range(2, len(taken) + 3))))
    name = next(name for name in names if name.lower() not in taken)
    taken.add(name.lower())
    return folder / name
