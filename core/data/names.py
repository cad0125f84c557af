"""Names of columns: as the file has them, made unique and never empty."""

from __future__ import annotations


def unique_names(header: list[str]) -> list[str]:
    """Header cells stripped; empty ones named by their place, repeated ones numbered."""
    names: list[str] = []
    taken: set[str] = set()
    numbers: dict[str, int] = {}
    for place, cell in enumerate(header, start=1):
        base = " ".join(cell.replace("\ufeff", "").split()) or f"column {place}"
        candidate, number = base, numbers.get(base, 2)
        while candidate in taken:
            candidate, number = f"{base} ({number})", number + 1
        numbers[base] = number
        taken.add(candidate)
        names.append(candidate)
    return names
