"""Which paths of the server a visitor may name: all on one's own computer, else those below the operator's folder."""

import os
from collections.abc import Mapping
from pathlib import Path

from fer_core.errors import DatasetError

FOLDER_SETTING = "FER_IMPORT_FOLDER"
"""Environment variable with the folder below which visitors of a shared server may import by path."""

_LOCAL = ("localhost", "127.0.0.1", "::1", "[::1]")
_FORWARDED = ("x-forwarded-for", "x-forwarded-host", "x-real-ip", "forwarded", "via")


def is_private_server(address: str, headers: Mapping[str, str]) -> bool:
    """Whether only the person at this very computer can have sent a request.

    Args:
        address: What the server is bound to; "" for every network.
        headers: Of the visitor's request. A proxy that passes other people on names itself in them, or another host.
    """
    names = {name.lower(): value for name, value in headers.items()}
    host = names.get("host", "localhost").lower()
    host = host.rsplit(":", 1)[0] if host.rsplit(":", 1)[-1].isdigit() and not host.endswith("::1") else host
    return address in _LOCAL and host in _LOCAL and not any(name in names for name in _FORWARDED)


def import_folder() -> Path | None:
    """The operator's folder for imports by path, if one is set."""
    text = os.environ.get(FOLDER_SETTING, "").strip()
    return Path(text).expanduser().resolve() if text else None


def allowed_path(text: str, *, private: bool) -> Path:
    """The path a visitor names, when it is there and may be read; ``private`` visitors sit at this computer.

    Whatever is wrong, the sentence is the same: it must not tell which files a server has.

    Raises:
        DatasetError: There is nothing at this path that may be imported.
    """
    folder, typed = import_folder(), text.strip().strip("\"'")
    sentence = "There is nothing to import at that path. Check the path and its permissions."
    refusal = DatasetError(sentence, is_hint=True)
    try:
        path = Path(typed).expanduser()
        path = (path if path.is_absolute() or folder is None else folder / path).resolve()
        inside = folder is not None and path.is_relative_to(folder)
        if not typed or not (private or inside) or not (path.is_file() or path.is_dir()):
            raise refusal
    except (OSError, RuntimeError, ValueError) as error:
        raise refusal from error
    return path
