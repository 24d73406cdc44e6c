"""From a live stream to a ward's task, on the screens that people see."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator

import psycopg
import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

from mastwatch.demo.accounts import PASSWORD, DemoAccount
from mastwatch.demo.plan import Plan
from mastwatch.demo.run import Demo
from tests.e2e.ledger import in_queue

ARRIVES_WITHIN_S = 180
ANSWERS_WITHIN_MS = 30_000


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    options = ["--no-sandbox", "--disable-dev-shm-usage", "--disable-gpu"]
    expect.set_options(timeout=ANSWERS_WITHIN_MS)
    with sync_playwright() as playwright:
        yield playwright.chromium.launch(executable_path="/usr/bin/chromium", args=options)


def signed_in(browser: Browser, plan: Plan, account: DemoAccount) -> Page:
    page = browser.new_context(base_url=plan.address).new_page()
    page.set_default_timeout(ANSWERS_WITHIN_MS)
    page.goto("/sign-in")
    page.locator("input[name=username]").fill(account.username)
    page.locator("input[name=password]").fill(PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url(lambda url: "/sign-in" not in url)
    return page


def reports(database_url: str) -> list[tuple[str, str]]:
    """(report id, unit that leads)"""
    with psycopg.connect(database_url) as connection:
        return connection.execute(
            "SELECT report_id::text, unit_id FROM report_assignment WHERE role = 'lead'"
        ).fetchall()


def wait_for(demo: Demo, condition: Callable[[], object]) -> None:
    deadline = time.monotonic() + ARRIVES_WITHIN_S
    demo.watch(until=lambda: bool(condition()) or time.monotonic() > deadline)
    assert condition()


def test_what_a_camera_sees_becomes_a_task_that_a_unit_accepts(
    demo: Demo, plan: Plan, browser: Browser
) -> None:
    wait_for(demo, lambda: in_queue(demo.database_url))
    desk = signed_in(browser, plan, demo.accounts[0])
    expect(desk.locator("main")).to_contain_text("Bạn giữ đến")  # the first candidate is ours
    desk.keyboard.press("Enter")
    wait_for(demo, lambda: reports(demo.database_url))

    ((report_id, unit_id),) = reports(demo.database_url)
    unit = next(account for account in demo.accounts if account.unit_id == unit_id)
    tasks = signed_in(browser, plan, unit)
    tasks.locator(f"a[href='/ward/{report_id}']").click()
    tasks.locator("form[action$='/accept'] button").click()
    expect(tasks.locator(f"a[href='/ward/{report_id}/result']")).to_be_visible()
