"""config.yaml under the environment, validated and frozen."""

import json
import re
from ipaddress import IPv4Network, IPv6Network, ip_address, ip_network
from pathlib import Path
from typing import Annotated, Any, Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import yaml
from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, ValidationError
from pydantic_settings import (
    BaseSettings,
    NoDecode,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
)
from pydantic_settings.exceptions import SettingsError

from casebook.errors import Refused

PREFIX = "PEHRA__"


def _networks(value: object) -> object:
    """Read a list, a JSON list, or networks separated by commas or spaces."""
    if isinstance(value, str):
        value = json.loads(value) if value.lstrip().startswith("[") else re.split(r"[,\s]+", value.strip())
    if isinstance(value, list | tuple):
        return tuple(ip_network(one) if isinstance(one, str) else one for one in value if one != "")
    return value


Networks = Annotated[tuple[IPv4Network | IPv6Network, ...], NoDecode, BeforeValidator(_networks)]
Seconds = Annotated[float, Field(gt=0, le=366 * 86400, allow_inf_nan=False)]
Keep = Annotated[float, Field(gt=0, le=100 * 366 * 86400, allow_inf_nan=False)]
Wait = Annotated[float, Field(ge=0, le=366 * 86400, allow_inf_nan=False)]


class Section(BaseModel):
    """Base of every section: unknown keys are refused, values never change."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Database(Section):
    """Where the casebook lies."""

    url: Annotated[str, Field(pattern=r"^(sqlite:///|postgresql(\+psycopg)?://)")] | None = None


class Vantage(Section):
    """Another exit: a name for the record, and the proxy that visits go through there."""

    name: Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9-]{0,39}$")]
    proxy: Annotated[str, Field(pattern=r"^(http|socks5)://[^/\s@]+(@[^/\s@]+)?:\d{1,5}/?$")]


def _named_once(vantages: tuple[Vantage, ...]) -> tuple[Vantage, ...]:
    if len({one.name for one in vantages}) < len(vantages):
        raise ValueError("two vantages have one name")
    return vantages


def _resolver(text: str) -> str:
    host, _, port = text.rpartition(":") if re.search(r"^[\d.]+:\d+$|\]:\d+$", text) else (text, "", "53")
    address = ip_address(host.removeprefix("[").removesuffix("]"))
    if not 0 < int(port) < 65_536:
        raise ValueError("the port is none")
    return f"[{address}]:{port}" if address.version == 6 else f"{address}:{port}"


Vantages = Annotated[tuple[Vantage, ...], Field(max_length=4), AfterValidator(_named_once)]
Resolver = Annotated[str, AfterValidator(_resolver)]


class Crawler(Section):
    """How visits are made."""

    user_agent: Annotated[str, Field(min_length=1, max_length=400, pattern=r"^[ -~]+$")] = (
        "Mozilla/5.0 (compatible; Pehra/0.1; link recheck)"
    )
    proxy: Annotated[str, Field(pattern=r"^http://[^/\s@]+:\d{1,5}/?$")] | None = None
    allow_networks: Networks = ()
    per_host_delay_s: Wait = 2.0
    hosts_at_once: Annotated[int, Field(ge=1, le=1000)] = 40
    visit_time_s: Seconds = 60.0
    answer_time_s: Seconds = 20.0
    redirects: Annotated[int, Field(ge=0, le=50)] = 10
    body_bytes: Annotated[int, Field(ge=10_000, le=50_000_000)] = 2_000_000
    picture_bytes: Annotated[int, Field(ge=10_000, le=64_000_000)] = 8_000_000
    minor_body_bytes: Annotated[int, Field(ge=1_000, le=1_000_000)] = 65_536
    full_read_every_s: Wait = 86_400
    missing_every_s: Wait = 86_400
    missing_first_s: Wait = 60
    browser: Annotated[str, Field(min_length=1)] = "auto"
    browser_recycle_after: Annotated[int, Field(ge=1, le=10_000)] = 50
    browser_time_s: Seconds = 20.0
    controls_every_s: Seconds = 3_600
    vantages: Vantages = ()
    resolver: Resolver | None = None
    dead_host_after_s: Seconds = 604_800


class Cadence(Section):
    """How long each kind of link waits for its next check."""

    live_s: Seconds = 21_600
    urgent_s: Seconds = 3_600
    reported_s: Seconds = 3_600
    reported_for_s: Wait = 259_200
    confirm_after_s: Seconds = 21_600
    second_look_s: Seconds = 120
    removed_s: Seconds = 21_600
    removed_share: Annotated[float, Field(gt=0, le=10)] = 0.5
    removed_max_s: Seconds = 604_800
    failing_s: Seconds = 900
    failing_max_s: Seconds = 86_400
    lost_after_s: Seconds = 1_209_600
    flapping_within_s: Seconds = 604_800
    jitter: Annotated[float, Field(ge=0, le=0.5)] = 0.1


class Monitor(Section):
    """How the monitor hands out work."""

    poll_s: Annotated[float, Field(gt=0, le=3600)] = 5.0
    lease_s: Seconds = 300
    batch: Annotated[int, Field(ge=1, le=10_000)] = 500
    linger_s: Wait = 20.0
    stuck_after_s: Seconds = 180


class Sweeps(Section):
    """What counts as a copy, and how often sources are looked at."""

    every_s: Seconds = 86_400
    failing_s: Seconds = 3_600
    failing_max_s: Seconds = 604_800
    depth: Annotated[int, Field(ge=0, le=20)] = 3
    pages: Annotated[int, Field(ge=1, le=100_000)] = 200
    radius: Annotated[int, Field(ge=0, le=64)] | None = None
    dismissed_bits: Annotated[int, Field(ge=0, le=31)] = 16
    flood_per_day: Annotated[int, Field(ge=1, le=1_000_000)] = 50
    names_for_s: Seconds = 7_776_000
    at_once: Annotated[int, Field(ge=1, le=100)] = 4
    media: Annotated[int, Field(ge=1, le=1_000_000)] = 3_000
    media_at_once: Annotated[int, Field(ge=1, le=64)] = 4
    picture_bytes: Annotated[int, Field(ge=10_000, le=64_000_000)] = 20_000_000
    film_bytes: Annotated[int, Field(ge=10_000, le=1_000_000_000)] = 60_000_000
    again_s: Wait = 604_800
    barren_pages: Annotated[int, Field(ge=1, le=10_000)] = 10
    alike: Annotated[int, Field(ge=2, le=10_000)] = 40
    rendered_pages: Annotated[int, Field(ge=0, le=1_000)] = 10
    scrolls: Annotated[int, Field(ge=0, le=1_000)] = 20
    time_s: Seconds = 3_600


class Retention(Section):
    """How long each kind of record is kept."""

    checks_s: Keep = 63_072_000
    notices_s: Keep = 7_776_000
    drafts_s: Keep = 15_552_000
    closed_cases_s: Keep = 94_608_000
    withdrawn_cases_s: Keep = 2_592_000
    backups_s: Keep = 2_592_000
    objection_s: Wait = 259_200
    seen_s: Keep = 5_184_000
    captures_s: Keep = 94_608_000


def _names(value: object) -> object:
    """Read a list, a JSON list, or names separated by commas or spaces."""
    if isinstance(value, str):
        value = json.loads(value) if value.lstrip().startswith("[") else re.split(r"[,\s]+", value.strip())
    return tuple(one for one in value if one != "") if isinstance(value, list | tuple) else value


Server = Annotated[str, Field(max_length=400, pattern=r"^https?://[^/\s@]+(/[^\s]*)?$")]


class Evidence(Section):
    """How much is captured, and who confirms when."""

    page_bytes: Annotated[int, Field(ge=100_000, le=1_000_000_000)] = 20_000_000
    case_bytes: Annotated[int, Field(ge=100_000, le=1_000_000_000_000)] = 2_000_000_000
    keep_free_bytes: Annotated[int, Field(ge=0, le=1_000_000_000_000)] = 1_000_000_000
    timestamp_servers: Annotated[tuple[Server, ...], NoDecode, BeforeValidator(_names)] = ()
    timestamp_roots: Path | None = None
    timestamp_time_s: Seconds = 20.0
    timestamp_networks: Networks = ()


class Platforms(Section):
    """Where a helpline keeps sheets of its own."""

    folder: Path | None = None


class Mail(Section):
    """How mail leaves: through a server, or into a folder from which a person sends it; neither: not at all."""

    folder: Path | None = None
    host: Annotated[str, Field(min_length=1, pattern=r"^[^\s/@]+$")] | None = None
    port: Annotated[int, Field(ge=1, le=65_535)] = 587
    security: Literal["starttls", "tls", "none"] = "starttls"
    ca_file: Path | None = None
    user: str | None = None
    sender: Annotated[str, Field(pattern=r"^[!-~]+@[!-~]+$")] | None = None
    time_s: Seconds = 30.0


class Inbox(Section):
    """Where answers to reports come by mail: an IMAP folder, which is read and never changed; no host: none is read."""

    host: Annotated[str, Field(min_length=1, pattern=r"^[^\s/@]+$")] | None = None
    port: Annotated[int, Field(ge=1, le=65_535)] = 993
    security: Literal["tls", "starttls", "none"] = "tls"
    ca_file: Path | None = None
    user: Annotated[str, Field(min_length=1, max_length=254)] | None = None
    folder: Annotated[str, Field(min_length=1, max_length=254, pattern=r"^[ -~]+$")] = "INBOX"
    every_s: Seconds = 300.0
    time_s: Seconds = 30.0
    letter_bytes: Annotated[int, Field(ge=10_000, le=200_000_000)] = 40_000_000


def _zone(name: str) -> str:
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise ValueError("this is no time zone, such as Asia/Karachi") from None
    return name


class Digest(Section):
    """When staff hear of their cases by mail, and where alerts go besides."""

    weekly_day: Literal["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"] = "monday"
    hour: Annotated[int, Field(ge=0, le=23)] = 8
    timezone: Annotated[str, AfterValidator(_zone)] = "Asia/Karachi"
    retry_s: Seconds = 900.0
    alerts: tuple[str, ...] = ()


Names = Annotated[tuple[str, ...], NoDecode, BeforeValidator(_names)]
Line = Annotated[str, Field(min_length=1, max_length=300, pattern=r"^[^\r\n]+$")]
Mailbox = Annotated[str, Field(max_length=254, pattern=r"^[^@\s<>\"]+@[^@\s<>\"]+\.[^@\s<>\"]+$")]


class Reports(Section):
    """Who files: what a draft says of the helpline itself, and which doors are open to it."""

    organisation: Line = "Helpline"
    signatory: Line | None = None
    email: Mailbox | None = None
    phone: Line | None = None
    address: Line | None = None
    country: Line | None = None
    programmes: Names = ()
    hotline: Line = "iwf_pk"
    rdap: Annotated[str, Field(pattern=r"^https?://[^/\s@]+(/[^\s]*)?$")] | None = None
    rdap_time_s: Seconds = 10.0


class Logging(Section):
    """How much is said."""

    level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = "INFO"


class Settings(BaseSettings):
    """Every setting; `Settings.load` reads them."""

    model_config = SettingsConfigDict(extra="forbid", frozen=True, env_prefix=PREFIX, env_nested_delimiter="__")

    database: Database = Database()
    crawler: Crawler = Crawler()
    cadence: Cadence = Cadence()
    monitor: Monitor = Monitor()
    sweeps: Sweeps = Sweeps()
    retention: Retention = Retention()
    evidence: Evidence = Evidence()
    platforms: Platforms = Platforms()
    mail: Mail = Mail()
    inbox: Inbox = Inbox()
    digest: Digest = Digest()
    reports: Reports = Reports()
    logging: Logging = Logging()

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],  # noqa: ARG003
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,  # noqa: ARG003
        file_secret_settings: PydanticBaseSettingsSource,  # noqa: ARG003
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Let the environment override what the file says; nothing else is read."""
        return (env_settings, init_settings)

    @classmethod
    def load(cls, file: Path | None, environment: dict[str, str]) -> "Settings":
        """Read the file, then the environment over it.

        Raises:
            Refused: a key that does not exist, a wrong type, or an impossible value; named in the sentence.
        """
        _only_known_sections(environment)
        try:
            return cls(**(_read(file) if file else {}))
        except ValidationError as error:
            raise Refused(_sentence(error, file, environment)) from None
        except (SettingsError, ValueError) as error:
            raise Refused(f"a setting in the environment cannot be read: {error}") from None


def _read(file: Path) -> dict[str, Any]:
    try:
        values = yaml.safe_load(file.read_text(encoding="utf-8"))
    except OSError as error:
        raise Refused(f"{file} cannot be read: {error.strerror}") from None
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        place = getattr(error, "problem_mark", None)
        where = f", line {place.line + 1}" if place else ""
        raise Refused(f"{file} is not valid YAML{where}") from None
    if values is None:
        return {}
    if not isinstance(values, dict) or not all(isinstance(key, str) for key in values):
        raise Refused(f"{file} must hold sections, such as `crawler:`")
    return {key: value for key, value in values.items() if value is not None}


def _only_known_sections(environment: dict[str, str]) -> None:
    for name in environment:
        if name.upper().startswith(PREFIX):
            section = name[len(PREFIX) :].split("__")[0].lower()
            if section not in Settings.model_fields:
                known = ", ".join(Settings.model_fields)
                raise Refused(f"{name}: there is no section `{section}`; there are {known}")


def _sentence(error: ValidationError, file: Path | None, environment: dict[str, str]) -> str:
    first = error.errors(include_url=False, include_input=False)[0]
    parts = [str(part) for part in first["loc"]]
    key, where = ".".join(parts), _variable(parts, environment) or file or "the settings"
    if first["type"] == "extra_forbidden":
        return f"{where}: `{key}` is not a setting; there are {_known_in(parts[:-1])}"
    return f"{where}: `{key}` is not allowed: {first['msg'].removeprefix('Value error, ')}"


def _variable(parts: list[str], environment: dict[str, str]) -> str | None:
    """Name the variable that a setting came from: its own, or its section's."""
    names = {name.upper(): name for name in environment}
    wanted = [PREFIX + "__".join(parts[:length]).upper() for length in range(len(parts), 0, -1)]
    return next((names[name] for name in wanted if name in names), None)


def _known_in(parts: list[str]) -> str:
    fields = Settings.model_fields
    if parts and parts[0] in fields:
        section = fields[parts[0]].annotation
        if isinstance(section, type) and issubclass(section, BaseModel):
            return ", ".join(section.model_fields)
    return ", ".join(fields)
