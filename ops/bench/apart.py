"""A measurement in a process of its own, which opens the store itself and prints what it found."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

from ops.bench.serving import ROOT


def apart(module: str, home: Path) -> Mapping[str, float]:
    """What `module` prints as JSON when it is run with the home folder of a house."""
    done = subprocess.run(
        [sys.executable, "-P", "-m", module, str(home)],
        env=os.environ | {"PYTHONPATH": str(ROOT)},
        stdout=subprocess.PIPE,
        check=True,
    )
    figures: Mapping[str, float] = json.loads(done.stdout)
    return figures
