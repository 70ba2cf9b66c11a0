"""`make kill-test`: 200 kills, 10 of them of the server; prints figures, exit code 1 when something is wrong."""

import os
import sys
import tempfile
from pathlib import Path

from tests.kill.harness import KillTest


def main() -> None:
    """Run the test; KILLS and SEED in the environment set the number of kills and the random seed."""
    kills, seed = int(os.environ.get("KILLS", "200")), int(os.environ.get("SEED", "1"))
    with tempfile.TemporaryDirectory(prefix="foremost-kill-") as name:
        folder = Path(name)
        folder.chmod(0o755)
        test = KillTest(folder, kills=kills, seed=seed, documents=60, crashes=max(1, kills // 20))
        try:
            figures = test.run()
        finally:
            test.close()
    print("\n".join(figures.lines()))
    for line in [*figures.mixed[:20], *figures.wrong[:20]]:
        print("WRONG:", line)
    sys.exit(bool(figures.mixed or figures.wrong))


if __name__ == "__main__":
    main()
