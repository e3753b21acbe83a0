"""Why something in a file was not taken, in words."""

from __future__ import annotations

from django.utils.translation import gettext as _

from pelekan.knowledge.files.rows import Fault


def words(fault: Fault) -> str:
    """A sentence that says what to do."""
    return {
        "columns": _("The first line must name the columns: %(columns)s."),
        "no_title": _("It has no title."),
        "no_text": _("It has no text."),
        "cells": _(
            "It has %(cells)s cells, but the first line names %(columns)s columns. Put a text that holds the separator between quotation marks."
        ),
        "picture": _("The picture %(name)s could not be kept; the article came in without it."),
        "file": _("The file %(name)s could not be kept; the article came in without it."),
        "outside": _("Its path leads out of the zip; it was left where it is."),
        "drafts": _("You may not publish any more; everything came in as drafts."),
        "stopped": _("The import was stopped here: together the files are too large."),
        "too_large": _("It is too large."),
        "tangled": _("A paragraph or a table in it is too tangled to be read. Divide it."),
        "unreadable": _("It can't be read. Is the file whole?"),
        "not_utf8": _("It is not written in UTF-8. Save it as UTF-8 and try again."),
        "front_matter": _("The lines between the dashes at its top can't be read as YAML."),
        "no_zip": _("This is no zip file."),
        "language": _("Say its language: fa, ar or en."),
        "twice": _("The same article in the same language came twice; the first one was taken."),
        "refused": "%(why)s",
    }[fault.why] % fault.data
