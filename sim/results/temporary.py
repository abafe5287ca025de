"""Names for what is not whole yet, beside what it is to become."""

from __future__ import annotations

import os
import re
import shutil
from contextlib import suppress
from pathlib import Path


def temporary_for(target: Path) -> Path:
    """Where this process makes what will be `target`: `.NAME.PID.part`. What a process that was killed left there goes.

    Only a process of this machine that is gone is known to be gone; what stood at the target before (`.old`) always stays.
    """
    mine = target.with_name(f".{target.name}.{os.getpid()}.part")
    pattern = re.compile(rf"{re.escape(f'.{target.name}.')}([0-9]+)\.part")
    with suppress(OSError):
        for left in os.scandir(target.parent):
            if (found := pattern.fullmatch(left.name)) and left.path != str(mine) and _gone(int(found[1])):
                if left.is_dir(follow_symlinks=False):
                    shutil.rmtree(left.path, ignore_errors=True)
                else:
                    Path(left.path).unlink(missing_ok=True)
    return mine


def _gone(process: int) -> bool:
    if os.name != "posix":  # elsewhere to ask is to end it
        return False
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return True
    except (OSError, OverflowError):
        return False
    return False
