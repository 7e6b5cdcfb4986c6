"""Every table, with what its columns mean. SQLAlchemy Core: rows are plain, statements are written where they are used.

Instants are aware and in UTC (`Instant`); JSON is text, never the database's own JSON type, because the order of keys
matters to what is stored (`Json`). Every table that grows with the work carries `instance_id`, so that it can be sharded.
"""

from __future__ import annotations

from engine.db.tables.archive import archive_package
from engine.db.tables.base import metadata
from engine.db.tables.collaboration import comment, correction, mention, reader, reading
from engine.db.tables.counts import kept_count
from engine.db.tables.definitions import (
    calendar_version,
    city_rule,
    definition_version,
    retirement,
    stamp,
    waiting_file,
)
from engine.db.tables.duties import duty_entry, duty_proposal
from engine.db.tables.handling import hand_over, undo_point
from engine.db.tables.notices import (
    delivery_attempt,
    notice,
    notice_preference,
    notice_receipt,
    outbox,
    supervision_item,
)
from engine.db.tables.organisation import known_browser, matter, person, post, sign_in, sign_in_failure, unit
from engine.db.tables.papers import document, letter_version, material, paper_draft, paper_making, paper_sequence
from engine.db.tables.record import (
    audit_entry,
    audit_head,
    chain_head,
    incident,
    record_key,
    start_fault,
)
from engine.db.tables.running import worker_tick
from engine.db.tables.searching import search_word
from engine.db.tables.telling import start_schedule, subscription, thrown_event
from engine.db.tables.work import (
    case_link,
    checked_paper,
    deadline,
    delivered_message,
    fact,
    fired_timer,
    number_sequence,
    party,
    process_instance,
    scope,
    sent_form,
    start_draft,
    task,
    task_draft,
    task_role,
    timer,
)

__all__ = [
    "archive_package",
    "audit_entry",
    "audit_head",
    "calendar_version",
    "case_link",
    "chain_head",
    "checked_paper",
    "city_rule",
    "comment",
    "correction",
    "deadline",
    "definition_version",
    "delivered_message",
    "delivery_attempt",
    "document",
    "duty_entry",
    "duty_proposal",
    "fact",
    "fired_timer",
    "hand_over",
    "incident",
    "kept_count",
    "known_browser",
    "letter_version",
    "material",
    "matter",
    "mention",
    "metadata",
    "notice",
    "notice_preference",
    "notice_receipt",
    "number_sequence",
    "outbox",
    "paper_draft",
    "paper_making",
    "paper_sequence",
    "party",
    "person",
    "post",
    "process_instance",
    "reader",
    "reading",
    "record_key",
    "retirement",
    "scope",
    "search_word",
    "sent_form",
    "sign_in",
    "sign_in_failure",
    "stamp",
    "start_draft",
    "start_fault",
    "start_schedule",
    "subscription",
    "supervision_item",
    "task",
    "task_draft",
    "task_role",
    "thrown_event",
    "timer",
    "undo_point",
    "unit",
    "waiting_file",
    "worker_tick",
]
