"""Why something was not recorded: the closed list of gap reasons, one English line each."""

from __future__ import annotations

REASONS: dict[str, str] = {
    # The camera or the way to it
    "camera_lost": "The connection to the camera ended.",
    "camera_refused": "The camera refused the connection.",
    "camera_timeout": "The camera did not answer in time.",
    "camera_silent": "The camera was connected but sent no picture.",
    "camera_unresolved": "The camera's name could not be resolved to an address.",
    "camera_unauthorised": "The camera refused the user name or password.",
    "camera_not_found": "The camera has no stream under this address.",
    "camera_not_rtsp": "Something other than a camera answered at this address.",
    "camera_url": "The camera's address is not usable.",
    "camera_no_video": "The camera offered no video.",
    "camera_codec": "The camera sent a kind of video that is not supported.",
    "camera_protocol": "The camera broke the rules of the protocol.",
    "camera_tls": "The encrypted connection to the camera could not be made.",
    "camera_closed": "The camera closed the connection.",
    "no_key_frame": "The camera sent no key frame, without which pictures cannot be shown.",
    "packets_lost": "Parts of the pictures were lost on the way from the camera.",
    "bad_data": "The camera sent damaged data.",
    "timestamp_jump": "The camera's clock jumped.",
    "format_changed": "The camera changed its picture format; recording went on at the next key frame.",
    # Our side
    "recorder_stopped": "The recorder was stopped in order.",
    "recorder_killed": "The recorder ended without warning (crash, power cut or kill).",
    "recorder_fault": "The recorder met a fault of its own and restarted the camera.",
    "writer_overloaded": "The disk was too slow for what had to be written.",
    "clock_step": "The clock of this machine was set.",
    "catalog_locked": "The catalog could not be written in time.",
    "catalog_failed": "The catalog could not be written.",
    "store_full": "The recording disk was full.",
    "store_absent": "The recording disk was not there.",
    "store_foreign": "Another disk was mounted in place of the recording disk.",
    "store_read_only": "The recording disk could not be written to.",
    "store_io": "The recording disk reported errors.",
    "disk_away": "The recording exists, but the disk it lies on is not connected.",
    "store_in_use": "Another recorder was writing to the recording disk.",
    "footage_lost": "The footage was recorded, but its file is missing or damaged.",
    "reason_lost": "Why nothing was recorded is not known; the catalog that knew it was lost.",
    # By order
    "switched_off": "Recording of this camera was switched off.",
    "deleted": "The recording was deleted when the time it is kept for was over.",
    "not_yet_known": "Recording of this camera had not begun.",
}

NOT_WRITTEN = frozenset(
    reason for reason in REASONS if reason.startswith(("store_", "catalog_")) or reason == "writer_overloaded"
)
"""Pictures came and could not be written."""


def reason_of(code: str) -> str:
    """The reason for an error code such as ``camera.silent`` or ``store.full``; ``recorder_fault`` if unknown."""
    word = code.replace(".", "_")
    return word if word in REASONS else "recorder_fault"
