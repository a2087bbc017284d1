"""What is said of the monitor's work, and what never is.

Lines of our own are built from ids alone. A library's line may hold an address, so only its name and level pass.
"""

import logging
import sys
import threading
from typing import Any

log = logging.getLogger(__name__)

OURS = ("casebook", "crawler", "scheduler", "cli", "reporters", "matchers", "platforms", "pehra")


class Discreet(logging.Formatter):
    """Keeps the words of our own lines, and of others nothing but who spoke and how loudly."""

    def format(self, record: logging.LogRecord) -> str:
        """Give one line without any exception's text."""
        bare = logging.makeLogRecord({**record.__dict__, "exc_info": None, "exc_text": None, "stack_info": None})
        if record.name.split(".")[0] not in OURS:
            bare.msg, bare.args = "said something that is kept out of the log", ()
        kind = record.exc_info[0] if record.exc_info else None
        line = super().format(bare)
        return f"{line} ({kind.__name__})" if kind else line


def _worth_saying(record: logging.LogRecord) -> bool:
    """Scrapy sets its own loggers to DEBUG, so the level alone does not hold others back."""
    return record.name.split(".")[0] in OURS or record.levelno >= logging.WARNING


def set_up(level: str) -> None:
    """Log to standard error at this level; libraries from warnings upwards. What nobody catches loses its text too."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(Discreet("%(asctime)s %(levelname)s %(name)s: %(message)s"))
    handler.addFilter(_worth_saying)
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(logging.WARNING)
    for name in OURS:
        logging.getLogger(name).setLevel(level)
    sys.excepthook = lambda kind, *_: _uncaught(kind)
    sys.unraisablehook = threading.excepthook = _bare


def _bare(hook: Any) -> None:  # noqa: ANN401  # two types of Python's own, alike in this
    _uncaught(hook.exc_type)


def _uncaught(kind: type[BaseException]) -> None:
    log.error("nobody caught an exception (%s)", kind.__name__)
