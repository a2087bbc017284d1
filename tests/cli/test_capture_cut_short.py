"""Captures that were cut short: killed in the midst, and a disk that fills while something is being sealed."""

import os
import signal
import subprocess
from pathlib import Path

from casebook import visits
from casebook.access import MONITOR
from casebook.vocabulary import Act
from scheduler.clock import now
from tests.cli.captured import archive, at_work, case_of, part, views
from tests.helpline import ONCE, Helpline, until
from tests.scheduler.test_trouble import fill, mounted
from tests.web import pages
from tests.web.server import Web

SETTINGS = {**ONCE, "EVIDENCE__KEEP_FREE_BYTES": "0"}
HOSTS, LINKS = 6, 36
RECORDS = "SELECT count(*) FROM capture_record"


def test_a_kill_in_the_midst_loses_nothing_and_doubles_nothing_and_leaves_nothing_open(tmp_path: Path) -> None:
    helpline = Helpline(tmp_path, SETTINGS)
    with Web(HOSTS) as web:
        urls = [web.url(f"/up/{number}", host=number % HOSTS) for number in range(LINKS)]
        ref = case_of(helpline, urls, Act.CAPTURE)
        checking = helpline.start("check", "--all", stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        until("some were captured", lambda: helpline.one(RECORDS) >= 3)
        for worker in helpline.workers():
            os.kill(worker, signal.SIGKILL)
        checking.kill()
        checking.wait()
        until("no worker is left", lambda: not helpline.workers())
        assert pages.SENTENCES[0].encode() not in b"".join(
            one.read_bytes() for one in helpline.home.rglob("*") if one.is_file()
        )
        with at_work(helpline) as (book, _):
            visits.release(book, "check-", actor=MONITOR, at=now())  # as the end of its lease would
        helpline.here("retention", "run")
        helpline.pehra("check", "--all")
    made = [one for one in views(helpline, ref) if one.kind == "page"]
    assert sorted(one.link for one in made if one.link) == list(range(1, LINKS + 1))
    assert helpline.one("SELECT count(*) FROM watched_link WHERE verdict = 'live'") == LINKS
    on_record = {file for (file,) in helpline.rows("SELECT file FROM capture_part")}
    assert {one.name for one in (helpline.home / "evidence").iterdir()} == on_record
    assert {archive(part(helpline, one))[1].kind for one in made} == {"response"}
    assert helpline.ask_here("journal", "verify")["whole"] is True


def test_a_disk_that_is_full_while_something_is_sealed_costs_no_check(tmp_path: Path) -> None:
    helpline = Helpline(tmp_path, SETTINGS)
    with Web() as web:
        ref = case_of(helpline, [web.url("/up/full")], Act.CAPTURE)
        room = helpline.home / "evidence"
        with mounted(room, "-t", "tmpfs", "-o", "size=64k", "tmpfs"):
            fill(room / "ballast")
            told = helpline.pehra("check", "--all")
            assert told.code == 0
            assert [one.name for one in room.iterdir()] == ["ballast"]
        assert [(one.kind, one.reason) for one in views(helpline, ref)] == [("none", "disk-full")]
        assert helpline.one("SELECT verdict FROM watched_link") == "live"
