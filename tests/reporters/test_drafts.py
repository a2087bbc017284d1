"""What drafts say, in whatever channel, category and language: complete, different, and free of blame."""

import email
import json
import re
from email import policy
from typing import Any
from uuid import UUID

import pytest

from casebook.errors import Refused
from casebook.settings import Reports
from casebook.vocabulary import Category, Follows, Lane
from platforms.elements import Element
from platforms.registry import Registry
from platforms.words import Use
from reporters import email as mails
from reporters import lanes, xarf
from reporters.bases import known
from reporters.channels import channel_of, id_of
from reporters.draft import compose
from reporters.facts import Earlier, Facts
from reporters.filling import TOKEN, missing
from reporters.lanes import Rung
from tests.reporters.conftest import AT, OFFICE, facts, link

BLAME = re.compile(
    r"revenge|victim|alleged|claims to|shame|naked|nude|sex|porn\b|leaked|scandal|unfortunately|her own fault|careless",
    re.IGNORECASE,
)
EVERYTHING = {one.value: "x" for one in Element}
KNOWN = {"legal_name": "A", "affected_person": "A", "old_contact": "A", "contact": "A", "contact_email": "A"}


def every(registry: Registry) -> list[Rung]:
    """Every channel of every sheet, under each of its bases."""
    return [
        Rung(sheet, channel, (known()[basis],), Lane(channel.lane.value))
        for sheet in registry
        for channel in sheet.channel
        for basis in channel.basis
    ]


def content(rung: Rung, category: Category, **more: Any) -> dict[str, Any]:
    one = link("https://site.example/a/b", category=category, platform=rung.sheet.id)
    made = {"rung": rung, "category": category, "links": (one,), "office": OFFICE, "at": AT, **more}
    return compose(Facts(**made))


def earlier(follows: Follows, *, same: bool = True) -> Earlier:
    return Earlier(
        1, follows, ("T-1",), AT, AT, "Site", "answered", "refused", "no-reason-given", Lane.POLICY, None, same
    )


def test_every_channel_and_basis_has_its_wording_in_both_languages(registry: Registry) -> None:
    for rung in every(registry):
        for category in Category:
            said = content(rung, category)
            assert "https://site.example/a/b" in said["body"], (rung.sheet.id, rung.bases[0].id)
            assert said["subject"], rung.bases[0].id
            assert re.search(r"[\u0600-\u06ff]{3}", said["gloss"]), rung.bases[0].id
            assert "\n\n\n" not in said["body"]


def test_no_wording_blames_or_exposes(registry: Registry) -> None:
    for rung in every(registry):
        for category in Category:
            said = content(rung, category, given=EVERYTHING)
            assert not BLAME.search(said["body"] + said["subject"]), (rung.sheet.id, BLAME.search(said["body"]))


def test_names_stand_only_where_they_are_asked_for(registry: Registry) -> None:
    personal = {"legal_name", "affected_person", "identity_number", "statement", "id_document", "old_contact"}
    for rung in every(registry):
        said = content(rung, Category.NCII)
        asked = {one["element"] for one in said["fields"]}
        if said["by"] == "helpline":
            assert set(TOKEN.findall(said["body"])) & personal <= asked, rung.sheet.id


def test_what_the_channel_cannot_verify_is_marked_on_every_draft(registry: Registry) -> None:
    for rung in every(registry):
        marked = any(note.startswith("VERIFY BEFORE USE") for note in content(rung, Category.NCII)["notes"])
        assert marked == rung.channel.verify


def test_a_draft_lacks_nothing_when_everything_was_given(registry: Registry) -> None:
    for rung in every(registry):
        assert missing(content(rung, Category.NCII, given=EVERYTHING, to="x@y.example"), KNOWN) == []


def test_each_missing_element_is_named(registry: Registry) -> None:
    nobody = facts(registry, "youtube", office=Reports())
    lacks = missing(compose(nobody), {})
    assert len(lacks) == 2
    assert all(word in str(lacks) for word in ("(signature)", "(contact)"))


@pytest.mark.parametrize("follows", list(Follows))
def test_what_follows_cites_the_earlier_number(registry: Registry, follows: Follows) -> None:
    for rung in every(registry):
        if rung.channel.use in (Use.REPORT, Use.APPEAL, Use.ESCALATION):
            for same in (True, False):
                said = content(rung, Category.NCII, earlier=earlier(follows, same=same))
                assert "T-1" in said["body"], (rung.sheet.id, rung.bases[0].id)


def test_a_childs_draft_holds_addresses_and_nothing_of_the_case(registry: Registry) -> None:
    for sheet in registry:
        for rung in lanes.for_child(registry, sheet.id, "iwf_pk"):
            said = content(rung, Category.CSE, child=True)
            assert not TOKEN.search(json.dumps(said)), rung.sheet.id
            assert not any("expose" in note for note in said["notes"])


def test_a_channel_keeps_its_name_whatever_the_order(registry: Registry) -> None:
    for sheet in registry:
        names = [id_of(one) for one in sheet.channel]
        assert len(set(names)) == len(names), sheet.id
        assert [channel_of(sheet, name) for name in names] == list(sheet.channel)


def mail(**more: Any) -> Any:
    words = {
        "to": "abuse@net.test", "subject": "Report", "body": "سلام, please look\n" + "x" * 1200, "office": OFFICE,
        "at": AT, "message_id": "<1@helpline.example>",
    }  # fmt: skip
    return mails.message(**{**words, **more})


def test_an_eml_opens_as_a_draft_and_reads_back_as_it_was() -> None:
    data = mails.unsent(mail(attached=[{"xarf_version": "4.2.0"}]))
    read = email.message_from_bytes(data, policy=policy.default)
    assert (read["To"], read["X-Unsent"], read["From"]) == (
        "abuse@net.test", "1", "Example Helpline <desk@helpline.example>"
    )  # fmt: skip
    assert read.get_body().get_content().startswith("سلام, please look")  # type: ignore[union-attr]
    assert [part.get_filename() for part in read.iter_attachments()] == ["xarf-1.json"]
    assert all(len(line) <= 998 for line in data.split(b"\r\n"))


@pytest.mark.parametrize(
    "more",
    [
        pytest.param({"to": "no mailbox"}, id="a receiver that is none"),
        pytest.param({"to": "a@b.example\nBcc: c@d.example"}, id="a receiver with a line of its own"),
        pytest.param({"office": Reports()}, id="no address of ours"),
    ],
)
def test_a_mail_that_cannot_be_is_refused_in_words(more: dict[str, Any]) -> None:
    with pytest.raises(Refused):
        mail(**more)


def test_a_subject_of_two_lines_is_one() -> None:
    assert mail(subject="one\nBcc: two@x.example")["Subject"] == "one Bcc: two@x.example"


def test_xarf_says_what_the_standard_asks_and_nothing_of_the_person() -> None:
    one = xarf.report(link("https://site.example/a"), Category.NCII, OFFICE, source="192.0.2.1", number=UUID(int=5))
    assert one is not None
    required = {"xarf_version", "report_id", "timestamp", "reporter", "sender", "source_identifier", "category", "type"}
    assert required <= one.keys()
    assert {"url", "data_types", "exposure_method"} <= one.keys()
    assert one["timestamp"] == "2026-03-01T09:00:00Z"
    assert xarf.report(link("https://s.example/"), Category.CSE, OFFICE, source="x", number=UUID(int=5)) is None
    assert xarf.report(link("https://s.example/"), Category.NCII, Reports(), source="x", number=UUID(int=5)) is None


@pytest.mark.parametrize(("platform", "told"), [("pinterest", True), ("youtube", False), ("dropbox", False)])
def test_the_platforms_own_rules_are_named_beside_a_law_where_it_has_a_channel_for_them(
    registry: Registry, platform: str, told: bool
) -> None:
    found = [one for one in compose(facts(registry, platform))["notes"] if "--lane policy" in one]
    assert bool(found) is told
