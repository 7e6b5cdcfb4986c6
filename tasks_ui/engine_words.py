"""Words of a fixed list that the engine says in Chinese: roles, kinds of units and of material, the days of a strip.

The catalogue has the Chinese of each with the context "engine", so that a page in English finds the word again
(`names.py`). The list gets shorter as the engine names what happens and leaves the words to whoever shows it.
"""

from __future__ import annotations


def marked(context: str, message: str) -> str:
    """The message, noted for the catalogues."""
    return message


WORDS = (
    marked("engine", "Mon"),
    marked("engine", "Tue"),
    marked("engine", "Wed"),
    marked("engine", "Thu"),
    marked("engine", "Fri"),
    marked("engine", "Sat"),
    marked("engine", "Sun"),
    marked("engine", "New Year"),
    marked("engine", "Spring Festival"),
    marked("engine", "Qingming"),
    marked("engine", "Labour Day"),
    marked("engine", "Dragon Boat"),
    marked("engine", "Mid-Autumn"),
    marked("engine", "National Day"),
    marked("engine", "National Day and Mid-Autumn"),
    marked("engine", "principal leader"),
    marked("engine", "acting principal"),
    marked("engine", "deputy leader"),
    marked("engine", "liaison"),
    marked("engine", "case officer"),
    marked("engine", "legal reviewer"),
    marked("engine", "clerk"),
    marked("engine", "archivist"),
    marked("engine", "unit administrator"),
    marked("engine", "system administrator"),
    marked("engine", "auditor"),
    marked("engine", "procedure analyst"),
    marked("engine", "Towns and subdistricts"),
    marked("engine", "City departments"),
    marked("engine", "Justice Bureau"),
    marked("engine", "Enforcement Supervision Bureau"),
    marked("engine", "Staffing Office"),
    marked("engine", "Conference office"),
    marked("engine", "City government"),
    marked("engine", "Police"),
    marked("engine", "Procuratorate"),
    marked("engine", "City court"),
    marked("engine", "Roving teams"),
    marked("engine", "Internal bodies"),
    marked("engine", "Statement of facts"),
    marked("engine", "Site inspection record"),
    marked("engine", "Site photographs"),
    marked("engine", "Complaint material"),
    marked("engine", "Interview record"),
    marked("engine", "Other source materials"),
    marked("engine", "List of goods"),
    marked("engine", "Ruling"),
    marked("engine", "Appraisal report"),
    marked("engine", "Other"),
)
