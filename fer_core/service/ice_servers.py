"""The STUN and TURN servers of live video, as settings: none by default, for one computer or one network needs none."""

import json
from typing import Any

from fer_core.errors import SettingError


def read_ice_servers(text: str) -> list[dict[str, Any]]:
    """Reads the setting ``FER_ICE_SERVERS``.

    Args:
        text: Addresses separated by commas, such as ``stun:stun.example.org:3478``; or, where a server wants a name and
            a password, JSON such as ``[{"urls": "turn:…", "username": "…", "credential": "…"}]``; or nothing.

    Returns:
        The servers as browsers and aiortc take them; empty for none.

    Raises:
        SettingError: The text is neither.
    """
    if not text.strip():
        return []
    if not text.lstrip().startswith(("[", "{")):
        servers: Any = [{"urls": address.strip()} for address in text.split(",") if address.strip()]
    else:
        servers = _from_json(text)
    for server in servers:
        addresses = server.get("urls") if isinstance(server, dict) else None
        for address in addresses if isinstance(addresses, list) and addresses else [addresses]:
            if not str(address).startswith(("stun:", "stuns:", "turn:", "turns:")):
                raise _unusable(f"“{str(address)[:60]}” is not an address of a server")
    return list(servers)


def _from_json(text: str) -> Any:  # noqa: ANN401
    try:
        document = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise _unusable(f"its JSON is broken ({error})") from error
    return document if isinstance(document, list) else [document]


def _unusable(reason: str) -> SettingError:
    return SettingError(
        f"The setting FER_ICE_SERVERS cannot be used: {reason}. Write addresses such as stun:stun.example.org:3478, "
        "separated by commas, or a JSON list."
    )
