"""Sentences about what the recorder tells: cameras, disks, gaps."""

from __future__ import annotations

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

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
    "store.full": _("The disk is full; what is on it is kept until its time is over."),
    "store.absent": _("The disk is not there. Connect it, and mount it at the same directory again."),
    "store.foreign": _("Another disk is mounted in its place, and nothing is written to it. Mount the right one."),
    "store.read_only": _("The disk cannot be written to. See how it is mounted, and whether it is healthy."),
    "store.io": _("The disk reports errors. Replace it soon."),
    "store.in_use": _("Another recorder writes to the disk. Stop that one."),
}
"""What is wrong with one disk, and what to do."""

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
    "disk_away": _("It was recorded; the disk it lies on is not connected."),
    "store_older": _("The recording disk is an older copy of itself."),
    "deleted": _("It was deleted when the time it is kept for was over."),
    "footage_lost": _("It was recorded, but its file is missing or damaged."),
    "reason_lost": _("The reason is not known any more."),
    "switched_off": _("Recording was switched off."),
    "not_yet_known": _("Recording had not begun."),
}
