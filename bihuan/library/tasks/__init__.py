"""From a speech, plan or report to the tasks that it sets."""

from bihuan.library.tasks.decompose import Task, decompose

__all__ = ["Task", "decompose"]
