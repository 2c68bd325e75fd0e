"""The configuration that ships: this computer only, no details of errors, capped uploads, nobody told anything."""

import tomllib
from pathlib import Path

from streamlit import config

from fer_core.service.deployment import Limits

FILE = Path(__file__).parents[1] / ".streamlit" / "config.toml"


def shipped():
    return tomllib.loads(FILE.read_text(encoding="utf-8"))


SAFE = {
    "server.address": "localhost",
    "server.enableXsrfProtection": True,
    "server.enableCORS": True,
    "server.enableStaticServing": False,
    "server.maxUploadSize": Limits().upload_mb,
    "browser.gatherUsageStats": False,
    "client.showErrorDetails": "none",
    "client.toolbarMode": "minimal",
}


def test_safe_defaults_are_written_down_and_known_to_streamlit():
    options = {f"{section}.{name}": value for section, found in shipped().items() for name, value in found.items()}
    assert {name: options.get(name) for name in SAFE} == SAFE
    # A misspelt one would be passed over in silence:
    assert [name for name in SAFE if name.split(".")[1] not in config.get_options_for_section(name.split(".")[0])] == []


def test_no_secret_ships():
    assert {path.name for path in FILE.parent.iterdir()} - {"secrets.toml"} == {"config.toml", "README.md"}
    assert "/.streamlit/secrets.toml" in (FILE.parents[1] / ".gitignore").read_text().splitlines()
