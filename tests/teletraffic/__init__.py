"""Tests of `affluence.teletraffic` against definitions summed to many digits and printed values."""
