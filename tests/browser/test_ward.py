from __future__ import annotations

from pathlib import Path

import pytest
from PIL import Image
from playwright.async_api import expect

from tests.browser.people import Put, Visit
from tests.footage import PARKED, WRONG_WAY

PHONE = (390, 844)


@pytest.fixture
async def task(put: Put, visit: Visit) -> None:
    """One task for the ward of Xuân Hương."""
    await put(PARKED)
    mai = await visit("mai")
    await mai.holds()
    await mai.press("Enter")
    await mai.sees("Vừa xác nhận")


@pytest.fixture
def photo(tmp_path: Path) -> Path:
    path = tmp_path / "sau.jpg"
    Image.new("RGB", (800, 600), "seagreen").save(path)
    return path


async def test_a_ward_accepts_and_reports_with_a_photo_on_a_phone(
    task: None, visit: Visit, photo: Path
) -> None:
    an = await visit("an", *PHONE)
    # Hours and minutes by day, full hours before the office opens: what is left depends on when this runs.
    await expect(an.page.locator(".task .left")).to_contain_text("làm việc")
    await an.page.click(".task")
    await an.page.get_by_role("button", name="Tiếp nhận xử lý").click()
    await an.sees("Đã tiếp nhận.")
    await an.page.get_by_role("link", name="Báo cáo kết quả").click()
    await an.sees("Cần một ảnh sau xử lý và lời ghi kết quả")
    await an.page.set_input_files("#photo", photo)
    await an.sees("Cần ghi kết quả xử lý")
    await an.page.get_by_role("button", name="Xe đã rời đi").click()
    await an.page.get_by_role("button", name="Gửi duyệt").click()
    await an.sees("Đã gửi kết quả, đang chờ duyệt.")
    await an.sees("Xe đã rời đi.")
    await an.page.goto(an.page.url.split("/ward")[0] + "/ward?tab=review")
    await an.sees("38 Bùi Thị Xuân")


async def test_what_is_missing_is_said_under_the_button(task: None, visit: Visit, photo: Path) -> None:
    an = await visit("an", *PHONE)
    await an.page.click(".task")
    await an.page.get_by_role("button", name="Tiếp nhận xử lý").click()
    await an.page.get_by_role("link", name="Báo cáo kết quả").click()
    await an.page.fill("#text", "Đã nhắc nhở chủ xe")
    await expect(an.page.locator("#missing")).to_have_text("Cần ít nhất một ảnh sau xử lý")
    await expect(an.page.locator("#send")).to_be_disabled()
    await an.page.set_input_files("#photo", photo)
    await expect(an.page.locator("#send")).to_be_enabled()


async def test_a_file_that_is_no_picture_is_said_and_the_words_are_kept(
    task: None, visit: Visit, tmp_path: Path
) -> None:
    broken = tmp_path / "sau.jpg"
    broken.write_bytes(b"not a picture")
    animated = tmp_path / "sau.gif"  # a browser shows it, so that the server is the first to refuse it
    Image.new("P", (8, 8)).save(animated)
    an = await visit("an", *PHONE)
    await an.page.click(".task")
    await an.page.get_by_role("button", name="Tiếp nhận xử lý").click()
    await an.page.get_by_role("link", name="Báo cáo kết quả").click()
    await an.page.fill("#text", "Đã nhắc nhở chủ xe")
    await an.page.set_input_files("#photo", broken)
    await expect(an.page.locator("#missing")).to_contain_text("Tệp này không phải ảnh đọc được.")
    await expect(an.page.locator("#send")).to_be_disabled()
    await an.page.set_input_files("#photo", animated)
    await an.page.click("#send")
    await expect(an.page.get_by_role("alert")).to_contain_text("Tệp này không phải ảnh đọc được.")
    await expect(an.page.locator("#text")).to_have_value("Đã nhắc nhở chủ xe")


async def test_a_new_task_appears_without_a_reload(put: Put, visit: Visit) -> None:
    an = await visit("an", *PHONE)
    await an.sees("Không có việc cần làm")
    await put(PARKED)
    mai = await visit("mai")
    await mai.holds()
    await mai.press("Enter")
    await an.sees("38 Bùi Thị Xuân")


async def test_another_wards_tasks_are_not_shown(task: None, visit: Visit) -> None:
    await (await visit("thu", *PHONE)).sees("Không có việc cần làm")


async def test_the_time_left_explains_itself(task: None, visit: Visit) -> None:
    an = await visit("an", *PHONE)
    await an.page.click(".task")
    await an.page.get_by_text("Vì sao?").click()
    await an.sees("Thời gian được tính")


async def test_every_part_of_the_wards_pages_is_named_and_large_enough_for_a_thumb(
    task: None, visit: Visit
) -> None:
    an = await visit("an", *PHONE)
    for step in (".task", "text=Tiếp nhận xử lý", "text=Báo cáo kết quả", None):
        assert await an.unnamed() == []
        assert await an.small_targets() == []
        assert await an.page.evaluate("document.documentElement.scrollWidth") <= PHONE[0]
        if step:
            await an.page.click(step)
            await an.page.wait_for_load_state()


async def test_the_pages_of_a_ward_work_without_scripts(put: Put, visit: Visit) -> None:
    await put(WRONG_WAY)
    an = await visit("an", *PHONE)
    await an.page.route("**/*.js", lambda route: route.fulfill(body="", content_type="text/javascript"))
    await an.page.reload()
    await an.sees("Không có việc cần làm")
    await an.page.get_by_role("link", name="Chờ duyệt").click()
    await an.sees("Không có kết quả nào chờ duyệt")


async def test_without_a_network_nothing_is_sent_and_nothing_is_lost(
    task: None, visit: Visit, photo: Path
) -> None:
    an = await visit("an", *PHONE)
    await an.page.click(".task")
    await an.page.get_by_role("button", name="Tiếp nhận xử lý").click()
    await an.page.get_by_role("link", name="Báo cáo kết quả").click()
    await an.page.set_input_files("#photo", photo)
    await an.sees("Cần ghi kết quả xử lý")  # the page's script is there: what comes next is its own
    await an.page.fill("#text", "Đã nhắc nhở chủ xe")
    await an.page.context.set_offline(True)
    await expect(an.page.locator("#missing")).to_contain_text("Mất mạng.")
    await expect(an.page.locator("#send")).to_be_disabled()
    await an.page.context.set_offline(False)
    await an.page.click("#send")
    await an.sees("Đã gửi kết quả, đang chờ duyệt.")
    await an.page.goto(an.page.url.replace("?notice=submitted", "/result"))
    await an.sees("Có thay đổi mới từ lúc bạn mở trang.")
    an.wrong = [said for said in an.wrong if "ERR_INTERNET_DISCONNECTED" not in said]
