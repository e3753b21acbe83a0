"""A guide of the office in its three languages, and a customer who has ticked two of its five steps."""

from __future__ import annotations

from pelekan.demo.stories.steps import Step, Teller
from pelekan.demo.world import World
from pelekan.tickets.guides import keeping, sending, ticking
from pelekan.tickets.guides.models import Guide, SentGuide
from pelekan.tickets.guides.steps import in_language
from pelekan.tickets.pending.answers import Way

NAME = "وقتی ورود به حساب کار نمی‌کند"
STEPS = {
    "fa": """برنامه را کامل ببندید و دوباره باز کنید
   نه فقط کوچک کردن پنجره: از فهرست برنامه‌های باز هم بیرونش کنید.
تاریخ و ساعت گوشی را روی «خودکار» بگذارید
حافظهٔ موقت برنامه را پاک کنید
   تنظیمات ← برنامه‌ها ← چکاد ← پاک کردن حافظهٔ موقت
یک گذرواژهٔ تازه بسازید
   https://chakad.example/forgot
با گذرواژهٔ تازه وارد شوید""",
    "ar": """أغلق التطبيق تماماً وافتحه من جديد
   لا يكفي تصغيره: أخرجه من قائمة التطبيقات المفتوحة أيضاً.
اضبط تاريخ الهاتف ووقته على «تلقائي»
امسح الذاكرة المؤقتة للتطبيق
   الإعدادات ← التطبيقات ← چکاد ← مسح الذاكرة المؤقتة
أنشئ كلمة مرور جديدة
   https://chakad.example/forgot
سجّل الدخول بكلمة المرور الجديدة""",
    "en": """Close the app completely and open it again
   Minimising is not enough: take it out of the list of open apps too.
Set the phone's date and time to “automatic”
Clear the cache of the app
   Settings → Apps → Chakad → Clear cache
Make a new password
   https://chakad.example/forgot
Sign in with the new password""",
}


def prepare(world: World) -> None:
    """Nika writes the guide once, line by line in each language."""
    nika = world.agents["nika"]
    made = keeping.save(None, by=nika, name=NAME, category=world.categories["account"])
    for number, (language, lines) in enumerate(STEPS.items()):
        keeping.paste(made, lines, by=nika, language=language, translates=number > 0)


def send(who: str, minutes: float = 6) -> Step:
    """An agent sends the guide where the customer is."""

    def step(t: Teller) -> None:
        assert t.ticket is not None and t.conversation is not None
        found, agent = Guide.objects.get(name=NAME), t.world.agents[who]
        language = t.ticket.language
        sent = sending.send(
            t.ticket, Way(t.conversation), by=agent, steps=in_language(found.steps, language), guide=found, language=language,
            intro=sending.greeting(language), then="wait", now=t.pass_(minutes),
        )  # fmt: skip
        t.now_on(sent.message)

    return step


def tick(*steps: int, minutes: float = 4) -> Step:
    """The customer ticks these steps, one after another."""

    def step(t: Teller) -> None:
        sent = SentGuide.objects.filter(message__ticket=t.ticket).latest("id")
        for one in steps:
            ticking.tick(sent, one, by=t.customer, now=t.pass_(minutes))

    return step
