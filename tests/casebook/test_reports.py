"""Reports in the casebook: who sees them, what can happen to them and when, their clocks, and how they are forgotten."""

import random
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select, text, update

from casebook import assignments, cases, consents, erasing, links, rekey, replies, reports, retention, tickets, visits
from casebook.access import MONITOR, Actor
from casebook.clocks import NewClock
from casebook.errors import NotFound, Refused
from casebook.replies import Happened
from casebook.reports import NewReport, ReportView
from casebook.settings import Cadence, Retention
from casebook.store import Casebook, open_book
from casebook.tables import Address, Case, Clock
from casebook.vault import Vault
from casebook.vocabulary import Act, Awaits, Category, Follows, Lane, LinkId, ReportEventKind, ReportId, Verdict
from tests.casebook.conftest import START
from tests.casebook.test_visits import found

URL = "https://files.example/s/abc?rlkey=k3y"
K = ReportEventKind
lite = pytest.mark.parametrize("book", ["sqlite"], indirect=True)  # where the two databases cannot differ


def later(hours: float) -> datetime:
    return START + timedelta(hours=hours)


@pytest.fixture
def ref(book: Casebook, officer: Actor) -> str:
    made = cases.open_case(book, actor=officer, at=START, chance=random.Random(1))
    for act in (Act.REPORT_POLICY, Act.REPORT_STATUTORY):
        consents.change(book, made, act, given=True, actor=officer, at=START)
    links.add(book, made, found(URL), actor=officer, at=START)
    return made


def new(*, lane: Lane = Lane.POLICY, **more: Any) -> NewReport:
    fields: dict[str, Any] = {
        "links": (LinkId(1),), "platform": "dropbox", "channel": "email.abc123", "lane": lane, "basis": ("policy",),
        "category": Category.NCII, "language": "en", "content": {"body": "please look"},
    }  # fmt: skip
    return NewReport(**{**fields, **more})


def drafted(book: Casebook, ref: str, officer: Actor, **more: Any) -> ReportId:
    return reports.draft(book, ref, [new(**more)], actor=officer, at=START)[0].report


def note(book: Casebook, report: int, kind: K, officer: Actor, hours: float, **more: Any) -> ReportView:
    happened = Happened(kind, later(hours), **more)
    return replies.note(book, ReportId(report), happened, actor=officer, at=later(hours)).report


def hours_48(at: datetime = START) -> NewClock:
    return NewClock("us-tida", "us-tida-48h", Awaits.TAKEDOWN, at, at + timedelta(hours=48))


def look(book: Casebook, hours: float, verdict: Verdict) -> None:
    with book.writing() as session:
        session.execute(update(Address).values(due_at=later(hours)))
    leased = visits.lease_these(book, "w", [1], actor=MONITOR, at=later(hours), until=later(hours + 1))[0]
    seen = [
        visits.Seen(one.address, later(hours), verdict, "r", "because", 200, rendered=False, took_ms=1)
        for one in leased
    ]  # fmt: skip
    assert visits.record(book, "w", seen, actor=MONITOR, cadence=Cadence(confirm_after_s=60), chance=lambda: 0.5) == 1


def test_a_report_lives_from_draft_to_answer(book: Casebook, officer: Actor, ref: str) -> None:
    one = drafted(book, ref, officer)
    note(book, one, K.SENT, officer, 1, content={"body": "as sent"}, message_id="<a@b.example>")
    note(book, one, K.ACKNOWLEDGED, officer, 2, ticket="#55 01")
    view = note(book, one, K.REFUSED, officer, 3, reason="not-a-violation", words="they say it is art")
    assert (view.state, view.outcome, view.ticket) == ("answered", "refused", "#55 01")
    assert (view.sent_at, view.first_reply_at, view.answered_at) == (later(1), later(2), later(3))
    shown = reports.show(book, one, actor=officer, at=later(4))
    assert shown.content == {"body": "as sent"}
    assert [(e.kind, e.reason, e.words) for e in shown.events][-1] == (
        "refused",
        "not-a-violation",
        "they say it is art",
    )


@pytest.mark.parametrize(
    ("before", "kind", "hours", "says"),
    [
        pytest.param([], K.ACKNOWLEDGED, 1, "note first that it was sent", id="answered before it was sent"),
        pytest.param([(K.SENT, 5)], K.ACKNOWLEDGED, 4, "time would run backwards", id="a reply before the report"),
        pytest.param([], K.SENT, -1, "time would run backwards", id="sent before it was drafted"),
        pytest.param([(K.SENT, 1)], K.SENT, 2, "it cannot be noted as sent", id="sent twice"),
        pytest.param([(K.WITHDRAWN, 1)], K.SENT, 2, "draft another", id="sent after it was withdrawn"),
        pytest.param([(K.SENT, 1)], K.INFO_GIVEN, 2, "cannot be noted", id="an answer that nobody asked for"),
    ],
)
@lite
def test_what_cannot_have_happened_is_refused_in_one_sentence(
    book: Casebook, officer: Actor, ref: str, before: list[tuple[K, float]], kind: K, hours: float, says: str
) -> None:
    one = drafted(book, ref, officer)
    for done, at in before:
        note(book, one, done, officer, at)
    with pytest.raises(Refused, match=says):
        replies.note(book, one, Happened(kind, later(hours)), actor=officer, at=later(9))


@lite
def test_what_has_not_come_yet_is_not_noted(book: Casebook, officer: Actor, ref: str) -> None:
    one = drafted(book, ref, officer)
    with pytest.raises(Refused, match="has not come yet"):
        replies.note(book, one, Happened(K.SENT, later(9)), actor=officer, at=later(1))


@lite
def test_nothing_is_noted_as_sent_without_consent(book: Casebook, officer: Actor, ref: str) -> None:
    one = drafted(book, ref, officer, lane=Lane.REGULATOR)
    with pytest.raises(Refused, match="no consent to `report-regulator`"):
        note(book, one, K.SENT, officer, 1)


def test_a_consent_taken_back_withdraws_what_was_not_sent(book: Casebook, officer: Actor, ref: str) -> None:
    sent, waits, other = (drafted(book, ref, officer, lane=lane) for lane in (Lane.POLICY, Lane.POLICY, Lane.STATUTORY))
    note(book, sent, K.SENT, officer, 1)
    consents.change(book, ref, Act.REPORT_POLICY, given=False, actor=officer, at=later(2))
    states = {one.report: one.state for one in reports.list_reports(book, actor=officer, at=later(3), case=ref)}
    assert states == {sent: "sent", waits: "withdrawn", other: "drafted"}
    cases.withdraw(book, ref, actor=officer, at=later(4))
    states = {one.report: one.state for one in reports.list_reports(book, actor=officer, at=later(5), case=ref)}
    assert states == {sent: "sent", waits: "withdrawn", other: "withdrawn"}


def test_another_officer_sees_no_report(book: Casebook, officer: Actor, colleague: Actor, ref: str) -> None:
    one = drafted(book, ref, officer)
    assert reports.list_reports(book, actor=colleague, at=START) == []
    for number in (one, ReportId(999)):
        with pytest.raises(NotFound, match="no report of that number"):
            reports.show(book, number, actor=colleague, at=START)
        with pytest.raises(NotFound, match="no report of that number"):
            note(book, number, K.SENT, colleague, 1)


@lite
def test_a_report_names_its_own_cases_links_only(book: Casebook, officer: Actor, ref: str) -> None:
    other = cases.open_case(book, actor=officer, at=START, chance=random.Random(2))
    with pytest.raises(NotFound):
        drafted(book, other, officer)
    mine = drafted(book, ref, officer)
    with pytest.raises(NotFound):
        drafted(book, other, officer, links=(), predecessor=mine, follows=Follows.AGAIN)


def test_reports_of_one_story_are_one_chain(book: Casebook, officer: Actor, ref: str) -> None:
    first = drafted(book, ref, officer)
    second = drafted(book, ref, officer, predecessor=first, follows=Follows.SUCCESSOR)
    third = drafted(book, ref, officer, predecessor=second, follows=Follows.AGAIN)
    for one in (first, second, third):
        chain = reports.show(book, one, actor=officer, at=START).chain
        assert [each.report for each in chain] == [first, second, third]


@lite
def test_two_reports_may_share_a_ticket(book: Casebook, officer: Actor, ref: str) -> None:
    one, two = drafted(book, ref, officer), drafted(book, ref, officer)
    for each in (one, two):
        note(book, each, K.SENT, officer, 1)
        note(book, each, K.ACKNOWLEDGED, officer, 2, ticket="AB-123")
    with book.reading() as session:
        assert tickets.reports_of(session, book.vault, " #ab-123 ") == [one, two]
        assert tickets.reports_of(session, book.vault, "ab-124") == []


# The clock of 48 hours, told by looks: it was drafted at 0 h and sent at 0 h.
@pytest.mark.parametrize(
    ("looks", "told"),
    [
        pytest.param([(40, Verdict.LIVE), (44, Verdict.REMOVED), (45, Verdict.REMOVED)], "met_at", id="gone in time"),
        pytest.param([(40, Verdict.LIVE), (50, Verdict.LIVE)], "missed_at", id="seen after the deadline"),
        pytest.param([(40, Verdict.LIVE)], None, id="nobody looked since: silence says nothing"),
        pytest.param([(47, Verdict.LIVE), (50, Verdict.UNREACHABLE)], None, id="no answer says nothing"),
        pytest.param(
            [(47, Verdict.LIVE), (50, Verdict.REMOVED), (51, Verdict.REMOVED)], "ended_at", id="gone about the deadline"
        ),
    ],
)
def test_a_clock_is_told_by_looks(
    book: Casebook, officer: Actor, ref: str, looks: list[tuple[float, Verdict]], told: str | None
) -> None:
    one = drafted(book, ref, officer)
    note(book, one, K.SENT, officer, 0, starts=[hours_48()])
    for hours, verdict in looks:
        look(book, hours, verdict)
    [clock] = reports.show(book, one, actor=officer, at=later(60)).clocks
    assert {name for name in ("met_at", "missed_at", "ended_at") if getattr(clock, name)} == ({told} if told else set())
    overdue = reports.list_reports(book, actor=officer, at=later(60), overdue=True)
    assert bool(overdue) is (told in (None, "missed_at"))


@lite
def test_a_held_clock_runs_on_with_what_was_left(book: Casebook, officer: Actor, ref: str) -> None:
    one = drafted(book, ref, officer)
    note(book, one, K.SENT, officer, 0, starts=[hours_48()])
    note(book, one, K.INFO_REQUESTED, officer, 10, holds=["us-tida-48h"])
    assert reports.show(book, one, actor=officer, at=later(10)).view.due_at is None
    assert note(book, one, K.INFO_GIVEN, officer, 100).due_at == later(138)
    assert len(reports.show(book, one, actor=officer, at=later(100)).clocks) == 2


@lite
def test_a_refusal_ends_the_clock_and_a_promise_does_not(book: Casebook, officer: Actor, ref: str) -> None:
    one, two = drafted(book, ref, officer), drafted(book, ref, officer)
    for each, kind in ((one, K.REFUSED), (two, K.ACTED)):
        note(book, each, K.SENT, officer, 0, starts=[hours_48()])
        note(book, each, kind, officer, 5)
    assert [reports.show(book, each, actor=officer, at=later(6)).view.due_at for each in (one, two)] == [
        None,
        later(48),
    ]


@lite
def test_a_bounced_report_was_not_sent(book: Casebook, officer: Actor, ref: str) -> None:
    one = drafted(book, ref, officer)
    note(book, one, K.SENT, officer, 0, starts=[hours_48()])
    view = note(book, one, K.BOUNCED, officer, 1)
    assert (view.state, view.sent_at, view.due_at) == ("drafted", None, None)
    assert note(book, one, K.SENT, officer, 2).state == "sent"


def test_an_erased_case_leaves_no_report(book: Casebook, officer: Actor, ref: str) -> None:
    one = drafted(book, ref, officer)
    drafted(book, ref, officer, predecessor=one, follows=Follows.AGAIN)
    note(book, one, K.SENT, officer, 0, starts=[hours_48()])
    note(book, one, K.ACKNOWLEDGED, officer, 1, ticket="1", words="thanks")
    with book.writing() as session:
        case = session.scalars(select(Case)).one()
        erasing.destroy(session, book, case, "officer-1", "officer-1", actor=MONITOR, at=later(2))
    erasing.scrub(book)
    with book.engine.connect() as connection:
        for table in ("report", "report_link", "report_event", "ticket", "clock"):
            assert connection.scalar(text(f"SELECT count(*) FROM {table}")) == 0


def test_drafts_never_sent_are_let_go_in_time(book: Casebook, officer: Actor, ref: str) -> None:
    sent, kept, _old = (drafted(book, ref, officer) for _ in range(3))
    note(book, sent, K.SENT, officer, 0)
    follower = drafted(book, ref, officer, predecessor=kept, follows=Follows.AGAIN)
    note(book, follower, K.SENT, officer, 0)
    assert retention.sweep(book, Retention(drafts_s=3600), actor=MONITOR, at=later(2)).drafts == 1
    left = [one.report for one in reports.list_reports(book, actor=officer, at=later(3), case=ref)]
    assert left == [sent, kept, follower]


def test_new_keys_open_and_find_the_same(book: Casebook, officer: Actor, ref: str) -> None:
    one = drafted(book, ref, officer)
    note(book, one, K.SENT, officer, 0, message_id="<a@b.example>")
    note(book, one, K.ACKNOWLEDGED, officer, 1, ticket="T-1", words="thanks")
    assignments.rotate_case(book, ref, actor=officer, at=later(2))
    assert reports.show(book, one, actor=officer, at=later(3)).events[-1].words == "thanks"
    fresh = Vault(bytes(reversed(range(32))))
    rekey.rotate(book, fresh, actor=officer, at=later(4))
    again = open_book(book.engine.url.render_as_string(hide_password=False), fresh)
    with again.reading() as session:
        assert tickets.reports_of(session, fresh, "t-1") == [one]
        assert session.scalar(text("SELECT message_digest FROM report")) == replies.message_digest(fresh, "a@b.example")
    again.engine.dispose()


@lite
def test_what_was_sent_is_not_rewritten(book: Casebook, officer: Actor, ref: str) -> None:
    one = drafted(book, ref, officer)
    reports.rewrite(book, one, {"body": "better"}, actor=officer, at=START)
    note(book, one, K.SENT, officer, 1)
    with pytest.raises(Refused, match="stays as it was"):
        reports.rewrite(book, one, {"body": "worse"}, actor=officer, at=later(2))


@lite
def test_a_link_gone_before_it_was_reported_is_named(book: Casebook, officer: Actor, ref: str) -> None:
    one = drafted(book, ref, officer)
    for hours, verdict in ((1, Verdict.LIVE), (2, Verdict.REMOVED), (3, Verdict.REMOVED)):
        look(book, hours, verdict)
    noted = replies.note(book, one, Happened(K.SENT, later(4)), actor=officer, at=later(4))
    assert noted.gone_before == [1]


@lite
def test_times_stand_in_utc(book: Casebook, officer: Actor, ref: str) -> None:
    one = drafted(book, ref, officer)
    note(book, one, K.SENT, officer, 1, starts=[hours_48()])
    with book.reading() as session:
        assert session.scalars(select(Clock)).one().due_at == datetime(2026, 3, 3, 9, tzinfo=UTC)
