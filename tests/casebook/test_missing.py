"""What hosts answer for addresses that cannot exist, on record."""

from sqlalchemy import func, select

from casebook import links, missing, rekey, visits
from casebook.access import MONITOR, Actor
from casebook.missing import Learned
from casebook.settings import Cadence
from casebook.store import Casebook
from casebook.tables import Address, MissingPage
from casebook.vault import Vault
from casebook.vocabulary import Verdict
from tests.casebook.conftest import START
from tests.casebook.test_second_person import approved, boss, erased, filed
from tests.casebook.test_visits import found, later, lease, open_case

__all__ = ["boss"]  # a fixture

SHAPE, URL = "one.example/album/{word}", "https://one.example/album/abc"
FIRST, SECOND = Learned({"latest": "a"}, START), Learned({"latest": "b"}, later(25))


def kept(book: Casebook, officer: Actor, learned: Learned = FIRST) -> bytes:
    links.add(book, open_case(book, officer), found(URL), actor=officer, at=START)
    site = lease(book, START)[0].site
    missing.keep(book, site, SHAPE, learned, actor=MONITOR)
    return site


def test_the_newest_stands(book: Casebook, officer: Actor) -> None:
    assert missing.recall(book, SHAPE, actor=MONITOR) is None
    site = kept(book, officer)
    assert missing.recall(book, SHAPE, actor=MONITOR) == FIRST
    missing.keep(book, site, SHAPE, SECOND, actor=MONITOR)
    assert missing.recall(book, SHAPE, actor=MONITOR) == SECOND
    assert missing.recall(book, "one.example/other/{word}", actor=MONITOR) is None


def test_it_is_found_under_another_key(book: Casebook, officer: Actor) -> None:
    kept(book, officer)
    missing.keep(book, bytes(32), "nobody.example/{word}", FIRST, actor=MONITOR)
    other = Vault(bytes(32))
    rekey.rotate(book, other, actor=officer, at=START)
    anew = Casebook(book.engine, other)
    assert missing.recall(anew, SHAPE, actor=MONITOR) == FIRST
    assert missing.recall(anew, "nobody.example/{word}", actor=MONITOR) is None
    with anew.reading() as session:
        assert (
            session.scalars(select(MissingPage.site_digest)).all() == session.scalars(select(Address.site_digest)).all()
        )


def test_it_goes_with_the_last_address_of_its_host(book: Casebook, officer: Actor, boss: Actor) -> None:
    ref = filed(book, officer)
    links.add(book, ref, found(URL), actor=officer, at=START)
    missing.keep(book, lease(book, START)[0].site, SHAPE, FIRST, actor=MONITOR)
    approved(book, ref, officer, boss)
    assert erased(book, 72) == [ref]
    with book.reading() as session:
        assert session.scalar(select(func.count()).select_from(MissingPage)) == 0


def test_what_a_page_was_stays_when_it_is_gone(book: Casebook, officer: Actor) -> None:
    links.add(book, open_case(book, officer), found(URL), actor=officer, at=START)
    known = visits.Baseline(etag="tag", print={"t": "1234"})
    for hours, verdict, noted, whole in [
        (0, "live", known, True), (7, "removed", None, False), (14, "unclear", None, False), (60, "live", None, False),
    ]:  # fmt: skip
        (one,) = lease(book, later(hours))
        assert one.baseline == (known if hours else None)
        assert (one.read_whole_at is None) is (hours != 7)
        seen = visits.Seen(one.address, later(hours), Verdict(verdict), "r", "b", 200, rendered=False, took_ms=1,
                           baseline=noted, read_whole=whole)  # fmt: skip
        assert visits.record(book, "worker-1", [seen], actor=MONITOR, cadence=Cadence(), chance=lambda: 0.5) == 1
