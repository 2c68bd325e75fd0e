"""The web process never imports TensorFlow: not when every page has run with a dataset and a checkpoint."""

import os
import subprocess
import sys
from pathlib import Path

PROJECT = Path(__file__).parent.parent

EVERY_PAGE = """
import sys
from pathlib import Path
from streamlit.testing.v1 import AppTest

ran = []
for path in sorted(Path("pages").glob("*.py")):
    page = AppTest.from_file("app.py", default_timeout=300).switch_page(str(path)).run()
    assert not page.exception, (path, page.exception)
    ran += page.title.values
print(len(ran), *sorted({"tensorflow", "keras"} & set(sys.modules)))
"""


def test_no_page_imports_tensorflow(home_with_checkpoint):
    """In a process of its own, because other tests of this one import it."""
    answer = subprocess.run(
        [sys.executable, "-c", EVERY_PAGE],
        cwd=PROJECT,
        env=os.environ | {"FER_HOME": str(home_with_checkpoint)},
        capture_output=True,
        text=True,
        timeout=600,
        check=False,
    )
    assert answer.returncode == 0, answer.stderr[-3000:]
    assert answer.stdout.split() == [str(len(list((PROJECT / "pages").glob("*.py"))))]
