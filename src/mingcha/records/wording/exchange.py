"""Sentences about codes, positions, files of the inventory and searches for cameras, by error code."""

from __future__ import annotations

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

CODES: dict[str, str | Promise] = {
    "gb_code.length": _("A GB/T 28181 code has %(wanted)s digits; this one has %(given)s."),
    "gb_code.digit": _("Place %(place)s of the code is “%(found)s” and not a digit."),
    "gb_code.region": _("Digits 1 and 2 of the code (%(found)s) are no province of GB/T 2260."),
    "gb_code.city": _("Digits 3 and 4 of the code are 00, so 5 and 6 must be 00 too; they are not in %(found)s."),
    "gb_code.not_camera": _("Digits 11 to 13 of the code (%(found)s) say %(name)s; a camera has 131 or 132 there."),
    "gb_code.type": _("Digits 11 to 13 of the code (%(found)s) are not a camera; a camera has 131 or 132 there."),
    "gb_code.serial": _("The serial number, digits 15 to 20 of the code, must not be all zero."),
    "gb_code.full": _("All serial numbers of this kind of code are used."),
    "position.unreadable": _(
        "“%(text)s” cannot be read as degrees. Write 30.5867 or N30°35'12\", latitude first, then longitude."
    ),
    "position.swapped": _(
        "Latitude and longitude seem to be swapped. Latitude comes first; Chinese map pages often copy longitude first."
    ),
    "position.latitude": _("Latitude lies between -90 and 90 degrees."),
    "position.longitude": _("Longitude lies between -180 and 180 degrees."),
}

FILES: dict[str, str | Promise] = {
    "exchange.too_big": _("The file is too big: at most %(limit_mib)s MiB. Take in one site at a time."),
    "exchange.too_many": _("The file has more than %(limit)s rows. Take in one site at a time."),
    "exchange.too_wide": _("The table has more than %(limit)s columns. Start from the template."),
    "exchange.empty": _(
        "The file holds no rows to take in. Start from the template, and keep the names of its sheets."
    ),
    "exchange.encoding": _("This is neither an XLSX file nor text in UTF-8 or GBK. Save it again as one of these."),
    "exchange.old_excel": _("This is an old Excel file (.xls). Save it as .xlsx or CSV."),
    "exchange.xlsx": _("This XLSX file cannot be read. Open it, save it again as .xlsx, and try once more."),
    "exchange.csv": _("Line %(line)s of the file cannot be read: a quotation mark is not closed."),
    "exchange.header": _("The first row of a table has to name its columns. Start from the template."),
    "exchange.column_twice": _("The column “%(column)s” stands in the file twice. Remove one."),
    "exchange.refused_rows": _(
        "%(count)s rows are refused, so nothing was taken in. Mend them, or take in the good rows only."
    ),
    "exchange.stale": _("The inventory was changed meanwhile. Look at the preview again, then confirm."),
    "exchange.gone": _("This import was taken in already, or is older than an hour. Upload the file again."),
}

ROWS: dict[str, str | Promise] = {
    "exchange.rounded": _("The spreadsheet rounded this number. Format the column as text and enter the code again."),
    "exchange.datum_missing": _("Say in which datum the position is: CGCS2000, WGS-84, GCJ-02 or BD-09."),
    "exchange.datum": _("“%(found)s” is no datum. Write CGCS2000, WGS-84, GCJ-02 or BD-09."),
    "exchange.flag": _("“%(found)s” is neither yes nor no."),
    "exchange.day": _("“%(found)s” is no day. Write it as 2025-04-20."),
    "exchange.number": _("“%(found)s” is no number."),
    "exchange.whole": _("“%(found)s” is no whole number."),
    "exchange.region_many": _("“%(found)s” may mean several regions. Write the six digits of GB/T 2260."),
    "exchange.choice": _("“%(found)s” is not one of the choices. The template lists them."),
    "exchange.prohibited": _("The law forbids a camera here."),
    "exchange.same_stream": _("“%(name)s” has the same stream address. Is it the same camera?"),
    "exchange.same_place": _("“%(name)s” stands within half a metre. Is it the same camera?"),
    "exchange.twice": _("Row %(row)s is about the same thing. Keep one of them."),
    "exchange.unknown_id": _("There is nothing with the id %(name)s. Leave the cell empty for something new."),
    "exchange.unknown_site": _("There is no site “%(name)s”, neither in this file nor in the inventory."),
    "exchange.no_site": _("Say in which site this is, in the column for it or above when uploading."),
    "exchange.other_site": _("This camera belongs to another site. Retire it there and add it here."),
    "exchange.unknown_area": _("There is no area “%(name)s” in this site, neither in this file nor in the inventory."),
    "exchange.unknown_system": _("There is no system “%(name)s” in this site. Add it first."),
    "exchange.unknown_model": _("There is no device model “%(name)s”, neither in this file nor in the inventory."),
    "exchange.unknown_contractor": _("There is no contractor “%(name)s”. Add it first."),
}

SEARCHES: dict[str, str | Promise] = {
    "search.nowhere": _("Say where to search: on the links of this machine, at addresses, or both."),
    "search.target": _("“%(target)s” is no address. Write 192.168.1.64, 192.168.1.0/24 or 192.168.1.10-60."),
    "search.too_many": _("At most %(limit)s addresses at once, that is one network with /24."),
    "search.interface": _("%(address)s is no address of this machine."),
    "search.gone": _("This search is no longer kept. Search again."),
    "onvif.address": _("This is not a usable address of a device."),
    "onvif.refused": _("The device cannot be reached at this address. Check address, port, power and network."),
    "onvif.unresolved": _("The host name of the device is not known to the network."),
    "onvif.timeout": _("The device did not answer in time. Check power, network and firewall."),
    "onvif.not_onvif": _(
        "Something answers there, but not as an ONVIF device. Switch ONVIF on in the device, or check the port."
    ),
    "onvif.unauthorised": _(
        "The device does not accept this user name and password. Many devices want a user made for ONVIF."
    ),
    "onvif.fault": _("The device refuses to answer. Check that its ONVIF user may read its settings."),
    "onvif.too_big": _("The device answers with far more than it should."),
    "onvif.no_stream": _("The device answers but names no stream that can be recorded."),
}

MESSAGES: dict[str, str | Promise] = {**CODES, **FILES, **ROWS, **SEARCHES}
