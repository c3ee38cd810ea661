"""What a person reads when something fails: one translated sentence per error code, saying what to do.

Error codes are raised everywhere with plain English for logs; screens and JSON answers go through `explain`.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping

from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from mingcha.base.errors import MingchaError

CAMERA_FAULTS: dict[str, str | Promise] = {
    "camera.url": _("This is not a usable RTSP address. It must look like rtsp://host:port/path."),
    "camera.unresolved": _(
        "The host name of the camera is not known to the network. Check its spelling or use the IP."
    ),
    "camera.refused": _("The device refused the connection. Check address and port, and that RTSP is switched on."),
    "camera.timeout": _("The device did not answer in time. Check that it has power and that the network reaches it."),
    "camera.silent": _("The device answered but sends no pictures. Restart it, or try the other transport."),
    "camera.unauthorised": _("The device does not accept this user name and password."),
    "camera.not_rtsp": _(
        "Something answers at this address, but it does not speak RTSP. Is this the port of a web page?"
    ),
    "camera.not_found": _("The device does not know this stream. Check the path behind the address."),
    "camera.no_video": _("This stream carries no video."),
    "camera.codec": _("The video format of this stream is not supported. Set the camera to H.264 or H.265."),
    "camera.protocol": _("The device does not keep to the RTSP protocol. Try the compatible engine."),
    "camera.closed": _("The device closed the connection."),
    "camera.tls": _("The encrypted connection to the device failed. Check its certificate, or use rtsp://."),
}

STORAGE_FAULTS: dict[str, str | Promise] = {
    "store.full": _("The recording disk is full. Nothing is deleted before its time, so nothing new can be recorded."),
    "store.absent": _("The recording disk is not there. Connect or mount it again."),
    "store.foreign": _("Another disk is mounted in place of the recording disk."),
    "store.read_only": _("The recording disk cannot be written to."),
    "store.io": _("The recording disk reports errors. Replace it soon."),
    "store.in_use": _("Another recorder is writing to the recording disk."),
}

GAP_REASONS: dict[str, str | Promise] = {
    "camera_lost": _("The connection to the camera ended."),
    "camera_refused": _("The camera refused the connection."),
    "camera_timeout": _("The camera did not answer in time."),
    "camera_silent": _("The camera was connected but sent no picture."),
    "camera_unresolved": _("The host name of the camera was not known."),
    "camera_unauthorised": _("The camera refused user name or password."),
    "camera_not_found": _("The camera has no stream under its address."),
    "camera_not_rtsp": _("Something other than a camera answered."),
    "camera_url": _("The camera's address is not usable."),
    "camera_no_video": _("The camera offered no video."),
    "camera_codec": _("The camera sent a kind of video that is not supported."),
    "camera_protocol": _("The camera broke the rules of the protocol."),
    "camera_tls": _("The encrypted connection to the camera failed."),
    "camera_closed": _("The camera closed the connection."),
    "no_key_frame": _("The camera sent no key frame."),
    "packets_lost": _("Parts of the pictures were lost on the way."),
    "bad_data": _("The camera sent damaged data."),
    "timestamp_jump": _("The camera's clock jumped."),
    "format_changed": _("The camera changed its picture format."),
    "recorder_stopped": _("The recorder was stopped in order."),
    "recorder_killed": _("The recorder ended without warning."),
    "recorder_fault": _("The recorder met a fault of its own."),
    "writer_overloaded": _("The disk was too slow."),
    "clock_step": _("The clock of this machine was set."),
    "catalog_locked": _("The catalog could not be written in time."),
    "catalog_failed": _("The catalog could not be written."),
    "store_full": _("The recording disk was full."),
    "store_absent": _("The recording disk was not there."),
    "store_foreign": _("Another disk was mounted in place of the recording disk."),
    "store_read_only": _("The recording disk could not be written to."),
    "store_io": _("The recording disk reported errors."),
    "store_in_use": _("Another recorder was writing to the recording disk."),
    "footage_lost": _("It was recorded, but its file is missing or damaged."),
    "reason_lost": _("The reason is not known any more."),
    "switched_off": _("Recording was switched off."),
    "not_yet_known": _("Recording had not begun."),
}

MESSAGES: dict[str, str | Promise] = {
    **CAMERA_FAULTS,
    **STORAGE_FAULTS,
    "camera.name_empty": _("Give the camera a name."),
    "camera.name_long": _("The name may have at most %(limit)s characters."),
    "camera.name_control": _("The name must not hold line breaks or other control characters."),
    "camera.name_taken": _("Another camera of this site has this name already."),
    "camera.url_credentials": _("Do not put the password into the address; use the fields for user name and password."),
    "camera.audio_reason": _("Sound is off by law unless there is a reason. State the reason to switch it on."),
    "camera.retired": _("This camera has been retired."),
    "camera.unknown": _("There is no such camera, or you may not see it."),
    "control.unavailable": _("The recorder cannot be reached. Recording goes on if it runs; try again in a moment."),
    "export.range": _("Choose a range with an end after its start, at most 24 hours long."),
    "permission.missing": _("Your role does not permit this."),
    "permission.sign_in": _("Please sign in."),
    "permission.first_password": _("Set your own password first."),
    "person.disabled": _("This account has been disabled. Ask your manager."),
    "person.last_manager": _("This is the last active manager. Appoint another one first."),
    "person.name_control": _("The name must not hold line breaks or other control characters."),
    "person.name_empty": _("Give the person's name."),
    "person.self": _("You cannot do this to your own account. Ask another manager."),
    "person.unknown": _("There is no such person."),
    "person.username_shape": _("A sign-in name has 2 to 64 letters, digits, dots, hyphens or underscores."),
    "person.username_taken": _("This sign-in name is taken already."),
    "password.current": _("Your present password is wrong."),
    "password.weak": _("Choose another password: at least 10 characters, and not a common one."),
    "probe.waiting": _("The recorder did not answer in time. Check that the gateway is running, then try again."),
    "request.invalid": _("The request cannot be read."),
    "range.empty": _("The end of the range must come after its start."),
    "sign_in.failed": _("Name or password is wrong, or the one-time password was used already."),
    "sign_in.locked": _("Too many failures. Try again in %(minutes)s minutes."),
    "site.name_taken": _("Another site has this name already."),
    "site.unknown": _("There is no such site."),
    "viewing.cameras": _("Choose at least one camera."),
    "viewing.ended": _("This viewing has ended. Open it again."),
    "viewing.mode": _("This kind of viewing does not exist."),
    "viewing.note": _("Describe the reason in a few words."),
    "viewing.range": _("Playback needs a range with an end after its start, at most 8 days long."),
    "viewing.reason": _("Choose a reason from the list."),
    "viewing.too_many": _("At most %(limit)s cameras can be opened at once."),
    "viewing.unknown": _("There is no such viewing."),
}


def explain_code(code: str, params: Mapping[str, object] | None = None, fallback: str = "") -> str:
    """The sentence for a code in the reader's language; an unknown code gives `fallback` or a general sentence."""
    sentence = MESSAGES.get(code)
    if sentence is None:
        return fallback or gettext("Something went wrong.")
    return str(sentence) % defaultdict(lambda: "—", params or {})


def explain(error: MingchaError) -> str:
    """The sentence a person reads about this error."""
    return explain_code(error.code, error.params)


def explain_reason(code: str) -> str:
    """The sentence for the recorder's reason, be it a gap (``camera_lost``) or a state (``camera.refused``); an unknown
    one is shown as it is."""
    sentence = MESSAGES.get(code) or GAP_REASONS.get(code.replace(".", "_"))
    return str(sentence) if sentence is not None else code
