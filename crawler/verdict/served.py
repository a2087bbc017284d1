"""Any site: there, or nobody can tell."""

from crawler.page import Page
from crawler.verdict.look import Look
from crawler.verdict.parts import Finding, found
from crawler.verdict.unknown import compared, compared_file
from platforms.words import Verdict

_MEDIA = ("image/", "video/", "audio/")
_FILES = frozenset(
    {"application/pdf", "application/zip", "application/octet-stream", "application/x-zip-compressed"}
    | {"application/x-rar-compressed", "application/vnd.rar", "application/x-7z-compressed", "application/ogg"}
)


def odd(look: Look) -> Finding | None:
    """Say `unclear` for every answer that is not a plain yes."""
    status = look.page.status
    if status in (204, 205):
        return found(Verdict.UNCLEAR, f"status-{status}", f"The site answered without any content ({status}).")
    if status not in (200, 203, 206):
        return found(Verdict.UNCLEAR, "status-other", f"The site's answer ({status}) proves nothing.")
    if not look.page.body and not (_is_file(look) and _announces_bytes(look.page)):
        return found(Verdict.UNCLEAR, "empty", "The site answered with an empty page.")
    return None


def served(look: Look) -> Finding:
    """Say whether what is served is content; always answers."""
    document = look.document
    if not document.is_html:
        return _served_file(look)
    if document.is_script_shell and not look.page.rendered:
        because = "The page is filled by scripts, so only a browser can tell."
        return found(Verdict.UNCLEAR, "needs-browser", because, needs_browser=True)
    if document.is_script_shell:
        return found(Verdict.UNCLEAR, "shell", "The page stayed nearly empty in a browser too.")
    if not document.visible_text_length and not document.has_media:
        return found(Verdict.UNCLEAR, "empty", "There is nothing to see on the page.")
    if look.sheet is None:
        return compared(look)
    return found(Verdict.LIVE, "page", "The site serves a page with content at this address.")


def _served_file(look: Look) -> Finding:
    if _is_file(look):
        because = "The site serves a picture, film or file at this address."
        return compared_file(look, because) if look.sheet is None else found(Verdict.LIVE, "file", because)
    if _kind(look.page) == "text/plain":
        return found(Verdict.LIVE, "text", "The site serves a plain text at this address.")
    return found(Verdict.UNCLEAR, "unknown-kind", "The answer is neither a page nor a picture, film or file.")


def _is_file(look: Look) -> bool:
    kind = _kind(look.page)
    return (kind.startswith(_MEDIA) or kind in _FILES) and not look.document.is_html


def _kind(page: Page) -> str:
    return page.headers.get("content-type", "").partition(";")[0].strip().lower()


def _announces_bytes(page: Page) -> bool:
    """Whether content was on its way although nothing of it was taken: films of minors are never downloaded."""
    length = page.headers.get("content-length", "").strip()
    return page.truncated or (length.isascii() and length.isdigit() and length.strip("0") != "")
