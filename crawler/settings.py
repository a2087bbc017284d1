"""Scrapy's settings for a pass: nothing kept, nothing retried, nothing followed unasked, nothing logged."""

from typing import Any

from casebook.settings import Crawler


def scrapy_settings(crawler: Crawler, pipelines: dict[str, int] | None = None) -> dict[str, Any]:
    """Give the settings of one pass, of rechecks where no other pipelines are named.

    The middlewares are all left out: redirects are signs and are followed by hand, a refusal is an answer, a second
    visit is the point, cookies are never kept, and Scrapy's log lines hold addresses.
    """
    handler = "crawler.fetching.GuardedHandler"
    return {
        "DOWNLOAD_HANDLERS": {"http": handler, "https": handler, "ftp": None, "s3": None, "file": None, "data": None},
        "DOWNLOADER_MIDDLEWARES_BASE": {},
        "SPIDER_MIDDLEWARES_BASE": {},
        "EXTENSIONS_BASE": {},
        "ITEM_PIPELINES": pipelines or {"crawler.pipelines.Judging": 100, "crawler.pipelines.Recording": 200},
        "CONCURRENT_REQUESTS": crawler.hosts_at_once,
        "CONCURRENT_REQUESTS_PER_DOMAIN": 1,
        "CONCURRENT_ITEMS": 1,  # of one answer, which gives one; Scrapy makes that many tasks for every answer
        "DOWNLOAD_DELAY": crawler.per_host_delay_s,
        "DOWNLOAD_DELAY_JITTER": 0.5,
        "DOWNLOAD_TIMEOUT": crawler.answer_time_s,
        "DOWNLOAD_MAXSIZE": 0,
        "DOWNLOAD_WARNSIZE": 0,
        "DOWNLOAD_FAIL_ON_DATALOSS": True,
        "ROBOTSTXT_OBEY": False,
        "COOKIES_ENABLED": False,
        "RETRY_ENABLED": False,
        "REDIRECT_ENABLED": False,
        "TELNETCONSOLE_ENABLED": False,
        "LOG_ENABLED": False,
        "STATS_DUMP": False,
        "TWISTED_REACTOR": "twisted.internet.asyncioreactor.AsyncioSelectorReactor",
        "PEHRA_ALLOW_NETWORKS": [str(network) for network in crawler.allow_networks],
        "PEHRA_PROXY": crawler.proxy,
    }
