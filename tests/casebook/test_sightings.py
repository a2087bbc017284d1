"""What sweeps are for, seek, find and record; what a person makes of it; what goes when a consent goes."""

from dataclasses import replace
from datetime import date, datetime, timedelta
from itertools import count
from pathlib import Path

import pytest
from sqlalchemy import func, select, text

from casebook import (
    cases,
    consents,
    images,
    journal,
    links,
    names,
    notices,
    officers,
    rekey,
    retention,
    seen,
    sightings,
    sources,
)
from casebook.access import MONITOR, Actor, Role
from casebook.errors import NotFound, Refused
from casebook.images import NewImage
from casebook.links import Found
from casebook.settings import Retention, Sweeps
from casebook.sightings import Hit, Media, Met
from casebook.sources import Outcome, Trouble
from casebook.store import Casebook, create_book
from casebook.sweeping import TABLES
from casebook.tables import Image
from casebook.vault import Vault
from casebook.vocabulary import Act, MediaKind, NameKind, SightingState, SourceKind, SourceState, State
from platforms.hotlines import Hotline, hotlines
from tests.casebook.conftest import START, hired
from tests.casebook.test_second_person import approved, erased
from tests.casebook.test_visits import later, open_case

GALLERY = "https://somebody-by-name.example/gallery"
SWEEPS = Sweeps()
DAY = timedelta(days=1)
_sums = count(1)
# Where the two databases cannot differ, one is asked.
LITE = pytest.mark.parametrize("book", ["sqlite"], indirect=True)


def add_image(book: Casebook, officer: Actor, ref: str, print_: bytes = b"print", **more: object) -> int:
    given = NewImage(print_, **more)  # type: ignore[arg-type]
    return images.add(book, ref, [given], actor=officer, at=START).images[0]


def add_source(book: Casebook, officer: Actor, ref: str, url: str = GALLERY) -> int:
    return sources.add(book, ref, url, SourceKind.PAGE, actor=officer, at=START, depth=2, pages=50)


def lease(book: Casebook, at: datetime = START, owner: str = "sweep-1") -> list[sources.Sweep]:
    return sources.lease(book, owner, actor=MONITOR, at=at, until=at + timedelta(minutes=5))


def met(
    page: str, media: str, image: int | None, *, distance: int = 3, pdq: int | None = None, sha: int | None = None
) -> Met:
    """A picture that looks like no other unless `pdq` says so; `sha` makes its bytes the same as another's."""
    number = next(_sums)
    bits = (number * 0x9E3779B97F4A7C15F39CC0605CEDC835 + (number << 200)) % 2**256 if pdq is None else pdq
    what = Media(
        f"{GALLERY}/{media}",
        MediaKind.PICTURE,
        sha256=(sha or number + 10**6).to_bytes(32),
        etag="tag",
        print=b"seen print",
        pdq=bits.to_bytes(32),
    )
    hits = () if image is None else (Hit("hash", image=image, distance=distance),)
    return Met(f"{GALLERY}/{page}", what, hits)


def record(
    book: Casebook, source: int, *things: Met, at: datetime = START, sweeps: Sweeps = SWEEPS
) -> sightings.Recorded:
    found = sightings.record(book, "sweep-1", source, things, actor=MONITOR, at=at, sweeps=sweeps)
    assert found is not None
    return found


def listed(book: Casebook, officer: Actor, state: SightingState | None = None) -> list[sightings.SightingView]:
    return sightings.list_of(book, actor=officer, at=START, state=state)


def recognised(url: str) -> Found:
    return Found(url, None, "somebody-by-name.example", None)


class Swept:
    """A case with one picture and one source, which a worker holds."""

    def __init__(self, book: Casebook, officer: Actor, seed: int = 1) -> None:
        self.ref = open_case(book, officer, seed)
        self.image = add_image(book, officer, self.ref)
        self.source = add_source(book, officer, self.ref)
        (self.sweep,) = lease(book)


@pytest.fixture
def swept(book: Casebook, officer: Actor) -> Swept:
    return Swept(book, officer)


def test_a_copy_is_one_sighting_however_often_it_is_met(book: Casebook, officer: Actor, swept: Swept) -> None:
    first = met("1", "a.jpg", swept.image, sha=7, pdq=1 << 200)
    again = replace(first)
    elsewhere = met("2", "b.jpg", swept.image, sha=7)
    smaller = met("1", "a-small.jpg", swept.image, pdq=(1 << 200) + 3)
    assert len(record(book, swept.source, first).new) == 1
    told = record(book, swept.source, again, elsewhere, smaller, at=later(1))
    assert (told.new, told.again, told.silenced) == ([], 3, 0)
    (one,) = listed(book, officer)
    assert [(place.page, place.media) for place in one.places] == [
        (f"{GALLERY}/1", f"{GALLERY}/a.jpg"),
        (f"{GALLERY}/2", f"{GALLERY}/b.jpg"),
        (f"{GALLERY}/1", f"{GALLERY}/a-small.jpg"),
    ]
    assert (one.places[0].met_at, one.places[0].last_met_at) == (START, later(1))
    assert (one.tier, one.distance, one.state, one.image) == ("hash", 3, SightingState.SUSPECTED, swept.image)
    assert one.because == f"It looks like picture {swept.image}: 3 of 256 bits of its hash differ."


def test_what_was_seen_at_an_address_is_known_without_a_second_look(
    book: Casebook, officer: Actor, swept: Swept
) -> None:
    record(book, swept.source, met("1", "a.jpg", swept.image))
    unread = Met(f"{GALLERY}/7", Media(f"{GALLERY}/a.jpg", MediaKind.PICTURE))
    assert record(book, swept.source, unread, at=later(1)).again == 1
    known = seen.known(book, swept.sweep.case, [f"{GALLERY}/a.jpg", f"{GALLERY}/b.jpg"], actor=MONITOR)
    assert list(known) == [f"{GALLERY}/a.jpg"]
    one = known[f"{GALLERY}/a.jpg"]
    assert (one.etag, one.print, one.last_seen_at) == ("tag", b"seen print", later(1))
    assert one.sha256 is not None
    assert list(seen.known_bytes(book, swept.sweep.case, [one.sha256, bytes(32)], actor=MONITOR)) == [one.sha256]
    assert listed(book, officer)[0].places[1].page == f"{GALLERY}/7"


def test_a_confirmed_copy_is_a_watched_link_in_one_act(book: Casebook, officer: Actor, swept: Swept) -> None:
    (number,) = record(book, swept.source, met("1", "a.jpg", swept.image, sha=7)).new
    view, numbers = sightings.confirm(book, number, recognised, actor=officer, at=START)
    assert (view.state, view.link, [view.link]) == (SightingState.CONFIRMED, numbers[0], numbers)
    (link,) = links.list_links(book, actor=officer, at=START)
    assert (link.link, link.url, link.state, link.case) == (numbers[0], f"{GALLERY}/1", State.UNCHECKED, swept.ref)
    told = record(book, swept.source, met("1", "a.jpg", swept.image, sha=7), met("2", "b.jpg", swept.image, sha=7))
    assert (len(told.new), told.again) == (1, 1), "the same bytes on another page are a new copy to report"


@LITE
def test_a_confirmation_that_fails_leaves_nothing(book: Casebook, officer: Actor, swept: Swept) -> None:
    (number,) = record(book, swept.source, met("1", "a.jpg", swept.image)).new
    before = [one.act for one in journal.entries(book, actor=officer, at=START)]

    def fails(_url: str) -> Found:
        raise Refused("no address that can be visited")

    with pytest.raises(Refused):
        sightings.confirm(book, number, fails, actor=officer, at=START)
    consents.change(book, swept.ref, Act.WATCH, given=False, actor=officer, at=START)
    with pytest.raises(Refused, match="no consent to `watch`"):
        sightings.confirm(book, number, recognised, actor=officer, at=START)
    assert links.list_links(book, actor=officer, at=START) == []
    assert [one.state for one in listed(book, officer)] == [SightingState.SUSPECTED]
    assert "sighting.confirm" not in before + [one.act for one in journal.entries(book, actor=officer, at=START)]


@LITE
@pytest.mark.parametrize(("bits", "silent"), [(0, True), (16, True), (17, False)])
def test_what_looks_like_something_dismissed_never_alerts_again(
    book: Casebook, officer: Actor, swept: Swept, bits: int, *, silent: bool
) -> None:
    look = (1 << 128) - 1
    (number,) = record(book, swept.source, met("1", "a.jpg", swept.image, pdq=look)).new
    assert sightings.dismiss(book, number, actor=officer, at=START).state is SightingState.DISMISSED
    told = record(book, swept.source, met("9", "z.jpg", swept.image, pdq=look ^ ((1 << bits) - 1)))
    assert (bool(told.new), told.silenced) == (not silent, int(silent))


@LITE
def test_what_one_case_dismissed_still_alerts_another(book: Casebook, officer: Actor, swept: Swept) -> None:
    (number,) = record(book, swept.source, met("1", "a.jpg", swept.image, pdq=5)).new
    sightings.dismiss(book, number, actor=officer, at=START)
    other = Swept(book, officer, 2)
    assert len(record(book, other.source, met("1", "a.jpg", other.image, pdq=5)).new) == 1


@LITE
def test_a_dismissal_can_be_taken_back_and_a_confirmation_cannot(book: Casebook, officer: Actor, swept: Swept) -> None:
    (number,) = record(book, swept.source, met("1", "a.jpg", swept.image, pdq=5)).new
    sightings.dismiss(book, number, actor=officer, at=START)
    sightings.confirm(book, number, recognised, actor=officer, at=START)
    assert len(record(book, swept.source, met("2", "b.jpg", swept.image, pdq=5)).new) == 1
    with pytest.raises(Refused, match="pehra link retire"):
        sightings.dismiss(book, number, actor=officer, at=START)


def test_a_picture_that_floods_rests_until_a_person_looks(book: Casebook, officer: Actor, swept: Swept) -> None:
    few = Sweeps(flood_per_day=3)
    told = record(book, swept.source, *(met(str(one), f"{one}.jpg", swept.image) for one in range(6)), sweeps=few)
    assert (len(told.new), told.silenced, told.quarantined) == (4, 2, [swept.image])
    assert images.bank(book, swept.sweep.case, actor=MONITOR) == []
    assert [one.state for one in images.list_of(book, actor=officer, at=START)] == ["quarantined"]
    (notice,) = notices.read(book, actor=officer, at=START)
    assert f"pehra image on {swept.image}" in notice.words
    assert "somebody" not in notice.words
    images.switch(book, swept.image, on=True, actor=officer, at=later(1))
    told = record(book, swept.source, met("7", "7.jpg", swept.image), at=later(2), sweeps=few)
    assert (len(told.new), told.quarantined) == (1, []), "what was found before the look counts no more"


@LITE
def test_a_sweep_matches_only_its_own_cases_pictures(book: Casebook, officer: Actor, swept: Swept) -> None:
    other = Swept(book, officer, 2)
    told = record(book, swept.source, met("1", "a.jpg", other.image))
    assert (told.new, told.silenced) == ([], 1)
    assert [one.image for one in images.bank(book, swept.sweep.case, actor=MONITOR)] == [swept.image]


@pytest.mark.parametrize("how", ["ended", "closed", "revoked", "another worker"])
def test_a_sweep_on_its_way_is_dropped_when_it_may_go_on_no_more(
    book: Casebook, officer: Actor, swept: Swept, how: str
) -> None:
    if how == "ended":
        sources.end(book, swept.source, actor=officer, at=START)
    elif how == "closed":
        cases.close(book, swept.ref, actor=officer, at=START)
    elif how == "revoked":
        consents.change(book, swept.ref, Act.WATCH, given=False, actor=officer, at=START)
    else:
        assert lease(book, later(1), "sweep-2")
    thing = met("1", "a.jpg", swept.image)
    assert sightings.record(book, "sweep-1", swept.source, [thing], actor=MONITOR, at=later(1), sweeps=SWEEPS) is None
    done = sources.record(book, "sweep-1", swept.source, Outcome(1, 1, 0), actor=MONITOR, at=later(1), sweeps=SWEEPS)
    assert done is False
    assert listed(book, officer) == []
    if how != "another worker":
        assert lease(book, later(100)) == []
        assert not sources.anything_due(book, at=later(100))


@LITE
def test_a_picture_added_later_meets_what_was_seen_before(book: Casebook, officer: Actor, swept: Swept) -> None:
    record(book, swept.source, met("1", "a.jpg", None), met("2", "b.jpg", None))
    late = add_image(book, officer, swept.ref, b"another")
    (some,) = seen.matching(book, swept.ref, actor=officer, at=later(1))
    assert [one.print for one in some] == [b"seen print"] * 2
    hits = [(some[1].seen, [Hit("features", image=late, inliers=44)])]
    told = sightings.record_seen(book, swept.ref, hits, actor=officer, at=later(1), sweeps=SWEEPS)
    (view,) = listed(book, officer)
    assert ([view.sighting], view.page, view.media) == (told.new, f"{GALLERY}/2", f"{GALLERY}/b.jpg")
    assert view.because == f"It looks like picture {late}: 44 details lie alike."


@LITE
def test_a_page_that_names_her_is_one_sighting_as_long_as_the_name_is_looked_for(
    book: Casebook, officer: Actor, swept: Swept
) -> None:
    kept = {"actor": officer, "at": START, "until": START + DAY}
    name = names.add(book, swept.ref, "  Zarmina   Gul ", NameKind.NAME, **kept)
    assert names.add(book, swept.ref, "zarmina gul", NameKind.NAME, **kept) == name
    handle = names.add(book, swept.ref, "@zgul_99", NameKind.HANDLE, **kept)
    wanted = names.watched(book, swept.sweep.case, actor=MONITOR, at=START)
    assert [(one.name, one.words) for one in wanted] == [(name, "Zarmina Gul"), (handle, "zgul_99")]
    page = Met(f"{GALLERY}/1", None, (Hit("name", name=name, region="title"), Hit("name", name=handle)))
    assert len(record(book, swept.source, page).new) == 1
    assert record(book, swept.source, page).again == 1
    assert listed(book, officer)[0].because == "The page names somebody who is looked for (title)."
    over = Met(f"{GALLERY}/2", None, (Hit("name", name=name),))
    assert record(book, swept.source, over, at=START + DAY).silenced == 1
    assert [one.over for one in names.list_of(book, actor=officer, at=START + DAY)] == [True, True]
    names.renew(book, name, actor=officer, at=START + DAY, until=START + 2 * DAY)
    assert len(record(book, swept.source, over, at=START + DAY).new) == 1


@LITE
def test_a_search_is_filled_with_what_is_looked_for(book: Casebook, officer: Actor) -> None:
    ref = open_case(book, officer)
    for words, kind in (("Zarmina Gul", NameKind.NAME), ("Quetta", NameKind.SIGN)):
        names.add(book, ref, words, kind, actor=officer, at=START, until=later(100))
    for url, kind in (("https://x.example/?q={name}", SourceKind.PAGE), ("https://x.example/?q=a", SourceKind.SEARCH)):
        with pytest.raises(Refused, match=r"\{name\}"):
            sources.add(book, ref, url, kind, actor=officer, at=START, depth=1, pages=1)
    sources.add(book, ref, "https://x.example/?q={name}", SourceKind.SEARCH, actor=officer, at=START, depth=1, pages=1)
    (sweep,) = lease(book)
    assert (sweep.kind, sweep.url, sweep.names) == (SourceKind.SEARCH, "https://x.example/?q={name}", ("Zarmina Gul",))


@LITE
def test_a_source_waits_and_fails_and_is_swept_again(book: Casebook, officer: Actor, swept: Swept) -> None:
    assert sources.due(book, actor=officer, at=START) == sources.Queue(due=0, running=1, failing=0)
    bad = Outcome(0, 0, 0, (Trouble("sweep.no-answer", "The site did not answer."),), failed=True)
    good = Outcome(3, 12, 2, memory={"newest": "x"})
    waits = []
    for outcome in (bad, bad, good):
        at = sources.list_of(book, actor=officer, at=START)[0].next_sweep_at or START
        assert lease(book, at)
        assert sources.record(book, "sweep-1", swept.source, outcome, actor=MONITOR, at=at, sweeps=SWEEPS)
        (view,) = sources.list_of(book, actor=officer, at=START)
        assert view.next_sweep_at is not None
        waits.append((view.next_sweep_at - at, view.state))
    hour = timedelta(hours=1)
    assert waits == [(hour, SourceState.FAILING), (2 * hour, SourceState.FAILING), (DAY, SourceState.SWEPT)]
    assert view.last == {"pages": 3, "media": 12, "sightings": 2, "troubles": [], "failed": False}
    assert notices.read(book, actor=officer, at=START)[0].words.startswith(f"a sweep for {swept.ref} suspects 2")
    (again,) = lease(book, view.next_sweep_at)
    assert again.memory == {"newest": "x"}


@LITE
def test_a_source_that_ended_is_swept_again_when_it_is_added_again(
    book: Casebook, officer: Actor, swept: Swept
) -> None:
    assert sources.end(book, swept.source, actor=officer, at=START).state is SourceState.ENDED
    assert sources.list_of(book, actor=officer, at=START) == []
    assert add_source(book, officer, swept.ref) == swept.source
    assert [one.source for one in lease(book, later(1))] == [swept.source]


@LITE
def test_features_are_kept_only_with_the_consent_to_deep_matching(book: Casebook, officer: Actor) -> None:
    ref = open_case(book, officer)
    assert images.may_add(book, ref, actor=officer, at=START) is False
    number = add_image(book, officer, ref, b"p", features=b"p and features")
    case = _case(book)
    assert [one.print for one in images.bank(book, case, actor=MONITOR)] == [b"p"]
    consents.change(book, ref, Act.DEEP_MATCH, given=True, actor=officer, at=START)
    assert images.may_add(book, ref, actor=officer, at=START) is True
    again = images.add(book, ref, [NewImage(b"p", b"p and features")], actor=officer, at=START)
    assert (again.images, again.already) == ([number], {number})
    assert [one.print for one in images.bank(book, case, actor=MONITOR)] == [b"p and features"]
    consents.change(book, ref, Act.DEEP_MATCH, given=False, actor=officer, at=START)
    assert _count(book, "SELECT count(*) FROM image WHERE features IS NOT NULL") == 0
    assert [one.print for one in images.bank(book, case, actor=MONITOR)] == [b"p"]


def test_with_the_consent_to_recognise_pictures_their_fingerprints_go(book: Casebook, officer: Actor) -> None:
    swept = Swept(book, officer)
    add_image(book, officer, swept.ref, b"labelled", label="the beach, 2019")
    kept, lost = record(book, swept.source, met("1", "a", swept.image), met("2", "b", swept.image)).new
    sightings.confirm(book, kept, recognised, actor=officer, at=START)
    sightings.dismiss(book, lost, actor=officer, at=START)
    consents.change(book, swept.ref, Act.HASH, given=False, actor=officer, at=START)
    for table in ("image", "seen_media"):
        assert _count(book, f"SELECT count(*) FROM {table}") == 0
    assert _count(book, "SELECT count(*) FROM entry WHERE kind = 'image-label'") == 0
    assert [(one.sighting, one.image) for one in listed(book, officer)] == [(kept, None)]
    with pytest.raises(Refused, match="no consent to `hash`"):
        images.may_add(book, swept.ref, actor=officer, at=START)


@LITE
def test_who_withdraws_is_looked_for_no_more(book: Casebook, officer: Actor, swept: Swept) -> None:
    names.add(book, swept.ref, "Zarmina Gul", NameKind.NAME, actor=officer, at=START, until=later(9))
    cases.withdraw(book, swept.ref, actor=officer, at=START)
    for table in ("image", "seen_media", "watched_name"):
        assert _count(book, f"SELECT count(*) FROM {table}") == 0
    assert not sources.anything_due(book, at=later(999))


@LITE
def test_a_label_is_read_by_who_is_assigned_and_by_nobody_else(book: Casebook, officer: Actor) -> None:
    ref = open_case(book, officer)
    number = add_image(book, officer, ref, b"p", label="the beach, 2019")
    (view,) = images.list_of(book, actor=officer, at=START, case=ref)
    assert (view.image, view.label, view.state, view.deep) == (number, "the beach, 2019", "on", False)
    other = hired(book, officer, "other")
    assert images.list_of(book, actor=other, at=START) == []


@LITE
@pytest.mark.parametrize("what", ["image", "name", "source", "sighting"])
def test_another_cases_is_like_none(book: Casebook, officer: Actor, swept: Swept, what: str) -> None:
    name = names.add(book, swept.ref, "Zarmina Gul", NameKind.NAME, actor=officer, at=START, until=later(9))
    (number,) = record(book, swept.source, met("1", "a.jpg", swept.image)).new
    who = {"actor": hired(book, officer, "other"), "at": START}
    acts = {
        "image": [lambda one: images.remove(book, one, **who), lambda one: images.switch(book, one, on=True, **who)],
        "name": [lambda one: names.remove(book, one, **who), lambda one: names.renew(book, one, until=later(9), **who)],
        "source": [lambda one: sources.end(book, one, **who), lambda one: sources.chosen(book, [one], **who)],
        "sighting": [
            lambda one: sightings.show(book, one, **who),
            lambda one: sightings.dismiss(book, one, **who),
            lambda one: sightings.confirm(book, one, recognised, **who),
        ],
    }
    theirs = {"image": swept.image, "name": name, "source": swept.source, "sighting": number}[what]
    for act in acts[what]:
        said = []
        for one in (theirs, 999):
            with pytest.raises(NotFound) as refused:
                act(one)
            said.append(str(refused.value).replace(str(one), "N"))
        assert said[0] == said[1]


def test_what_was_not_met_for_long_and_names_whose_time_is_over_go(
    book: Casebook, officer: Actor, swept: Swept
) -> None:
    name = names.add(book, swept.ref, "Zarmina Gul", NameKind.NAME, actor=officer, at=START, until=START + DAY)
    record(book, swept.source, met("1", "a.jpg", None))
    record(book, swept.source, met("2", "b.jpg", None), at=START + timedelta(days=40))
    gone = [
        retention.sweep(book, Retention(), actor=MONITOR, at=START + timedelta(days=days)) for days in (2, 3, 61, 101)
    ]
    assert [(one.seen, one.names) for one in gone] == [(0, 0), (0, 0), (1, 1), (1, 0)]
    words = [one.words for one in notices.read(book, actor=officer, at=START)]
    assert words == [f"name {name} of {swept.ref} is looked for no more: pehra name renew {name}, or let it go"]


def _case(book: Casebook) -> int:
    with book.reading() as session:
        return session.scalars(select(Image.case_id).limit(1)).one()


def _count(book: Casebook, query: str) -> int:
    with book.reading() as session:
        return session.scalar(text(query)) or 0


def fill(book: Casebook, officer: Actor, swept: Swept) -> None:
    """Put something into every table of sweeps."""
    names.add(book, swept.ref, "Zarmina Gul", NameKind.NAME, actor=officer, at=START, until=later(9))
    add_image(book, officer, swept.ref, b"labelled", label="the beach, 2019")
    one, other = record(book, swept.source, met("1", "a", swept.image), met("2", "b", swept.image)).new
    sightings.confirm(book, one, recognised, actor=officer, at=START)
    sightings.dismiss(book, other, actor=officer, at=START)
    with book.reading() as session:
        counts = {table.__tablename__: session.scalar(select(func.count()).select_from(table)) for table in TABLES}
    assert all(counts.values()), counts


def test_all_of_a_case_that_sweeps_made_or_used_is_erased_with_it(book: Casebook, officer: Actor) -> None:
    swept = Swept(book, officer)
    fill(book, officer, swept)
    approved(book, swept.ref, officer, hired(book, officer, "the boss", Role.SUPERVISOR))
    assert erased(book, 72) == [swept.ref]
    with book.reading() as session:
        counts = {table.__tablename__: session.scalar(select(func.count()).select_from(table)) for table in TABLES}
    assert not any(counts.values()), counts


def test_under_a_new_monitors_key_all_of_it_is_found_again(book: Casebook, officer: Actor, swept: Swept) -> None:
    fill(book, officer, swept)
    new = Vault(bytes(range(1, 33)))
    rekey.rotate(book, new, actor=officer, at=START)
    again = replace(book, vault=new)
    views = sightings.list_of(again, actor=officer, at=START)
    assert {one.page for one in views} == {f"{GALLERY}/1", f"{GALLERY}/2"}
    (known,) = seen.known(again, swept.sweep.case, [f"{GALLERY}/a"], actor=MONITOR).values()
    assert known.sha256 is not None
    assert seen.known_bytes(again, swept.sweep.case, [known.sha256], actor=MONITOR)
    assert images.add(again, swept.ref, [NewImage(b"print")], actor=officer, at=START).already == {swept.image}
    assert [one.words for one in names.list_of(again, actor=officer, at=START)] == ["Zarmina Gul"]
    assert len(names.list_of(again, actor=officer, at=START)) == 1
    assert add_source(again, officer, swept.ref) == swept.source


PLANTED = ["somebody-by-name", "Zarmina", "the beach", "secret-file", "her features", "her print"]


def test_the_database_without_its_key_shows_nothing_of_it(tmp_path: Path, vault: Vault) -> None:
    book = create_book(f"sqlite:///{tmp_path}/book.sqlite3", vault)
    officer = officers.add_first(book, "night shift", at=START)
    swept = Swept(book, officer)
    consents.change(book, swept.ref, Act.DEEP_MATCH, given=True, actor=officer, at=START)
    add_image(book, officer, swept.ref, b"her print", features=b"her features")
    fill(book, officer, swept)
    record(book, swept.source, met("3", "secret-file.jpg", swept.image))
    outcome = Outcome(1, 1, 1, memory={"newest": GALLERY})
    sources.record(book, "sweep-1", swept.source, outcome, actor=MONITOR, at=START, sweeps=SWEEPS)
    files = [file.read_bytes() for file in tmp_path.iterdir() if file.is_file()]
    assert not [word for word in PLANTED for data in files if word.encode() in data]
    told = "".join(f"{one.act} {one.subject}" for one in journal.entries(book, actor=officer, at=START))
    told += "".join(one.words for one in notices.read(book, actor=officer, at=START))
    assert not [word for word in PLANTED if word in told], "law 4"
    book.engine.dispose()


@LITE
def test_of_a_minors_case_nothing_is_looked_for(book: Casebook, officer: Actor) -> None:
    """Law 6."""
    ref = open_case(book, officer, minor=True)
    for look in (
        lambda: images.may_add(book, ref, actor=officer, at=START),
        lambda: add_image(book, officer, ref),
        lambda: add_source(book, officer, ref),
        lambda: names.add(book, ref, "Zarmina Gul", NameKind.NAME, actor=officer, at=START, until=later(9)),
    ):
        with pytest.raises(Refused) as refused:
            look()
        assert all(one.address in str(refused.value) for one in hotlines())
        assert f"pehra link handover {ref}" in str(refused.value)


@LITE
def test_what_is_a_childs_for_any_case_is_barred_from_every_sweep(book: Casebook, officer: Actor, swept: Swept) -> None:
    """Law 6."""
    urls = [f"{GALLERY}/1", f"{GALLERY}/2"]
    links.add(book, open_case(book, officer, 2), [recognised(urls[0])], actor=officer, at=START, minor=True)
    assert seen.barred(book, urls, actor=MONITOR) == {urls[0]}
    (number,) = record(book, swept.source, met("5", "5.jpg", swept.image)).new
    sightings.confirm(book, number, recognised, actor=officer, at=START, minor=True)
    assert seen.barred(book, [f"{GALLERY}/5"], actor=MONITOR) == {f"{GALLERY}/5"}


@pytest.mark.parametrize("one", hotlines(), ids=lambda one: one.id)
def test_what_is_said_of_a_hotline_has_its_source_and_day(one: Hotline) -> None:
    assert one.source.startswith("http")
    assert one.seen <= date(2026, 12, 31)
