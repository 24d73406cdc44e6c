"""Somebody at a browser, and what their pages did meanwhile."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from urllib.parse import urlsplit

from playwright.async_api import Browser, ConsoleMessage, Page, Request

from tests.running_city import PASSWORD

WITHIN_S = 20

Put = Callable[..., Awaitable[None]]
Visit = Callable[..., Awaitable["Person"]]

# What assistive technology must be told, of the rules of WCAG 2.2 that a script can check.
UNNAMED = """
() => [...document.querySelectorAll('a, button, input:not([type=hidden]), textarea, img, video, [role=img]')]
  .filter((element) => element.checkVisibility())
  .filter((element) => {
    const label = element.labels?.length ? [...element.labels].map((one) => one.textContent).join('') : '';
    const named = element.getAttribute('aria-label') || element.getAttribute('alt') || element.title;
    return !(named || label || element.textContent.trim());
  })
  .map((element) => element.outerHTML.slice(0, 120))
"""
SMALL_TARGETS = """
() => [...document.querySelectorAll('a:not(.skip), button, summary, textarea')]
  .filter((element) => element.checkVisibility())
  .map((element) => [element.getBoundingClientRect(), element])
  .filter(([box]) => Math.round(box.height) < 44 || Math.round(box.width) < 44)
  .map(([box, element]) => `${box.width}x${box.height} ${element.outerHTML.slice(0, 100)}`)
"""


async def person_at(browser: Browser, address: str, width: int, height: int) -> Person:
    context = await browser.new_context(
        viewport={"width": width, "height": height}, locale="vi-VN", timezone_id="Asia/Ho_Chi_Minh"
    )
    return Person(await context.new_page(), address)


class Person:
    def __init__(self, page: Page, address: str) -> None:
        self.page = page
        self._address = address
        self.wrong: list[str] = []
        self.hosts: set[str] = set()
        self.page.on("console", self._heard)
        self.page.on("pageerror", lambda error: self.wrong.append(str(error)))
        self.page.on("request", self._asked)

    def _heard(self, message: ConsoleMessage) -> None:
        # A refusal (a 409, a 422) is an answer that the page shows; the browser notes it as an error as well.
        if (
            message.type in ("error", "warning")
            and "the server responded with a status of 4" not in message.text
        ):
            self.wrong.append(message.text)

    def _asked(self, request: Request) -> None:
        parts = urlsplit(request.url)
        if parts.scheme not in ("data", "blob"):
            self.hosts.add(parts.netloc)

    async def sign_in(self, username: str) -> None:
        await self.page.goto(f"{self._address}/sign-in")
        await self.page.fill("#username", username)
        await self.page.fill("#password", PASSWORD)
        await self.page.keyboard.press("Enter")
        await self.page.wait_for_url(lambda url: "sign-in" not in url)

    async def press(self, *keys: str) -> None:
        for key in keys:
            await self.page.keyboard.press(key)

    async def sees(self, text: str) -> None:
        """Waits until the text is on the page."""
        await self.page.get_by_text(text).first.wait_for()

    async def until(self, true: str) -> None:
        """Waits until an expression holds. Playwright's own waiting needs `eval`, which the page forbids."""
        async with asyncio.timeout(WITHIN_S):
            while not await self.page.evaluate(f"Boolean({true})"):
                await asyncio.sleep(0.05)

    async def goes_on_from(self, candidate: str) -> None:
        """Waits until another candidate is open."""
        await self.until(f"document.querySelector('main article')?.dataset.candidate !== '{candidate}'")

    async def holds(self) -> str:
        """The name of what is open, once it is held."""
        await self.until("document.querySelector('[data-holding]')?.textContent.match(/^(Bạn giữ|Yours)/)")
        return await self.page.locator("main article").get_attribute("data-candidate") or ""

    async def unnamed(self) -> list[str]:
        found: list[str] = await self.page.evaluate(UNNAMED)
        return found

    async def small_targets(self) -> list[str]:
        found: list[str] = await self.page.evaluate(SMALL_TARGETS)
        return found

    async def leave(self) -> None:
        await self.page.context.close()
