"""What people read for each word of the domain: Vietnamese first, English beside it.

Sources: report-lifecycle and glossary of the design; the statuses are those of the cities' own systems.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from incidents.contract.events import Family
from incidents.lifecycle.reasons import CancelReason, DismissReason, RejectReason, Source
from incidents.lifecycle.states import CandidateAction, CandidateState, ReportAction, ReportState
from incidents.people.roles import Role
from incidents.read.views import Tab, TimeFlag
from incidents.sla.deadline import LimitUnit


@dataclass(frozen=True, slots=True)
class Label:
    vi: str
    en: str


CANDIDATE_STATES: Mapping[CandidateState, Label] = {
    CandidateState.NEW: Label("Chờ xác minh", "Awaiting verification"),
    CandidateState.VERIFYING: Label("Đang xác minh", "Being verified"),
    CandidateState.CONFIRMED: Label("Đã xác nhận", "Confirmed"),
    CandidateState.DISMISSED: Label("Đã bỏ qua", "Dismissed"),
    CandidateState.MERGED: Label("Đã gộp", "Merged"),
    CandidateState.STALE: Label("Quá thời gian xác minh", "Not verified in time"),
}

CANDIDATE_ACTIONS: Mapping[CandidateAction, Label] = {
    CandidateAction.RAISE: Label("Camera phát hiện", "Seen by a camera"),
    CandidateAction.CLAIM: Label("Nhận xác minh", "Take for verification"),
    CandidateAction.RELEASE: Label("Trả lại hàng chờ", "Put back"),
    CandidateAction.TAKE_OVER: Label("Nhận thay", "Take over"),
    CandidateAction.LEASE_END: Label("Hết thời gian giữ", "Hold ran out"),
    CandidateAction.CONFIRM: Label("Xác nhận sự việc", "Confirm"),
    CandidateAction.DISMISS: Label("Bỏ qua", "Dismiss"),
    CandidateAction.ATTACH: Label("Gộp vào sự việc/phản ánh đã có", "Merge into an existing case"),
    CandidateAction.MUTE: Label("Tạm ẩn cảnh báo", "Mute"),
    CandidateAction.EXPIRE: Label("Quá thời gian xác minh", "Not verified in time"),
    CandidateAction.UNDO: Label("Thu hồi", "Undo"),
}

REPORT_STATES: Mapping[ReportState, Label] = {
    ReportState.RECEIVED: Label("Mới tiếp nhận", "Received"),
    ReportState.NEED_INFO: Label("Chờ bổ sung thông tin", "Awaiting information"),
    ReportState.DIRECTION: Label("Xin ý kiến chỉ đạo", "Awaiting direction"),
    ReportState.ASSIGNED: Label("Đã chuyển xử lý", "Assigned"),
    ReportState.PROCESSING: Label("Đang xử lý", "In progress"),
    ReportState.TRANSFER_REQ: Label("Đề nghị chuyển đơn vị", "Transfer requested"),
    ReportState.DEFERRED: Label("Chưa thể giải quyết – có thời gian dự kiến", "Deferred, with a date"),
    ReportState.REVIEW: Label("Chờ duyệt kết quả", "Awaiting review"),
    ReportState.RETURNED: Label("Trả lại xử lý lại", "Returned"),
    ReportState.PUBLISHED: Label("Đã xử lý – đã công khai", "Done and published"),
    ReportState.RECHECK: Label("Đang phúc tra", "Being re-checked"),
    ReportState.REPROCESS: Label("Mở lại – xử lý lại", "Reopened"),
    ReportState.MERGED: Label("Đã gộp vào phản ánh khác", "Merged into another"),
    ReportState.REJECTED: Label("Từ chối tiếp nhận", "Rejected"),
    ReportState.CANCELLED: Label("Đã hủy", "Cancelled"),
    ReportState.ARCHIVED: Label("Đã lưu trữ", "Archived"),
}

REPORT_ACTIONS: Mapping[ReportAction, Label] = {
    ReportAction.RECEIVE: Label("Tiếp nhận", "Receive"),
    ReportAction.TRIAGE: Label("Phân loại", "Triage"),
    ReportAction.REJECT: Label("Từ chối tiếp nhận", "Reject"),
    ReportAction.ASK: Label("Yêu cầu bổ sung thông tin", "Ask for information"),
    ReportAction.MERGE: Label("Gộp phản ánh trùng", "Merge duplicates"),
    ReportAction.SPLIT: Label("Tách phản ánh", "Split"),
    ReportAction.SUPPLY: Label("Bổ sung thông tin", "Supply information"),
    ReportAction.EXPIRE: Label("Hết thời gian chờ bổ sung", "No answer in time"),
    ReportAction.ASK_DIRECTION: Label("Xin ý kiến chỉ đạo", "Ask for direction"),
    ReportAction.INSTRUCT: Label("Cho ý kiến chỉ đạo", "Instruct"),
    ReportAction.INSTRUCT_UNIT: Label("Cho ý kiến và giao đơn vị", "Instruct and assign"),
    ReportAction.OPEN: Label("Đơn vị đã mở", "Opened by the unit"),
    ReportAction.ACCEPT: Label("Tiếp nhận xử lý", "Accept"),
    ReportAction.SUBMIT: Label("Báo cáo kết quả", "Report the result"),
    ReportAction.DEFER: Label("Báo cáo chưa thể giải quyết", "Report that it takes longer"),
    ReportAction.NEW_DATE: Label("Điều chỉnh thời gian dự kiến", "Change the expected date"),
    ReportAction.RESUME: Label("Tiếp tục xử lý", "Resume"),
    ReportAction.REQUEST_TRANSFER: Label("Đề nghị chuyển đơn vị", "Request a transfer"),
    ReportAction.COORDINATE: Label("Đề nghị phối hợp", "Ask for coordination"),
    ReportAction.APPROVE_TRANSFER: Label("Chuyển đơn vị khác", "Transfer to another unit"),
    ReportAction.REFUSE_TRANSFER: Label("Không đồng ý chuyển", "Refuse the transfer"),
    ReportAction.PUBLISH: Label("Duyệt và công khai", "Approve and publish"),
    ReportAction.RETURN: Label("Trả lại xử lý lại", "Return for re-processing"),
    ReportAction.DISSATISFY: Label("Không hài lòng", "Not satisfied"),
    ReportAction.INTERACT: Label("Hỏi thêm", "Ask a follow-up"),
    ReportAction.START_RECHECK: Label("Phúc tra", "Re-check"),
    ReportAction.PASS_RECHECK: Label("Phúc tra đạt", "Re-check passed"),
    ReportAction.FAIL_RECHECK: Label("Phúc tra không đạt", "Re-check failed"),
    ReportAction.REOPEN: Label("Mở lại – xử lý lại", "Reopen"),
    ReportAction.UNMERGE: Label("Tách lại", "Take apart again"),
    ReportAction.RECONSIDER: Label("Xem xét lại", "Reconsider"),
    ReportAction.CANCEL: Label("Hủy", "Cancel"),
    ReportAction.WITHDRAW: Label("Thu hồi xác nhận", "Withdraw the confirmation"),
    ReportAction.RESTORE: Label("Khôi phục", "Restore"),
    ReportAction.ARCHIVE: Label("Lưu trữ", "Archive"),
    ReportAction.RECOMPUTE_DUE: Label("Tính lại hạn xử lý", "Recompute the due time"),
}

REASONS: Mapping[DismissReason | RejectReason | CancelReason, Label] = {
    DismissReason.FALSE_ALARM: Label("Cảnh báo sai", "False alarm"),
    DismissReason.NO_VIOLATION: Label("Không vi phạm", "No violation"),
    DismissReason.PERMITTED: Label("Đã được cấp phép", "Permitted"),
    DismissReason.NOT_ENOUGH_GROUNDS: Label("Không đủ căn cứ", "Not enough grounds"),
    DismissReason.DRILL: Label("Diễn tập-thử nghiệm", "Drill or test"),
    RejectReason.OUT_OF_SCOPE: Label("Không thuộc phạm vi", "Out of scope"),
    RejectReason.COMPLAINT: Label("Đơn khiếu nại, tố cáo", "Complaint or denunciation"),
    RejectReason.NOT_ENOUGH_INFORMATION: Label("Không đủ thông tin", "Not enough information"),
    RejectReason.LANGUAGE: Label("Ngôn từ không phù hợp", "Improper language"),
    RejectReason.UNTRUE: Label("Nội dung sai sự thật", "Untrue"),
    CancelReason.WITHDRAWN: Label("Thu hồi", "Withdrawn"),
    CancelReason.NO_ANSWER: Label("Không bổ sung thông tin", "No answer"),
    CancelReason.BY_REPORTER: Label("Người phản ánh hủy", "Cancelled by the reporter"),
}

ROLES: Mapping[Role, Label] = {
    Role.DUTY_OFFICER: Label("Trực ban IOC", "IOC duty officer"),
    Role.SHIFT_LEAD: Label("Trưởng ca", "Shift lead"),
    Role.IOC_HEAD: Label("Trưởng bộ phận điều hành IOC", "Head of the IOC section"),
    Role.LEADER: Label("Lãnh đạo UBND", "People's Committee leader"),
    Role.OFFICE: Label("Văn phòng HĐND và UBND", "Office of the People's Council and Committee"),
    Role.DEPARTMENT: Label("Cơ quan chuyên môn", "Specialised division"),
    Role.WARD: Label("UBND phường/xã", "Ward People's Committee"),
    Role.WARD_POLICE: Label("Công an phường/xã", "Ward police"),
    Role.SERVICE_COMPANY: Label("Doanh nghiệp dịch vụ đô thị", "Urban service company"),
    Role.RECHECKER: Label("Cán bộ phúc tra", "Re-checker"),
    Role.ADMIN: Label("Quản trị hệ thống", "System administrator"),
    Role.CITIZEN: Label("Người dân", "Citizen"),
    Role.SYSTEM: Label("Hệ thống", "System"),
}

TIME_FLAGS: Mapping[TimeFlag, Label] = {
    TimeFlag.IN_TIME: Label("Trong hạn", "In time"),
    TimeFlag.SOON: Label("Sắp đến hạn", "Due soon"),
    TimeFlag.LATE: Label("Quá hạn", "Overdue"),
    TimeFlag.DONE_IN_TIME: Label("Hoàn thành đúng hạn", "Done in time"),
    TimeFlag.DONE_LATE: Label("Hoàn thành quá hạn", "Done late"),
}

LIMIT_UNITS: Mapping[LimitUnit, Label] = {
    LimitUnit.WORKING_HOUR: Label("giờ làm việc", "working hours"),
    LimitUnit.CLOCK_HOUR: Label("giờ", "hours"),
    LimitUnit.WORKING_DAY: Label("ngày làm việc", "working days"),
    LimitUnit.CALENDAR_DAY: Label("ngày", "days"),
}

SOURCES: Mapping[Source, Label] = {
    Source.CAMERA: Label("Từ hệ thống camera giám sát", "From the surveillance cameras"),
    Source.CITIZEN_APP: Label("Từ ứng dụng", "From the app"),
    Source.PHONE: Label("Từ đường dây nóng", "From the hotline"),
    Source.OFFICER: Label("Cán bộ ghi nhận", "Recorded by an officer"),
}

FAMILIES: Mapping[Family, Label] = {
    Family.ENCROACHMENT: Label("Lấn chiếm", "Encroachment"),
    Family.TRAFFIC: Label("Giao thông", "Traffic"),
    Family.LITTERING: Label("Xả rác", "Littering"),
}

TABS: Mapping[Tab, Label] = {
    Tab.TODO: Label("Cần làm", "To do"),
    Tab.REVIEW: Label("Chờ duyệt", "In review"),
    Tab.DONE: Label("Đã xong", "Done"),
}
