from pathlib import Path

import pytest
from pydantic import ValidationError

from platforms.registry import Registry, SheetRefused
from platforms.sheet import Engine

PIXHAVEN = r"""
id = "pixhaven"
name = "Pixhaven"
hosts = ["pixhaven.example", "*.pxh.example", "127.0.0.1", "localhost"]
drops = ["share"]

[[permalink]]
pattern = '^/(?:p|photo)/(?P<id>[a-z0-9]{8})'
canonical = "{scheme}://{host}/p/{id}"
visit = "{scheme}://{host}/embed/{id}?plain=1"
keeps = ["key"]
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "pixhaven.toml").write_text(PIXHAVEN, encoding="utf-8")
    return tmp_path


@pytest.fixture
def registry(folder: Path) -> Registry:
    return Registry.load(folder)


def add(folder: Path, text: str, name: str = "other.toml") -> None:
    (folder / name).write_text(text, encoding="utf-8")


@pytest.mark.parametrize(
    ("url", "platform", "canonical"),
    [
        pytest.param(
            "https://pixhaven.example/photo/abcd1234", "pixhaven", "https://pixhaven.example/p/abcd1234", id="form"
        ),
        pytest.param(
            "https://pixhaven.example/p/abcd1234?x=1&key=k%2F&share=2",
            "pixhaven",
            "https://pixhaven.example/p/abcd1234?key=k%2F",
            id="a key is kept, the rest goes",
        ),
        pytest.param(
            "https://pixhaven.example/p/abcd1234#0123456789abcdef",
            "pixhaven",
            "https://pixhaven.example/p/abcd1234#0123456789abcdef",
            id="a fragment that may be a key is kept",
        ),
        pytest.param(
            "https://pixhaven.example/u/x?share=1&b=2", "pixhaven", "https://pixhaven.example/u/x?b=2", id="no form"
        ),
        pytest.param("https://a.b.pxh.example/u", "pixhaven", "https://a.b.pxh.example/u", id="a name below"),
        pytest.param("https://pxh.example/u", None, "https://pxh.example/u", id="the name above is not below itself"),
        pytest.param("https://evilpxh.example/u", None, "https://evilpxh.example/u", id="a name that only ends alike"),
        pytest.param("http://127.1:8080/p/abcd1234", "pixhaven", "http://127.0.0.1:8080/p/abcd1234", id="any port"),
        pytest.param("http://localhost:9/x", "pixhaven", "http://localhost:9/x", id="a local name"),
        pytest.param("HTTPS://Elsewhere.example", None, "https://elsewhere.example/", id="no platform we know"),
    ],
)
def test_identify(registry: Registry, url: str, platform: str | None, canonical: str) -> None:
    found = registry.identify(url)
    assert (found.platform, found.canonical) == (platform, canonical)
    assert registry.identify(canonical) == found


def test_another_address_may_be_visited(registry: Registry) -> None:
    found = registry.identify("https://pixhaven.example/p/abcd1234?key=k")
    assert found.visit == "https://pixhaven.example/embed/abcd1234?plain=1&key=k"


def test_a_pattern_may_ask_for_one_host(folder: Path) -> None:
    one = 'id = "short"\nname = "S"\nhosts = ["s.example", "long.example"]\n[[permalink]]\n'
    add(folder, one + "pattern = '^//s\\.example/(?P<id>\\d+)'\ncanonical = \"https://long.example/p?id={id}\"")
    registry = Registry.load(folder)
    assert registry.identify("https://s.example/12").canonical == "https://long.example/p?id=12"
    assert registry.identify("https://long.example/12").canonical == "https://long.example/12"


def test_the_most_specific_host_wins(folder: Path) -> None:
    add(folder, 'id = "inner"\nname = "Inner"\nhosts = ["*.in.pxh.example", "x.pxh.example"]')
    registry = Registry.load(folder)
    assert registry.identify("https://a.in.pxh.example/").platform == "inner"
    assert registry.identify("https://x.pxh.example/").platform == "inner"
    assert registry.identify("https://y.pxh.example/").platform == "pixhaven"


def test_the_helpline_sheet_replaces_ours(folder: Path) -> None:
    add(folder, 'id = "imgur"\nname = "Ours"\nhosts = ["imgur.com"]')
    registry = Registry.load(folder)
    imgur = registry.sheet("imgur")
    assert imgur is not None
    assert imgur.name == "Ours"
    assert registry.identify("https://i.imgur.com/abcdefg.png").platform is None


def test_all_sheets_can_be_read(registry: Registry) -> None:
    assert len(registry) == len(list(registry)) == len(Registry.load()) + 1
    assert registry.sheet("nowhere") is None


@pytest.mark.parametrize(
    ("text", "says"),
    [
        pytest.param('id = "xx"\nname = ?\n', r"other\.toml: .*line 2, column 8", id="no TOML"),
        pytest.param('id = "x y"\nname = "X"\nhosts = []', r"other\.toml: id: ", id="a value that cannot be"),
        pytest.param('id = "xx"\nname = "X"\nhosts = []\nfoo = 1', r"other\.toml: foo: ", id="a key nobody knows"),
        pytest.param(
            'id = "xx"\nname = "X"\nhosts = []\n[[permalink]]\npattern = "("\ncanonical = ""',
            r"other\.toml: permalink\.0\.pattern: .*regular expression",
            id="a pattern that does not compile",
        ),
        pytest.param(
            'id = "xx"\nname = "X"\nhosts = []\n[[permalink]]\npattern = "^/"\ncanonical = "https://x.example/{id}"',
            r"other\.toml: permalink\.0: no group named id",
            id="a template that cannot be filled",
        ),
        pytest.param(
            'id = "xx"\nname = "X"\nhosts = []\n[[permalink]]\npattern = "^/"\ncanonical = "{"',
            r"other\.toml: permalink\.0: ",
            id="a template with an open brace",
        ),
        pytest.param(
            'id = "xx"\nname = "X"\nhosts = ["PIXHAVEN.example."]', "'xx' and 'pixhaven' both", id="one host twice"
        ),
        pytest.param(
            'id = "xx"\nname = "X"\nhosts = ["a..b"]', r"other\.toml: .*impossible host", id="a host that cannot be"
        ),
        pytest.param('id = "pixhaven"\nname = "X"\nhosts = []', "another sheet", id="one id twice in a folder"),
    ],
)
def test_a_wrong_sheet_is_refused_by_name_and_place(folder: Path, text: str, says: str) -> None:
    add(folder, text)
    with pytest.raises(SheetRefused, match=says):
        Registry.load(folder)


def test_a_folder_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SheetRefused, match="no such folder"):
        Registry.load(tmp_path / "missing")


def test_engines_come_with_the_sheets(registry: Registry) -> None:
    assert {"wordpress", "mediawiki", "xenforo"} <= {engine.id for engine in registry.engines}
    assert len({engine.id for engine in registry.engines}) == len(registry.engines)


def test_an_engine_without_a_sign_is_refused() -> None:
    with pytest.raises(ValidationError, match="sign"):
        Engine(id="board", name="Board", sign=())


FRAGMENT = r"""
id = "vault"
name = "Vault"
hosts = ["vault.example"]

[[permalink]]
pattern = '^/(?P<id>\w{8})(?P<key>#.+)?$'
canonical = "https://vault.example/{id}{key}"

[[permalink]]
pattern = '^/#!(?P<id>\w{8})!(?P<key>.+)$'
canonical = "https://vault.example/{id}#{key}"
"""


@pytest.mark.parametrize(
    ("url", "canonical"),
    [
        pytest.param("https://vault.example/abcd1234?x=1", "https://vault.example/abcd1234?x=1", id="no form"),
        pytest.param("https://vault.example/abcd1234", "https://vault.example/abcd1234", id="without a key"),
        pytest.param(
            "https://vault.example/abcd1234#0123456789abcdefgh",
            "https://vault.example/abcd1234#0123456789abcdefgh",
            id="the key stays, once",
        ),
        pytest.param(
            "https://vault.example/#!abcd1234!0123456789abcdefgh",
            "https://vault.example/abcd1234#0123456789abcdefgh",
            id="all of it behind the mark",
        ),
    ],
)
def test_a_pattern_may_ask_for_the_fragment(folder: Path, url: str, canonical: str) -> None:
    add(folder, FRAGMENT)
    assert Registry.load(folder).identify(url).canonical == canonical
