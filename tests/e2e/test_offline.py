"""The whole app in a network namespace that holds nothing but itself, and what a browser asks other hosts for."""

import json
import os
import shutil
import subprocess
import sys
import textwrap
from urllib.parse import urlsplit

import pytest

from fer_core.storage.files import PROJECT
from tests.tools.load import PAGES

NAMESPACE = ["unshare", "-rn", "sh", "-c", 'ip link set lo up && exec "$@"', "sh"]
INSIDE = """
    import asyncio, json, os, socket, sys
    from fer_core.datasets.store import ensure_demo
    from tests.tools.load import PAGES, answered, connect, open_page, serving

    try:
        socket.create_connection(("192.0.2.1", 80), timeout=2)
        raise SystemExit("there is a way out")
    except OSError:
        pass

    async def walk():
        await answered(8501)
        said = {}
        async with connect("ws://localhost:8501/_stcore/stream", subprotocols=["streamlit"], max_size=None) as socket:
            for page in PAGES:
                said[page] = await asyncio.wait_for(open_page(socket, page), 120)
        return said

    ensure_demo()
    with serving(8501):
        said = asyncio.run(walk())
    log = open(os.environ["FER_HOME"] + "/server.log").read()
    print(json.dumps({"said": said, "tracebacks": log.count("Traceback")}))
"""


@pytest.mark.child
@pytest.mark.skipif(sys.platform != "linux", reason="only Linux has network namespaces")
def test_every_page_works_with_nothing_but_itself(tmp_path):
    """Training a network, predicting and everything on the pages, where no other host exists."""
    tried = [*NAMESPACE, "true"]
    if not (shutil.which("unshare") and shutil.which("ip")) or subprocess.run(tried, check=False).returncode:
        pytest.skip("this system gives this user no network namespace (unshare -rn), or lacks the command ip")
    environment = os.environ | {"FER_HOME": str(tmp_path)}
    for program in (["-c", textwrap.dedent(INSIDE)], *COMMANDS):
        child = subprocess.run(
            [*NAMESPACE, sys.executable, *program],
            cwd=PROJECT,
            env=environment,
            capture_output=True,
            text=True,
            check=False,
            timeout=600,
        )
        assert child.returncode == 0, child.stdout + child.stderr
        if program[0] == "-c":
            walked = json.loads(child.stdout.splitlines()[-1])
            assert walked == {"said": {page: [] for page in PAGES}, "tracebacks": 0}
    assert (tmp_path / "models" / "offline" / "card.json").exists()


COMMANDS = (
    ["-m", "fer_core", "train", "--dataset", "demo", "--name", "offline", "--set", "epochs=1", "width=8", "share=0.1"],
    ["-m", "fer_core", "predict", "fer_core/recognition/samples/astronaut.jpg", "--checkpoint", "offline"],
    ["-m", "fer_core", "evaluate", "offline", "--dataset", "demo", "--split", "test"],
)
"""What is done in there beside walking through the pages."""


@pytest.mark.browser
def test_no_page_asks_another_host_for_anything(lab, open_browser):
    page = open_browser()
    hosts = set()
    page.on("request", lambda request: hosts.add(urlsplit(request.url).hostname))
    page.on("websocket", lambda opened: hosts.add(urlsplit(opened.url).hostname))
    for name in PAGES:
        page.goto(f"{lab}/{'' if name == 'overview' else name}", wait_until="domcontentloaded")
        page.get_by_role("heading", level=1).first.wait_for(timeout=60_000)
        page.wait_for_timeout(300)
    assert hosts - {None} == {"localhost"}  # None: data: and blob: addresses have no host
