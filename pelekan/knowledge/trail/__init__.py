"""What people look for and whether they find it: visits, questions, readings, offers. Ours alone, no third party; who asks
not to be followed (DNT, Sec-GPC) leaves counts without a visit."""
