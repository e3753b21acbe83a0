"""What the workers of this layer do: rows that fall due, and listening at mailboxes."""

from __future__ import annotations

from pelekan.channels import intake
from pelekan.channels.email import fetch, idle, send

JOBS = [fetch.JOB, intake.JOB, send.JOB]
"""Hand these to `lib.labour.Crew`."""

watch = idle.watch
"""Run in a thread of its own beside the crew: `watch(stop)`."""
