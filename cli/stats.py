"""stats; stats publish: what was asked for, what came of it, and how long it took."""

import csv
import io
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import click

from casebook.errors import Refused, Unavailable
from cli.context import Session
from cli.output import as_json as print_json
from cli.output import paragraphs, table
from cli.when import DAY
from scheduler.clock import now

if TYPE_CHECKING:  # numpy takes a third of a second that only these commands need
    from casebook.statistics import Period
    from reporters.figures import Summary

KEYS = ("platform", "channel", "lane", "category")
FIRST_DAY = date(2000, 1, 1)
FROM = click.option("--from", "start", type=DAY, help="Sent from this day on (UTC).")
TO = click.option("--to", "end", type=DAY, help="Sent up to this day, it included.")
JSON = click.option("--json", "as_json", is_flag=True, help="Print one JSON document and nothing else.")


class Keys(click.ParamType[tuple[str, ...]]):
    """Keys to group by, with commas between."""

    name = "keys"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> tuple[str, ...]:
        """Read them, in the order they were given."""
        keys = tuple(dict.fromkeys(str(value).replace(" ", "").split(",")))
        if not set(keys) <= set(KEYS):
            self.fail(f"group by one or more of {', '.join(KEYS)}, with commas between", param, ctx)
        return keys


def join(pehra: click.Group) -> None:
    """Add these commands."""
    pehra.add_command(stats)


@click.group(invoke_without_command=True)
@FROM
@TO
@click.option("--by", type=Keys(), default=",".join(KEYS), show_default=True, help="What to tell apart.")
@click.option("--csv", "as_csv", is_flag=True, help="Print one row for each group, comma-separated.")
@click.option(
    "--plot",
    type=click.Path(path_type=Path, file_okay=False),
    help="Also write plots into this folder, as SVG and PNG.",
)
@JSON
@click.pass_context
def stats(
    context: click.Context,
    start: date | None,
    end: date | None,
    by: tuple[str, ...],
    as_csv: bool,
    plot: Path | None,
    as_json: bool,
) -> None:
    """Say what was asked of whom, what came of it, and how long it took; docs/figures.md says what each figure means.

    Officers see their own cases, supervisors and statisticians all of them.
    """
    if context.invoked_subcommand is not None:
        return
    if as_json and as_csv:
        raise Refused("say either --json or --csv")
    session = context.find_object(Session)
    assert session is not None  # noqa: S101  # made by the group above
    found = _summary(session, _period(start, end, now()), by)
    if plot is not None:
        _plot(found, plot)
    if as_json:
        print_json(_document(found))
    elif as_csv:
        click.echo(_csv(found), nl=False)
    else:
        _tell(found)


def _period(start: date | None, end: date | None, at: datetime) -> "Period":
    """Make the period; what happened after its end counts too, up to now."""
    from casebook.statistics import Period

    first = start or FIRST_DAY
    last = end or at.date()
    if first > last:
        raise Refused("--from is after --to")
    return Period(_midnight(first), _midnight(last + timedelta(days=1)), at)


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), UTC)


def _summary(session: Session, period: "Period", by: tuple[str, ...]) -> "Summary":
    from casebook import statistics
    from reporters.figures import summarize

    return summarize(statistics.measure(session.book, period, actor=session.actor, at=now()), period, by)


def _document(found: "Summary") -> dict[str, object]:
    """Give the one JSON document."""
    from reporters.listing import fields, searched

    return {
        "from": found.period.start,
        "to": found.period.end,
        "as_of": found.period.as_of,
        "by": found.by,
        "all": fields(found.whole),
        "groups": [{**one.keys, **fields(one.figures)} for one in found.groups],
        "de_indexing": [{**one.keys, **searched(one.figures)} for one in found.de_indexing],
        "check_gaps_of_every": found.gaps_of_every,
        "erased": [
            {"platform": name or None, "links": links, "takedowns": downs, "resurfacings": ups}
            for name, (links, downs, ups) in found.erased.items()
        ],
    }


def _csv(found: "Summary") -> str:
    """Give one row for all, and one for each group; an empty field is a figure that is not reached or not known."""
    from reporters.listing import flat

    rows = [({}, found.whole), *((one.keys, one.figures) for one in found.groups)]
    written = [{**{key: keys.get(key, "all") for key in found.by}, **flat(figures)} for keys, figures in rows]
    out = io.StringIO()
    writer = csv.DictWriter(out, list(written[0]), lineterminator="\n")
    writer.writeheader()
    writer.writerows(written)
    return out.getvalue()


def _tell(found: "Summary") -> None:
    """Print three tables: what came of it, how long it took, and what was asked of search engines."""
    from reporters.listing import OUTCOMES, SEARCHES, TIMES, outcomes, searches, times

    rows = [(("all",) + ("",) * (len(found.by) - 1), found.whole)]
    rows += [(tuple(one.keys.values()), one.figures) for one in found.groups]
    paragraphs(f"Sent from {found.period.start:%Y-%m-%d} to {found.period.end - timedelta(days=1):%Y-%m-%d}.")
    if not found.whole.n and not found.de_indexing:
        paragraphs("Nothing was asked in that time.")
        return
    table((*found.by, *OUTCOMES), [(*names, *outcomes(one)) for names, one in rows])
    paragraphs("", "Hours from sending; the median, and between which hours it lies with 95 % confidence.")
    table((*found.by, *TIMES), [(*names, *times(one)) for names, one in rows])
    if found.de_indexing:
        paragraphs("", "Asked of search engines, which is no removal:")
        searched = [(*one.keys.values(), *searches(one.figures)) for one in found.de_indexing]
        table((*found.by, *SEARCHES), searched)
    if found.erased:
        links = sum(one[0] for one in found.erased.values())
        paragraphs("", f"Not counted above: {links} link(s) of erased cases.")


def _plot(found: "Summary", folder: Path) -> None:
    """Write what the tables say as pictures."""
    from reporters import listing, plots

    folder.mkdir(parents=True, exist_ok=True)
    figures = {
        "takedown": plots.waits(listing.waits(found), "Hours to takedown: median, 95 % interval"),
        "reply": plots.waits(listing.waits(found, reply=True), "Hours to the first reply: median, 95 % interval"),
        "outcomes": plots.outcomes(listing.bars(found), listing.PARTS, "What came of requests"),
    }
    for name, figure in figures.items():
        (folder / f"{name}.svg").write_bytes(plots.render(figure, "svg"))
        (folder / f"{name}.png").write_bytes(plots.render(figure, "png"))


@stats.command()
@click.option("--from", "start", type=DAY, required=True, help="First day (UTC), such as 2026-01-01.")
@click.option("--to", "end", type=DAY, required=True, help="Last day, such as 2026-06-30; it must be over.")
@click.option("--out", type=click.Path(path_type=Path, file_okay=False), default="published", show_default=True)
@click.option("--pdf", "with_pdf", is_flag=True, help="Print it as PDF too, where there is a Chromium.")
@JSON
@click.pass_obj
def publish(session: Session, start: date, end: date, out: Path, with_pdf: bool, as_json: bool) -> None:
    """Write the half-yearly report for everybody to read: counts under 5 are hidden, and nothing leads to a case."""
    from casebook import statistics
    from reporters import public

    if start > end:
        raise Refused("--from is after --to")
    over = _midnight(end + timedelta(days=1))
    period = statistics.Period(_midnight(start), over, over)
    found = statistics.publish(session.book, period, actor=session.actor, at=now())
    out.mkdir(parents=True, exist_ok=True)
    page = out / f"response-times-{start}-{end}.html"
    page.write_text(public.page(found, period, _names(session)), "utf-8")
    files = [page, *([_printed(session, page)] if with_pdf else [])]
    if as_json:
        print_json({"from": start.isoformat(), "to": end.isoformat(), "files": files})
    else:
        click.echo("\n".join(f"Written: {one}" for one in files))


def _names(session: Session) -> dict[str, str]:
    """Give platforms' names by their ids."""
    return {sheet.id: sheet.name for sheet in session.home.registry()}


def _printed(session: Session, page: Path) -> Path:
    from crawler.browser import find_browser
    from reporters.paper import print_page

    browser = find_browser(session.home.settings.crawler.browser)
    if browser is None:
        raise Unavailable(f"there is no Chromium here to print with; the page itself is written: {page.name}")
    return print_page(page, page.with_suffix(".pdf"), browser)
