"""The rules for a form as a file: what the reader of forms (`schema.py`) refuses."""

from __future__ import annotations

from engine.messages import gettext as _
from engine.problems import Rule

FIELD_KEY = Rule("field-key", _("Expressions can read the key of a field."))
FORM_TOO_LARGE = Rule("form-too-large", _("A form file is not too large."))
FORM_NOT_JSON = Rule("form-not-json", _("A form file is complete JSON."))
FORM_NOT_FORM = Rule("form-not-form", _("A form is one of form-js."))
FIELD_TWICE = Rule("field-twice", _("A key is used only once in a form."))
COMPONENT_SPELLING = Rule("component-spelling", _("A component is written correctly."))
COMPONENT_UNKNOWN = Rule("component-unknown", _("A component is one that the pages can show."))
FIELD_PROPERTY = Rule("field-property", _("This system knows the properties of a field."))
FIELD_CONDITIONAL = Rule("field-conditional", _("A field is shown or hidden with the property show."))
MATTER_NEIGHBOUR = Rule("matter-neighbour", _("A field that a matter fills in is in the same form."))
FIELD_WIDGET = Rule("field-widget", _("This system knows the widget."))
FIELD_TIME_KIND = Rule("field-time-kind", _("A time is a date or a date with a time."))
FIELD_COUNT = Rule("field-count", _("A number of people is a whole number."))
CASE_NOT_TEXT = Rule("case-not-text", _("The widget case is a text field."))
UNITS_NOT_LIST = Rule("units-not-list", _("A checklist is used to choose several units."))
MATTER_PROPERTY = Rule("matter-property", _("Properties of a matter are written only on a matter."))
CAP_NOT_DATE = Rule("cap-not-date", _("Only a date has a latest possible day."))
FIELD_CORRECTABLE = Rule("field-correctable", _("Only times, texts and numbers can be corrected."))
FIELD_VALIDATE = Rule("field-validate", _("A field is checked with the property rule."))
FIELD_LENGTH = Rule("field-length", _("A length is a whole number."))
FIELD_NO_OPTIONS = Rule("field-no-options", _("A choice has options."))
