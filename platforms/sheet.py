"""One platform's sheet: facts, dated and sourced, typed and validated when loaded."""

from datetime import date
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from platforms.channel import Channel
from platforms.facts import Facts, Pattern
from platforms.words import Verdict

PlatformId = Annotated[str, Field(pattern=r"^[a-z0-9_]{2,40}$")]


class Permalink(Facts):
    """One form of address: `pattern` is matched on path and query, its named groups fill `canonical` and `visit`.

    A pattern that begins with `^//` is matched on the host as well, one with a `#` in it on the fragment as well.
    `keeps` names query parameters that are part of the address beside the groups; `visit` is another address that
    tells more about the same content (an embed page); the canonical one is visited where it is absent.
    """

    pattern: Pattern
    canonical: str
    visit: str | None = None
    keeps: tuple[str, ...] = ()


class Sign(Facts):
    """One sign on a page. Every condition that is given must hold.

    `status`: the last answer's codes. `path`: matched on the final address's path and query. `hop`: matched on any
    address of the way (whole URL). `header`: "name: text" contained in it, any case. `title`: matched on the title.
    `css` with `says`: an element with that text in it; `css` alone: an element is there. `meta` with `says`: a meta
    tag's name or property and text in its content. `script` with `at` and `equals`: JSON assigned to a variable, or in
    the script element of that id, the dotted path in it and the values it may have, or with `says` words in the text
    there; with neither: the path exists. `reply`: the same for an answer that is JSON as a whole, as probes give.
    `asked`: matched on path and query of the address that was visited, so that a sign counts for that form only.
    `elsewhere`: the visit ended at another path than it began, and than where the content was when it was last live.
    """

    source: str
    seen: date
    status: tuple[int, ...] = ()
    path: Pattern | None = None
    hop: Pattern | None = None
    asked: Pattern | None = None
    elsewhere: bool = False
    header: str | None = None
    title: Pattern | None = None
    css: str | None = None
    meta: str | None = None
    says: str | None = None
    script: str | None = None
    at: str | None = None
    reply: str | None = None
    equals: tuple[str | int | bool, ...] = ()

    @model_validator(mode="after")
    def proves_something(self) -> Self:
        """Refuse a sign that every page would fit, or whose parts do not go together."""
        signs = (self.path, self.hop, self.header, self.title, self.css, self.meta, self.script, self.reply)
        if not self.status and all(sign is None for sign in signs):
            raise ValueError("a marker needs at least one sign")
        if self.says is not None and all(part is None for part in (self.css, self.meta, self.script, self.reply)):
            raise ValueError("`says` needs `css`, `meta`, `script` or `reply`: words anywhere on a page prove nothing")
        if (self.script is None) != (self.at is None):
            raise ValueError("`script` and `at` go together")
        if self.equals and (self.script is None) == (self.reply is None):
            raise ValueError("`equals` needs either `script` or `reply`")
        return self


class Marker(Sign):
    """A sign and what it proves; `region`: that it is withheld where we stand, and may be shown elsewhere."""

    shows: Verdict
    rule: str
    because: str | None = None
    region: bool = False

    @model_validator(mode="after")
    def shows_what_a_page_can(self) -> Self:
        """Refuse a marker for what only the lack of an answer shows."""
        if self.shows is Verdict.UNREACHABLE:
            raise ValueError("no page can show `unreachable`")
        if self.region and self.shows is not Verdict.RESTRICTED:
            raise ValueError("`region` goes with `restricted` alone")
        return self


class Engine(Facts):
    """Software that many sites run on: any `sign` tells that a page is one of its own, `marker`s what such pages prove.

    Engines count only where no sheet claims the host.
    """

    id: PlatformId
    name: str
    sign: Annotated[tuple[Sign, ...], Field(min_length=1)]
    marker: tuple[Marker, ...] = ()


class Control(Facts):
    """An address known to be live, or known to be missing, visited to check our own eyes."""

    live: str | None = None
    missing: str | None = None

    @model_validator(mode="after")
    def names_one(self) -> Self:
        """Refuse a control that is both or neither."""
        if (self.live is None) == (self.missing is None):
            raise ValueError("a control names either `live` or `missing`")
        return self


class Profile(Facts):
    """Where an account of a name would be: `{handle}` in `address`; `handles` is what names look like there."""

    address: str
    handles: Pattern
    source: str
    seen: date

    @model_validator(mode="after")
    def has_a_place(self) -> Self:
        """Refuse an address that is the same for every name, or that wants something else too."""
        if self.address.count("{handle}") != 1 or self.address.replace("{handle}", "").count("{"):
            raise ValueError("a profile's address has `{handle}` in it, once, and nothing else in braces")
        return self


class Sheet(Facts):
    """What we know of one platform.

    `hosts` are names, or "*.name" for every name below. `drops` are parameters known to only track or share.
    `otherwise` says what a page without any marker is worth: `generic` leaves it to the rules for any site,
    `unclear` says that on this platform such a page proves nothing. `scripts` is true where only a browser can tell.
    `limits` says to people what a visit without an account cannot tell here.
    """

    id: PlatformId
    name: str
    limits: str | None = None
    hosts: tuple[str, ...]
    drops: tuple[str, ...] = ()
    otherwise: Literal["generic", "unclear"] = "generic"
    scripts: bool = False
    permalink: tuple[Permalink, ...] = ()
    marker: tuple[Marker, ...] = ()
    profile: tuple[Profile, ...] = ()
    control: tuple[Control, ...] = ()
    channel: tuple[Channel, ...] = ()
