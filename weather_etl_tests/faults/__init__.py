"""Fault injection: what is killed, stopped, filled up or cut off, and what the tables look like afterwards."""
