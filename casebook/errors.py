"""What the casebook refuses, in words that say what is wrong and what to do.

CasebookError
├── NotFound          no such case or link: look at the list
├── Refused           asked wrongly, or not allowed: asking again does not help
└── Unavailable       the home, key or database cannot be used as it is
    ├── OtherKey      the database is sealed under another monitor's key: restore that key
    └── Busy          the database is locked: waiting may cure it
"""


class CasebookError(Exception):
    """Base of all; its text is one sentence for staff and never holds an address, a host or a name."""


class NotFound(CasebookError):
    """Nothing goes by that reference."""


class Refused(CasebookError):
    """Asked wrongly, or not allowed."""


class Unavailable(CasebookError):
    """The home, its key or its database cannot be used as it is."""


class OtherKey(Unavailable):
    """The database is sealed under another monitor's key."""


class Busy(Unavailable):
    """Another process holds the database; waiting may cure it."""
