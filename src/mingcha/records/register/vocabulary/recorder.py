"""Words of what the recorder and the node report."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from mingcha.records.register.vocabulary.act import Act

ACTS = (
    Act("recorder.started", _("Recorder started"), _("The recorder started.")),
    Act("recorder.stopped", _("Recorder stopped"), _("The recorder was stopped in order.")),
    Act("camera.state", _("Camera state changed"), _("The state of %(subject)s changed.")),
    Act("gap.closed", _("Gap in the recording"), _("A stretch without recording of %(subject)s ended.")),
    Act("run.started", _("Stream began"), _("A stream of %(subject)s began or changed its format.")),
    Act("storage.alarm", _("Recording disk"), _("The state of a recording disk changed.")),
    Act("storage.changed", _("List of disks changed"), _("The list of recording disks was changed at the node.")),
    Act("storage.moved", _("Recordings moved"), _("Recordings were moved from one disk to another.")),
    Act(
        "storage.mended",
        _("Disks put in order"),
        _("Files that a broken-off move or an older copy of a disk had left were put in order."),
    ),
    Act("clock.stepped", _("Clock was set"), _("The clock of the node was set while recording.")),
    Act("footage.deleted", _("Footage deleted"), _("Footage of %(subject)s was deleted by its rule.")),
    Act(
        "footage.overdue",
        _("Footage not deleted in time"),
        _("Footage of %(subject)s is past its time and is still there."),
    ),
    Act(
        "footage.lost",
        _("Footage lost"),
        _("Footage of %(subject)s is neither on a disk nor was it deleted by its rule: it is lost."),
        of_duty="keep_footage_intact",
    ),
    Act(
        "footage.damaged",
        _("Recording damaged"),
        _("A recording of %(subject)s is not what was recorded, or is missing."),
        of_duty="keep_footage_intact",
    ),
    Act(
        "footage.mended",
        _("Recording whole again"),
        _("A recording of %(subject)s that was damaged is whole again."),
        of_duty="keep_footage_intact",
    ),
    Act(
        "archive.verified",
        _("Archive verified"),
        _("The recorder compared recordings with catalog and ledger."),
        of_duty="keep_footage_intact",
    ),
    Act(
        "catalog.behind",
        _("Catalog older than the ledger"),
        _("The catalog of recordings is older than the ledger; nothing is deleted until it is made again."),
        of_duty="keep_footage_intact",
    ),
    Act(
        "catalog.rebuilt",
        _("Catalog made again"),
        _("The catalog of recordings was made again from the ledger and the disks."),
        of_duty="keep_footage_intact",
    ),
    Act("hold.placed", _("Hold in force"), _("The recorder keeps footage of %(subject)s until it is released.")),
    Act("hold.released", _("Hold ended"), _("The recorder no longer holds footage of %(subject)s.")),
    Act(
        "clock.doubted",
        _("Clock in doubt"),
        _("The clock of the node jumped ahead; nothing is deleted until it is confirmed."),
    ),
    Act("clock.confirmed", _("Clock confirmed"), _("Somebody at the node confirmed that its clock is right.")),
    Act("ledger.anchored", _("Register anchored"), _("A stretch of the register was anchored in the ledger.")),
    Act(
        "ledger.key_changed",
        _("Key of the ledger changed"),
        _("The ledger is signed by a new key, to which the old one handed over."),
    ),
    Act("ledger.continued", _("New ledger"), _("A new ledger continues the one before.")),
    Act("witness.state", _("State of a witness"), _("A witness of the ledger cosigned, was away, or refused.")),
    Act(
        "timestamp.state",
        _("Time stamp of the ledger"),
        _("A time-stamping authority stamped the ledger, was away, or its answer was refused."),
    ),
    Act("viewing.served", _("Pictures were sent"), _("Pictures of %(subject)s were sent to a viewer.")),
    Act("ptz.moved", _("Camera turned"), _("%(mover)s turned %(subject)s.")),
    Act("export.finished", _("Copy finished"), _("A copy of %(subject)s was finished.")),
    Act("export.failed", _("Copy failed"), _("A copy of %(subject)s could not be made.")),
    Act(
        "copy.papers",
        _("Papers added to a copy"),
        _("Register extract and certificate were added to a copy of %(subject)s."),
    ),
    Act("copy.deleted", _("Copy deleted"), _("A copy of %(subject)s was deleted from the recorder.")),
    Act(
        "local.act",
        _("Command on the node"),
        _("Somebody used the command line on the node itself."),
        is_retrieval=True,
    ),
    Act("local.upkeep", _("Upkeep of the node"), _("Somebody saw to the keys or witnesses of the node.")),
)
