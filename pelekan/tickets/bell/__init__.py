"""The bell: what agents are told of what concerns them. `rules` ★ say who; `ring` writes it; `reading` shows it;
`choosing` keeps what an agent wants; `posting` sends it by mail, at once or as a digest."""
