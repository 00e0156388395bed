"""The scheduler: which Pod next, which nodes can take it, which of them is best, and what to say when none can."""

from k8snb.scheduler.scheduler import Scheduler

__all__ = ["Scheduler"]
