"""Tests of `affluence.measures` against an oracle that shares no code with it."""
