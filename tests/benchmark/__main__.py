"""``python -m tests.benchmark [--only PREFIX] [--json]``: prints every figure beside its bar."""

import argparse
import json
from collections.abc import Sequence
from dataclasses import asdict

from tests.benchmark import measure


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.benchmark", description=__doc__)
    parser.add_argument("--only", default="", metavar="PREFIX", help="only figures whose names begin like this")
    parser.add_argument("--json", action="store_true", help="print one JSON document")
    options = parser.parse_args(arguments)
    figures = measure(options.only)
    if not figures:
        parser.error(f"no figure's name begins with “{options.only}”; without --only all are measured")
    print(
        json.dumps([asdict(f) for f in figures], indent=2) if options.json else "\n".join(f.in_words() for f in figures)
    )


if __name__ == "__main__":
    main()
