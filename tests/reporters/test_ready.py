"""From a draft to what left the house: filled in once, kept as it was sent, its clocks started."""

import random
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from casebook import casefile, cases, consents, links, officers, reports
from casebook.access import Actor
from casebook.errors import Refused
from casebook.store import Casebook
from casebook.vocabulary import Act, EntryKind, LinkId, ReportId
from platforms.registry import Registry
from reporters import desk
from reporters.desk import Office, Wanted
from reporters.ready import Ready, ready, sent
from tests.books import new_book
from tests.reporters.conftest import AT, OFFICE

NAME = "Somebody By Name"
LATER = AT + timedelta(hours=1)


@pytest.fixture
def book(tmp_path: Path) -> Iterator[Casebook]:
    made = new_book(tmp_path / "book.sqlite3")
    yield made
    made.engine.dispose()


@pytest.fixture
def actor(book: Casebook) -> Actor:
    return officers.add_first(book, "night shift", at=AT)


@pytest.fixture
def ref(book: Casebook, actor: Actor, registry: Registry) -> str:
    made = cases.open_case(book, actor=actor, at=AT, chance=random.Random(1))
    consents.change(book, made, Act.REPORT_STATUTORY, given=True, actor=actor, at=AT)
    casefile.add(book, made, EntryKind.NAME, {"words": NAME}, actor=actor, at=AT)
    url = "https://discord.com/channels/1/2/3"
    found = [links.Found(url, None, "discord.com", registry.identify(url).platform)]
    links.add(book, made, found, actor=actor, at=AT)
    return made


def filled(book: Casebook, ref: str, registry: Registry, actor: Actor) -> Ready:
    drafted = desk.draft(book, ref, [LinkId(1)], Office(registry, OFFICE), Wanted(), actor=actor, at=AT)
    return ready(book, drafted.reports[0].report, OFFICE, actor=actor, at=AT, chance=random.Random(1).randbytes)


def test_what_was_sent_is_kept_as_it_was_sent(book: Casebook, actor: Actor, ref: str, registry: Registry) -> None:
    made = filled(book, ref, registry, actor)
    assert dict((element, answer) for element, _, answer in made.fields)["legal_name"] == NAME  # noqa: C402
    assert NAME not in str(reports.show(book, ReportId(1), actor=actor, at=AT).content)
    noted = sent(book, made, message_id="<1@helpline.example>", happened_at=LATER, actor=actor, at=LATER)
    shown = reports.show(book, ReportId(1), actor=actor, at=LATER)
    assert NAME in str(shown.content)
    assert (noted.report.state, noted.report.due_at) == ("sent", LATER + timedelta(hours=48))
    with pytest.raises(Refused, match="cannot be noted as sent"):
        sent(book, made, message_id=None, happened_at=LATER, actor=actor, at=LATER)


def test_a_consent_taken_back_between_filling_and_sending_stops_it(
    book: Casebook, actor: Actor, ref: str, registry: Registry
) -> None:
    made = filled(book, ref, registry, actor)
    consents.change(book, ref, Act.REPORT_STATUTORY, given=False, actor=actor, at=AT)
    with pytest.raises(Refused):
        sent(book, made, message_id=None, happened_at=LATER, actor=actor, at=LATER)


def test_a_form_is_no_mail(book: Casebook, actor: Actor, ref: str, registry: Registry) -> None:
    with pytest.raises(Refused, match="not for a mailbox"):
        filled(book, ref, registry, actor).eml(OFFICE, at=AT, message_id="<1@helpline.example>")


def test_the_same_link_is_not_drafted_twice_for_one_channel(
    book: Casebook, actor: Actor, ref: str, registry: Registry
) -> None:
    filled(book, ref, registry, actor)
    with pytest.raises(Refused, match="is in report 1 already, which is drafted"):
        filled(book, ref, registry, actor)
