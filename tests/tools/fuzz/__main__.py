"""The long run: ``python -m tests.tools.fuzz --count 100000``; ends non-zero when a parser did what it may not."""

import argparse
import sys

from tests.tools.fuzz.campaign import run
from tests.tools.fuzz.parsers import PARSERS


def main():
    """Reads the options, lets every parser read its mutations, and prints a line for each."""
    options = argparse.ArgumentParser(prog="python -m tests.tools.fuzz", description=__doc__)
    options.add_argument("--count", type=int, default=100_000, help="mutations for each parser")
    options.add_argument("--seed", type=int, default=0, help="of the mutations")
    options.add_argument("--only", default="", help="parsers whose name begins so, such as image.")
    chosen = options.parse_args()
    bad = 0
    for name, parser in PARSERS.items():
        if name.startswith(chosen.only):
            outcome = run(name, round(chosen.count * parser.share), seed=chosen.seed)
            problems = outcome.problems(parser)
            bad += len(problems)
            sys.stdout.write("\n  ".join([outcome.line(), *problems[:10]]) + "\n")
            sys.stdout.flush()
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
