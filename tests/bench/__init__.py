"""Measurements on this machine; figures are printed, never asserted."""
