"""Verdicts on software that nobody here wrote, judged through `pehra` alone.

    python bench/real                        all of it
    python bench/real wordpress dokuwiki     only these

Each piece is started on the loopback in a temporary folder; things are published, removed, hidden and moved, and `pehra check` is asked
after each turn. Prints what was expected and what was said. Ends with 0 where all was as expected, 1 where not, 3 where
nothing could be had or started here. As root, missing packages are installed.
"""

import argparse
import importlib
import signal
import subprocess
import sys
import tempfile
from pathlib import Path
from types import ModuleType

from frame import CannotStart, Judge, Place, Turn, environment_with, install
from rich.console import Console
from rich.table import Table

SOFTWARE = sorted(
    one.stem for one in Path(__file__).parent.glob("*.py") if one.stem not in ("__main__", "frame", "conftest")
)
EACH_S = 420


def played(module: ModuleType) -> list[Turn]:
    """Play one piece of software to its end.

    Raises:
        CannotStart: it cannot be had or started here.
    """
    if packages := getattr(module, "PACKAGES", []):
        install(packages, module.HERE)
    python = sys.executable
    if wheels := getattr(module, "WHEELS", []):
        python = environment_with(module.__name__, wheels)
    with tempfile.TemporaryDirectory(prefix="real-", ignore_cleanup_errors=True) as folder:
        judge = Judge(Path(folder) / "helpline", **getattr(module, "SETTINGS", {}))
        module.play(Place(Path(folder), judge, python))
        return judge.turns


def show(name: str, turns: list[Turn]) -> None:
    table = Table("", "page", "turn", "expected", "said", "because", box=None, pad_edge=False)
    for one in turns:
        mark = "ok" if one.right else "FALSE" if one.false else "WRONG"
        table.add_row(mark, one.page, one.about, " or ".join(one.expected), one.verdict, one.because)
    console = Console(width=None if sys.stdout.isatty() else 240, markup=False)
    console.print(f"\n{name}")
    console.print(table)
    right, false = sum(one.right for one in turns), sum(one.false for one in turns)
    print(f"{name}: {right} of {len(turns)} as expected; false `removed` or `live`: {false}.", flush=True)


def too_long(*_: object) -> None:
    raise CannotStart(f"it took longer than {EACH_S} s")


def main() -> int:
    asked = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    asked.add_argument("software", nargs="*", metavar="software", help=", ".join(SOFTWARE))
    wanted = asked.parse_args().software or SOFTWARE
    if unknown := set(wanted) - set(SOFTWARE):
        asked.error(f"no such software here: {', '.join(sorted(unknown))}; there is: {', '.join(SOFTWARE)}")
    signal.signal(signal.SIGALRM, too_long)
    results: list[list[Turn]] = []
    for name in wanted:
        module = importlib.import_module(name)
        signal.alarm(EACH_S)
        try:
            results.append(played(module))
        except (CannotStart, OSError, subprocess.SubprocessError) as error:
            print(f"\n{module.NAME} cannot be measured here: {error}", file=sys.stderr)
            continue
        finally:
            signal.alarm(0)
        show(module.NAME, results[-1])
    if not results:
        return 3
    return 0 if all(one.right for turns in results for one in turns) else 1


if __name__ == "__main__":
    sys.exit(main())
