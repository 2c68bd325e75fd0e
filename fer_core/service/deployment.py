"""For whom the app runs, and what one visitor may use of it: the operator's settings in one value."""

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Literal, get_args

from fer_core.errors import SettingError

Context = Literal["personal", "research", "education", "workplace"]
"""Where the app is used; at school and at work the law of the European Union asks for more (see README)."""

CLOSED_CONTEXTS: tuple[Context, ...] = ("education", "workplace")
"""Where cameras, photos and videos of people start off."""

OWN_FACES = "enabled"
"""What ``FER_OWN_FACES`` must say, word for word, for people to use their own faces in a closed context."""

_SHORTEST_KEY = 12  # characters of the operator's key


@dataclass(frozen=True)
class Limits:
    """What is shared, and how much of it there is.

    Attributes:
        webcams: How many may be on at the same time; each takes a good part of a processor's core.
        upload_mb: Size of one file in MB, at most; ``server.maxUploadSize`` in ``.streamlit/config.toml`` holds it too.
        session_mb: MB of uploads that one session may hold at a time.
        server_mb: MB of uploads that all sessions together may hold at a time.
    """

    webcams: int = 4
    upload_mb: int = 400
    session_mb: int = 800
    server_mb: int = 4000


@dataclass(frozen=True)
class Deployment:
    """How the operator wants the app to run.

    Attributes:
        own_faces: Whether the operator enabled own faces in a closed context.
        contact: Whom people ask, in words; "" when the operator did not say.
        operator_key: What opens the Server page on a shared server; "" when nothing does.
    """

    context: Context = "personal"
    own_faces: bool = False
    contact: str = ""
    operator_key: str = field(default="", repr=False)
    limits: Limits = field(default_factory=Limits)

    @property
    def admits_faces(self) -> bool:
        """Whether cameras, photos and videos of people may be used at all."""
        return self.context not in CLOSED_CONTEXTS or self.own_faces


def read_deployment(setting: Callable[[str], str]) -> Deployment:
    """Read all settings by their names, such as ``FER_CONTEXT``; what is "" keeps its default.

    Raises:
        SettingError: One of them cannot be used. Nothing is guessed: a misspelt "education" must not mean "personal".
    """
    context = setting("FER_CONTEXT").strip().casefold() or "personal"
    if context not in get_args(Context):
        raise SettingError(
            f"The setting FER_CONTEXT must be one of {', '.join(get_args(Context))}; it is “{context:.40}”."
        )
    own_faces = setting("FER_OWN_FACES").strip().casefold()
    if own_faces not in ("", OWN_FACES):
        raise SettingError(f"The setting FER_OWN_FACES must be “{OWN_FACES}” or not set; it is “{own_faces:.40}”.")
    key = setting("FER_OPERATOR").strip()
    if key and len(key) < _SHORTEST_KEY:
        raise SettingError(f"The setting FER_OPERATOR must be hard to guess: {_SHORTEST_KEY} characters.")
    return Deployment(
        context=context,  # type: ignore[arg-type]  # one of them, as was just checked
        own_faces=own_faces == OWN_FACES,
        contact=setting("FER_CONTACT").strip(),
        operator_key=key,
        limits=Limits(
            webcams=_whole(setting, "FER_WEBCAMS", Limits.webcams, least=0),
            upload_mb=_whole(setting, "FER_UPLOAD_MB", Limits.upload_mb),
            session_mb=_whole(setting, "FER_SESSION_MB", Limits.session_mb),
            server_mb=_whole(setting, "FER_SERVER_MB", Limits.server_mb),
        ),
    )


def read_ice_servers(text: str) -> list[dict[str, Any]]:
    """Read the setting ``FER_ICE_SERVERS``: the STUN and TURN servers of live video, by default none.

    One computer or one network needs none. The text is addresses separated by commas, such as
    ``stun:stun.example.org:3478``; or, where a server wants a name and a password, JSON such as
    ``[{"urls": "turn:…", "username": "…", "credential": "…"}]``; the servers are as browsers and aiortc take them.

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
                raise _unusable(f"“{str(address)[:60]}” is not a server address")
    return list(servers)


def _whole(setting: Callable[[str], str], name: str, usual: int, *, least: int = 1) -> int:
    text = setting(name).strip()
    if not text:
        return usual
    if not (text.isascii() and text.isdigit() and len(text) < 10) or int(text) < least:
        raise SettingError(f"The setting {name} must be a whole number, {least} or more; it is “{text:.40}”.")
    return int(text)


def _from_json(text: str) -> Any:  # noqa: ANN401
    try:
        document = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise _unusable(f"invalid JSON ({error})") from error
    return document if isinstance(document, list) else [document]


def _unusable(reason: str) -> SettingError:
    return SettingError(
        f"The setting FER_ICE_SERVERS is invalid: {reason}. Write addresses such as stun:stun.example.org:3478, "
        "separated by commas, or a JSON list."
    )
