"""What the matchers refuse, in one sentence each. Waiting cures none of them, but for `NoDecoder`.

MatcherError
├── PictureError
│   ├── Unreadable
│   │   ├── NoFile           there is no such file, or it may not be read
│   │   ├── Empty            a file without a byte
│   │   ├── NoPicture        no picture, or of a kind that is not read
│   │   ├── NoFilm           no film, or of a kind that is not read
│   │   ├── Broken           begins as a picture and does not go on as one
│   │   └── Crashed          ended the process that decoded it
│   ├── TooMuch
│   │   ├── TooManyBytes
│   │   ├── TooManyPixels
│   │   ├── TooManyFrames
│   │   ├── TooLong          a film that nobody would look at to its end
│   │   └── TooCostly        needed more time or memory than a picture may have
│   └── TooLittle
│       ├── TooSmall
│       └── TooPlain         too little detail for a fingerprint that means anything
├── BadHash                  not a fingerprint as it is written
├── BadList                  a list of hashes that cannot be read
├── BadPrint                 not a print as it is kept
└── NoDecoder                the process that decodes could not be started: the machine may be busy
"""

from typing import ClassVar

from matchers.limits import LEAST_SIDE, Limits


class MatcherError(Exception):
    """Base of all; its text is one sentence and never holds a file's name or an address."""


class PictureError(MatcherError):
    """A picture that cannot be used; the sentence is fixed for a kind of error and the limits."""

    sentence: ClassVar[str] = "the picture cannot be used"

    def __init__(self, limits: Limits | None = None) -> None:
        super().__init__(self.sentence.format(limits or Limits(), least=LEAST_SIDE))


class Unreadable(PictureError):
    """Cannot be read."""


class NoFile(Unreadable):
    """There is nothing to read."""

    sentence = "there is no such file, or it may not be read"


class Empty(Unreadable):
    """Has no bytes."""

    sentence = "the file is empty"


class NoPicture(Unreadable):
    """Is something else."""

    sentence = "this is no picture that can be read here: JPEG, PNG, WebP, GIF, BMP, TIFF, AVIF and HEIC can"


class NoFilm(Unreadable):
    """Is something else than a film."""

    sentence = "this is no film that can be read here: MP4, MOV, WebM, Matroska, AVI, FLV, WMV, MPEG and Ogg can"


class Broken(Unreadable):
    """Is damaged, or cut short."""

    sentence = "the file is damaged or cut short"


class Crashed(Unreadable):
    """Ended the process that decoded it."""

    sentence = "the file made its decoder crash, so it is damaged or made to do harm"


class TooMuch(PictureError):
    """Costs more than a picture may."""


class TooManyBytes(TooMuch):
    """Is too long a file."""

    sentence = "the file is larger than {0.bytes:,} bytes, the most that is read"


class TooManyPixels(TooMuch):
    """Is too large a picture."""

    sentence = "the picture has more than {0.pixels:,} pixels, the most that is read"


class TooManyFrames(TooMuch):
    """Is too long an animation."""

    sentence = "the picture has more than {0.frames:,} frames, the most that is read"


class TooLong(TooMuch):
    """Is too long a film."""

    sentence = "the film lasts longer than {0.film_s:,.0f} seconds, the most that is read"


class TooCostly(TooMuch):
    """Needed more time or memory than a picture may have."""

    sentence = "decoding the file takes more time or memory than one may have"


class TooLittle(PictureError):
    """Shows too little."""


class TooSmall(TooLittle):
    """Is an icon."""

    sentence = "the picture is smaller than {least} x {least} pixels"


class TooPlain(TooLittle):
    """Has too little detail."""

    sentence = "the picture is too plain to match: one with so little detail looks like many others"


class BadHash(MatcherError):
    """Is not a fingerprint as it is written."""


class BadList(MatcherError):
    """Is not a list of hashes."""


class BadPrint(MatcherError):
    """Is not a print, or one of a later version."""


class NoDecoder(MatcherError):
    """The process that decodes could not be started."""
