"""The helpline's own stories, from the first link to the second complaint, typed as staff type them."""

import email
import json
from collections.abc import Iterator
from email import policy

import pytest

from casebook.vocabulary import Verdict
from tests.cli.conftest import Staff
from tests.cli.desk import FIVE, FOLDER, NAME, Desk, at_work
from tests.rdap import registry


@pytest.fixture
def desk(staff: Staff, monkeypatch: pytest.MonkeyPatch) -> Desk:
    return at_work(staff, monkeypatch)


@pytest.fixture(scope="module")
def drafted(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    """One draft that nothing has happened to."""
    with pytest.MonkeyPatch.context() as patch:
        made = at_work(Staff(tmp_path_factory.mktemp("drafted") / "home"), patch)
        assert made.staff.type("init").code == 0
        made.ask("report", "draft", made.case(FOLDER, consents=["report-policy"]))
        yield made


def test_a_folder_that_comes_back_is_reported_again_in_one_command_citing_the_first_number(desk: Desk) -> None:
    ref = desk.case(FOLDER, consents=["report-policy"])
    [first] = desk.ask("report", "draft", ref)["drafted"]
    assert (first["to"], first["kind"], first["missing"]) == ("abuse@dropbox.com", "email", [])
    assert FOLDER in first["body"]
    desk.later(minutes=5)
    desk.ask("report", "log", first["report"], "--sent")
    desk.later(hours=1)
    desk.ask("report", "log", first["report"], "--acknowledged", "--ticket", "DBX-4711")
    desk.confirmed(1, Verdict.LIVE)
    desk.confirmed(1, Verdict.REMOVED)
    said = desk.staff.refused("report", "again", first["report"])
    assert "nothing that report 1 names is up" in said
    desk.later(days=4)
    desk.confirmed(1, Verdict.LIVE)
    assert [one["rule"] for one in desk.ask("report", "show", 1)["clocks"] if one["ended_at"] is None] == ["back"]
    [second] = desk.ask("report", "again", first["report"])["drafted"]
    assert (second["to"], second["predecessor"], second["follows"]) == ("abuse@dropbox.com", 1, "again")
    assert "DBX-4711" in second["body"]
    assert "2026-03-02" in second["body"]
    assert second["missing"] == []
    # and once more, from the link: the first number is cited, not the second
    desk.ask("report", "log", second["report"], "--sent")
    assert all(one["ended_at"] for one in desk.ask("report", "show", 1)["clocks"])
    desk.ask("report", "log", second["report"], "--acknowledged", "--ticket", "DBX-9000")
    [third] = desk.ask("report", "again", "--link", 1)["drafted"]
    assert "DBX-4711" in third["body"]
    assert "DBX-9000" not in third["body"]
    assert desk.ask("report", "show", third["report"])["chain"] == [1, 2, 3]


def test_a_film_on_five_kinds_of_site_yields_five_complete_and_different_drafts(desk: Desk) -> None:
    consents = ["report-policy", "report-statutory", "report-host"]
    ref = desk.case(*FIVE.values(), consents=consents)
    drafted = desk.ask("report", "draft", ref, "--no-lookup", "--to", "x@y.example")["drafted"]
    assert len(drafted) == 5
    for one in drafted:
        lacks = desk.ask("report", "complete", one["report"], "--say", "ip=203.0.113.9")["missing"]
        assert lacks == [], one["channel"]
    assert len({one["body"] for one in drafted}) == 5
    assert len({one["subject"] for one in drafted}) >= 4
    assert {one["lane"] for one in drafted} == {"policy", "statutory", "host"}
    assert {one["kind"] for one in drafted} == {"email", "webform", "bot", "abuse-contact"}
    for one, url in zip(sorted(drafted, key=lambda each: each["links"]), FIVE.values(), strict=True):
        assert url in one["body"]
        filled = desk.ask("report", "show", one["report"], "--filled")
        assert all(field["value"] for field in filled["fields"])
    # nothing is drafted twice
    assert "already" in desk.staff.refused("report", "draft", ref, "--no-lookup")


def test_a_fake_profile_and_its_successors_are_one_chain(desk: Desk) -> None:
    profiles = [f"https://www.facebook.com/fake.profile.{n}" for n in range(3)]
    ref = desk.case(profiles[0], consents=["report-policy"], category="impersonation")
    desk.ask("file", "add", ref, "name", "-", stdin=NAME.encode())
    desk.ask("file", "add", ref, "contact", "-", stdin=b"her@mail.example")
    report = desk.ask("report", "draft", ref)["drafted"][0]["report"]
    for number, profile in enumerate(profiles[1:], 2):
        desk.later(hours=1)
        desk.ask("report", "log", report, "--sent", "--ticket", f"FB-{number}")
        desk.later(days=2)
        desk.ask("link", "add", ref, profile, "--category", "impersonation")
        [one] = desk.ask("report", "draft", ref, number, "--follows", report)["drafted"]
        assert (one["follows"], one["predecessor"]) == ("successor", report)
        assert "FB-2" in one["body"]
        report = one["report"]
    assert desk.ask("report", "show", 1)["chain"] == [1, 2, 3]
    assert desk.ask("report", "show", report)["chain"] == [1, 2, 3]


def test_a_missed_clock_of_48_hours_drafts_its_escalation(desk: Desk) -> None:
    ref = desk.case(FIVE["a film site"], consents=["report-statutory"])
    [one] = desk.ask("report", "draft", ref)["drafted"]
    assert (one["lane"], one["basis"]) == ("statutory", ["us-tida"])
    sent = desk.ask("report", "log", one["report"], "--sent", "--ticket", "YT-1")
    assert sent["due_at"] == "2026-03-04T09:00:00Z"
    desk.later(hours=47)
    assert "is not over" in desk.staff.refused("report", "escalate", one["report"])
    assert desk.ask("report", "list", "--overdue") == []
    desk.later(hours=2)
    assert [(each["overdue"], each["missed"]) for each in desk.ask("report", "list", "--overdue")] == [(True, False)]
    desk.confirmed(1, Verdict.LIVE)
    assert [each["missed"] for each in desk.ask("report", "list", "--overdue")] == [True]
    # an authority is a step of its own, which the complainant has to agree to
    answer = desk.ask("report", "escalate")
    assert "needs a consent of its own" in answer["left_out"][0]["reason"]
    [next_step] = answer["drafted"]
    assert (next_step["follows"], next_step["predecessor"]) == ("escalation", one["report"])
    assert all(word in next_step["body"] for word in ("YT-1", "2026-03-04 09:00", "TAKE IT DOWN Act"))
    assert desk.ask("report", "escalate") == {"drafted": [], "left_out": []}, "it is carried further once"
    desk.ask("consent", "give", ref, "report-regulator")
    [complaint] = desk.ask("report", "escalate", one["report"])["drafted"]
    assert (complaint["lane"], complaint["to"]) == ("regulator", "https://takeitdown.ftc.gov")
    assert complaint["missing"] == []
    assert "YouTube was asked first" in complaint["body"]


def test_a_childs_addresses_are_handed_over_and_nothing_else_is_drafted(desk: Desk) -> None:
    ref = desk.case("https://www.reddit.com/r/kites/comments/1abcde/title/", minor=True)
    desk.ask("file", "add", ref, "name", "-", stdin=NAME.encode())
    drafted = desk.ask("report", "draft", ref)["drafted"]
    assert (drafted[0]["lane"], drafted[0]["to"]) == ("hotline", "https://report.iwf.org.uk/pk")
    assert len(drafted) == 2
    for one in drafted:
        assert one["missing"] == []
        filled = desk.ask("report", "show", one["report"], "--filled")
        assert NAME not in str(filled)
    for way in (["--lane", "host"], ["--basis", "us-dmca"]):
        assert "already" in desk.staff.refused("report", "draft", ref, *way)
    assert {one["lane"] for one in desk.ask("report", "list")} == {"hotline", "policy"}


def test_what_is_gone_is_not_reported(desk: Desk) -> None:
    ref = desk.case(FOLDER)
    desk.confirmed(1, Verdict.LIVE)
    desk.confirmed(1, Verdict.REMOVED)
    assert "link 1 is gone since" in desk.staff.refused("report", "draft", ref)
    assert "nothing to report" in desk.staff.refused("report", "draft", ref, 1)


def test_copyright_is_never_first_and_says_what_it_exposes(desk: Desk) -> None:
    ref = desk.case(FIVE["a film site"], category="copyright")
    said = desk.staff.refused("report", "draft", ref)
    assert "never the first way" in said
    assert "street address" in said
    said = desk.staff.refused("report", "draft", ref, 1, "--basis", "us-dmca")
    assert f"pehra consent give {ref} report-" in said
    for act in ("report-statutory", "report-copyright"):
        desk.ask("consent", "give", ref, act)
    [one] = desk.ask("report", "draft", ref, 1, "--basis", "us-dmca")["drafted"]
    assert one["missing"] == ["the work, and that it is the complainant's own (work)"]
    assert any(note.startswith("It may expose: Name, mail address") for note in one["notes"])


def test_names_come_at_the_last_moment_and_only_where_they_are_asked_for(desk: Desk) -> None:
    ref = desk.case("https://discord.com/channels/1/2/3", FOLDER, consents=["report-statutory", "report-policy"])
    drafted = {one["platform"]: one for one in desk.ask("report", "draft", ref)["drafted"]}
    number = drafted["discord"]["report"]
    assert any("legal_name; from the case file" in one for one in drafted["discord"]["missing"])
    assert "not complete" in desk.staff.refused("report", "show", number, "--filled")
    desk.ask("file", "add", ref, "name", "-", stdin=NAME.encode())
    assert NAME not in str(desk.ask("report", "show", number))
    assert NAME in str(desk.ask("report", "show", number, "--filled"))
    other = drafted["dropbox"]["report"]
    file = desk.staff.home.parent / "mail.eml"
    assert desk.staff.type("report", "show", other, "--eml", file).code == 0
    assert NAME not in file.read_text("utf-8")
    assert file.stat().st_mode & 0o777 == 0o600
    assert "exists already" in desk.staff.refused("report", "show", other, "--eml", file)


def test_a_data_request_is_refused_and_contested_in_a_lane_of_its_own(desk: Desk) -> None:
    ref = desk.case(FOLDER)
    one = desk.ask(
        "report", "data-request", ref, 1, "--platform", "dropbox", "--agency", "a cybercrime wing",
        "--asked-by", "an inspector", "--legal-basis", "a letter", "--on", "2026-01-05T09:00", "--ticket", "LE-9",
    )  # fmt: skip
    assert (one["lane"], one["state"], one["sent_at"]) == ("data-request", "sent", "2026-01-05T09:00:00Z")
    said = desk.ask(
        "report", "log", one["report"], "--refused", "--reason", "no-treaty", "--words", "-", stdin=b"no MLAT"
    )
    assert (said["state"], said["outcome"]) == ("answered", "refused")
    assert "inspector" in str(desk.ask("report", "show", one["report"])["body"])
    [appeal] = desk.ask("report", "appeal", one["report"])["drafted"]
    assert (appeal["follows"], appeal["lane"]) == ("appeal", "data-request")
    assert "LE-9" in appeal["body"]


@pytest.mark.parametrize(
    ("words", "says"),
    [
        pytest.param(["log", 1, "--acknowledged"], "note first that it was sent", id="an answer before the report"),
        pytest.param(["log", 1, "--sent", "--at", "2026-03-01T09:00"], "time would run backwards", id="sent too early"),
        pytest.param(["log", 1, "--sent", "--at", "+3d"], "has not come yet", id="sent in three days"),
        pytest.param(["log", 1, "--sent", "--acted"], "one thing that happened", id="two things at once"),
        pytest.param(["log", 1], "one thing that happened", id="nothing that happened"),
        pytest.param(["log", 1, "--refused"], "a refusal has a reason", id="a refusal without a reason"),
        pytest.param(["log", 9, "--sent"], "no report of that number", id="no such report"),
        pytest.param(["again", 1], "was never sent", id="again before it was sent"),
        pytest.param(["appeal", 1], "was never sent", id="an appeal before it was sent"),
        pytest.param(["draft", "C-AAAAAA"], "no case of that reference", id="no such case"),
        pytest.param(["complete", 1, "--say", "colour=red"], "is no element", id="no such element"),
    ],
)
def test_what_makes_no_sense_is_refused_in_one_sentence(drafted: Desk, words: list[object], says: str) -> None:
    assert says in drafted.staff.refused("report", *words)
    assert drafted.ask("report", "list")[0]["state"] == "drafted"


def test_without_consent_nothing_leaves_the_house(desk: Desk) -> None:
    ref = desk.case(FOLDER)
    [one] = desk.ask("report", "draft", ref)["drafted"]
    for words in (["show", one["report"], "--filled"], ["log", one["report"], "--sent"]):
        assert f"pehra consent give {ref} report-policy" in desk.staff.refused("report", *words)


@pytest.fixture(scope="module")
def rdap() -> Iterator[str]:
    with registry() as address:
        yield address


def test_a_site_of_nobodys_climbs_from_host_to_registrar(
    desk: Desk, rdap: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PEHRA__REPORTS__RDAP", rdap)
    monkeypatch.setattr("cli.desk._addresses", lambda _: ["11.22.33.2"])
    ref = desk.case("https://www.gossip.example/film", consents=["report-host"])
    [one] = desk.ask("report", "draft", ref)["drafted"]
    assert (one["to"], one["lane"], one["missing"]) == ("abuse@net.test", "host", [])
    assert "11.22.33.2" in one["body"]
    file = desk.staff.home.parent / "mail.eml"
    assert desk.staff.type("report", "show", one["report"], "--eml", file).code == 0
    read = email.message_from_bytes(file.read_bytes(), policy=policy.default)
    [attached] = [json.loads(part.get_content()) for part in read.iter_attachments()]  # type: ignore[union-attr]
    assert (attached["source_identifier"], attached["url"]) == ("11.22.33.2", "https://www.gossip.example/film")
    desk.ask("report", "log", one["report"], "--sent", "--ticket", "H-1")
    desk.later(days=8)
    desk.confirmed(1, Verdict.LIVE)
    [two] = desk.ask("report", "escalate")["drafted"]
    assert (two["to"], two["basis"], two["missing"]) == ("abuse@names.test", ["registrar-duty"], [])
    assert "H-1" in two["body"]


def test_a_carrier_before_the_host_is_asked_by_its_own_form(
    desk: Desk, rdap: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PEHRA__REPORTS__RDAP", rdap)
    monkeypatch.setattr("cli.desk._addresses", lambda _: ["11.22.33.9"])
    ref = desk.case("https://one.example/a", "https://two.example/b", consents=["report-host"])
    drafted = desk.ask("report", "draft", ref)["drafted"]
    assert {(one["to"], one["kind"]) for one in drafted} == {("https://www.cloudflare.com/abuse/", "webform")}
    assert [one["links"] for one in drafted] == [[1], [2]], "one host per report"


def test_a_lookup_that_fails_keeps_the_draft_and_says_what_is_missing(
    desk: Desk, rdap: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PEHRA__REPORTS__RDAP", rdap)
    monkeypatch.setattr("cli.desk._addresses", lambda _: ["11.22.33.6"])
    [one] = desk.ask("report", "draft", desk.case("https://one.example/a"))["drafted"]
    assert one["missing"] == ["where it goes (to)"]
    assert any("could not be asked" in note for note in one["notes"])
    assert desk.ask("report", "complete", one["report"], "--to", "abuse@net.test")["missing"] == []
