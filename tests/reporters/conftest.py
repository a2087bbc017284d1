from datetime import UTC, datetime
from typing import Any

import pytest

from casebook.links import LinkView
from casebook.settings import Reports
from casebook.vocabulary import Category, State
from platforms.registry import Registry
from reporters import lanes
from reporters.facts import Facts

AT = datetime(2026, 3, 1, 9, tzinfo=UTC)
OFFICE = Reports(
    organisation="Example Helpline", signatory="the duty desk", email="desk@helpline.example", country="Pakistan"
)


@pytest.fixture(scope="session")
def registry() -> Registry:
    return Registry.load()


def link(url: str, *, number: int = 1, platform: str | None = None, category: Category = Category.NCII) -> LinkView:
    fields: dict[str, Any] = dict.fromkeys(LinkView.__dataclass_fields__)
    known = {
        "link": number, "case": "C-AAAAAA", "url": url, "host": url.split("/")[2], "platform": platform,
        "category": category, "state": State.LIVE, "since": AT, "last_seen_live_at": AT, "times_resurfaced": 0,
        "minor": False,
    }  # fmt: skip
    return LinkView(**{**fields, **known})


def facts(registry: Registry, platform: str | None, category: Category = Category.NCII, **more: Any) -> Facts:
    """Give what a draft of the first rung is made from."""
    rung = lanes.first(lanes.ladder(registry, platform, category, more.pop("programmes", ())), category)[0]
    one = link("https://site.example/a/b", platform=platform, category=category)
    return Facts(**{"rung": rung, "category": category, "links": (one,), "office": OFFICE, "at": AT, **more})
