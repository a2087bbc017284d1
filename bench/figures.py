"""What figures cost over a million links, and whether published medians hold what they say; `make bench` runs neither.

python bench/figures.py bias     100 simulated platforms whose true median is known
python bench/figures.py cost     fills a casebook (some minutes, kept in the temporary folder), then asks it for figures
python bench/figures.py digest   writes the week's digest from the same casebook, for one officer and for all
"""

import json
import os
import shutil
import sqlite3
import statistics
import sys
import tempfile
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
from recheck import CONFIG, machine, said, show, table
from rich.table import Table

from casebook import officers, readers
from casebook.access import Role
from reporters.survival import Spans, median
from scheduler.home import DATABASE, Home

LINKS, CHECKS, REPORTS = 1_000_000, 10_000_000, 500_000
CASES, DESKS, SIGHTINGS = REPORTS // 10, 20, LINKS // 10
PLATFORMS = 36
WANTED_S, WANTED_MB, DIGEST_S = 10.0, 1024.0, 5.0
TRUE_H, RUNS, WANTED_INSIDE = 72.0, 100, 95
PEHRA = str(Path(sys.executable).with_name("pehra"))
YEAR_S = 365 * 86_400
# A number between 0 and 1 for each row, by chance as far as anybody can see, and the same on every machine.
CHANCE = "((({row} * 2654435761 + {salt} * 40503) % 1000003 + 0.5) / 1000003.0)"
MOMENT = "strftime('%Y-%m-%d %H:%M:%S.000000', {}, 'unixepoch')"


def chance(row: str, salt: int) -> str:
    return CHANCE.format(row=row, salt=salt)


def moment(seconds: str) -> str:
    return MOMENT.format(seconds)


def fill(folder: Path) -> None:
    """Make a home with a statistician and officers, and the rows of the last two years past the program.

    The first officer is assigned to every case, each of the others to a part; all of them read digests.
    """
    folder.mkdir(parents=True)
    book, _ = Home.find(folder, CONFIG).make()
    at = datetime.now(UTC)
    first = officers.add_first(book, "bench", at=at)
    officers.add(book, "counts", Role.STATISTICIAN, actor=first, at=at, passphrase=None)
    for number in range(DESKS):
        officers.add(book, f"desk {number}", Role.OFFICER, actor=first, at=at, passphrase=None)
    for name in ("bench", *(f"desk {number}" for number in range(DESKS))):
        actor = officers.prove(book, officers.claim(book, name), None, at=at)
        readers.subscribe(
            book,
            "a@staff.example",
            actor=actor,
            at=at - timedelta(days=30),
            language="en",
            weekly=True,
            daily=False,
            urgent=True,
        )
    book.engine.dispose()
    with sqlite3.connect(folder / DATABASE) as connection:
        for pragma in ("synchronous = OFF", "cache_size = -400000", "journal_mode = OFF", "foreign_keys = OFF"):
            connection.execute(f"PRAGMA {pragma}")
        connection.execute(
            f"CREATE TEMP TABLE n AS WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {LINKS}) SELECT i FROM n"
        )
        columns = {
            name: connection.execute(f'SELECT * FROM "{name}"').description
            for name in (
                "case",
                "assignment",
                "entry",
                "address",
                "watched_link",
                "check",
                "event",
                "report",
                "report_link",
                "clock",
                "sighting",
            )
        }
        indexes = connection.execute(
            f"SELECT name, sql FROM sqlite_master WHERE type = 'index' AND sql IS NOT NULL AND tbl_name IN ({', '.join(repr(one) for one in columns)})"
        ).fetchall()
        for name, _ in indexes:
            connection.execute(f'DROP INDEX "{name}"')
        for statement in rows(int(at.timestamp()) - 2 * YEAR_S):
            connection.execute(statement)
        for _, sql in indexes:
            connection.execute(sql)
        connection.execute("ANALYZE")
    connection.close()


def rows(began: int) -> list[str]:
    report = "((i + 1) / 2)"
    due = f"{began} + CAST({chance('i', 9)} * {3 * YEAR_S} AS INTEGER)"
    found = f"{began} + CAST({chance('i', 8)} * {2 * YEAR_S} AS INTEGER)"
    sent = f"({began} + CAST({chance(report, 1)} * {2 * YEAR_S} AS INTEGER))"
    waited = f"CAST(-ln({chance('i', 2)}) * {TRUE_H * 3600 / 0.6931} * (0.5 + ({report} % {PLATFORMS}) / {PLATFORMS}.0) AS INTEGER)"
    phase = f"CAST({chance('i', 3)} * 86400 AS INTEGER)"
    live = f"max({sent}, {sent} + (({waited} - {phase}) / 86400) * 86400 + {phase})"
    down, again = f"({chance('i', 4)} < 0.66)", f"({chance('i', 5)} < 0.05 AND {chance('i', 4)} < 0.66)"
    gone, last = f"({live} + 86400)", f"({sent} + 10 * 86400)"
    return [
        f"INSERT INTO \"case\" (id, ref, minor, urgent, opened_at) SELECT i, 'C-' || i, 0, i % 100 = 0, {moment(str(began))} FROM n WHERE i <= {CASES}",
        f"INSERT INTO assignment (case_id, officer_id, since) SELECT i, 1, {moment(str(began))} FROM n WHERE i <= {CASES}",
        f"INSERT INTO assignment (case_id, officer_id, since) SELECT i, 3 + i % {DESKS}, {moment(str(began))} FROM n WHERE i <= {CASES}",
        f"INSERT INTO entry (case_id, kind, words, at, author, due_at) SELECT i, 'follow-up', randomblob(200), {moment(str(began))}, 'officer-1', {moment(due)} FROM n WHERE i <= {CASES}",
        f"INSERT INTO sighting (case_id, state, tier, found_at) SELECT 1 + i % {CASES}, iif(i % 20, 'dismissed', 'suspected'), 'pdq', {moment(found)} FROM n WHERE i <= {SIGHTINGS}",
        f"INSERT INTO address (id, url, url_digest, site_digest, platform, minor, due_at, failures, last_checked_at) SELECT i, randomblob(90), randomblob(32), randomblob(32), 'p' || ({report} % {PLATFORMS}), 0, {moment(last)}, 0, {moment(last)} FROM n",
        f"""INSERT INTO watched_link (id, case_id, address_id, category, added_at, minor, state, since, last_told_at, last_seen_live_at, first_seen_gone_at, taken_down_at, times_resurfaced)
            SELECT i, 1 + i / {LINKS // CASES} % {CASES}, i, 'ncii', {moment(sent)}, 0, iif({again}, 'resurfaced', iif({down}, 'removed', 'live')), {moment(sent)}, {moment(last)},
            iif({again}, {moment(f"({gone} + 20 * 86400)")}, iif({down}, {moment(live)}, {moment(last)})), iif({down}, {moment(gone)}, NULL), iif({down} AND NOT {again}, {moment(gone)}, NULL), {again} FROM n""",
        f"""INSERT INTO report (id, case_id, platform, channel, lane, basis, needs, category, language, state, outcome, drafted_at, sent_at, first_reply_at, answered_at, content)
            SELECT i, 1 + i / 10 % {CASES}, 'p' || (i % {PLATFORMS}), 'p' || (i % {PLATFORMS}) || iif(i % 3, '.form', '.partner'), iif(i % 3, 'policy', 'partner'), 'platform-policy', '', iif(i % 5, 'ncii', 'impersonation'), 'en',
            iif(i % 4, 'answered', 'sent'), iif(i % 4, iif(i % 9, 'acted', 'refused'), NULL), s, s, r, iif(i % 4, r, NULL), randomblob(800)
            FROM (SELECT i, {moment(sent.replace(report, "i"))} AS s, {moment(f"({sent.replace(report, 'i')} + CAST({chance('i', 7)} * 400000 AS INTEGER))")} AS r FROM n WHERE i <= {REPORTS})""",
        f"INSERT INTO report_link (id, report_id, link_id) SELECT i, {report}, i FROM n",
        "INSERT INTO clock (id, report_id, basis, rule, awaits, started_at, due_at, met_at) SELECT i, i, 'us-tida', 'us-tida.removal', 'takedown', sent_at, datetime(sent_at, '+2 days') || '.000000', iif(i % 3, datetime(sent_at, '+1 days') || '.000000', NULL) FROM n JOIN report ON report.id = i",
        f"INSERT INTO \"check\" (address_id, at, verdict, rule, because, rendered, took_ms) SELECT i, {moment(f'{sent} + {phase} + k * 86400')}, 'live', 'generic.live', randomblob(90), 0, 400 FROM (SELECT i AS k FROM n WHERE i <= {CHECKS // LINKS}) CROSS JOIN n",
        f"INSERT INTO event (link_id, check_id, kind, at, last_seen_live_at, first_seen_gone_at) SELECT i, i, 'taken-down', {moment(f'({gone} + 86400)')}, {moment(live)}, {moment(gone)} FROM n WHERE {down}",
        f"INSERT INTO event (link_id, check_id, kind, at) SELECT i, i, 'resurfaced', {moment(f'({gone} + 20 * 86400)')} FROM n WHERE {again}",
        f"INSERT INTO event (link_id, check_id, kind, at) SELECT i, i, 'seen-live', {moment(sent)} FROM n",
    ]  # fmt: skip


def ask(folder: Path, *words: str, officer: str = "counts") -> tuple[float, float, float, str]:
    """Run the command as a whole; gives seconds by the clock and of the processor, peak megabytes, and what it said."""
    command = [PEHRA, "--home", str(folder), "--config", str(CONFIG), "--officer", officer, *words]
    began = time.perf_counter()
    with tempfile.TemporaryFile() as out:
        child = os.posix_spawn(PEHRA, command, os.environ, file_actions=[(os.POSIX_SPAWN_DUP2, out.fileno(), 1)])
        _, status, usage = os.wait4(child, 0)
        took = time.perf_counter() - began
        assert status == 0, status
        out.seek(0)
        return took, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024, out.read().decode()


def home() -> Path:
    """Give the filled home, made where there is none yet."""
    folder = Path(os.environ.get("FIGURES_BENCH", Path(tempfile.gettempdir()) / "figures-bench"))
    if not folder.exists():
        began = time.perf_counter()
        fill(folder)
        print(f"filled in {time.perf_counter() - began:.0f} s")
    return folder


def measured(title: str) -> Table:
    """Begin a table of commands and what each took."""
    around = f"over {LINKS:,} links, {CHECKS:,} checks, {REPORTS:,} reports"
    return table(f"{title} {around}", "what", "wanted", "s", "CPU s", "MB", "")


def add(made: Table, what: str, found: tuple[float, float, float, str], wanted_s: float) -> None:
    """Add a command's row."""
    took, cpu, peak, _ = found
    met = said(took < wanted_s and peak < WANTED_MB)
    made.add_row(what, f"under {wanted_s:.0f} s, {WANTED_MB:.0f} MB", f"{took:.1f}", f"{cpu:.1f}", f"{peak:.0f}", met)


def cost() -> None:
    folder, made = home(), measured("`pehra stats`")
    for what, words in (("per platform, channel, lane and category", []), ("per platform", ["--by", "platform"])):
        found = ask(folder, "stats", "--json", *words)
        assert json.loads(found[3])["all"]["n"] > LINKS * 0.9
        add(made, what, found, WANTED_S)
    show(made)


def digest() -> None:
    """Write the week's digest of one officer who has every case, of one who has a part, and send everybody's."""
    folder, made = home(), measured("The week's digest")
    outbox = folder.with_name(folder.name + "-outbox")
    os.environ["PEHRA__MAIL__FOLDER"] = str(outbox)
    for what, officer in ((f"one officer with {CASES:,} cases", "bench"), (f"one with {CASES // DESKS:,}", "desk 0")):
        found = ask(folder, "digest", "preview", "--text", officer=officer)
        assert "Deadlines missed" in found[3]
        add(made, what, found, DIGEST_S)
    with sqlite3.connect(folder / DATABASE) as connection:
        for name in ("told", "mailing"):
            connection.execute(f"DELETE FROM {name}")
    connection.close()
    found = ask(folder, "digest", "send", "--json", officer="bench")
    sent = json.loads(found[3])["sent"]
    assert sent >= DESKS, sent
    add(made, f"`digest send`: {sent} digests and urgent mails of all officers", found, DIGEST_S)
    show(made)
    shutil.rmtree(outbox)


def simulated(chance: np.random.Generator, n: int) -> tuple[Spans, float]:
    """A platform with a true median of 72 h, looked at daily, of which a third is out of sight before it acts."""
    truth, until = chance.exponential(TRUE_H / np.log(2), n), chance.exponential(2 * TRUE_H / np.log(2), n)
    first = chance.uniform(0, 24, n)
    last = np.where(until < first, 0.0, first + np.floor((until - first) / 24) * 24)
    low = np.where(truth < first, 0.0, first + np.floor((truth - first) / 24) * 24)
    high = np.where(truth < first, first, low + 24)
    seen = high <= last
    return Spans.of(np.where(seen, low, np.minimum(low, last)), np.where(seen, high, np.inf)), float(
        (until < truth).mean()
    )


def bias() -> None:
    made = table(
        f"{RUNS} simulated platforms, true median {TRUE_H:.0f} h, looked at daily",
        "requests",
        "out of sight",
        "wanted",
        "inside the bounds",
        "median of estimates, h",
        "bounds in the mean, h",
        "",
    )
    for n in (30, 100, 300, 1000):
        chance, inside, estimates, bounds, hidden = np.random.default_rng(n), 0, [], [], []
        for _ in range(RUNS):
            spans, unseen = simulated(chance, n)
            found = median(spans)
            high = np.inf if found.high is None else found.high
            low = found.low or 0.0
            inside += low <= TRUE_H <= high
            estimates.append(np.inf if found.hours is None else found.hours)
            bounds.append((low, high))
            hidden.append(unseen)
        mean = [statistics.mean(one for one in side if np.isfinite(one)) for side in zip(*bounds, strict=True)]
        made.add_row(
            str(n),
            f"{np.mean(hidden):.0%}",
            f"{WANTED_INSIDE} of {RUNS}",
            str(inside),
            f"{np.median(estimates):.1f}",
            f"{mean[0]:.0f} to {mean[1]:.0f}",
            said(inside >= WANTED_INSIDE),
        )
    show(made)


def main() -> None:
    machine()
    for part in sys.argv[1:] or ["bias", "cost", "digest"]:
        {"bias": bias, "cost": cost, "digest": digest}[part]()


if __name__ == "__main__":
    main()
