"""Times reruns of pages, for the benchmark training.rerun_ratio: python tests/tools/rerun_times.py PAGE…"""

import json
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2]))

from streamlit.testing.v1 import AppTest

RERUNS = 25


def main(pages):
    times = []
    app = AppTest.from_file(str(Path(__file__).parents[2] / "app.py"), default_timeout=120).run()
    for page in pages:
        app.switch_page(f"pages/{page}.py").run()
        for _ in range(RERUNS):
            start = time.perf_counter()
            app.run()
            times.append(time.perf_counter() - start)
            time.sleep(0.05)
    sys.stdout.write(json.dumps(times) + "\n")


if __name__ == "__main__":
    main(sys.argv[1:])
