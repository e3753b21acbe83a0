"""Up with a context pack, back because something was missing, and up again; and two that nobody has accepted yet, one of them within a team."""

from __future__ import annotations

from pelekan.demo.stories.steps import Story, answer, do, entrust, escalate, mail, note, portal, send_back

CLIMBS: tuple[Story, ...] = (
    Story("daniel", 5.2, (
        mail("Sales report shows zero for August", "Hello,\n\nthe sales report of our shop shows 0 for every day of August. July and September are right. Is the data lost?\n\nDaniel"),
        do("take", "sara", 8),
        answer("sara", "Hello Daniel, nothing is lost. Please open the report in another browser and tell me what you see there.", 6),
        mail("Re: Sales report shows zero for August", "Same in Firefox and Chrome. When will it be right? I need it for the tax office.", 25),
        escalate(
            "sara", "developers", "The report is empty for one month only; I can see the orders of August in the panel.",
            problem="The sales report of the shop shows 0 for every day of August; July and September are right.",
            tried="another browser (Firefox, Chrome)\norders of August are there in the panel",
            questions="When will it be right? I need it for the tax office.", environment="Chrome 141, Firefox 145 · Windows",
            reproduction="Reports → Sales", version="?",
        ),
        send_back("james", "I see figures with my account. Which shop and time zone is set, and which version does the page show at its foot?", "reproduction", "version"),
        answer("sara", "Daniel, which time zone is set in your profile? I will tell our developers; you need not write it all again.", 4),
        mail("Re: Sales report shows zero for August", "It says “(UTC-12:00)”. I never changed that.", 18),
        escalate(
            "sara", "developers", "With the time zone of the customer it can be seen.",
            problem="The sales report of the shop shows 0 for every day of August; July and September are right.",
            tried="another browser (Firefox, Chrome)\norders of August are there in the panel\nwith time zone UTC: figures are right",
            questions="When will it be right? I need it for the tax office.", environment="Chrome 141, Firefox 145 · Windows\nprofile: UTC-12:00",
            reproduction="1. Profile → time zone (UTC-12:00)\n2. Reports → Sales → August\nExpected: the orders of August. Instead: 0 on every day.",
            version="2026.11.3", issue="https://git.chakad.example/shop/issues/418",
        ),
        do("take", "james", 9), note("james", "The report groups by server day and loses months that begin at a date line. Fix is in review."),
    )),
    Story("peyman", 0.7, (
        portal("گزارش حساب از صبح باز نمی‌شود", "صفحهٔ گزارش حساب سازمانی از ساعت ۹ خطای ۵۰۰ می‌دهد. چه زمانی درست می‌شود؟", team="technical", impact=2, urgency=3),
        do("take", "laila", 6), answer("laila", "سلام، خطا را دیدم و به همکاران توسعه می‌سپارم.", 5),
        escalate(
            "laila", "developers", "خطای ۵۰۰ در گزارش حساب سازمانی، برای همهٔ کاربران این سازمان.",
            problem="صفحهٔ «گزارش حساب» برای سازمان سپهر از ساعت ۹ خطای ۵۰۰ می‌دهد؛ سازمان‌های دیگر مشکلی ندارند.",
            tried="پاک کردن حافظهٔ مرورگر\nورود با حساب دیگری از همان سازمان: همان خطا", questions="چه زمانی درست می‌شود؟",
            environment="کروم ۱۴۱ · ویندوز\nhttps://chakad.example/org/reports", reproduction="۱. ورود به پنل سازمانی\n۲. گزارش‌ها ← گزارش حساب",
            version="2026.11.3", issue="https://git.chakad.example/shop/issues/418", minutes=4,
        ),
    )),
    Story("kaveh", 0.3, (
        mail("تغییر نشانی تحویل سفارش", "سلام، نشانی سفارش آخرم اشتباه ثبت شده. پیش از ارسال درستش می‌کنید؟"),
        entrust("sara", "omid", 5),
    )),
)  # fmt: skip
