"""What people type in Persian, Arabic and English, as search sees it. ★ pure."""
