"""A link's story in sentences that a person can check: what was seen, by which rule, from where, and what follows."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from itertools import groupby, takewhile
from typing import Any

from casebook.states import TELLING
from casebook.vocabulary import State, Verdict

TAKEDOWNS_TOLD = 3
STATES = {
    State.UNCHECKED: "Nothing has been proved of it yet; it was added at {since}.",
    State.LIVE: "It is up, and was found so at {since}.",
    State.REMOVED: "It is taken down; that was confirmed at {since}.",
    State.RESURFACED: "It was taken down and is back; that was confirmed at {since}.",
    State.RESTRICTED: "It stands behind a wall (login, age, region or private) since {since}.",
    State.LOST: "Nobody could tell for too long (since {since}): open it yourself and look.",
}


def told(link: Mapping[str, Any]) -> list[str]:
    """Tell the story of a link, as `links.show` gives it."""
    return [
        *_standing(link),
        *_last_look(link),
        *_waiting(link),
        *_takedowns(link["takedowns"]),
        *_flapping(link),
        _next_look(link),
    ]


def _standing(link: Mapping[str, Any]) -> Iterator[str]:
    yield STATES[link["state"]].format(since=moment(link["since"]))
    if link["last_seen_live_at"] is not None:
        yield f"It was last seen up at {moment(link['last_seen_live_at'])}."
    if link["minor"]:
        yield "It is held for a minor's: no more is fetched of it than tells that it is up, and no browser opens it."


def _last_look(link: Mapping[str, Any]) -> Iterator[str]:
    checks: Sequence[Mapping[str, Any]] = link["checks"]
    if not checks:
        yield "It has not been looked at since it was added."
        return
    last = checks[0]
    yield (
        f"The last look, at {moment(last['at'])}{_how(last)}, says {last['verdict']}: {last['because']} "
        f"This was decided by the rule {last['rule']}{_answer(last)}."
    )


def _how(check: Mapping[str, Any]) -> str:
    browser = " in a browser" if check["rendered"] else ""
    return f"{browser} from the exit {check['vantage']}" if check["vantage"] else browser


def _answer(check: Mapping[str, Any]) -> str:
    return "" if check["status"] is None else f", on an answer with status {check['status']}"


def _waiting(link: Mapping[str, Any]) -> Iterator[str]:
    if link["state"] is State.REMOVED and link["verdict"] is Verdict.LIVE:
        yield "It seems to be back; that counts once a second look sees it too."
    gone_since = _gone_since(link["checks"])
    if link["state"] is not State.REMOVED and link["verdict"] is Verdict.REMOVED and gone_since:
        yield (
            f"It was found gone at {moment(gone_since)}; that counts as taken down once a later look, "
            "in a browser where there is one, finds the same."
        )


def _gone_since(checks: Sequence[Mapping[str, Any]]) -> datetime | None:
    """Find the first look that found it gone since it was last seen up."""
    since_up = takewhile(lambda check: check["verdict"] is not Verdict.LIVE, checks)
    gone: list[datetime] = [check["at"] for check in since_up if check["verdict"] is Verdict.REMOVED]
    return gone[-1] if gone else None


def _takedowns(takedowns: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    if len(takedowns) > TAKEDOWNS_TOLD:
        yield f"It was taken down {len(takedowns)} times; the last {TAKEDOWNS_TOLD}:"
    for one in takedowns[-TAKEDOWNS_TOLD:]:
        gone = moment(one["first_seen_gone_at"])
        if one["last_seen_live_at"] is None:
            taken = f"Never seen up, and found gone at {gone}"
        else:
            taken = f"Taken down between {moment(one['last_seen_live_at'])} (still up) and {gone} (gone)"
        back = f" It was back by {moment(one['resurfaced_at'])}." if one["resurfaced_at"] else ""
        yield f"{taken}, confirmed at {moment(one['confirmed_at'])}.{back}"


def _flapping(link: Mapping[str, Any]) -> Iterator[str]:
    if link["flapping_at"] is not None:
        yield (
            f"It keeps going and coming back (so since {moment(link['flapping_at'])}, {link['times_resurfaced']} times "
            "in all): tell it as one story, and do not take the next takedown for the last."
        )


def _next_look(link: Mapping[str, Any]) -> str:
    if link["retired_at"] is not None:
        return f"It is looked at no more: it was retired at {moment(link['retired_at'])}."
    if link["next_check_at"] is None:
        return "No look is planned: its case is closed, or there is no consent to watch."
    return f"The next look is due at {moment(link['next_check_at'])}: {_why_then(link)}."


def _why_then(link: Mapping[str, Any]) -> str:
    state, verdict = link["state"], link["verdict"]
    if verdict is None:
        return "it is new, so it stands at the front"
    if verdict not in TELLING:
        return "the last look could not tell, and the wait grows with each such look in a row"
    if state is State.REMOVED and verdict is Verdict.LIVE:
        return "it seems to be back, which a second look within minutes decides"
    if state is State.REMOVED:
        return "what is gone is looked at for as long as the case is open, less often the longer it stays away"
    if verdict is Verdict.REMOVED:
        return "a second look has to find it gone before that counts"
    return "it is not taken down; urgent and lately reported links come more often than others"


def runs(checks: Sequence[Mapping[str, Any]]) -> list[tuple[str, object, str]]:
    """Put looks in a row that saw the same into one line: when, what, and why and how."""
    rows = []
    for _, group in groupby(checks, key=_same):
        looks = list(group)
        newest, oldest = looks[0], looks[-1]
        first, last = (f"{one['at']:%Y-%m-%d %H:%M:%S}" for one in (oldest, newest))
        when = last if len(looks) == 1 else f"{first} to\n{last}"
        times = f" ({len(looks)} times)" if len(looks) > 1 else ""
        rows.append((when, newest["verdict"], f"{newest['because']} [{newest['rule']}{_how(newest)}]{times}"))
    return rows


def _same(check: Mapping[str, Any]) -> tuple[object, ...]:
    return tuple(check[part] for part in ("verdict", "rule", "because", "rendered", "vantage"))


def moment(at: datetime) -> str:
    """Write a moment to the second: two looks may be less than a minute apart."""
    return f"{at:%Y-%m-%d %H:%M:%S} UTC"
