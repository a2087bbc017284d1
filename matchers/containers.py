"""Film files opened: only kinds that are films, by their first bytes, and only with decoders that many people use.

FFmpeg opens some two hundred kinds of files. Playlists among them name other files and addresses, which would then be
read in our name; and decoders that nobody uses are where the holes are.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from io import BytesIO

import av
from av.container import InputContainer
from av.video.stream import VideoStream

from matchers.errors import Broken, NoFilm, TooLong, TooManyPixels
from matchers.limits import Limits

CODECS = frozenset({
    "h264", "hevc", "vp8", "vp9", "av1", "libdav1d", "mpeg4", "mpeg2video", "mpeg1video", "h263", "flv", "mjpeg",
    "theora", "wmv1", "wmv2", "wmv3", "vc1", "msmpeg4", "msmpeg4v2", "prores",
})  # fmt: skip
BOXES = frozenset({b"ftyp", b"moov", b"mdat", b"free", b"wide", b"skip"})
STARTS = {
    b"\x1a\x45\xdf\xa3": "matroska",
    b"FLV\x01": "flv",
    b"OggS": "ogg",
    b"\x30\x26\xb2\x75\x8e\x66\xcf\x11": "asf",
    b"\x00\x00\x01\xba": "mpeg",
}
PACKET = 188  # bytes of MPEG's transport stream


def kind_of(data: bytes) -> str | None:
    """Tell which of FFmpeg's demuxers a film is for; None where it is none of ours."""
    if data[4:8] in BOXES:
        return "mov"
    if data[:4] == b"RIFF" and data[8:12] == b"AVI ":
        return "avi"
    if len(data) > 4 * PACKET and all(data[at] == 0x47 for at in range(0, 4 * PACKET, PACKET)):
        return "mpegts"
    return next((kind for start, kind in STARTS.items() if data.startswith(start)), None)


@contextmanager
def opened(data: bytes, limits: Limits) -> Iterator[tuple[InputContainer, VideoStream]]:
    """Open a film and its first stream of pictures, ready to be decoded by one thread.

    Raises:
        NoFilm: no film, of a kind that is not read, or without pictures.
        Broken: it cannot be opened.
        TooLong: it says that it lasts longer than `limits.film_s`.
        TooManyPixels: its frames have more than `limits.pixels`.
    """
    kind = kind_of(data)
    if kind is None:
        raise NoFilm(limits)
    av.logging.set_level(None)
    # Tracks that lie in other files are not followed, and no protocol is one that we open.
    options = {"protocol_whitelist": "none", "max_streams": "64"} | ({"enable_drefs": "0"} if kind == "mov" else {})
    try:
        container = av.open(BytesIO(data), "r", kind, options, metadata_errors="ignore")
    except (av.FFmpegError, ValueError):
        raise Broken(limits) from None
    with container:
        yield container, _stream(container, limits)


def _stream(container: InputContainer, limits: Limits) -> VideoStream:
    streams = [one for one in container.streams.video if one.codec_context.name in CODECS]
    if not streams:
        raise NoFilm(limits)
    if container.duration is not None and container.duration / av.time_base > limits.film_s:
        raise TooLong(limits)
    stream = streams[0]
    if stream.codec_context.width * stream.codec_context.height > limits.pixels:
        raise TooManyPixels(limits)
    return stream
