import pytest
from hypothesis import given
from hypothesis import strategies as st

from platforms.found import addresses_in


@pytest.mark.parametrize(
    ("pasted", "found"),
    [
        pytest.param("no address here, and/or a.b/c", [], id="words are no addresses"),
        pytest.param("mail me@example.com/x or photo.jpg", [], id="nor are mail addresses and file names"),
        pytest.param("https:// http://. ://x", [], id="nor is a scheme alone"),
        pytest.param("see https://a.com/x.", ["https://a.com/x"], id="a full stop ends the sentence"),
        pytest.param("یہ لنک دیکھیں https://a.com/x۔ شکریہ", ["https://a.com/x"], id="an Urdu full stop"),
        pytest.param(
            "https://a.com/x، https://b.com؟", ["https://a.com/x", "https://b.com"], id="Urdu comma, question"
        ),
        pytest.param("「https://a.com/x」、", ["https://a.com/x"], id="full-width marks"),
        pytest.param("(https://a.com/x_(y)).", ["https://a.com/x_(y)"], id="only the bracket that belongs stays"),
        pytest.param("(https://a.com/x)next", ["https://a.com/x"], id="a closed bracket ends what it holds"),
        pytest.param("<https://a.com/x>", ["https://a.com/x"], id="angle brackets"),
        pytest.param("\"https://a.com/x\" 'https://b.com'", ["https://a.com/x", "https://b.com"], id="quotes"),
        pytest.param("*https://a.com/x* _https://b.com/y_", ["https://a.com/x", "https://b.com/y"], id="chat emphasis"),
        pytest.param("https://youtu.be/abcdefghij_", ["https://youtu.be/abcdefghij_"], id="an id may end in a dash"),
        pytest.param("[t](https://a.com/x)", ["https://a.com/x"], id="a link in Markdown"),
        pytest.param("https://a.com/?a=1&amp;b=2", ["https://a.com/?a=1&b=2"], id="an entity is undone"),
        pytest.param("https://a.com/?a=1&copy=2", ["https://a.com/?a=1&copy=2"], id="a parameter is no entity"),
        pytest.param("\u202ahttps://a.c\u200bom/x\u202c", ["https://a.com/x"], id="invisible characters go"),
        pytest.param('{"u": "https:\\/\\/a.com\\/x"}', ["https://a.com/x"], id="a chat exported as JSON"),
        pytest.param("[1/2/26, 10:00] Amna: https://a.com/x", ["https://a.com/x"], id="a chat exported as text"),
        pytest.param("hxxps://a[.]com/x", ["https://a.com/x"], id="made harmless: hxxps and [.]"),
        pytest.param("HXXP://a(.)com h**p://b{.}com", ["http://a.com", "http://b.com"], id="made harmless: three dots"),
        pytest.param("hxxps[:]//a[dot]com/x", ["https://a.com/x"], id="made harmless: [:]// and [dot]"),
        pytest.param("https[://]a (dot) com/x", ["https://a.com/x"], id="made harmless: blanks around"),
        pytest.param("hxxps://a[.]com[/]x", ["https://a.com/x"], id="made harmless: [/]"),
        pytest.param("['https://a.com/x','y']", ["https://a.com/x"], id="single quotes end what they hold"),
        pytest.param("meow://a.com/x", ["http://a.com/x"], id="made harmless: meow"),
        pytest.param("ftp://a.com/x", ["ftp://a.com/x"], id="another scheme is given, to be refused with a reason"),
        pytest.param("www.a.com/x, and www.b.com", ["https://www.a.com/x", "https://www.b.com"], id="www alone"),
        pytest.param("example.com/path", ["https://example.com/path"], id="a name with a path"),
        pytest.param("example[.]com/path", ["https://example.com/path"], id="a harmless name with a path"),
        pytest.param("https://a.comhttps://b.com", ["https://a.com", "https://b.com"], id="two run together"),
        pytest.param("https://a.com/?u=https://b.com", ["https://a.com/?u=https://b.com"], id="one inside another"),
        pytest.param(
            "لنکhttps://a.com Linkhttps://b.com", ["https://a.com", "https://b.com"], id="a word run into one"
        ),
        pytest.param("id,url,note\n1,https://a.com/x,y\n", ["https://a.com/x"], id="a cell of a table"),
        pytest.param("url,note\nhttps://a.com/x,y\n", ["https://a.com/x"], id="the first cell of a table"),
        pytest.param('id,url\n1,"https://a.com/x,y"\n', ["https://a.com/x,y"], id="a quoted cell keeps its comma"),
        pytest.param("url;note\nhttps://a.com/x;y\n", ["https://a.com/x"], id="a table with semicolons"),
        pytest.param("1\thttps://a.com/x,y\tnote", ["https://a.com/x,y"], id="a spreadsheet's tabs"),
        pytest.param("https://a.com/x,y", ["https://a.com/x,y"], id="a comma in a path outside a table"),
        pytest.param("https://a.com,https://b.com", ["https://a.com", "https://b.com"], id="a list with commas"),
        pytest.param("https://mega.nz/#!Ab!k_-", ["https://mega.nz/#!Ab!k_-"], id="a key in a fragment"),
        pytest.param("https://[::1]:80/x", ["https://[::1]:80/x"], id="an IPv6 host"),
        pytest.param("https://a.com https://a.com", ["https://a.com", "https://a.com"], id="twice is twice"),
    ],
)
def test_what_is_found(pasted: str, found: list[str]) -> None:
    assert addresses_in(pasted) == found


_WORD = st.text("abcdefgXYZ0189_-", min_size=1, max_size=12)
_LINK = st.builds(
    "https://{}.example/{}?k={}#{}z".format, st.text("abcdefg", min_size=1, max_size=9), _WORD, _WORD, _WORD
)


@given(st.lists(_LINK, max_size=6), st.sampled_from([" ", "\n", "\t", "، ", "۔ ", ", ", " | ", ">\n<", " — یہ بھی: "]))
def test_every_link_of_a_paste_is_found_whole_and_in_order(links: list[str], between: str) -> None:
    assert addresses_in(between.join(links)) == links


@given(_LINK)
def test_a_link_made_harmless_is_found_as_it_was(link: str) -> None:
    harmless = link.replace("https", "hxxps").replace(".", "[.]")
    assert addresses_in(f"seen at {harmless}.") == [link]


@given(st.text(st.one_of(st.sampled_from("htps:/.,()[]<>&;*w\n \"'"), st.characters())))
def test_any_text_gives_addresses_without_blanks(text: str) -> None:
    for address in addresses_in(text):
        assert "://" in address
        assert not any(char.isspace() for char in address)
