"""Counting and listing measured on a made library, with known answers."""
