"""Words of holds and items of custody. The recorder's own words on holds (in force, ended) are among its facts."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from mingcha.records.register.vocabulary.act import Act

ACTS: tuple[Act, ...] = (
    Act("hold.ordered", _("Hold ordered"), _("%(actor)s ordered that footage of %(subject)s be held.")),
    Act(
        "hold.found",
        _("Hold found at the recorder"),
        _("The recorder keeps footage of %(subject)s for a hold that these books do not know."),
    ),
    Act(
        "hold.adopted",
        _("Hold taken into the books"),
        _("%(actor)s gave the hold that the recorder keeps on %(subject)s a reason again."),
    ),
    Act(
        "camera.known_again",
        _("Former camera entered again"),
        _("%(actor)s entered %(subject)s, of which the recorder has footage, as a camera that is no longer in use."),
    ),
    Act("hold.reviewed", _("Hold reviewed"), _("%(actor)s confirmed that the hold on %(subject)s is still needed.")),
    Act("hold.release_asked", _("Release asked for"), _("%(actor)s asked that the hold on %(subject)s be released.")),
    Act(
        "hold.release_refused",
        _("Release refused"),
        _("%(actor)s refused that the hold on %(subject)s be released."),
    ),
    Act("hold.release_ordered", _("Release ordered"), _("%(actor)s released the hold on %(subject)s.")),
    Act("item.made", _("Copy taken into custody"), _("A finished copy of %(subject)s came into custody.")),
    Act(
        "item.downloaded",
        _("Copy in custody downloaded"),
        _("%(actor)s downloaded the copy of %(subject)s out of custody."),
    ),
    Act(
        "item.kept",
        _("Copy kept for longer"),
        _("%(actor)s let the copy of %(subject)s wait for longer to be fetched."),
    ),
    Act("item.sealed", _("Copy sealed"), _("%(actor)s sealed the copy of %(subject)s for %(receiver)s.")),
    Act("item.unsealed", _("Seal opened again"), _("%(actor)s opened the seal of the copy of %(subject)s again.")),
    Act(
        "item.handed_over",
        _("Copy handed over"),
        _("%(actor)s handed the copy of %(subject)s to %(receiver)s."),
        is_retrieval=True,
    ),
    Act(
        "item.handed_on",
        _("Copy handed on"),
        _("%(actor)s wrote down that the copy of %(subject)s was handed on to %(receiver)s."),
    ),
    Act(
        "item.taken_back",
        _("Copy taken back"),
        _("%(actor)s took the copy of %(subject)s back from %(brought_by)s."),
    ),
    Act(
        "item.destruction_ordered",
        _("Destruction of a copy ordered"),
        _("%(actor)s ordered that the copy of %(subject)s be destroyed."),
    ),
    Act(
        "item.expired",
        _("Copy not fetched in time"),
        _("Nobody fetched the copy of %(subject)s in time, so it is being destroyed."),
    ),
    Act(
        "item.attested",
        _("Destruction attested"),
        _("%(actor)s attested that what had left the recorder of the copy of %(subject)s is destroyed."),
    ),
    Act("item.destroyed", _("Copy destroyed"), _("Of the copy of %(subject)s nothing is left.")),
)
