"""A picture of a page that stands still, with its pictures: taken in memory, for a sealed capture and nothing else."""

import asyncio
from contextlib import suppress

from playwright.async_api import Error
from playwright.async_api import Page as Tab

from crawler.page import Shot
from crawler.settling import Clock

WIDTH, HEIGHT = 1280, 8_000  # pixels; a page may claim to be as high as it likes
PICTURES_S = 4.0
LAID_OUT = "() => [document.documentElement.scrollWidth, document.documentElement.scrollHeight]"
EAGER = """() => Promise.all([...document.images].map(image => {
    image.loading = 'eager'
    return image.complete ? null : new Promise(done => { image.onload = image.onerror = done })
}))"""
CUT = f"the picture of the page ends after {HEIGHT} pixels"
SLOW = "not all pictures had come when the picture of the page was taken"
NONE = "the browser made no picture of the page in its time"


async def shoot(tab: Tab, clock: Clock, within_s: float) -> Shot:
    """Take a picture of a page; whatever goes wrong is told as what is missing, and costs nothing else."""
    with suppress(Error):  # it may run already; a page whose time stands draws nothing
        await clock.release()
    try:
        async with asyncio.timeout(within_s):
            return await _shoot(tab, min(PICTURES_S, within_s / 2))
    except (Error, TimeoutError):
        return Shot(missing=NONE)


async def _shoot(tab: Tab, pictures_s: float) -> Shot:
    missing = None
    try:
        async with asyncio.timeout(pictures_s):
            await tab.evaluate(EAGER)
    except TimeoutError:
        missing = SLOW
    _, height = await tab.evaluate(LAID_OUT)
    clip = {"x": 0.0, "y": 0.0, "width": float(WIDTH), "height": float(max(1, min(height, HEIGHT)))}
    png = await tab.screenshot(type="png", full_page=True, clip=clip, animations="disabled")  # type: ignore[arg-type]
    return Shot(png, CUT if height > HEIGHT else missing)
