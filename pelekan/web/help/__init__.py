"""The help centre: what is published, for everyone's eyes or for those who may read it."""
