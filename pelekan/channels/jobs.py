"""What the workers of this layer do: rows that fall due, and listening at mailboxes."""

from __future__ import annotations

from pelekan.channels import intake
from pelekan.channels.email import fetch, idle, send
from pelekan.channels.sms import arriving as texts_in
from pelekan.channels.sms import codes
from pelekan.channels.sms import fetch as text_fetch
from pelekan.channels.sms import send as text_send

JOBS = [fetch.JOB, intake.JOB, send.JOB, text_fetch.JOB, texts_in.JOB, text_send.JOB, codes.JOB]
"""Hand these to `lib.labour.Crew`."""

watch = idle.watch
"""Run in a thread of its own beside the crew: `watch(stop)`."""
