"""Bodies that may lawfully match a child's pictures, or take their addresses: facts, dated and sourced."""

import tomllib
from datetime import date
from functools import cache
from importlib.resources import files
from typing import Annotated

from pydantic import Field

from platforms.facts import Facts


class Hotline(Facts):
    """One body: `who` may turn to it, and `how`; `matches` where it looks for copies; not `sure`: to be checked."""

    id: Annotated[str, Field(pattern=r"^[a-z0-9-]{2,40}$")]
    name: str
    address: Annotated[str, Field(pattern=r"^https://")]
    who: str
    how: str
    matches: bool
    sure: bool = True
    source: str
    seen: date


@cache
def hotlines() -> tuple[Hotline, ...]:
    """Read them, those that look for copies first."""
    text = (files("platforms") / "hotlines.toml").read_text(encoding="utf-8")
    found = [Hotline.model_validate(one) for one in tomllib.loads(text)["hotline"]]
    return tuple(sorted(found, key=lambda one: not one.matches))
