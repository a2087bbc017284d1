"""One picture, however it is kept: kinds of files, colour modes, turns, frames; and what is refused."""

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image, ImageChops, ImageCms

from matchers import errors, hashes, pictures
from matchers.limits import Limits
from tests.matchers.drawn import SIZE, animated, endless_gif, file_of, scene

BITS = 10
Kept = Callable[[Image.Image], bytes]


def pdq_of(data: bytes) -> hashes.Fingerprint:
    found = hashes.pdq(pictures.read(data)[0].pixels)
    assert found is not None
    return found.upright


def distance(one: Image.Image, data: bytes) -> int:
    return pdq_of(file_of(one)).distance(pdq_of(data))


def on_white(picture: Image.Image) -> Image.Image:
    """The picture with a hole in it, through which white is seen."""
    picture = picture.copy()
    picture.paste((255, 255, 255), (200, 100, 330, 260))
    return picture


def with_hole(picture: Image.Image) -> Image.Image:
    """The same with the hole as transparency, and something dark under it."""
    alpha = Image.new("L", picture.size, 255)
    alpha.paste(0, (200, 100, 330, 260))
    made = picture.convert("RGBA")
    made.paste((9, 9, 9), (200, 100, 330, 260))
    made.putalpha(alpha)
    return made


def sixteen_bits(picture: Image.Image) -> Image.Image:
    return Image.fromarray(np.asarray(picture.convert("L")).astype(np.uint16) * 257)


def numbers(picture: Image.Image, kind: type) -> Image.Image:
    return Image.fromarray((np.asarray(picture.convert("L")).astype(kind) - 40) * 1000)


def few_colours(picture: Image.Image) -> Image.Image:
    return picture.quantize(200)


def palette_with_hole(picture: Image.Image) -> bytes:
    made = few_colours(picture)
    made.putpalette((made.getpalette() or [])[:600] + [0] * 168)
    made.paste(201, (200, 100, 330, 260))
    return file_of(made, "PNG", transparency=201)


MODES: dict[str, tuple[Callable[[Image.Image], Image.Image], Kept]] = {
    "grey": (lambda one: one, lambda one: file_of(one.convert("L"))),
    "a palette": (lambda one: one, lambda one: file_of(one.quantize(256))),
    "a palette, GIF": (lambda one: one, lambda one: file_of(one, "GIF")),
    "a palette with a transparent colour": (lambda one: on_white(few_colours(one).convert("RGB")), palette_with_hole),
    "a palette, transparent, WebP": (on_white, lambda one: file_of(with_hole(one), "WEBP", lossless=True)),
    "RGB with alpha": (on_white, lambda one: file_of(with_hole(one))),
    "RGB with alpha, AVIF": (on_white, lambda one: file_of(with_hole(one), "AVIF")),
    "RGB with alpha, HEIC": (on_white, lambda one: file_of(with_hole(one), "HEIF")),
    "grey with alpha": (on_white, lambda one: file_of(with_hole(one).convert("LA"))),
    "inverted CMYK, as Adobe has it in JPEG": (lambda one: one, lambda one: file_of(one.convert("CMYK"), "JPEG")),
    "CMYK as it is, in TIFF": (lambda one: one, lambda one: file_of(one.convert("CMYK"), "TIFF")),
    "YCbCr, in TIFF": (lambda one: one, lambda one: file_of(one.convert("YCbCr"), "TIFF", compression="raw")),
    "16 bits of grey, PNG": (lambda one: one, lambda one: file_of(sixteen_bits(one))),
    "16 bits of grey, TIFF": (lambda one: one, lambda one: file_of(sixteen_bits(one), "TIFF")),
    "whole numbers of 32 bits": (lambda one: one, lambda one: file_of(numbers(one, np.int32), "TIFF")),
    "floating point": (lambda one: one, lambda one: file_of(numbers(one, np.float32), "TIFF")),
}  # fmt: skip

KINDS: dict[str, dict[str, Any]] = {
    "JPEG": {"quality": 90}, "PNG": {}, "WEBP": {"quality": 90}, "GIF": {}, "BMP": {}, "TIFF": {},
    "AVIF": {"quality": 80}, "HEIF": {"quality": 80},
}  # fmt: skip


@pytest.mark.parametrize(("reference", "kept"), [pytest.param(*both, id=name) for name, both in MODES.items()])
@pytest.mark.parametrize("seed", [1, 2, 3])
def test_a_colour_mode_changes_few_bits(reference: Kept, kept: Kept, seed: int) -> None:
    picture = scene(seed)
    assert distance(reference(picture), kept(picture)) <= BITS  # type: ignore[arg-type]


def test_black_and_white_dots_are_read_as_the_grey_they_stand_for() -> None:
    big = scene().resize((2560, 1920), Image.Resampling.LANCZOS)
    assert distance(big, file_of(big.convert("1"))) <= BITS


def test_lightness_and_two_colours_of_a_lab_tiff() -> None:
    change = ImageCms.buildTransform(ImageCms.createProfile("sRGB"), ImageCms.createProfile("LAB"), "RGB", "LAB")
    lab = ImageCms.applyTransform(scene(), change)
    assert lab is not None
    assert distance(scene(), file_of(lab, "TIFF")) <= BITS


@pytest.mark.parametrize("kind", KINDS)
def test_a_kind_of_file_changes_few_bits(kind: str) -> None:
    assert distance(scene(), file_of(scene(), kind, **KINDS[kind])) <= BITS


@pytest.mark.parametrize(
    ("size", "how"),
    [
        pytest.param((1024, 768), {}, id="to a half"),
        pytest.param((2100, 1500), {"subsampling": "4:4:4"}, id="to a quarter, whole colours"),
        pytest.param((4000, 3000), {"progressive": True}, id="12 megapixels, progressive"),
        pytest.param((3000, 4200), {"subsampling": "4:2:0"}, id="upright, quarter of the colours"),
    ],
)
def test_a_large_jpeg_decoded_small_is_the_same(size: tuple[int, int], how: dict[str, Any]) -> None:
    big = scene(4, size)
    data = file_of(big, "JPEG", quality=90, **how)
    full = hashes.pdq(np.asarray(big.resize(working(size), Image.Resampling.LANCZOS)))
    assert full is not None
    assert full.upright.distance(pdq_of(data)) <= BITS


def working(size: tuple[int, int]) -> tuple[int, int]:
    return round(size[0] * 512 / max(size)), round(size[1] * 512 / max(size))


TURNED = {
    2: Image.Transpose.FLIP_LEFT_RIGHT, 3: Image.Transpose.ROTATE_180, 4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE, 6: Image.Transpose.ROTATE_90, 7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_270,
}  # fmt: skip


@pytest.mark.parametrize("turn", range(1, 9))
@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "TIFF", "AVIF", "HEIF"])
def test_a_picture_comes_upright(kind: str, turn: int) -> None:
    held = scene().transpose(TURNED[turn]) if turn in TURNED else scene()
    exif = Image.Exif()
    exif[0x0112] = turn
    held.info["exif"] = exif.tobytes()  # from here pillow-heif takes what it writes as a turn of HEIF's own
    (found,) = pictures.read(file_of(held, kind, **({} if kind == "HEIF" else {"exif": exif}), **KINDS[kind]))
    hashed = hashes.pdq(found.pixels)
    assert hashed is not None
    assert pdq_of(file_of(scene())).distance(hashed.upright) <= BITS
    assert (found.width, found.height, found.pixels.shape) == (*SIZE, (384, 512, 3))


@pytest.mark.parametrize("exif", [b"", b"Exif\0\0", b"Exif\0\0MM\0*\0\0\0\x08\xff\xff", b"nonsense"])
def test_notes_that_cannot_be_read_do_not_matter(exif: bytes) -> None:
    assert distance(scene(), file_of(scene(), "JPEG", quality=90, exif=exif)) <= BITS


@pytest.mark.parametrize(
    ("size", "pixels"),
    [
        pytest.param((640, 480), (384, 512, 3), id="larger"),
        pytest.param((100, 50), (256, 512, 3), id="smaller"),
        pytest.param((480, 640), (512, 384, 3), id="upright"),
        pytest.param((4000, 40), (5, 512, 3), id="a strip"),
    ],
)
def test_one_working_size(size: tuple[int, int], pixels: tuple[int, int, int]) -> None:
    (found,) = pictures.read(file_of(scene(1, size)))
    assert (found.pixels.shape, found.pixels.dtype) == (pixels, np.uint8)


@pytest.mark.parametrize("kind", ["GIF", "WEBP", "PNG", "AVIF", "TIFF", "HEIF"])
def test_an_animated_picture_is_read_frame_by_frame(kind: str) -> None:
    frames = [scene(seed, (320, 240)) for seed in range(6)]
    found = pictures.read(animated(frames, kind))
    assert [one.frame for one in found] == list(range(6))
    for one, frame in zip(found, frames, strict=True):
        hashed = hashes.pdq(one.pixels)
        assert hashed is not None
        assert hashed.upright.distance(pdq_of(file_of(frame))) <= 2 * BITS  # GIF has few colours, AVIF few details


def test_of_many_frames_some_are_read_evenly_spread() -> None:
    frames = [ImageChops.offset(scene(3, (160, 120)), step) for step in range(40)]
    found = pictures.read(animated(frames, "WEBP"), Limits(frames_read=5))
    assert [one.frame for one in found] == [0, 8, 16, 24, 32]


def test_the_further_pictures_in_a_phones_jpeg_are_not_frames() -> None:
    assert [one.frame for one in pictures.read(animated([scene(1), scene(2)], "MPO"))] == [0]


def test_equal_frames_have_one_hash() -> None:
    found = pictures.read(animated([scene(1), scene(2), scene(2), scene(1)], "TIFF"))
    assert [picture.frame for picture, _ in hashes.distinct(found)] == [0, 1, 3]


def zipped(data: bytes) -> bytes:
    return data + b"PK\x03\x04" + bytes(range(256)) * 4


@pytest.mark.parametrize("kind", KINDS)
def test_what_follows_a_picture_is_not_looked_at(kind: str) -> None:
    data = file_of(scene(), kind, **KINDS[kind])
    assert pdq_of(zipped(data)) == pdq_of(data)


REFUSED: list[Any] = [
    pytest.param(b"", errors.Empty, id="no bytes"),
    pytest.param(b"\0" * 5000, errors.NoPicture, id="zeroes"),
    pytest.param(b"just words\n" * 99, errors.NoPicture, id="words, renamed"),
    pytest.param(b"<svg xmlns='http://www.w3.org/2000/svg'/>", errors.NoPicture, id="a drawing in SVG"),
    pytest.param(b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n", errors.NoPicture, id="PostScript, never run"),
    pytest.param(file_of(scene(), "ICO"), errors.NoPicture, id="a kind that is not read"),
    pytest.param(b"GIF89a/*" + b" " * 90 + b"*/=1;alert(1)", errors.NoPicture, id="a script that begins as a GIF"),
    pytest.param(file_of(Image.new("1", (10_000, 10_000))), errors.TooManyPixels, id="100 megapixels"),
    pytest.param(endless_gif(30_000), errors.TooManyFrames, id="30,000 frames"),
    pytest.param(file_of(scene(1, (31, 400))), errors.TooSmall, id="31 pixels"),
    pytest.param(bytes(64_000_001), errors.TooManyBytes, id="too long a file"),
]


@pytest.mark.parametrize(("data", "error"), REFUSED)
def test_what_cannot_be_read_is_refused_in_a_sentence(data: bytes, error: type[errors.PictureError]) -> None:
    with pytest.raises(errors.PictureError) as raised:
        pictures.read(data)
    assert type(raised.value) is error
    assert str(raised.value)[0].islower()
    assert "{" not in str(raised.value)


@pytest.mark.parametrize("kind", KINDS)
def test_a_picture_cut_short_is_refused(kind: str) -> None:
    data = file_of(scene(), kind, **KINDS[kind])
    for share in (0.1, 0.5, 0.9):
        with pytest.raises(errors.Unreadable):
            pictures.read(data[: int(len(data) * share)])


def test_an_animated_picture_that_takes_too_long_is_given_up() -> None:
    with pytest.raises(errors.TooCostly):
        pictures.read(animated([scene(1), scene(2)], "TIFF"), Limits(time_s=-1))


def test_a_file_is_read_and_left_as_it_is(tmp_path: Path) -> None:
    file = tmp_path / "picture.png"
    file.write_bytes(file_of(scene()))
    file.chmod(0o400)
    before = file.stat()
    assert pictures.read_file(file) == file.read_bytes()
    after = file.stat()
    assert (before.st_mtime_ns, before.st_size, [*tmp_path.iterdir()]) == (after.st_mtime_ns, after.st_size, [file])


def test_only_files_are_read(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    for name in ("nothing", ".", "pipe", "a\0b", "x" * 400):
        with pytest.raises(errors.NoFile):
            pictures.read_file(tmp_path / name)
    with pytest.raises(errors.NoFile):
        pictures.read_file(Path("/dev/zero"))


def test_a_file_too_long_is_not_read_to_its_end(tmp_path: Path) -> None:
    file = tmp_path / "long"
    with file.open("wb") as sparse:
        sparse.truncate(10_000_000_000)
    with pytest.raises(errors.TooManyBytes):
        pictures.read_file(file)
