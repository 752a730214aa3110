#!/usr/bin/env python3
"""Teachers of eight made-up improvement partnerships in fourteen made-up authorities, and their first ties.

No teacher, school or partnership here exists. Same bytes each time: only whole numbers are drawn, by a linear
congruential generator of its own.
"""
state = 20140201


def draw(below):
    """A whole number from 0 to below - 1."""
    global state
    state = (state * 6364136223846793005 + 1442695040888963407) % 2**64
    return (state >> 33) % below


# Phase of the partnership's schools at the start: four secondary, two primary, two mixed; schools; authorities.
partnerships = [
    ("secondary", 2, [1]), ("secondary", 3, [2, 3]), ("secondary", 4, [4]), ("secondary", 5, [5, 6]),
    ("primary", 4, [7]), ("primary", 6, [8, 9, 10]), ("mixed", 5, [11, 12]), ("mixed", 7, [13, 14, 1]),
]
rows, school = [], 0
for number, (phase, schools, authorities) in enumerate(partnerships, 1):
    for s in range(schools):
        school += 1
        la = authorities[s % len(authorities)]
        x, y = 30000 + la % 5 * 22000 + draw(9000), 600000 + la // 5 * 25000 + draw(9000)
        own = phase if phase != "mixed" else ("primary" if s % 2 else "secondary")
        poor = 8 + draw(38)
        level = draw(60) - 30 - (poor - 25)
        # A few begin (a partnership column), colleagues of the same school are outside to start with.
        for t in range(5 + draw(4)):
            begins = t < 2 + draw(2)
            rows.append((len(rows) + 1, school, la, own, number if begins else "", x, y, poor,
                         (level + draw(120) - 60) / 100, (40 + draw(61)) / 100))
with open("teachers.csv", "w", newline="\n") as f:
    f.write("teacher,school,la,phase,partnership,easting,northing,disadvantage,practice,fidelity\n")
    for t, s, la, phase, group, x, y, poor, practice, fidelity in rows:
        name = f"P{group}" if group else ""
        f.write(f"T{t:03d},S{s:02d},A{la:02d},{phase},{name},{x},{y},{poor},{practice},{fidelity}\n")
ties = set()
for a in rows:
    for b in rows:
        if a[0] < b[0]:
            chance = 220 if a[1] == b[1] else 12 if a[2] == b[2] else 1
            if draw(1000) < chance:
                ties.add((a[0], b[0]))
with open("ties.csv", "w", newline="\n") as f:
    f.write("from,to\n")
    for a, b in sorted(ties):
        f.write(f"T{a:03d},T{b:03d}\n")
