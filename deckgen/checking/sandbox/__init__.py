"""What runs on the other side of the fork: standard library and SQLAlchemy only, relative imports only.

The package is imported by a bare interpreter that may have another SQLAlchemy and none of deckgen's dependencies.
`zygote` serves requests, `child` runs one of them, `expectations` and `dependence` read a check's assertions,
`standin` replaces SQLAlchemy for the control in which every good check fails.
"""
