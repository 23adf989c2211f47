"""Ratios against floors, measured in one run: machines differ, ratios hardly do."""
