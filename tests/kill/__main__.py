"""`make kill-test`: 200 kills, 10 of them of the server. Prints figures; exits with 1 when something is wrong."""

import argparse
import os
import sys
import tempfile
from pathlib import Path

from tests.kill.harness import KillTest


def main() -> None:
    """Run the test. KILLS and SEED in the environment are the defaults of the options."""
    parser = argparse.ArgumentParser(prog="python -m tests.kill", description=__doc__)
    parser.add_argument("--kills", type=int, default=int(os.environ.get("KILLS", "200")))
    parser.add_argument("--seed", type=int, default=int(os.environ.get("SEED", "1")), help="another seed, other kills")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="foremost-kill-") as name:
        folder = Path(name)
        folder.chmod(0o755)
        crashes = max(1, options.kills // 20)
        test = KillTest(folder, kills=options.kills, seed=options.seed, documents=60, crashes=crashes)
        try:
            figures = test.run()
        finally:
            test.close()
    print("\n".join(figures.lines()))
    for line in [*figures.mixed[:20], *figures.wrong[:20], *figures.leaked[:20]]:
        print("WRONG:", line)
    sys.exit(bool(figures.mixed or figures.wrong or figures.leaked))


if __name__ == "__main__":
    main()
