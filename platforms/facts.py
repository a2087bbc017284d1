"""What every fact that is kept as data has in common."""

from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict

from platforms.patterns import flaw


class Facts(BaseModel):
    """Base of every part of a sheet: unknown keys are refused, values never change."""

    model_config = ConfigDict(extra="forbid", frozen=True)


def _compiles(pattern: str) -> str:
    if reason := flaw(pattern):
        raise ValueError(reason)
    return pattern


Pattern = Annotated[str, AfterValidator(_compiles)]
