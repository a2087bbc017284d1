"""A page's HTML as signs are read from it: parsed once, bounded, and never raising, whatever the bytes are."""

import json
import re
from collections.abc import Iterator
from functools import cached_property
from itertools import islice
from urllib.parse import urljoin, urlsplit

from selectolax.lexbor import LexborHTMLParser, LexborNode, SelectolaxError
from w3lib.encoding import html_body_declared_encoding, html_to_unicode, http_content_type_encoding

from crawler.page import Page

PARSED_BYTES = 2_000_000
PARSED_TAGS = 25_000  # the parser's time grows with the square of the nesting; this many take about a second at worst
TITLE_CHARS = 1_000
REFRESH_DELAY_S = 5
SHELL_CHARS = 120
SHELL_CHARS_ASKING_FOR_SCRIPTS = 500
ASSIGNMENTS_TRIED = 8
OWN_CHARS = 40_000  # of the body's markup that a page is known by

# Python decodes these too, but they are no charsets of the web: some take quadratic time, some yield lone surrogates.
_NO_CHARSETS = {"punycode", "idna", "unicode_escape", "unicode-escape", "raw-unicode-escape", "raw_unicode_escape"}
_MARKUP_START = re.compile(rb"\s*<(?:!doctype\s+html|html|head|body)[\s>]", re.IGNORECASE)
_TAG = re.compile(r"<[a-zA-Z]")
_REFRESH = re.compile(r"\s*(\d{1,6})(?:\.\d*)?\s*[;,\s]\s*(?:url\s*=\s*)?(.*)", re.IGNORECASE | re.DOTALL)
_USER_AREA = re.compile(
    r"(?:^|[\s_-])(?:comments?|repl(?:y|ies)|reviews?|disqus|responses?|thread|user[_-]?content|ugc|guestbook)(?=$|[\s_-])"
)
_NEEDS_SCRIPTS = re.compile(
    r"java\s?script.{0,60}(?:enable|require|need|disabled|on\b|run)|(?:enable|requires?|needs?|without|turn on)"
    r".{0,40}java\s?script|جاوا\s?اسکرپٹ|جافا\s?سكريبت|जावास्क्रिप्ट",
    re.IGNORECASE | re.DOTALL,
)


def squeeze(text: str) -> str:
    """Put single spaces for all white space, as a browser shows it."""
    return " ".join(text.split())


class Document:
    """What can be read in one page. Everything is computed when first asked for, and kept."""

    def __init__(self, page: Page) -> None:
        self._page = page
        self._scripts: dict[str, tuple[object, ...]] = {}
        self._selected: dict[str, list[LexborNode]] = {}

    @cached_property
    def is_html(self) -> bool:
        """Whether the answer is a page, by its declared kind or, where that is absent or wrong, by how it begins."""
        kind = self._page.headers.get("content-type", "").partition(";")[0].strip().lower()
        if kind in ("text/html", "application/xhtml+xml"):
            return True
        if not kind:
            return self._page.body[:64].lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"<")
        return _MARKUP_START.match(self._page.body[:256]) is not None

    @cached_property
    def text(self) -> str:
        """The markup, decoded the way browsers do; empty for anything but HTML."""
        if not self.is_html:
            return ""
        decoded = _decode(self._page.headers.get("content-type"), self._page.body[:PARSED_BYTES])
        if decoded.count("<") > PARSED_TAGS:
            beyond = next(islice(_TAG.finditer(decoded), PARSED_TAGS, None), None)
            return decoded[: beyond.start()] if beyond else decoded
        return decoded

    @cached_property
    def _tree(self) -> LexborHTMLParser:
        return LexborHTMLParser(self.text)

    def slim(self) -> None:
        """Let go of the trees, which are ten times as large as the page, and keep what was read; they grow again."""
        for name in ("_tree", "_own", "text"):
            self.__dict__.pop(name, None)
        self._selected.clear()

    def select(self, css: str) -> list[LexborNode]:
        """Elements that fit the selector, in the page's order; none where it is no selector."""
        if css not in self._selected:
            try:
                self._selected[css] = self._tree.css(css)
            except (SelectolaxError, ValueError):
                self._selected[css] = []
        return self._selected[css]

    @cached_property
    def title(self) -> str:
        """The page's title on one line, "" where there is none; cut after a thousand characters."""
        node = next((node for node in self.select("title") if not _is_drawing(node)), None)
        return squeeze(node.text()[: TITLE_CHARS * 4])[:TITLE_CHARS] if node else ""

    @cached_property
    def h1(self) -> tuple[str, ...]:
        """Texts of the main headings; what people wrote below the content is left out."""
        return tuple(text for tag, text in self._headings if tag == "h1")

    @cached_property
    def headings(self) -> tuple[str, ...]:
        """Texts of `h1` and `h2`; what people wrote below the content is left out."""
        return tuple(text for _, text in self._headings)

    @cached_property
    def _headings(self) -> tuple[tuple[str, str], ...]:
        nodes = islice(self.select("h1, h2"), 40)
        texts = ((node.tag or "", squeeze(node.text())[:TITLE_CHARS]) for node in nodes if not _in_user_area(node))
        return tuple((tag, text) for tag, text in texts if text)

    @cached_property
    def metas(self) -> dict[str, str]:
        """Content of each meta tag by its name or property in lower case; the first of each stands."""
        found: dict[str, str] = {}
        for node in self.select("meta[content]"):
            attributes = node.attributes
            name = attributes.get("property") or attributes.get("name") or attributes.get("itemprop")
            if name:
                found.setdefault(name.strip().lower(), attributes.get("content") or "")
        return found

    @cached_property
    def refresh(self) -> str | None:
        """Where the page sends a browser by itself within 5 s, absolute; None where it stays.

        A refresh inside `noscript` is for readers without scripts, and leads away from the content.
        """
        for node in self.select('meta[http-equiv="refresh" i][content]'):
            fits = _REFRESH.match((node.attributes.get("content") or "")[:4096])
            if fits and int(fits[1]) <= REFRESH_DELAY_S and not _has_ancestor(node, "noscript"):
                return _absolute(self._page.final_url, _unquoted(fits[2]))
        return None

    def json_in(self, script_name: str, dotted_path: str) -> object | None:
        """Read a value from JSON assigned to a variable, or in the script element of that id.

        Keys that hold dots themselves are found too. A `null` counts as absent.
        """
        if script_name not in self._scripts:
            self._scripts[script_name] = tuple(self._json_of(script_name))
        parts = dotted_path.split(".")
        values = (_walk(data, parts) for data in self._scripts[script_name])
        return next((value for value in values if value is not None), None)

    def json_reply(self, dotted_path: str) -> object | None:
        """Read a value from an answer that is JSON as a whole, as probes give; a page is none."""
        return None if self._reply is None else _walk(self._reply, dotted_path.split("."))

    @cached_property
    def _reply(self) -> object | None:
        text = "" if self.is_html else self._page.body[:PARSED_BYTES].decode("utf-8-sig", "replace").strip()
        return _json_at(text, 0)

    def _json_of(self, name: str) -> Iterator[object]:
        assigned = re.compile(rf"(?<![\w$.-]){re.escape(name)}[\"']?\]?\s*=(?!=)\s*(?=[\[{{])")
        assigned_to_window = re.compile(rf"(?:window|self|globalThis)\s*\.\s*{re.escape(name)}\s*=(?!=)\s*(?=[\[{{])")
        tries = ASSIGNMENTS_TRIED
        for node in self.select("script"):
            text = node.text()
            if node.attributes.get("id") == name:
                starts = [len(text) - len(text.lstrip())]
            elif name in text:
                starts = [
                    fits.end() for way in (assigned, assigned_to_window) for fits in islice(way.finditer(text), tries)
                ]
            else:
                continue
            for start in starts[:tries]:
                tries -= 1
                if (data := _json_at(text, start)) is not None:
                    yield data

    @cached_property
    def visible_text_length(self) -> int:
        """How many characters a reader sees, roughly: scripts, styles and `noscript` do not count."""
        body = self._tree.body
        if body is None:
            return 0
        unseen = (node for node in self.select(_UNSEEN) if not _has_ancestor(node, "noscript", up_to=2))
        return max(0, len(squeeze(body.text())) - sum(len(squeeze(node.text())) for node in unseen))

    @cached_property
    def all_text(self) -> str:
        """All that a reader sees, roughly, menus and comments included; cut after `OWN_CHARS` of markup times ten."""
        tree = LexborHTMLParser(self.text[: OWN_CHARS * 10])
        for node in tree.css("script, style, noscript, template, svg"):
            node.decompose()
        return squeeze(tree.body.text(separator=" ")) if tree.body is not None else ""

    @cached_property
    def _own(self) -> LexborHTMLParser:
        """The page without menus, margins and what people wrote below the content.

        Some forums call their posts comments: where next to nothing is left without them, they are the content.
        """
        markup = _body_of(self.text)
        small = markup.lower()
        named = [name for name in _NOT_OWN_BY_NAME if name in small]  # to look for each costs time
        tree = _without(markup, named)
        if not _WRITTEN.isdisjoint(named) and _is_bare(tree):
            return _without(markup, [name for name in named if name not in _WRITTEN])
        return tree

    @cached_property
    def own_text(self) -> str:
        """What a reader sees of the content itself, roughly."""
        body = self._own.body
        return squeeze(body.text(separator=" ")) if body is not None else ""

    @cached_property
    def own_pictures(self) -> tuple[str, ...]:
        """Addresses of films and pictures in the content itself, as written; films first."""
        nodes = [*self._own.css("video[src], video source[src], audio[src]"), *self._own.css("img")]
        found = [node.attributes.get("data-src") or node.attributes.get("src") for node in islice(nodes, 50)]
        posters = [node.attributes.get("poster") for node in islice(self._own.css("video[poster]"), 5)]
        return tuple(one for one in [*found, *posters] if one)

    @cached_property
    def language(self) -> str | None:
        """The language the page says it is in, two or three small letters; None where it does not say."""
        node = self._tree.css_first("html[lang]")
        name = re.match(r"[a-zA-Z]{2,3}", (node.attributes.get("lang") or "") if node else "")
        return name[0].lower() if name else None

    @cached_property
    def has_scripts(self) -> bool:
        """Whether the page brings scripts that run; data in script elements does not count."""
        kinds = (node.attributes.get("type") or "" for node in self.select("script"))
        return any(not kind or kind == "module" or "javascript" in kind for kind in kinds)

    @cached_property
    def has_media(self) -> bool:
        """Whether something to look at or listen to stands in the page itself."""
        return bool(self.select("body img, body video, body audio, body iframe, body embed, body object, body canvas"))

    @cached_property
    def is_script_shell(self) -> bool:
        """Whether scripts would have to fill this page before it tells anything."""
        if self.visible_text_length > SHELL_CHARS_ASKING_FOR_SCRIPTS or not self.has_scripts:
            return False
        if self._page.rendered:
            return self.visible_text_length <= SHELL_CHARS and not self.has_media and not self.h1
        if self.select("body video[src], body video source, body audio[src]"):
            return False
        return self.visible_text_length <= SHELL_CHARS or any(
            _NEEDS_SCRIPTS.search(node.text()[:2_000]) for node in islice(self.select("noscript"), 10)
        )


_BODY = re.compile(r"<body[\s>]", re.IGNORECASE)
_NOT_READ = tuple(
    (re.compile(rf"<{tag}(?=[\s>])", re.IGNORECASE), re.compile(rf"</{tag}\s*>", re.IGNORECASE))
    for tag in ("script", "style", "svg")
)
_UNSEEN = "body script, body style, body noscript"
_NOT_OWN = (
    "noscript, template, nav, aside, footer, body > header, dialog, iframe, select, time, "
    "[role=navigation], [role=banner], [role=contentinfo], [role=complementary], [role=dialog]"
)
_NOT_OWN_BY_NAME = {
    name: f"[class*={name} i], [id*={name} i]"
    for name in ("comment", "replies", "disqus", "review", "guestbook", "related", "sidebar", "recommend", "cookie",
                 "advert", "sponsor", "breadcrumb")
} | {"ad": "[class~=ad i], [class~=ads i]"}  # fmt: skip


_WRITTEN = frozenset({"comment", "replies"})
BARE_CHARS = 300


def _without(markup: str, named: list[str]) -> LexborHTMLParser:
    """Take away margins, and what carries one of these names."""
    tree = LexborHTMLParser(markup)
    holding = _holding(tree.css("h1"))
    # What lies deeper first: its memory goes with what holds it.
    for node in reversed(tree.css(", ".join([_NOT_OWN, *(_NOT_OWN_BY_NAME[name] for name in named)]))):
        if node.mem_id not in holding and node.tag not in ("html", "body", "main", "article"):
            node.decompose()
    return tree


def _is_bare(tree: LexborHTMLParser) -> bool:
    """Whether there is no picture, and hardly a sentence."""
    body = tree.body
    if body is None or tree.css_first("img, video, audio, iframe, canvas") is not None:
        return False
    return len(squeeze(body.text(separator=" "))) <= BARE_CHARS


def _body_of(markup: str) -> str:
    """Give the start of the body without scripts, styles and drawings, which may be longer than all the rest."""
    begins = _BODY.search(markup)
    text = markup[begins.start() :] if begins else markup
    for starts, ends in _NOT_READ:
        first, *others = starts.split(text)
        text = first + "".join(one[closed.end() :] if (closed := ends.search(one)) else one for one in others)
    return text[:OWN_CHARS]


def _decode(content_type: str | None, body: bytes) -> str:
    declared = http_content_type_encoding(content_type), html_body_declared_encoding(body)
    try:
        if not _NO_CHARSETS.intersection(declared):
            return _whole(html_to_unicode(content_type, body)[1])
    except (LookupError, ValueError, AssertionError):
        pass
    return body.decode("utf-8", "replace")


def _whole(text: str) -> str:
    text.encode()  # lone surrogates, which no parser takes, raise a ValueError
    return text


def _ancestors(node: LexborNode, up_to: int) -> Iterator[LexborNode]:
    parent = node.parent
    while parent is not None and up_to > 0:
        yield parent
        parent, up_to = parent.parent, up_to - 1


def _holding(nodes: list[LexborNode]) -> set[int]:
    """Give the identities of these and of all that they lie in."""
    held: set[int] = set()
    for node in nodes:
        above: LexborNode | None = node
        while above is not None and above.mem_id not in held:
            held.add(above.mem_id)
            above = above.parent
    return held


def _has_ancestor(node: LexborNode, tag: str, up_to: int = 64) -> bool:
    return any(parent.tag == tag for parent in _ancestors(node, up_to))


def _is_drawing(node: LexborNode) -> bool:
    return _has_ancestor(node, "svg", up_to=8)


def _in_user_area(node: LexborNode) -> bool:
    for parent in _ancestors(node, 64):
        attributes = parent.attributes
        names = f"{attributes.get('id') or ''} {attributes.get('class') or ''}"
        if parent.tag not in ("html", "body") and _USER_AREA.search(names[:500].lower()):
            return True
    return False


def _unquoted(target: str) -> str:
    target = target.strip()
    if target[:1] in ("'", '"'):
        return target[1:].partition(target[0])[0].strip()
    return target


def _absolute(base: str, target: str) -> str | None:
    if not target:
        return None
    try:
        url = urljoin(base, target)
        parts = urlsplit(url)
    except ValueError:
        return None
    return url if parts.scheme in ("http", "https") and parts.netloc else None


def _json_at(text: str, start: int) -> object | None:
    try:
        data: object = json.JSONDecoder().raw_decode(text, start)[0]
    except (ValueError, RecursionError):
        return None
    return data


def _walk(value: object, parts: list[str]) -> object | None:
    if not parts:
        return value
    if isinstance(value, list):
        index = int(parts[0]) if parts[0].isdecimal() and len(parts[0]) < 7 else len(value)
        return _walk(value[index], parts[1:]) if index < len(value) else None
    if not isinstance(value, dict):
        return None
    for taken in range(1, len(parts) + 1):
        found = _walk(value.get(".".join(parts[:taken])), parts[taken:])
        if found is not None:
            return found
    return None
