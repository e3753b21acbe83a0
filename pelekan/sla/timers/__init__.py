"""Running targets of tickets: `follow` starts, rests and ends them as things happen, `fire` does what is due,
`replan` brings them under another policy. What is decided is pure: `sla.policies`, `sla.clock`, `sla.plan`."""
