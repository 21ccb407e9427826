"""All steps of the Python SDK."""

import importlib
import sys

import harness


def main(names):
    for name in names:
        with harness.step(f"{name}: to the end"):
            importlib.import_module(name).run()
    return 1 if harness.failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:] or ["buckets", "objects", "multipart", "settings", "images", "scenarios"]))
