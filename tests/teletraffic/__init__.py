"""Tests of `affluence.teletraffic` against definitions summed to 40 digits and printed values."""
