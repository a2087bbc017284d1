"""Sites that nobody described: a page against what it was when it was live, and against the site's missing page."""

from dataclasses import replace

from crawler.likeness import RUNS_KEPT_OF_MISSING, TAGS_KEPT, Print, alike, held
from crawler.verdict.addresses import keeps_its_name, way
from crawler.verdict.look import Look
from crawler.verdict.parts import Finding, Missing, Others, Way, found
from platforms.words import Verdict

ENOUGH_RUNS = 8  # fewer make no share worth a name
SOME_TEXT, SAME_TEXT, SURELY_SAME_TEXT = 0.2, 0.5, 0.8
LEFT_OVER = 0.2  # of the page's own text, at most, on a page that is its missing page
SAID_AGAIN = 0.8  # of the missing page's own words, at least
NEARLY_ALL = 0.9
LOOKS_ALIKE = 0.5
HELD = frozenset({"generic.parked", "generic.seized", "generic.for-sale"})  # in a whole site's place
SEEN_ONCE = "The site serves a page with content at this address."


def compared(look: Look) -> Finding:
    """Judge a page that carries no sign of any kind."""
    known = look.print_known
    if known is None or not known.is_telling:
        return _first_look(look)
    if is_same(look):
        because = "The page shows the same content as when it was last seen."
        return found(Verdict.LIVE, "same", because, note=_what_stays(known, look.print))
    if known.rendered and not look.page.rendered:
        because = "The page is another than when it was last seen, with its scripts run; so only a browser can tell."
        return found(Verdict.UNCLEAR, "needs-browser", because, needs_browser=True)
    if look.missing is None:
        return found(Verdict.UNCLEAR, "changed", difference(look, known), needs_missing=True)
    if _is_missing(look, known, look.missing):
        return _become_missing(look)
    if _is_like_unproved(look, look.missing):
        because = (
            "The page is another than when it was last seen, and the site now shows the same for an address that "
            "cannot exist; that may be a wall or maintenance, so it proves nothing."
        )
        return found(Verdict.UNCLEAR, "one-page-for-all", because, needs_browser=_scripts_may_tell(look))
    return found(Verdict.UNCLEAR, "changed", difference(look, known), needs_browser=_scripts_may_tell(look))


def _become_missing(look: Look) -> Finding:
    because = "The page is the one that the site shows for addresses that do not exist, and no longer what it was."
    if look.others is Others.ALIKE:
        because = f"{because} But now it is so with pages too that the site lists itself, so it may be a fault."
        return found(Verdict.UNCLEAR, "everything-missing", because)
    return found(Verdict.REMOVED, "missing-page", because, needs_others=look.others is None)


def _what_stays(known: Print, here: Print) -> Print:
    """Keep of what was written down what is there again: comments and advertisements go in a look or two."""
    stays = tuple(run for run in known.runs if run in here.whole)
    return replace(known, runs=stays) if len(stays) >= ENOUGH_RUNS else known


def _first_look(look: Look) -> Finding:
    """Judge a page never seen live: it is, unless the site shows the same for an address that cannot exist."""
    missing = look.missing
    if look.elsewhere and way(look.asked, look.final) is Way.PATH and not keeps_its_name(look.asked, look.final):
        because = "The site led our visit to another of its pages, and nothing shows that it has the same content."
        return found(Verdict.UNCLEAR, "other-page", because)
    if missing is None or missing.way is None:
        return found(Verdict.LIVE, "page", SEEN_ONCE, needs_missing=missing is None, note=look.print.against(None))
    if not missing.honest and _looks_alike(look, missing):
        because = (
            "The site shows the same page for an address that cannot exist, and this one was never seen otherwise; "
            "so nobody can tell whether the content was there."
        )
        return found(Verdict.UNCLEAR, "like-missing", because, needs_browser=_scripts_may_tell(look))
    because = "The site serves a page with content at this address, and another answer where nothing is."
    return found(Verdict.LIVE, "page", because, note=look.print.against(missing.print))


def compared_file(look: Look, because: str) -> Finding:
    """Judge a picture, film or file by its kind and size, for its body is never taken."""
    known, missing, here = look.print_known, look.missing, look.print
    was = known.file if known else None
    if here.file is None or here.file == was:
        return found(Verdict.LIVE, "file", because, note=known or here)
    if missing is None:
        return found(
            Verdict.LIVE if was is None else Verdict.UNCLEAR,
            "file" if was is None else "file-changed",
            because if was is None else "The file is of another kind or size than when it was last seen.",
            needs_missing=True,
            note=here,
        )
    if missing.print.file == here.file and not missing.honest:
        if was is not None and missing.proved:
            told = "The site serves the file that it serves for addresses that do not exist."
            return found(Verdict.REMOVED, "missing-file", told)
        told = "The site serves a file of the same kind and size for an address that cannot exist."
        return found(Verdict.UNCLEAR, "like-missing", told)
    if was is not None:
        told = "The file is of another kind or size than when it was last seen."
        return found(Verdict.UNCLEAR, "file-changed", told)
    return found(Verdict.LIVE, "file", because, note=here)


def is_same(look: Look) -> bool:
    """Whether the page shows the content that was written down when it was live."""
    known = look.print_known
    if known is None or not known.is_telling or not look.document.is_html or look.sheet is not None:
        return False
    here = look.print
    share, enough = held(known.runs, here), len(known.runs) >= ENOUGH_RUNS
    title = known.title is not None and known.title == here.title
    heading = known.heading is not None and known.heading == here.heading
    if known.picture is not None:
        if known.picture != here.picture:
            return False
        if share >= SAME_TEXT or not enough:
            return share >= SAME_TEXT or title or heading
        return known.checked and (title or heading or here.shown) and share >= SOME_TEXT
    named = (title and known.own_title) or (heading and known.own_heading)
    if not enough:
        return bool(known.title or known.heading) and named and title == bool(known.title) and share >= SAME_TEXT
    if known.checked:
        return share >= SURELY_SAME_TEXT or (named and share >= SAME_TEXT)
    return named and share >= SURELY_SAME_TEXT


def is_surely_same(look: Look) -> bool:
    """Whether a page at another address shows that content: titles alone are alike on many pages of one engine."""
    known = look.print_known
    if known is None or not is_same(look):
        return False
    here = look.print
    if known.title is None or (known.title, known.exact, known.heading) != (here.title, here.exact, here.heading):
        return False
    if known.picture != here.picture:
        return False
    return held(known.runs, here) >= SURELY_SAME_TEXT if len(known.runs) >= ENOUGH_RUNS else known.picture is not None


def is_another(look: Look) -> bool:
    """Whether nothing is left of the content that was known: neither its picture nor its words, whatever its title."""
    known = look.print_known
    if known is None or not known.is_telling or not look.document.is_html:
        return False
    here = look.print
    if (known.picture is not None and known.picture == here.picture) or held(known.runs, here) >= SOME_TEXT:
        return False
    return len(known.runs) >= ENOUGH_RUNS or (known.title != here.title and known.heading != here.heading)


def _is_missing(look: Look, known: Print, missing: Missing) -> bool:
    """Whether the page says what the missing page alone says, and nothing any more of what it was."""
    here, theirs = look.print, missing.print
    if not missing.proved or missing.way is not _ended(look) or theirs.file:
        return False
    if known.picture is not None and here.picture == known.picture != theirs.picture:
        return False
    if held(known.runs, here) > LEFT_OVER:
        return False
    if (here.bare_title, here.bare_heading) != (theirs.bare_title, theirs.bare_heading):
        return False
    if here.picture != theirs.picture and here.announced:
        return False
    if len(missing.own) >= ENOUGH_RUNS // 2:
        return held(missing.own, here) >= SAID_AGAIN
    # It says nothing of its own: then it has to be the same in everything, and the page was known by something else.
    differs = known.bare_title != theirs.bare_title or known.bare_heading != theirs.bare_heading
    if not differs and known.picture == theirs.picture and not known.runs:
        return False
    return here.picture == theirs.picture and _as_a_whole(here, theirs) >= NEARLY_ALL


def _is_like_unproved(look: Look, missing: Missing) -> bool:
    return not missing.honest and _looks_alike(look, missing)


def _looks_alike(look: Look, missing: Missing) -> bool:
    """Whether nothing on the page is its own; what may be drawn by chance, such as a list of pictures, is not."""
    if missing.way is not _ended(look):
        return False
    here, theirs = look.print, missing.print
    if (here.bare_title, here.bare_heading) != (theirs.bare_title, theirs.bare_heading):
        return False
    if here.announced and here.picture != theirs.picture:
        return False
    likeness = _as_a_whole(here, theirs)
    return likeness >= (LOOKS_ALIKE if here.picture != theirs.picture else LOOKS_ALIKE / 2)


def _ended(look: Look) -> Way:
    """Tell where the visit ended; where another site took it over, its sibling was asked for there."""
    where = way(look.asked, look.final)
    return Way.STAYED if where is Way.SITE else where


def _as_a_whole(here: Print, theirs: Print) -> float:
    if here.count >= ENOUGH_RUNS and theirs.count >= ENOUGH_RUNS:
        return alike(here.runs, theirs.runs, RUNS_KEPT_OF_MISSING)
    return alike(here.tags, theirs.tags, TAGS_KEPT)


def _scripts_may_tell(look: Look) -> bool:
    return look.document.has_scripts and not look.page.rendered


def difference(look: Look, known: Print) -> str:
    """Say how a page differs from what it was, in words that quote nothing."""
    here = look.print
    told = []
    if known.title != here.title:
        told.append("the title is another")
    if known.heading != here.heading:
        told.append("the main heading is another")
    if known.picture is not None and known.picture != here.picture:
        told.append("the main picture is gone" if here.picture is None else "the main picture is another")
    if known.runs:
        told.append(f"about {round(held(known.runs, here) * 10) * 10} % of its text is still there")
    if known.language and here.language and known.language != here.language:
        told.append("the language is another")
    return f"The page is not what it was when it was last seen: {', '.join(told) or 'nothing of it is left'}."


def learned(look: Look, finding: Finding) -> Missing:
    """Say what the answer for an address that cannot exist teaches; nothing where it was a wall or a fault."""
    if finding.verdict in (Verdict.BLOCKED, Verdict.RESTRICTED, Verdict.UNREACHABLE) or look.page.failure is not None:
        return Missing()
    where = way(look.asked, look.final)
    if finding.rule in HELD:
        return Missing(parked=True)
    if where is Way.SITE:
        return Missing()
    here = replace(look.print, whole=frozenset())  # kept for a day in memory, where the sample is enough
    if look.page.status in (404, 410):
        return Missing(where, honest=True, print=here)
    if look.page.status != 200 or finding.rule in ("generic.needs-browser", "generic.shell", "generic.empty"):
        return Missing()
    return Missing(where, print=here)


def proved_by(missing: Missing, here: Print) -> Missing:
    """Note that an address of the same shape showed `here` while the missing page was as it is."""
    theirs = missing.print
    own = tuple(run for run in theirs.runs if run not in here.whole)
    return replace(missing, proved=True, own=own)


def renewed(before: Missing, now: Missing) -> Missing:
    """Carry a proof over to what was learned again, where it is the same page still."""
    if not before.proved or before.way is not now.way or before.honest != now.honest:
        return now
    if now.way is not Way.STAYED or now.honest:
        return replace(now, proved=True, own=before.own)
    same = (before.print.bare_title, before.print.bare_heading) == (now.print.bare_title, now.print.bare_heading)
    if not same or before.print.file != now.print.file:
        return now
    theirs = set(now.print.runs)
    own = tuple(run for run in before.own if run in theirs)
    if len(own) >= ENOUGH_RUNS // 2:  # words that no live page had: another page in the same dress has none of them
        return replace(now, proved=True, own=own) if len(own) >= SOME_TEXT * len(before.own) else now
    return replace(now, proved=True, own=own) if _as_a_whole(before.print, now.print) >= NEARLY_ALL else now
