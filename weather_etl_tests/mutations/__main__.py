"""`python -m weather_etl_tests.mutations [WORD ...]`: try the faults, and say which ones the tests noticed.

Each is put into a copy of the checkout, and the tests that should notice run there. WORDs choose those whose file or text
has them. Exit code 1 if fewer than 95 % are noticed.
"""

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from weather_etl_tests.mutations.mutants import MUTANTS, Mutant

ROOT = Path(__file__).resolve().parents[2]
ENOUGH = 0.95
LIMIT_S = 600
_COPIED = ("weather_etl", "weather_etl_tests", "sample_data", "deploy", "docs")
KILLED, SURVIVED, BROKEN = "killed", "SURVIVED", "BROKEN"


def copy_of_the_checkout(folder: Path) -> Path:
    """A checkout to break: the package and its tests as copies, what they only read as links."""
    for path in ROOT.iterdir():
        if path.name in _COPIED[:2]:
            shutil.copytree(path, folder / path.name, ignore=shutil.ignore_patterns("__pycache__"))
        elif path.name not in (".git", ".env"):
            (folder / path.name).symlink_to(path)
    return folder


def passes(checkout: Path, tests: tuple[str, ...], only: str = "") -> bool | None:
    """Whether these tests pass in a checkout; None if they could not run."""
    environment = {**os.environ, "PYTHONDONTWRITEBYTECODE": "1", "PYTHONPATH": str(checkout)}
    command = [sys.executable, "-m", "pytest", "-x", "-q", "-n", "0", "-p", "no:cacheprovider", "--no-header", *tests]
    command += ["-k", only] if only else []
    try:
        done = subprocess.run(command, cwd=checkout, env=environment, capture_output=True, timeout=LIMIT_S)
    except subprocess.TimeoutExpired:  # a fault that makes a test hang is noticed
        return False
    return {0: True, 1: False}.get(done.returncode)


def attempt(mutant: Mutant, checkout: Path) -> str:
    """Put one fault in, run its tests, take it out."""
    path = checkout / mutant.file
    text = path.read_text("utf-8")
    if text.count(mutant.old) != 1:
        return BROKEN
    path.write_text(text.replace(mutant.old, mutant.new), "utf-8")
    try:
        passed = passes(checkout, mutant.tests, mutant.only)
    finally:
        path.write_text(text, "utf-8")
    return {True: SURVIVED, False: KILLED, None: BROKEN}[passed]


def shown(mutant: Mutant) -> str:
    old, new = (" ".join(text.split())[:70] for text in (mutant.old, mutant.new))
    return f"{mutant.file}: {old!r} -> {new!r}"


def main() -> int:
    """Print a line for each fault and the sum."""
    parser = argparse.ArgumentParser(prog="weather_etl_tests.mutations", description=__doc__)
    parser.add_argument("words", nargs="*", help="only faults whose file or text has one of these")
    parser.add_argument("--list", action="store_true", help="only show them, and whether their text is still there")
    chosen = parser.parse_args()
    wanted = [m for m in MUTANTS if not chosen.words or any(w in shown(m) or w in m.old for w in chosen.words)]
    counts = dict.fromkeys((KILLED, SURVIVED, BROKEN), 0)
    with tempfile.TemporaryDirectory(prefix="wetl-mutants-", dir="/tmp") as folder:
        checkout = copy_of_the_checkout(Path(folder))
        for mutant in wanted:
            if chosen.list:
                known = (checkout / mutant.file).read_text("utf-8").count(mutant.old) == 1
                print(f"{'known' if known else BROKEN:<9} {shown(mutant)}")
                continue
            result = attempt(mutant, checkout)
            counts[result] += 1
            print(f"{result:<9} {shown(mutant)}", flush=True)
    if chosen.list:
        return 0
    print(", ".join(f"{number} {result}" for result, number in counts.items()), f"of {len(wanted)}")
    return 0 if counts[KILLED] >= ENOUGH * len(wanted) else 1


if __name__ == "__main__":
    sys.exit(main())
