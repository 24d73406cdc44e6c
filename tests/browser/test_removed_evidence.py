from __future__ import annotations

from datetime import UTC, datetime, timedelta

from incidents.evidence.opening import open_store
from incidents.usecases.retention import remove_expired
from tests.browser.people import Put, Visit
from tests.footage import PARKED
from tests.running_city import City

KEEP = timedelta(days=90)


async def test_a_case_whose_pictures_retention_removed_says_so_and_every_key_still_does_no_harm(
    put: Put, visit: Visit, city: City, address: str
) -> None:
    await put(PARKED)
    mai = await visit("mai")
    candidate_id = await mai.holds()
    await mai.press("x", "2")
    await mai.sees("Không còn sự việc chờ xác minh")
    async with city.opened() as incidents:
        later = datetime.now(UTC) + KEEP + timedelta(days=1)
        await remove_expired(incidents.database, open_store(city.settings.evidence), later, keep=KEEP)
    await mai.page.goto(f"{address}/desk?candidate={candidate_id}")
    await mai.sees("hết thời hạn lưu trữ")
    await mai.press("1", "2", "3", "o", " ")
    assert await mai.page.evaluate("document.querySelectorAll('main :is(video, img, image)').length") == 0
