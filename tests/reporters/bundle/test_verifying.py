"""Whatever is done to a bundle is found, and named."""

import json
import zipfile
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from hashlib import sha256
from io import BytesIO
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from casebook.errors import Refused, Unavailable
from reporters.bundle import verifying
from reporters.bundle.container import Container
from reporters.bundle.contents import Bundle
from reporters.bundle.findings import Findings
from reporters.bundle.packing import Package
from reporters.bundle.signing import Signer, fingerprint
from tests.reporters.bundle import made
from tests.web.tsa import Signs

KEY = fingerprint(made.SIGNER.pem)


def check(data: bytes, **more: str | bytes) -> Findings:
    return verifying.check(BytesIO(data), **more)  # type: ignore[arg-type]


def read(data: bytes) -> Findings | None:
    """Check what may be no ZIP at all."""
    try:
        return check(data, key=KEY)
    except ValueError:
        return None


def named(found: Findings) -> dict[str, str]:
    return {one.where: one.says for one in found.faults}


def files(data: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(BytesIO(data)) as package:
        return {one.filename: package.read(one) for one in package.infolist()}


def packed(inside: dict[str, bytes], *, signer: Signer | None = None, listed: bool = False) -> bytes:
    """Pack files as Pehra does. `listed`: with a new manifest; `signer`: signed anew with that key."""
    inside = dict(inside)
    if listed or signer:
        names = sorted(inside.keys() - {"manifest.sha256", "manifest.sha256.sig"})
        inside["manifest.sha256"] = "".join(f"{sha256(inside[one]).hexdigest()}  {one}\n" for one in names).encode()
    if signer:
        inside["manifest.sha256.sig"] = signer.sign(inside["manifest.sha256"])
    out = BytesIO()
    with Package(out, made.FOR.at) as package:
        for name, data in inside.items():
            package.add(name, data)
    return out.getvalue()


def test_what_was_not_touched_holds(whole: bytes) -> None:
    found = check(whole, key=KEY)
    assert found.faults == []
    assert found.about["for"] == "District Court, Room 4"
    assert found.counted == {
        "files": 24, "records": 4, "parts": 6, "time stamps": 2, "proofs of a day": 4, "time stamps of a day": 1,
        "archives for replaying": 3, "entries of custody": 5,
    }  # fmt: skip
    assert packed(files(whole)) == whole


def test_without_a_fingerprint_the_reader_is_told_to_compare_it(whole: bytes) -> None:
    assert any(KEY in one for one in check(whole).notes)


def place(data: bytes, position: int) -> str:
    """Which entry of the ZIP a byte belongs to."""
    with zipfile.ZipFile(BytesIO(data)) as package:
        starts = [(one.header_offset, one.filename) for one in package.infolist()]
        if position >= package.start_dir:
            return "the ZIP's own table of contents"
    return max(one for one in starts if one[0] <= position)[1]


@given(st.data())
@settings(max_examples=200, deadline=None)
def test_each_flipped_byte_is_found_and_named(whole: bytes, data: st.DataObject) -> None:
    with zipfile.ZipFile(BytesIO(whole)) as package:
        heads = [one.header_offset for one in package.infolist()]
        table = package.start_dir
    near = st.one_of(st.sampled_from(heads), st.just(table)).flatmap(
        lambda one: st.integers(one, min(one + 90, len(whole) - 1))
    )
    position = data.draw(st.one_of(st.integers(0, len(whole) - 1), near))
    altered = bytearray(whole)
    altered[position] ^= data.draw(st.integers(1, 255))
    where = place(whole, position)
    found = read(bytes(altered))
    if found is None:
        assert where == "the ZIP's own table of contents"
        return
    assert not found.whole
    assert where == "the ZIP's own table of contents" or any(one.where.startswith(where) for one in found.faults), (
        found.faults
    )


@given(st.data())
@settings(max_examples=40, deadline=None)
def test_whatever_is_no_bundle_is_no_bundle(whole: bytes, data: st.DataObject) -> None:
    cut = data.draw(st.integers(0, len(whole) - 1))
    for broken in (whole[:cut], whole[cut:], data.draw(st.binary(max_size=200))):
        found = read(broken)
        assert found is None or not found.whole or broken == whole


Change = Callable[[dict[str, bytes]], dict[str, bytes]]


def swapped(inside: dict[str, bytes]) -> dict[str, bytes]:
    one, other = inside["records/0002.json"], inside["records/0003.json"]
    return inside | {"records/0002.json": other, "records/0003.json": one}


def clocked(inside: dict[str, bytes], number: int = 2) -> dict[str, bytes]:
    name = f"records/{number:04}.json"
    return inside | {name: inside[name].replace(b"2026-03-01T1", b"2026-02-01T1")}


def without(name: str) -> Change:
    return lambda inside: {one: data for one, data in inside.items() if one != name}


def chained_anew(inside: dict[str, bytes]) -> dict[str, bytes]:
    """Change a clock, and every later record and list so that the chain holds again."""
    inside, previous, lines = clocked(inside), "0" * 64, []
    for number in (1, 2, 3, 4):
        name = f"records/{number:04}.json"
        inside[name] = made.canonical(json.loads(inside[name]) | {"previous": previous})
        previous = sha256(inside[name]).hexdigest()
        lines.append(f"{previous}  {name}\n")
    return inside | {"chain.sha256": "".join(lines).encode()}


ORDER, CHAIN = "records were put in another order", "the chain is broken here"
CHANGED = "this record was changed: its hash is not the one in the chain"


@pytest.mark.parametrize(
    "signer", [None, made.OTHER, made.SIGNER], ids=["as it was", "listed by a stranger", "listed by the helpline"]
)
@pytest.mark.parametrize(
    ("change", "where", "says"),
    [
        pytest.param(swapped, "records/0002.json", ORDER, id="records swapped"),
        pytest.param(clocked, "records/0002.json", CHANGED, id="a clock changed"),
        pytest.param(lambda one: clocked(one, 4), "records/0004.json", CHANGED, id="the last clock changed"),
        pytest.param(chained_anew, "stamps/0002.tsr", "its stamp is for another digest", id="all chained anew, against the stamp"),
        pytest.param(chained_anew, "days/2026-03-01.json", "record 2 does not stand", id="all chained anew, against the day"),
        pytest.param(without("records/0003.json"), "records/0003.json", "missing", id="a record gone"),
        pytest.param(without("parts/0001/screenshot.png"), "parts/0001/screenshot.png", "this part is missing: record 1", id="a part gone"),
        pytest.param(without("captures.wacz"), "captures.wacz", "missing", id="the replay gone"),
        pytest.param(without("report.pdf"), "report.pdf", "missing", id="the paper gone"),
        pytest.param(without("custody.json"), "custody.json", "missing", id="the custody record gone"),
        pytest.param(without("keys/helpline.pem"), "manifest.sha256.sig", "missing", id="the key gone"),
        pytest.param(lambda one: {**one, "parts/0002/more.png": b"x"}, "parts/0002/more.png", "no record names", id="a part slipped in"),
        pytest.param(lambda one: {**one, "records/0005.json": one["records/0004.json"]}, "records/0005.json", "no such record", id="a record slipped in"),
        pytest.param(lambda one: {**one, "parts/0002/screenshot.png": made.picture(9)}, "parts/0002/screenshot.png", "not what record 2 names", id="a picture exchanged"),
        pytest.param(lambda one: {**one, "custody.json": one["custody.json"].replace(b'"entry": 11', b'"entry": 99')}, "custody.json", "another order", id="custody put in another order"),
    ],
)  # fmt: skip
def test_each_change_is_named(whole: bytes, change: Change, where: str, says: str, signer: Signer | None) -> None:
    found = check(packed(change(files(whole)), signer=signer), key=KEY)
    assert says in " ".join(one.says for one in found.faults if one.where == where), found.faults


def test_who_forges_all_is_found_by_the_fingerprint(bundle: Bundle) -> None:
    """Without any stamp, everything can be forged except the key that the helpline told."""
    bare = replace(bundle, records=made.made(4), days=(), roots=None)
    forged = made.written(bare, made.OTHER)
    assert check(forged).whole
    assert named(check(forged, key=KEY)) == {
        "keys/helpline.pem": "the manifest was signed with another key than the helpline's"
    }


def test_a_manifest_signed_anew_is_named(whole: bytes) -> None:
    found = named(check(packed(files(whole), signer=made.OTHER), key=KEY))
    assert found == {"manifest.sha256.sig": "the manifest's signature is not that of the key in keys/helpline.pem"}
    inside = files(whole) | {"keys/helpline.pem": made.OTHER.pem}
    found = named(check(packed(inside, signer=made.OTHER), key=KEY))
    assert found["keys/helpline.pem"] == "the manifest was signed with another key than the helpline's"
    assert found["captures.wacz: datapackage-digest.json"] == "the WACZ was signed with another key than the bundle"
    assert "another key" in found["bundle.json"]


def test_a_cut_at_the_end_is_named_by_what_the_journal_says(whole: bytes) -> None:
    inside = files(whole)
    del inside["records/0004.json"]
    inside["chain.sha256"] = b"".join(inside["chain.sha256"].splitlines(keepends=True)[:3])
    inside["bundle.json"] = json.dumps(json.loads(inside["bundle.json"]) | {"records": [1, 2, 3]}).encode()
    inside["days/2026-03-01.json"] = made.canonical(
        (day := json.loads(inside["days/2026-03-01.json"])) | {"records": day["records"][:3]}
    )
    found = named(check(packed(inside, signer=made.SIGNER), key=KEY))
    assert found == {"custody.json": "it knows of 4 records, and the chain has 3: records at the end are missing"}


def test_a_zip_that_was_packed_anew_is_named_and_what_is_in_it_checked(whole: bytes) -> None:
    out = BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as package:
        for name, data in files(whole).items():
            package.writestr(name, data)
    found = named(check(out.getvalue(), key=KEY))
    assert list(found) == ["the ZIP's own table of contents"]
    assert "packed anew" in found["the ZIP's own table of contents"]


def test_bytes_added_before_or_after_are_named(whole: bytes) -> None:
    assert "5 bytes were added" in named(check(whole + b"\0" * 5, key=KEY)).get("the end of the ZIP", "")
    assert not check(b"#!/bin/sh\n" + whole, key=KEY).whole


def test_a_stamp_under_another_root_is_named(whole: bytes, tmp_path: Path) -> None:
    found = named(check(whole, key=KEY, roots=Signs(tmp_path / "other").certificates.pem()))
    assert set(found) == {"stamps/0001.tsr", "stamps/0002.tsr", "days/2026-03-01.tsr"}


def test_a_stamp_that_is_older_than_its_record_is_named(tmp_path: Path) -> None:
    signs = Signs(tmp_path)
    late = made.record(
        1, "0" * 64, (), started_at="2999-01-01T00:00:00.000000Z", ended_at="2999-01-01T00:00:01.000000Z"
    )
    one = replace(late, token=signs.stated(bytes.fromhex(late.sha256), 7))
    what = made.bundle(1, records=(one,), chain=((1, one.sha256),), roots=signs.certificates.pem())
    assert "older than what record 1 says" in named(check(made.written(what)))["stamps/0001.tsr"]


def test_a_part_that_cannot_be_had_is_told_and_is_nobodys_fault() -> None:
    first, *rest = made.made(3)
    gone = tuple(replace(one, gone="it was kept until 2026-03-05") for one in first.parts)
    what = made.bundle(3, records=(replace(first, parts=gone), *rest))
    inside = files(made.written(what))
    assert b"kept until 2026-03-05" in inside["parts/0001/screenshot.png.not-here.txt"]
    found = check(made.written(what), key=KEY)
    assert found.faults == []
    assert "record 1: screenshot.png: it was kept until 2026-03-05" in found.notes


def test_a_part_that_is_not_what_its_record_names_never_enters_a_bundle() -> None:
    first, *rest = made.made(3)
    wrong = tuple(replace(one, copy=lambda into: into.write(b"something else") and None) for one in first.parts)
    inside = files(made.written(made.bundle(3, records=(replace(first, parts=wrong), *rest))))
    assert not any(b"something else" in one for one in inside.values())
    assert b"its hash is another" in inside["parts/0001/archive.warc.gz.not-here.txt"]


def test_a_part_too_large_to_be_held_is_streamed(monkeypatch: pytest.MonkeyPatch) -> None:
    from reporters.bundle import writing

    monkeypatch.setattr(writing, "HELD_BYTES", 100)
    found = check(made.written(made.bundle(3)), key=KEY)
    assert found.faults == []
    assert sum("too large to be indexed" in one for one in found.notes) == 2


def test_what_cannot_be_read_is_said(tmp_path: Path) -> None:
    with pytest.raises(Unavailable, match="cannot be read"):
        verifying.verify(tmp_path / "missing.zip")
    (tmp_path / "no.zip").write_bytes(b"hello")
    with pytest.raises(Refused, match="no ZIP"):
        verifying.verify(tmp_path / "no.zip")


def test_some_records_of_a_case_are_verified_against_the_whole_chain() -> None:
    records = made.made(4)
    about = replace(made.FOR, link=2)
    what = made.bundle(4, export=about, records=(records[0], records[2]))
    found = check(made.written(what), key=KEY)
    assert found.faults == []
    assert found.counted["records"] == 2
    assert "records/0002.json" in files(made.written(what))["chain.sha256"].decode()


def test_a_case_without_captures_has_a_bundle_too() -> None:
    found = check(made.written(made.bundle(0)), key=KEY)
    assert found.faults == []
    assert "captures.wacz" not in files(made.written(made.bundle(0)))


def test_times_of_a_zip_have_a_beginning() -> None:
    early = replace(made.FOR, at=datetime(1970, 1, 1, tzinfo=UTC))
    assert check(made.written(made.bundle(1, export=early)), key=KEY).whole


def test_what_a_stranger_made_brings_nobody_down(whole: bytes) -> None:
    deep = b"[" * 200_000
    for name in ("bundle.json", "records/0002.json", "custody.json", "days/2026-03-01.json"):
        found = check(packed(files(whole) | {name: deep}, listed=True), key=KEY)
        assert any(one.where == name for one in found.faults)
    inside = files(whole)
    out = BytesIO()
    with zipfile.ZipFile(BytesIO(inside["captures.wacz"])) as wacz, Package(out, made.FOR.at) as package:
        for one in wacz.namelist():
            package.add(one, deep if one == "datapackage.json" else wacz.read(one))
    found = check(packed(inside | {"captures.wacz": out.getvalue()}, listed=True), key=KEY)
    assert any(one.where.startswith("captures.wacz") for one in found.faults)


def test_a_name_that_leads_out_of_its_folder_is_no_part(whole: bytes) -> None:
    inside = files(whole)
    record = json.loads(inside["records/0004.json"])
    part = {"name": "../../x", "type": "t", "bytes": 1, "sha256": sha256(b"x").hexdigest(), "refers_to": None}
    inside["records/0004.json"] = made.canonical(record | {"parts": [part]})
    inside["parts/0004/../../x"] = b"x"
    found = named(check(packed(inside, listed=True), key=KEY))
    assert "no record names this part" in found["parts/0004/../../x"]
    assert "as Pehra names none" in " ".join(one.says for one in check(packed(inside, listed=True)).faults)


def test_days_tell_nothing_of_how_many_others_there_were(whole: bytes) -> None:
    day = json.loads(files(whole)["days/2026-03-01.json"])
    assert set(day) == {"day", "root", "hashing", "journal_entry", "records"}
    assert {name for one in day["records"] for name in one} == {"record", "sha256", "path"}


def test_an_entry_that_may_reach_two_gigabytes_is_written_and_checked_alike() -> None:
    out = BytesIO()
    with Package(out, made.FOR.at) as package:
        package.add("small", b"1")
        with package.entry("large", large=True) as into:
            into.write(b"22")
    box = Container(BytesIO(out.getvalue()))
    assert box.walk() == {}
    assert box.read("large") == b"22"
    altered = bytearray(out.getvalue())
    altered[out.getvalue().index(b"22") - 1] ^= 1
    assert "large" in Container(BytesIO(bytes(altered))).walk()
