"""The ways to run jobs; each gives exactly one result per job, in any order."""
