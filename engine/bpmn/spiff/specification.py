"""What is stored of a version besides its diagram: by which meaning it runs. The specification itself is built from the reading.

Building takes a millisecond; SpiffWorkflow's own stored form was larger than the diagram and no faster to read.
"""

from __future__ import annotations

import json

from engine.bpmn.reading.elements import Diagram
from engine.bpmn.spiff.specs import Specification
from engine.errors import StoredByAnotherVersion

FORMAT, FORMAT_BEFORE = 2, 1
"""In the format before, whatever a button or a cycle had begun was gone with its task; such versions keep that."""


def specify() -> bytes:
    """What is stored with a version that is deployed today."""
    return json.dumps({"format": FORMAT}).encode()


def specification(diagram: Diagram, stored: bytes) -> Specification:
    """The specification, ready to be shared by any number of instances. Raises StoredByAnotherVersion."""
    version = json.loads(stored).get("format")
    if version not in (FORMAT, FORMAT_BEFORE):
        raise StoredByAnotherVersion
    return Specification(diagram, all_lapses=version == FORMAT_BEFORE)
