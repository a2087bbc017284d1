"""Law 4 at the last gate: what a log line may hold, whoever wrote it."""

import logging

import pytest

from scheduler.logs import OURS, Discreet, _worth_saying

ADDRESS = "https://planted.example/a?key=k3y"


def record(name: str, level: int, words: str, *, failing: bool = False) -> logging.LogRecord:
    fault = (ValueError, ValueError(ADDRESS), None) if failing else None
    return logging.LogRecord(name, level, __file__, 1, words, (), fault, sinfo=ADDRESS)


@pytest.mark.parametrize("failing", [False, True], ids=["in order", "with an exception"])
@pytest.mark.parametrize("name", ["scrapy.core.scraper", "twisted", "asyncio", "py.warnings", "root", "playwright"])
def test_of_a_librarys_line_only_who_and_how_loud_is_kept(name: str, *, failing: bool) -> None:
    said = Discreet("%(levelname)s %(name)s: %(message)s").format(
        record(name, logging.ERROR, f"Error processing <GET {ADDRESS}>", failing=failing)
    )
    assert said == f"ERROR {name}: said something that is kept out of the log" + (" (ValueError)" if failing else "")


@pytest.mark.parametrize("name", [f"{one}.something" for one in OURS])
def test_our_own_line_keeps_its_words_and_an_exceptions_name_without_its_text(name: str) -> None:
    said = Discreet("%(message)s").format(record(name, logging.ERROR, "address 7 could not be read", failing=True))
    assert said == "address 7 could not be read (ValueError)"


@pytest.mark.parametrize(
    ("name", "level", "worth"),
    [
        pytest.param("scrapy.core.engine", logging.DEBUG, False, id="a library's chatter"),
        pytest.param("scrapy.core.engine", logging.WARNING, True, id="a library's warning"),
        pytest.param("crawler.desk", logging.DEBUG, True, id="our own detail"),
    ],
)
def test_libraries_are_heard_from_warnings_upwards(name: str, level: int, *, worth: bool) -> None:
    assert _worth_saying(record(name, level, "words")) is worth
