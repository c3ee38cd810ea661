"""Acts on posts, appointments and personnel files."""

from mingcha.records.personnel.actions.files import (
    MOST_AT_ONCE,
    Cover,
    file_undertaking,
    put_cover,
    record_check,
    record_police_filing,
    record_training,
    reveal_number,
    take_staff_list,
    withdraw_line,
)
from mingcha.records.personnel.actions.posts import (
    appoint,
    change_post,
    close_post,
    end_appointment,
    open_post,
    require_complete,
)
from mingcha.records.personnel.actions.setting_up import Place, put_staff

__all__ = [
    "MOST_AT_ONCE",
    "Cover",
    "Place",
    "appoint",
    "change_post",
    "close_post",
    "end_appointment",
    "file_undertaking",
    "open_post",
    "put_cover",
    "put_staff",
    "record_check",
    "record_police_filing",
    "record_training",
    "require_complete",
    "reveal_number",
    "take_staff_list",
    "withdraw_line",
]
