"""Publish: judge a package with Anki's own engine, and report what was found."""
