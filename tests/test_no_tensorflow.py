"""The web process never imports TensorFlow: not when every page has run with a dataset and a checkpoint."""

import os
import subprocess
import sys
from pathlib import Path

PROJECT = Path(__file__).parent.parent

EVERY_PAGE_AND_VIEW = """
import sys
from pathlib import Path
from streamlit.testing.v1 import AppTest

def run(page, **query):
    app = AppTest.from_file("app.py", default_timeout=300)
    app.query_params.update(query)
    app.switch_page(f"pages/{page}.py").run()
    assert not app.exception, (page, query, app.exception)
    return app

ran = [title for path in sorted(Path("pages").glob("*.py")) for title in run(path.stem).title.values]
for view in ("Overview", "Faces", "Pre-processing", "Detective", "Import"):
    run("dataset", view=view)
run("dataset", view="Faces", row="1", beside="tiny")
for look in ("Duplicate pairs", "Mean faces"):
    run("dataset", view="Detective", look=look)
page = run("dataset", view="Detective", look="Map")
page.selectbox(key="map_by").set_value("tiny").run()
assert not page.exception
print(len(ran), *sorted({"tensorflow", "keras", "kagglehub", "onnxruntime"} & set(sys.modules)))
"""


def test_no_page_and_no_view_of_the_dataset_room_imports_tensorflow(home_with_checkpoint):
    """In a process of its own, because other tests of this one import it."""
    answer = subprocess.run(
        [sys.executable, "-c", EVERY_PAGE_AND_VIEW],
        cwd=PROJECT,
        env=os.environ | {"FER_HOME": str(home_with_checkpoint)},
        capture_output=True,
        text=True,
        timeout=600,
        check=False,
    )
    assert answer.returncode == 0, answer.stderr[-3000:]
    assert answer.stdout.split() == [str(len(list((PROJECT / "pages").glob("*.py"))))]
