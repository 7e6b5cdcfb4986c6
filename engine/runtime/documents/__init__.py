"""Official documents: composed from what is known, issued, delivered and signed for."""
