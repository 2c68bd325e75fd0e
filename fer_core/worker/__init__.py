"""Imported networks predict in a process of their own: what goes wrong in there is a sentence here."""

from fer_core.worker.parent import WorkerNetwork

__all__ = ["WorkerNetwork"]
