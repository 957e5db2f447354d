"""Small inputs that went wrong for people who do this job: `python -m weather_etl_tests.cases [01 10 ...]`.

They lie beside the checkout (`../shared/cases`) and are not part of it. Each runs the commands of this checkout against
its local services (`weather-etl local up` first) and says RIGHT or WRONG of what it finds.
"""

import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
CASES = ROOT.parent / "shared" / "cases"
LIMIT_S = 600


@dataclass(frozen=True)
class Outcome:
    """What a case said: its verdicts, and all of its output."""

    name: str
    verdicts: list[str]
    output: str
    exit_code: int

    @property
    def right(self) -> bool:
        return self.exit_code == 0 and bool(self.verdicts) and not self.wrong

    @property
    def wrong(self) -> list[str]:
        return [v for v in self.verdicts if v.startswith("WRONG")]


def run(folder: Path, checkout: Path = ROOT) -> Outcome:
    """Run one case against a checkout whose services are up."""
    done = subprocess.run(
        ["sh", str(folder / "run.sh")],
        env={**os.environ, "W": str(checkout)},
        capture_output=True,
        text=True,
        errors="replace",
        timeout=LIMIT_S,
    )
    output = done.stdout + done.stderr
    verdicts = [line for line in done.stdout.splitlines() if line.startswith(("RIGHT", "WRONG"))]
    return Outcome(folder.name, verdicts, output, done.returncode)


def main(wanted: list[str]) -> int:
    """Print a line for each case and the sum; 1 if any is wrong, whose output follows its line."""
    if not CASES.is_dir():
        print(f"no cases at {CASES}")
        return 0
    folders = [f for f in sorted(CASES.iterdir()) if (f / "run.sh").exists()]
    folders = [f for f in folders if not wanted or f.name.partition("-")[0] in wanted]
    right = 0
    for folder in folders:
        outcome = run(folder)
        right += outcome.right
        print(f"{'RIGHT' if outcome.right else 'WRONG'}  {outcome.name}", flush=True)
        if not outcome.right:
            print("\n".join(f"       {line}" for line in outcome.output.splitlines()[-60:]), flush=True)
    print(f"{right} of {len(folders)} RIGHT")
    return 0 if right == len(folders) else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
