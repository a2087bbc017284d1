"""An alert goes to every messenger, and tells a stranger nothing."""

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from reporters.alerts import alert


class Messenger(ThreadingHTTPServer):
    """A messenger on loopback that keeps what it is told."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Answer)
        self.told: list[dict[str, str]] = []
        self.status = 200

    @property
    def address(self) -> str:
        return f"json://user:s3cret@127.0.0.1:{self.server_address[1]}/hook"


class Answer(BaseHTTPRequestHandler):
    def do_POST(self) -> None:
        assert isinstance(self.server, Messenger)
        self.server.told.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
        self.send_response(self.server.status)
        self.end_headers()

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def messenger() -> Iterator[Messenger]:
    with Messenger() as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield server
        server.shutdown()
        thread.join()


def test_it_says_that_something_waits_and_nothing_of_what(messenger: Messenger) -> None:
    assert alert([messenger.address], 2)
    [told] = messenger.told
    assert (told["title"], told["message"]) == ("Pehra", "2 things wait for you.")


def test_one_that_fails_does_not_keep_it_from_the_others(
    messenger: Messenger, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    assert not alert(["nonsense", "json://user:s3cret@127.0.0.1:9/hook", messenger.address], 1)
    assert [one["message"] for one in messenger.told] == ["One thing waits for you."]
    assert "s3cret" not in caplog.text + "".join(capfd.readouterr())


def test_without_messengers_there_is_nothing_to_do() -> None:
    assert alert([], 3)
