"""What drafting refuses.

CasebookError
└── Refused
    └── Incomplete    an element is missing: each is named, nothing leaves the house
"""

from collections.abc import Sequence

from casebook.errors import Refused


class Incomplete(Refused):
    """A draft lacks elements; `missing` names them in words."""

    def __init__(self, report: int, missing: Sequence[str]) -> None:
        super().__init__(
            f"report {report} is not complete, and an incomplete one is an excuse not to act; missing: "
            f"{'; '.join(missing)}. Add what is missing with: pehra report complete {report} --say ELEMENT=TEXT"
        )
        self.missing = tuple(missing)
