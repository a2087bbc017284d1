"""Films: any still is found, and the film itself however it was cut; what is no film is refused in a sentence."""

from collections.abc import Callable, Iterator
from itertools import pairwise

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image, ImageOps

from matchers import containers, errors, pictures, prints, video
from matchers.decoding import Decoders
from matchers.hashes import RADIUS
from matchers.index import Bank, Tier
from matchers.limits import Limits
from matchers.prints import Film
from tests.matchers.drawn import busy, file_of, film_of, scene, walk

FRAMES = walk(range(10, 18))
FILM = film_of(FRAMES)


@pytest.fixture(scope="module")
def known() -> Film:
    return video.read(FILM)


@pytest.fixture(scope="module")
def bank(known: Film) -> Bank:
    made = Bank()
    made.add(1, known)
    made.add(2, video.read(film_of(walk(range(30, 36)))))
    return made


def test_stills_differ_and_are_told_by_their_time(known: Film) -> None:
    times = [one.at_s for one in known.stills]
    assert times == sorted(times)
    assert times[0] == 0
    assert known.seconds == pytest.approx(9.5, abs=0.2)
    assert len(known.stills) >= 8
    for one, after in pairwise(known.stills):
        assert one.print.whole.upright.distance(after.print.whole.upright) > RADIUS


def test_any_still_is_found(bank: Bank) -> None:
    asked = FRAMES[1::2]
    missed = [at for at, frame in enumerate(asked) if [one.key for one in bank.match(taken(frame))] != [1]]
    assert len(missed) <= 0.05 * len(asked)


def taken(frame: Image.Image) -> prints.Print:
    found = prints.taken(pictures.read(file_of(frame, "JPEG", quality=70))[0])
    assert found is not None
    return found


def test_a_still_is_found_at_its_time(bank: Bank) -> None:
    (hit,) = bank.match(taken(FRAMES[50]))
    assert hit.known_at_s == pytest.approx(5.0, abs=1.2)


def cropped(frame: Image.Image) -> Image.Image:
    return frame.crop((8, 4, 312, 176))


@pytest.mark.parametrize(("change", "how"), [
    pytest.param(lambda frames: frames, {}, id="as it is"),
    pytest.param(lambda frames: [ImageOps.mirror(one) for one in frames], {}, id="mirrored"),
    pytest.param(lambda frames: [cropped(one) for one in frames], {}, id="cropped to 90 %"),
    pytest.param(lambda frames: [ImageOps.expand(one, (0, 70), (0, 0, 0)) for one in frames], {}, id="letterboxed"),
    pytest.param(lambda frames: frames, {"rate": 12}, id="faster"),
    pytest.param(lambda frames: frames[36:], {}, id="cut from it"),
    pytest.param(lambda frames: walk([40, 41]) + frames[24:72] + walk([42]), {}, id="in a longer film"),
    pytest.param(lambda frames: [one.resize((160, 96)) for one in frames], {}, id="smaller"),
    pytest.param(lambda frames: frames, {"kind": "matroska"}, id="Matroska"),
    pytest.param(lambda frames: frames, {"kind": "avi"}, id="AVI"),
    pytest.param(lambda frames: frames, {"kind": "mpegts", "codec": "mpeg2video", "rate": 25}, id="transport stream"),
])  # fmt: skip
def test_a_film_is_found_however_it_was_cut(
    bank: Bank, change: Callable[[list[Image.Image]], list[Image.Image]], how: dict[str, object]
) -> None:
    data = film_of(change(FRAMES), **how)  # type: ignore[arg-type]
    hits = bank.match(video.read(data))
    assert [(one.key, one.tier) for one in hits] == [(1, Tier.FILM)]
    assert hits[0].inliers is not None
    assert hits[0].inliers >= 3


def test_another_film_is_not_found(bank: Bank) -> None:
    assert bank.match(video.read(film_of(walk(range(60, 66))))) == []


def test_a_film_that_shows_nothing_is_too_plain() -> None:
    with pytest.raises(errors.TooPlain):
        video.read(film_of([Image.new("RGB", (320, 180), (9, 9, 90))] * 20))


def test_features_are_those_of_a_still_every_few_seconds() -> None:
    found = video.read(film_of(walk(range(10, 16), each=10)), deep=True)
    deep = [one.at_s for one in found.stills if one.print.features is not None]
    assert deep[0] == 0
    assert all(after - one >= video.DEEP_EVERY_S for one, after in pairwise(deep))
    assert all(one.print.features is None for one in found.without_features().stills)


def test_a_film_with_too_many_stills_keeps_fewer(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(video, "MOST_STILLS", 6)
    found = video.read(FILM)
    assert 3 <= len(found.stills) < 6
    assert found.stills[-1].at_s > 4


PLAYLISTS = [
    b"#EXTM3U\n#EXT-X-TARGETDURATION:9\n#EXTINF:9,\nhttp://127.0.0.1:9/a.ts\n#EXT-X-ENDLIST\n",
    b"ffconcat version 1.0\nfile /etc/passwd\n",
    b"v=0\r\no=- 0 0 IN IP4 127.0.0.1\r\ns=x\r\nm=video 5004 RTP/AVP 96\r\n",
    b'<?xml version="1.0"?><MPD><Period/></MPD>',
]


@pytest.mark.parametrize(("data", "limits", "error"), [
    pytest.param(b"", Limits(), errors.Empty, id="no bytes"),
    pytest.param(b"words" * 99, Limits(), errors.NoFilm, id="words"),
    pytest.param(file_of(scene(1, (64, 64))), Limits(), errors.NoFilm, id="a picture"),
    *[pytest.param(one, Limits(), errors.NoFilm, id=f"a list of other files {at}") for at, one in enumerate(PLAYLISTS)],
    pytest.param(FILM[: len(FILM) // 2], Limits(), errors.Broken, id="cut short, its table at its end"),
    pytest.param(FILM[:40], Limits(), errors.Broken, id="its first bytes"),
    pytest.param(FILM, Limits(film_bytes=1000), errors.TooManyBytes, id="too many bytes"),
    pytest.param(FILM, Limits(film_s=5), errors.TooLong, id="too long"),
    pytest.param(FILM, Limits(film_frames=20), errors.TooCostly, id="too many frames"),
    pytest.param(FILM, Limits(pixels=1000), errors.TooManyPixels, id="too large"),
])  # fmt: skip
def test_what_is_no_film_is_refused_in_a_sentence(
    data: bytes, limits: Limits, error: type[errors.PictureError]
) -> None:
    with pytest.raises(error) as raised:
        video.read(data, limits)
    assert type(raised.value) is error
    assert len(str(raised.value)) > 10


def test_what_is_left_of_a_film_is_read() -> None:
    whole = film_of(FRAMES, kind="matroska")
    found = video.read(whole[: len(whole) // 2])
    assert 2 < found.seconds < 7


@pytest.mark.parametrize(
    ("data", "kind"),
    [
        (FILM, "mov"),
        (b"FLV\x01", "flv"),
        (b"RIFF0000AVI LIST", "avi"),
        (b"RIFF0000WAVE", None),
        (b"G" * 900, "mpegts"),
        (b"", None),
    ],
)
def test_a_kind_is_told_by_its_first_bytes(data: bytes, kind: str | None) -> None:
    assert containers.kind_of(data) == kind


@pytest.fixture(scope="module")
def decoders() -> Iterator[Decoders]:
    with Decoders(Limits(film_time_s=60, film_cpu_s=20)) as made:
        yield made


def test_a_child_gives_what_reading_here_gives(decoders: Decoders, known: Film) -> None:
    assert decoders.film(FILM) == known
    assert prints.to_bytes(decoders.film(FILM, deep=True)) == prints.to_bytes(video.read(FILM, deep=True))


def test_a_child_takes_prints_of_pictures_too(decoders: Decoders) -> None:
    data = file_of(busy(1))
    (shallow,) = decoders.prints(data)
    (deep,) = decoders.prints(data, deep=True)
    assert shallow.features is None
    here = prints.taken(pictures.read(data)[0], deep=True)
    assert here is not None
    assert prints.to_bytes(deep) == prints.to_bytes(here)
    with pytest.raises(errors.TooPlain):
        decoders.prints(file_of(Image.new("RGB", (99, 99))))


@pytest.mark.parametrize("error", [errors.NoFilm, errors.Broken])
def test_errors_come_through(decoders: Decoders, error: type[Exception]) -> None:
    with pytest.raises(error):
        decoders.film(b"words" * 99 if error is errors.NoFilm else FILM[:5000])


SHORT = film_of(walk([10, 11, 12], each=3, size=(160, 96)))


@settings(max_examples=30, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.tuples(st.integers(0, len(SHORT) - 1), st.integers(0, 255)), min_size=1, max_size=60), st.booleans())
def test_a_mutated_film_is_read_or_refused(changes: list[tuple[int, int]], near_the_end: bool) -> None:
    data = bytearray(SHORT)
    for at, value in changes:
        data[len(data) - 1 - at % 900 if near_the_end else at] = value
    try:
        assert video.read(bytes(data), Limits(pixels=4_000_000)).stills
    except errors.PictureError as error:
        assert str(error)  # noqa: PT017
