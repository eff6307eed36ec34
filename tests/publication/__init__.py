"""Tests of `affluence.publication`."""
