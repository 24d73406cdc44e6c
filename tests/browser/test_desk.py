from __future__ import annotations

import pytest
from playwright.async_api import expect

from tests.browser.people import Put, Visit
from tests.footage import BAG, MOTORBIKES, PARKED, STANDING, WRONG_WAY, Shot


async def test_an_officer_decides_three_candidates_by_keys_alone(put: Put, visit: Visit) -> None:
    await put(PARKED, WRONG_WAY, BAG)
    mai = await visit("mai")
    first = await mai.holds()
    await mai.press("Enter")
    await mai.goes_on_from(first)
    await mai.sees("Vừa xác nhận: Đi ngược chiều, Trần Hưng Đạo.")
    await mai.holds()
    await mai.press("x", "2")
    await mai.sees("Vừa bỏ qua: Đỗ xe trong vùng cấm dừng đỗ, Bùi Thị Xuân. Không vi phạm")
    await mai.holds()
    await mai.press("s", "3", "Enter")
    await mai.sees("Không còn sự việc chờ xác minh")
    await mai.sees("Hôm nay đã xác nhận 2, bỏ qua 1.")
    assert await mai.page.title() == "mastwatch"


# The second time right after the next one has come up, by the page's own clock, however busy the machine is.
ENTER_TWICE = """
() => {
  const key = { key: "Enter", bubbles: true };
  const enter = () => document.body.dispatchEvent(new KeyboardEvent("keydown", key));
  const again = (_, seen) => { seen.disconnect(); setTimeout(enter, 100); };
  new MutationObserver(again).observe(document.querySelector("main"), { childList: true });
  enter();
}
"""


async def test_enter_pressed_twice_decides_one(put: Put, visit: Visit) -> None:
    await put(PARKED, WRONG_WAY, BAG)
    mai = await visit("mai")
    first = await mai.holds()
    await mai.until("document.querySelectorAll('#prefetched article').length === 2")
    await mai.page.evaluate(ENTER_TWICE)
    await mai.goes_on_from(first)
    await mai.holds()
    await expect(mai.page.locator(".row")).to_have_count(2)


async def test_an_arrow_held_down_goes_on_to_the_end_of_the_queue(put: Put, visit: Visit) -> None:
    await put(PARKED, WRONG_WAY, BAG, STANDING)
    mai = await visit("mai")
    await mai.holds()
    for _ in range(8):
        await mai.page.keyboard.down("ArrowDown")
    await expect(mai.page.locator("li:last-child > .row")).to_have_attribute("aria-current", "true")


async def test_the_clip_plays_at_once_muted_around_the_moment(put: Put, visit: Visit) -> None:
    await put(PARKED)
    mai = await visit("mai")
    await mai.until("document.querySelector('main video')?.currentTime > 14")
    video = "document.querySelector('main video')"
    assert await mai.page.evaluate(f"{video}.muted && !{video}.paused")
    await mai.page.evaluate(f"{video}.currentTime = 23.9")
    await mai.until(f"{video}.currentTime < 16")


async def test_the_next_candidates_clip_is_loaded_before_it_is_asked_for(put: Put, visit: Visit) -> None:
    await put(PARKED, WRONG_WAY)
    mai = await visit("mai")
    await mai.holds()
    await mai.until("document.querySelector('#prefetched video')?.readyState >= 3")


async def test_views_and_the_drawing_are_switched_by_keys(put: Put, visit: Visit) -> None:
    await put(PARKED)
    mai = await visit("mai")
    await mai.holds()
    await expect(mai.page.locator("main .overlay").first).to_be_visible()
    await mai.press("o")
    await expect(mai.page.locator("main .overlay").first).to_be_hidden()
    await mai.press("2")
    await expect(mai.page.locator("main [data-shows=pair]")).to_be_visible()
    await mai.press("3")
    await expect(mai.page.locator("main .still")).to_be_visible()


async def test_without_a_clip_the_still_picture_is_shown_and_why(put: Put, visit: Visit) -> None:
    await put(MOTORBIKES)
    mai = await visit("mai")
    await mai.sees("Không có đoạn ghi.")
    await expect(mai.page.locator("main .still")).to_be_visible()


async def test_a_decision_is_taken_back_by_a_key_while_its_minutes_count(put: Put, visit: Visit) -> None:
    await put(BAG)
    mai = await visit("mai")
    candidate = await mai.holds()
    await mai.press("x", "1")
    await mai.sees("Vừa bỏ qua: Để lại rác, Hồ Xuân Hương. Cảnh báo sai")
    await expect(mai.page.locator("#undo")).to_contain_text("4:5")
    await mai.press("u")
    await mai.page.wait_for_selector("main article")
    assert await mai.holds() == candidate


async def test_later_goes_on_to_the_next_and_gives_it_back(put: Put, visit: Visit) -> None:
    await put(PARKED, BAG)
    mai = await visit("mai")
    first = await mai.holds()
    await mai.press("j")
    await mai.goes_on_from(first)
    hung = await visit("hung")
    assert await hung.holds() == first


async def test_what_a_colleague_holds_is_dimmed_with_name_and_time(put: Put, visit: Visit) -> None:
    await put(PARKED, BAG)
    await (await visit("mai")).holds()
    hung = await visit("hung")
    await hung.sees("Trần Thị Mai đang xem, còn")
    await hung.holds()
    await hung.press("ArrowUp")
    await hung.sees("Trần Thị Mai đang xem sự việc này")
    await expect(hung.page.locator("#confirm")).to_be_disabled()


async def test_of_two_officers_on_one_candidate_the_second_is_shown_who_decided(
    put: Put, visit: Visit
) -> None:
    await put(STANDING)
    mai = await visit("mai")
    await mai.holds()
    hung = await visit("hung")
    await hung.sees("Sự việc còn lại đang có đồng nghiệp xem")
    await hung.page.click(".row")
    await hung.sees("Trần Thị Mai đang xem sự việc này")
    await mai.press("x", "5")
    await hung.sees("Đã bỏ qua: Diễn tập-thử nghiệm")
    await hung.sees("Trần Thị Mai, lúc")


async def test_a_new_candidate_appears_without_a_reload(put: Put, visit: Visit) -> None:
    mai = await visit("mai")
    await mai.sees("Không còn sự việc chờ xác minh")
    await mai.page.evaluate("window.samePage = true")
    await mai.sees("Trực tuyến")
    await put(WRONG_WAY)
    await mai.holds()
    assert await mai.page.title() == "(1) mastwatch"
    assert await mai.page.evaluate("window.samePage")


async def test_a_lost_connection_is_said_and_decisions_wait(put: Put, visit: Visit) -> None:
    await put(PARKED)
    mai = await visit("mai")
    await mai.holds()
    await mai.page.context.set_offline(True)
    await mai.sees("Mất kết nối với máy chủ từ")
    await expect(mai.page.locator("#confirm")).to_be_disabled()
    await mai.page.context.set_offline(False)
    await mai.sees("Đã nối lại.")
    await expect(mai.page.locator("#confirm")).to_be_enabled()
    mai.wrong = [said for said in mai.wrong if "ERR_INTERNET_DISCONNECTED" not in said]


async def test_a_session_that_has_ended_is_said_once(put: Put, visit: Visit) -> None:
    await put(PARKED, BAG)
    mai = await visit("mai")
    first = await mai.holds()
    await mai.page.context.clear_cookies()
    async with mai.page.expect_response("**/desk/queue"):  # the last of what a decision asks for
        await mai.press("Enter")
    await mai.goes_on_from(first)
    await expect(mai.page.locator("#toasts .notice")).to_have_count(1)
    await mai.page.get_by_role("button", name="Đăng nhập lại").click()
    await mai.page.wait_for_url("**/sign-in?next=/desk")


async def test_another_category_or_ward_shows_its_unit_and_deadline_at_once(put: Put, visit: Visit) -> None:
    await put(PARKED)
    mai = await visit("mai")
    await mai.holds()
    lead, due = mai.page.locator("#place [data-lead]"), mai.page.locator("#place [data-due]")
    await expect(due).to_contain_text("2 giờ làm việc, quy chế Đà Lạt 2020")
    await mai.press("w")
    await mai.page.get_by_role("button", name="Phường Lâm Viên - Đà Lạt").click()
    await expect(lead).to_have_text("UBND phường Lâm Viên - Đà Lạt")
    await mai.press("c", "9")
    await expect(lead).to_have_text("Phòng Tài nguyên và Môi trường")
    await expect(due).to_contain_text("4 giờ làm việc, quy chế Đà Lạt 2020")
    await expect(mai.page.locator("#place .changed")).to_have_count(2)
    await mai.press("Enter")
    await mai.sees("Vừa xác nhận")


async def test_the_actions_stay_at_the_foot_of_a_phone_and_hide_nothing(put: Put, visit: Visit) -> None:
    await put(PARKED)
    mai = await visit("mai", 390, 844)
    await mai.holds()
    await mai.page.evaluate("scrollTo(0, document.documentElement.scrollHeight)")
    foot = await mai.page.locator(".actions").bounding_box()
    last = await mai.page.locator("#place [data-part=place] > .facts").bounding_box()
    assert foot and last
    assert round(foot["y"] + foot["height"]) == 844
    assert last["y"] + last["height"] <= foot["y"]


async def test_the_deadline_explains_itself(put: Put, visit: Visit) -> None:
    await put(PARKED)
    mai = await visit("mai")
    await mai.holds()
    await mai.press("v")
    await mai.sees("Thời gian được tính")
    await mai.press("Escape")
    await expect(mai.page.locator("[data-why-sheet]")).to_be_hidden()


@pytest.mark.parametrize("shot", [PARKED, MOTORBIKES])
@pytest.mark.parametrize(("width", "height"), [(1920, 1080), (1366, 768), (390, 844)])
async def test_nothing_on_the_desk_is_unnamed_or_wider_than_the_screen(
    put: Put, visit: Visit, shot: Shot, width: int, height: int
) -> None:
    await put(shot)
    mai = await visit("mai", width, height)
    await mai.holds()
    assert await mai.unnamed() == []
    assert await mai.page.evaluate("document.documentElement.scrollWidth") <= width


async def test_no_screen_says_violation_before_a_person_has_confirmed(put: Put, visit: Visit) -> None:
    await put()
    mai = await visit("mai")
    await mai.holds()
    said = (await mai.page.locator("body").inner_text()).lower()
    assert "sự việc nghi vấn" in said
    assert "vi phạm" not in said


async def test_the_desk_speaks_english_when_it_is_switched(put: Put, visit: Visit) -> None:
    await put(WRONG_WAY)
    mai = await visit("mai")
    await mai.page.get_by_role("button", name="English").click()
    await mai.sees("Suspected incident, not confirmed")
    await mai.holds()
    await mai.press("x", "1")
    await mai.sees("Just dismissed: Wrong way, Trần Hưng Đạo. False alarm")
