"""Imported networks are asked in processes of their own: what goes wrong in there is a sentence here."""

from fer_core.checkpoints.worker.parent import Worker, WorkerNetwork

__all__ = ["Worker", "WorkerNetwork"]
