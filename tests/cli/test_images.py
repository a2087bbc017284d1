"""What is looked for, and what is found, as staff type it."""

import json
from datetime import timedelta
from pathlib import Path

import pytest

from casebook import seen, sightings, sources
from casebook.access import MONITOR
from casebook.settings import Sweeps
from casebook.sightings import Media, Met
from casebook.store import Casebook, open_book
from casebook.vault import open_vault
from casebook.vocabulary import MediaKind
from matchers.decoding import Decoders
from matchers.prints import Print, to_bytes
from platforms.hotlines import hotlines
from scheduler.clock import now
from tests.cli.conftest import Staff
from tests.matchers.drawn import file_of, film_of, scene, walk

PAGE = "https://photos.example/album/9"


@pytest.fixture(scope="module")
def prints() -> dict[int, Print]:
    """Four drawn scenes as a sweep would have met them, a little edited."""
    with Decoders() as decoders:
        return {seed: decoders.prints(file_of(scene(seed).convert("L"), "JPEG", quality=60))[0] for seed in range(1, 5)}


@pytest.fixture
def pictures(tmp_path: Path) -> Path:
    folder = tmp_path / "on her phone"
    folder.mkdir()
    for seed in (1, 2):
        scene(seed).save(folder / f"IMG_000{seed}.png")
    (folder / "notes.jpg").write_text("no picture")
    return folder


def book_of(staff: Staff) -> Casebook:
    return open_book(f"sqlite:///{staff.home}/pehra.sqlite3", open_vault(staff.home, {}))


def swept(staff: Staff, case: str, prints: dict[int, Print]) -> None:
    """Let a sweep meet these pictures, which match nothing yet."""
    source = staff.ask("source", "add", case, PAGE)["source"]
    book = book_of(staff)
    sources.lease(book, "w", actor=MONITOR, at=now(), until=now() + timedelta(hours=1))
    met = [
        Met(
            f"{PAGE}?page={seed}",
            Media(
                f"https://cdn.example/{seed}.jpg",
                MediaKind.PICTURE,
                sha256=seed.to_bytes(32),
                print=to_bytes(one.slim()),
                pdq=one.whole.upright.data,
            ),
        )
        for seed, one in prints.items()
    ]
    sightings.record(book, "w", source, met, actor=MONITOR, at=now(), sweeps=Sweeps())
    sources.record(book, "w", source, sources.Outcome(4, 4, 0), actor=MONITOR, at=now(), sweeps=Sweeps())
    book.engine.dispose()


def test_her_pictures_are_hashed_where_they_lie_and_what_cannot_be_read_is_told(
    staff: Staff, case: str, pictures: Path
) -> None:
    files = sorted(pictures.iterdir())
    before = {file: file.read_bytes() for file in files}
    said = staff.type("image", "add", case, *files, "--json")
    answer = json.loads(said.out)
    assert said.code == 1
    assert [Path(one["file"]).name for one in answer["added"]] == ["IMG_0001.png", "IMG_0002.png"]
    assert [(Path(one["file"]).name, one["reason"][:18]) for one in answer["refused"]] == [
        ("notes.jpg", "this is no picture")
    ]
    listed = staff.ask("image", "list")
    assert [(one["image"], one["label"], one["state"], one["deep"]) for one in listed] == [
        (1, "IMG_0001.png", "on", False),
        (2, "IMG_0002.png", "on", False),
    ]
    again = staff.ask("image", "add", case, files[0])
    assert (again["added"], [one["image"] for one in again["already"]]) == ([], [1])
    assert {file: file.read_bytes() for file in sorted(pictures.iterdir())} == before
    kept = [file for file in staff.home.rglob("*") if file.is_file()]
    assert not [file.name for file in kept for data in before.values() if data[:64] in file.read_bytes()], "law 5"
    assert not [file.name for file in kept if b"IMG_0001" in file.read_bytes()], "law 4"


def test_a_picture_added_today_finds_its_copies_in_what_was_seen_before(
    staff: Staff, case: str, pictures: Path, prints: dict[int, Print]
) -> None:
    swept(staff, case, prints)
    answer = staff.ask("image", "add", case, pictures / "IMG_0002.png")
    assert answer["new_sightings"] == 1
    (one,) = staff.ask("sighting", "list", "--case", case)
    fields = "sighting case page media image tier distance turn region at_s state"
    assert set(fields.split()) <= set(one)
    assert (one["page"], one["media"]) == (f"{PAGE}?page=2", "https://cdn.example/2.jpg")
    assert (one["image"], one["tier"], one["state"]) == (1, "hash", "suspected")
    assert "of 256 bits" in one["because"]
    shown = staff.type("sighting", "show", 1).out
    assert f"{PAGE}?page=2" in shown
    assert "pehra sighting confirm 1" in shown
    confirmed = staff.ask("sighting", "confirm", 1)
    assert (confirmed["state"], confirmed["links"]) == ("confirmed", [1])
    (link,) = staff.ask("link", "list", "--case", case)
    assert (link["url"], link["category"]) == (f"{PAGE}?page=2", "ncii")
    assert staff.refused("sighting", "dismiss", 1).endswith("pehra link retire 1")
    assert staff.ask("image", "add", case, pictures / "IMG_0001.png")["new_sightings"] == 1
    assert staff.ask("sighting", "dismiss", 2)["state"] == "dismissed"
    assert [one["sighting"] for one in staff.ask("sighting", "list", "--state", "suspected")] == []


def test_a_film_is_looked_for_by_its_stills(staff: Staff, case: str, pictures: Path) -> None:
    film = pictures / "beach.mp4"
    film.write_bytes(film_of(walk([5, 6])))
    added = staff.ask("video", "add", case, film)["added"]
    assert added == [{"image": 1, "file": str(film)}]
    (one,) = staff.ask("image", "list")
    assert (one["kind"], one["label"], one["deep"]) == ("film", "beach.mp4", False)
    said = staff.type("video", "add", case, pictures / "notes.jpg")
    assert (said.code, said.err.count("\n")) == (1, 1)
    staff.ask("consent", "give", case, "deep-match")
    assert len(staff.ask("video", "add", case, film)["already"]) == 1
    assert staff.ask("image", "list")[0]["deep"] is True
    assert staff.ask("image", "export", case) == {"hashes": []}


def test_a_hash_from_her_own_device_is_looked_for_and_a_list_goes_in_and_out(
    staff: Staff, case: str, pictures: Path, tmp_path: Path
) -> None:
    (hashed,) = staff.ask("hash", pictures / "IMG_0001.png")["hashes"]
    assert len(staff.ask("image", "add", case, "--hash", hashed["pdq"])["added"]) == 1
    said = staff.type("image", "add", case, "--hash", "f00")
    assert (said.code, said.err) == (1, "f00: a pdq hash is written as 64 hexadecimal digits\n")
    for form in ("csv", "threatexchange", "stopncii"):
        file = tmp_path / f"list.{form}"
        assert staff.ask("image", "export", case, "--format", form, "--to", file)["hashes"] == 1
        assert hashed["pdq"] in file.read_text()
        assert "exists already" in staff.refused("image", "export", case, "--to", file)
        other = staff.ask("case", "open")["case"]
        assert len(staff.ask("image", "import", other, file)["added"]) == 1
        assert staff.ask("image", "export", other) == {"hashes": [hashed["pdq"]]}
    assert staff.type("image", "export", case).out == f"hash,quality\n{hashed['pdq']},\n"
    assert "no hash in this list" in staff.refused("image", "import", case, "-", stdin=b" ")


def test_a_picture_rests_and_matches_again_and_is_forgotten(staff: Staff, case: str) -> None:
    staff.ask("image", "add", case, "--hash", "f0" * 32, "--label", "the kite")
    assert staff.ask("image", "off", 1)["state"] == "off"
    assert staff.ask("image", "on", 1)["state"] == "on"
    assert staff.ask("image", "remove", 1) == {"removed": 1, "case": case}
    assert staff.ask("image", "list") == []
    assert [one for one in staff.ask("file", "show", case)["entries"] if one["kind"] == "image-label"] == []
    assert staff.refused("image", "on", 1) == "no picture of that number; try: pehra image list"


def test_of_a_minors_case_nothing_is_looked_for_and_it_is_said_where_to_go(staff: Staff, pictures: Path) -> None:
    case = staff.ask("case", "open", "--minor")["case"]
    for words, stdin in (
        (["image", "add", case, pictures / "IMG_0001.png"], b""),
        (["video", "add", case, pictures / "IMG_0001.png"], b""),
        (["image", "import", case, "-"], b"f0"),
        (["source", "add", case, PAGE], b""),
        (["name", "add", case], b"Zarmina Gul"),
    ):
        said = staff.refused(*words, stdin=stdin)
        assert all(one.address in said for one in hotlines()), said
    with book_of(staff).reading() as session:
        assert not session.connection().exec_driver_sql("SELECT count(*) FROM image").scalar()


def test_a_name_is_read_from_standard_input_and_a_short_one_has_to_be_meant(staff: Staff, case: str) -> None:
    added = staff.ask("name", "add", case, stdin="Zarmina Gul\n\nزرمینہ گل\n".encode())
    assert (added["names"], added["needs_sign"]) == ([1, 2], [])
    assert staff.ask("name", "add", staff.ask("case", "open")["case"], stdin=b"Ayesha Khan")["needs_sign"] == [3]
    assert "--short" in staff.refused("name", "add", case, stdin=b"Gul")
    staff.ask("name", "add", case, "--short", "--kind", "handle", "--until", "+3d", stdin=b"@zg1")
    listed = staff.ask("name", "list", "--case", case)
    assert [(one["words"], one["kind"], one["over"]) for one in listed] == [
        ("Zarmina Gul", "name", False), ("زرمینہ گل", "name", False), ("zg1", "handle", False),
    ]  # fmt: skip
    assert "lies in the past" in staff.refused("name", "renew", 4, "--until", "2020-01-01")
    assert staff.ask("name", "remove", 2)["case"] == case
    assert "standard input" in staff.refused("name", "add", case)
    assert "zarmina" not in json.dumps(staff.ask("journal", "list")).lower(), "law 4"


@pytest.mark.parametrize(
    ("words", "said"),
    [
        pytest.param([PAGE], None, id="a page"),
        pytest.param(["https://photos.example/?q={name}&s=new", "--kind", "search"], None, id="a search"),
        pytest.param(["@zgul_99", "--kind", "handle"], None, id="a handle"),
        pytest.param(["-", "--kind", "handle"], None, id="a handle from standard input"),
        pytest.param(["https://photos.example/?q=kite", "--kind", "search"], "{name}", id="a search without its place"),
        pytest.param(["https://{name}.example/", "--kind", "search"], "no place in a host", id="a name in a host"),
        pytest.param(["http://10.0.0.1/"], "private network", id="a private network"),
        pytest.param(["album 9"], "address", id="no address"),
        pytest.param(["no such handle!", "--kind", "handle"], "names like this", id="no handle"),
    ],
)
def test_a_source_is_what_can_be_swept(staff: Staff, case: str, words: list[str], said: str | None) -> None:
    if said is not None:
        assert said in staff.refused("source", "add", case, *words)
        return
    assert staff.ask("source", "add", case, *words, stdin=b"zgul_99") == {"source": 1}
    (one,) = staff.ask("source", "list")
    assert one["url"] == words[0].replace("@", "").replace("-", "zgul_99")
    assert (one["state"], one["obeys_robots"], one["depth"], one["pages"]) == ("new", True, 3, 200)
    assert staff.ask("status")["sources"] == {"due": 1, "running": 0, "failing": 0}
    assert staff.ask("source", "end", 1)["state"] == "ended"
    assert staff.ask("status")["sources"]["due"] == 0


def test_no_sweep_and_no_picture_without_the_consent_to_it(staff: Staff, case: str, pictures: Path) -> None:
    staff.ask("consent", "revoke", case, "hash")
    assert staff.refused("image", "add", case, pictures / "IMG_0001.png").startswith(f"{case} has no consent to `hash`")
    staff.ask("consent", "revoke", case, "watch")
    assert "`watch`" in staff.refused("source", "add", case, PAGE)
    assert "`watch`" in staff.refused("name", "add", case, stdin=b"Zarmina Gul")


def test_what_was_met_under_a_print_of_another_version_is_passed_over(
    staff: Staff, case: str, pictures: Path, prints: dict[int, Print]
) -> None:
    swept(staff, case, prints)
    book = book_of(staff)
    with book.writing() as session:
        session.connection().exec_driver_sql(
            "UPDATE seen_media SET print = ?", (book.vault.seal_bytes("seen_media.print", b"another shape"),)
        )
    assert staff.ask("image", "add", case, pictures / "IMG_0002.png")["new_sightings"] == 0
    assert seen.known(book, 1, ["https://cdn.example/2.jpg"], actor=MONITOR)
    book.engine.dispose()
