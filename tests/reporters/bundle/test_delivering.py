"""A bundle reaches its file whole, or not at all; sealed, it never lies open."""

import shutil
import subprocess
import sys
from hashlib import sha256
from pathlib import Path

import pyrage
import pytest
from pyrage import x25519

from casebook.errors import Refused, Unavailable
from reporters.bundle import delivering
from tests.reporters.bundle import made

ROOT = Path(__file__).parents[3]
FULL = """
import itertools, resource, signal, sys
from pathlib import Path
from reporters.bundle import delivering
from tests.reporters.bundle import made
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (60_000, 60_000))
for flag, to in itertools.product((delivering.os.O_TMPFILE, 1 << 30), (None, delivering.require_recipient(sys.argv[2]))):
    delivering.os.O_TMPFILE = flag  # the second is none that any system knows
    try:
        delivering.deliver(made.bundle(2), made.SIGNER, Path(sys.argv[1]), to)
    except delivering.Unavailable as error:
        print(error)
"""


def test_a_full_disk_leaves_no_half_file(tmp_path: Path) -> None:
    """Neither open nor sealed, neither where files may have no name nor where they must."""
    words = [str(tmp_path / "out.zip"), str(x25519.Identity.generate().to_public())]
    done = subprocess.run([sys.executable, "-c", FULL, *words], cwd=ROOT, capture_output=True, timeout=100, check=False)
    said = done.stdout.decode().splitlines()
    assert len(said) == 4, done.stderr
    assert {one.startswith(f"{tmp_path / 'out.zip'} could not be written: ") for one in said} == {True}
    assert {one.endswith("nothing is left of it") for one in said} == {True}
    assert list(tmp_path.iterdir()) == []


def test_it_is_written_whole_for_its_owner_alone(tmp_path: Path) -> None:
    done = delivering.deliver(made.bundle(2), made.SIGNER, tmp_path / "out.zip")
    data = (tmp_path / "out.zip").read_bytes()
    assert data == made.written(made.bundle(2))
    assert (done.bytes, done.sha256, done.missing) == (len(data), sha256(data).hexdigest(), {})
    assert (tmp_path / "out.zip").stat().st_mode & 0o777 == 0o600
    assert [one.name for one in tmp_path.iterdir()] == ["out.zip"]


def test_a_file_that_is_there_stays(tmp_path: Path) -> None:
    (tmp_path / "out.zip").write_bytes(b"mine")
    with pytest.raises(Refused, match="exists already"):
        delivering.deliver(made.bundle(1), made.SIGNER, tmp_path / "out.zip")
    assert (tmp_path / "out.zip").read_bytes() == b"mine"


def test_a_folder_that_is_not_there_is_said(tmp_path: Path) -> None:
    with pytest.raises(Unavailable, match="could not be written"):
        delivering.deliver(made.bundle(1), made.SIGNER, tmp_path / "none" / "out.zip")


def test_sealed_it_opens_for_the_recipient_alone(tmp_path: Path) -> None:
    identity, file = x25519.Identity.generate(), tmp_path / "out.zip.age"
    done = delivering.deliver(
        made.bundle(4), made.SIGNER, file, delivering.require_recipient(str(identity.to_public()))
    )
    assert done.bytes == file.stat().st_size
    assert file.stat().st_mode & 0o777 == 0o600
    assert pyrage.decrypt(file.read_bytes(), [identity]) == made.written(made.bundle(4))
    with pytest.raises(pyrage.DecryptError):
        pyrage.decrypt(file.read_bytes(), [x25519.Identity.generate()])


@pytest.mark.skipif(
    shutil.which("age") is None, reason="the program age is not installed (Debian: apt-get install age)"
)
def test_sealed_it_opens_with_the_ordinary_age_program(tmp_path: Path) -> None:
    key, file = tmp_path / "key.txt", tmp_path / "out.zip.age"
    made_key = subprocess.run(["age-keygen", "-o", str(key)], capture_output=True, check=True, timeout=30)
    recipient = made_key.stderr.decode().split()[-1]
    delivering.deliver(made.bundle(2), made.SIGNER, file, delivering.require_recipient(recipient))
    opened = subprocess.run(["age", "-d", "-i", str(key), str(file)], capture_output=True, check=True, timeout=30)
    assert opened.stdout == made.written(made.bundle(2))


def test_a_writer_that_fails_leaves_no_sealed_half(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(*_: object) -> None:
        raise Unavailable("it broke")

    monkeypatch.setattr(delivering.writing, "_papers", fails)
    to = x25519.Identity.generate().to_public()
    for recipient in (None, to):
        with pytest.raises(Unavailable, match="it broke"):
            delivering.deliver(made.bundle(2), made.SIGNER, tmp_path / "out", recipient)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("words", ["", "  ", "a\nb", "a\x07b", "a\u202eb", "a\u2028b", "x" * 201])
def test_a_recipient_that_would_break_the_line_is_refused(words: str) -> None:
    with pytest.raises(Refused, match="--to"):
        delivering.require_words(words, "--to", delivering.TO_CHARACTERS)


def test_a_name_in_urdu_is_taken_as_it_is() -> None:
    assert delivering.require_words(" ضلعی عدالت‌ لاہور ", "--to", 200) == "ضلعی عدالت‌ لاہور"


@pytest.mark.parametrize("text", ["", "age1", "AGE-SECRET-KEY-1", "age1" + "q" * 58])
def test_what_is_no_recipient_is_refused(text: str) -> None:
    with pytest.raises(Refused, match="age1"):
        delivering.require_recipient(text)
