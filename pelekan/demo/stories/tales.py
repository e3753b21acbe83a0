"""What has happened lately, ticket by ticket; the last ones are still going on."""

from __future__ import annotations

from pelekan.demo.stories import guides
from pelekan.demo.stories.climbs import CLIMBS
from pelekan.demo.stories.reported import REPORTS
from pelekan.demo.stories.steps import (
    Story,
    accept,
    answer,
    astray,
    came_back,
    categorise,
    chat,
    do,
    end,
    escalate,
    mail,
    note,
    portal,
    rate,
    register,
    tag,
)

PEOPLE = {
    "negar": ("نگار احمدی", "negar.ahmadi@example.com", "fa", "+989125550148"),
    "bahram": ("بهرام صالح‌نیا", "bahram@example.org", "fa", ""),
    "salma": ("سلمى الحارثي", "salma.alharthi@example.net", "ar", "+96891234567"),
    "khalid": ("خالد المنصوري", "khalid@example.org", "ar", ""),
    "daniel": ("Daniel Weber", "daniel.weber@example.net", "en", ""),
    "shirin": ("شیرین تابان", "shirin.taban@example.com", "fa", ""),
    "peyman": ("پیمان یوسفی", "peyman@sepehr-trading.example", "fa", "+989365550171"),
}

STORIES: tuple[Story, ...] = (
    Story("shirin", 1.4, (mail("تعطیلات نوروز", "سلام، وقت بخیر. آیا پشتیبانی شما در تعطیلات نوروز هم پاسخگو هست؟ فردا باز هستید؟"),)),
    Story("bahram", 24 * 9, (
        mail("ساعت کاری در تعطیلات", "سلام، آیا سه‌شنبه که تعطیل رسمی است باز هستید؟"),
        answer("omid", "سلام آقای صالح‌نیا، سه‌شنبه تعطیل هستیم و از چهارشنبه ساعت ۹ در خدمتیم.", 25),
        do("solve", "omid", 1), do("close", "omid", 60 * 30),
    )),
    Story("daniel", 24 * 7, (
        mail("Invoice with our VAT number", "Hello,\n\nPlease send the invoice for order 2207-8841 again, with our VAT number DE 811 907 980 on it.\n\nThanks\nDaniel"),
        do("take", "sara", 20),
        answer("sara", "Hello Daniel, our payments colleagues will issue it today; I have passed on your VAT number.", 6),
        escalate("sara", "payments", "Invoice must be re-issued with a VAT number"), do("take", "dara", 50),
        answer("dara", "Hello Daniel, the corrected invoice is attached to your account under “Invoices”.", 35),
        do("solve", "dara", 1), rate(4, "Quick and friendly, thank you."),
    )),
    Story("salma", 24 * 6, (
        chat("مرحباً، وصلتني الخيمة بلون مختلف عن الذي طلبته", page="/orders/5521"),
        accept("laila"), answer("laila", "أهلاً سلمى، نعتذر عن ذلك. هل يمكنك إرسال صورة للملصق على الصندوق؟"),
        chat("هذه صورة الملصق", 4, file=True),
        answer("laila", "شكراً لك. سنرسل اللون الصحيح غداً ويأخذ المندوب الخيمة الأولى معه.", 6),
        chat("ممتاز، شكراً جزيلاً", 2), end("laila"), do("solve", "laila", 1), rate(5, "خدمة سريعة ولطيفة، شكراً لكم."),
    )),
    Story("peyman", 24 * 5, (
        portal("خطای ۵۰۲ در وب‌سرویس سفارش", "از ساعت ۹ صبح هیچ‌کدام از سفارش‌های ما از راه وب‌سرویس ثبت نمی‌شود و خطای ۵۰۲ می‌گیریم.", team="technical", impact=3, urgency=3),
        do("take", "laila", 12), categorise("laila", "account"), tag("laila", "وب‌سرویس"),
        answer("laila", "سلام، بررسی را شروع کردیم. لطفاً شناسهٔ یکی از درخواست‌های ناموفق را بفرستید.", 8),
        note("laila", "درگاه API از ساعت ۸:۵۲ خطا می‌دهد؛ روی سرور دوم هم تکرار شد."),
        escalate("laila", "developers", "درگاه سفارش روی هر دو سرور خطای ۵۰۲ می‌دهد؛ شناسهٔ درخواست: req-77f2a1"),
        do("take", "james", 15), note("james", "Connection pool exhausted after last night’s release; rolling back."),
        answer("james", "سلام، مشکل از نسخهٔ دیشب بود و برگردانده شد. سفارش‌های صف‌مانده تا نیم ساعت دیگر خودکار ثبت می‌شوند.", 55),
        do("solve", "james", 30), rate(3, "مشکل حل شد، ولی دو ساعت سفارش نگرفتیم."),
    )),
    Story("shirin", 24 * 4, (
        mail("تغییر نشانی تحویل", "سلام، نشانی سفارش ۳۳۱۷ را می‌خواهم به دفتر کارم تغییر بدهم. ممکن است؟"),
        do("take", "omid", 30), categorise("omid", "delivery"),
        answer("omid", "سلام خانم تابان، بله؛ لطفاً نشانی کامل و کد پستی را بفرستید.", 5), do("wait", "omid", 0.5),
        came_back("mailboxfull", "5.2.2", 2),
    )),
    Story("khalid", 30, (
        mail("تسجيل الدخول لا يعمل", "السلام عليكم،\nلا أستطيع تسجيل الدخول منذ أمس، تظهر رسالة «الحساب مقفل».\nأرجو المساعدة."),
        do("take", "laila", 40), categorise("laila", "account"),
        answer("laila", "وعليكم السلام أستاذ خالد، فتحنا الحساب. جرّب من فضلك الآن وأخبرنا بالنتيجة.", 10),
        mail("Re: تسجيل الدخول لا يعمل", "يعمل الآن، شكراً لكم", 90), do("solve", "laila", 5), rate(5),
    )),
    Story("kaveh", 28, (
        mail("استعلام گارانتی باتوم", "باتوم‌های سری کاوه که برای تورها خریدیم بعد از دو ماه شکسته‌اند. گارانتی شامل شکستگی قفل هم می‌شود؟"),
        do("take", "omid", 60), note("omid", "از تأمین‌کننده پرسیدم؛ گفتند تا پس‌فردا جواب می‌دهند."),
        answer("omid", "سلام آقای نیک‌پی، از تولیدکننده پرسیده‌ایم و به محض پاسخ خبر می‌دهیم.", 4),
        came_back("userunknown", "5.1.1"),
        do("hold", "omid", 1, because="منتظر پاسخ تأمین‌کننده"),
    )),
    Story("emma", 26, (
        mail("Charged twice for order 2291", "Hi,\n\nmy card was charged twice for order 2291 (two times 189.00). Could you refund one of them?\n\nBest wishes,\nEmma Clarke\n+44 20 7946 0018"),
        do("take", "sara", 15), categorise("sara", "bank"),
        escalate("sara", "payments", "Charged twice, both captures visible in the gateway"),
        do("take", "dara", 30), tag("dara", "refund"),
        answer("dara", "Hello Emma, you are right: both payments were captured. I have started the refund of 189.00; your bank shows it within 3 working days.", 20),
        do("wait", "dara", 1),
        mail("Re: Charged twice for order 2291", "Thank you. Will it come back to the same card?", 60 * 20),
    )),
    Story("yusuf", 5, (
        mail("استفسار عن موعد الشحن", "مرحباً، طلبت حقيبة ظهر قبل أسبوع (رقم الطلب 4471) ولم تصل بعد. متى تصل؟"),
        do("take", "laila", 35), categorise("laila", "delivery"),
        answer("laila", "أهلاً أستاذ يوسف، خرجت الحقيبة من المستودع أمس ورقم التتبع 7781 2203 91. نتوقع وصولها غداً.", 12),
        mail("Re: استفسار عن موعد الشحن", "شكراً، لكن رقم التتبع لا يظهر شيئاً على موقع الناقل.", 55),
    )),
    Story("negar", 3.5, (
        chat("سلام، اشتراکم را چطور تمدید کنم؟"), accept("sara"),
        answer("sara", "سلام نگار جان، وقت به‌خیر. از «حساب من»، بخش «اشتراک»، دکمهٔ «تمدید» را بزنید. راهنمای کامل با تصویر این‌جاست: https://chakad.example/help/renew", 1),
        chat("انجام دادم ولی بانک پول را کم کرد و پنل هنوز می‌گوید اشتراک تمام شده", 6),
        chat("این هم تصویر صفحه", 1, file=True),
        answer("sara", "متوجه شدم؛ بگذارید رسمی ثبتش کنم تا همکاران پرداخت پیگیری کنند و دیگر لازم نباشد توضیح بدهید.", 2),
        register("sara", team="payments", category="gateway", impact=3, urgency=3, subject="پول کم شد، پنل چیزی نشان نمی‌دهد", minutes=1),
        chat("خیلی ممنون", 1), end("sara"), do("take", "dara", 14),
        note("dara", "در درگاه بانک «موفق» است ولی بازگشت به سامانه ثبت نشده؛ مثل مورد دیروز."),
        answer("dara", "سلام خانم احمدی، پرداخت شما در بانک تأیید شده است. اشتراک را تا یک ساعت دیگر دستی فعال می‌کنیم.", 10),
    )),
    Story("peyman", 52, (  # back and forth, asked again and again, promised and not kept
        mail("فاکتورهای مهر با مبلغ سفارش‌ها نمی‌خواند", "سلام، جمع فاکتورهای مهر با سفارش‌های ما ۱۲ میلیون اختلاف دارد. لطفاً بررسی کنید."),
        do("take", "dara", 50),
        answer("dara", "سلام، لطفاً شمارهٔ فاکتورها را بفرستید.", 15),
        mail("Re: فاکتورهای مهر با مبلغ سفارش‌ها نمی‌خواند", "فاکتورهای ۵۵۰۱ تا ۵۵۱۲.", 70),
        answer("dara", "ممنون. لطفاً تصویر فاکتور ۵۵۰۷ را هم ارسال کنید.", 200),
        mail("Re: فاکتورهای مهر با مبلغ سفارش‌ها نمی‌خواند", "این‌ها را خودتان صادر کرده‌اید! تصویر پیوست بود.", 60),
        answer("dara", "بررسی می‌کنیم و تا فردا ساعت ۱۱ نتیجه را اعلام می‌کنیم.", 300),
        mail("Re: فاکتورهای مهر با مبلغ سفارش‌ها نمی‌خواند", "هنوز خبری نشده. چند بار باید بگویم؟ این وضع افتضاح است!!", 60 * 30),
        answer("dara", "متأسفم. لطفاً شمارهٔ سفارش‌های مربوط را هم بفرستید.", 40),
        mail("Re: فاکتورهای مهر با مبلغ سفارش‌ها نمی‌خواند", "برای چندمین بار همه را فرستاده‌ام. اگر امروز درست نشود از شما شکایت می‌کنم.", 90),
    )),
    Story("shirin", 2.2, (
        mail("رمز یک‌بارمصرف به گوشی نمی‌رسد", "سلام، از دیشب هر چه درخواست رمز می‌دهم پیامکی نمی‌آید. شماره‌ام را هم عوض نکرده‌ام."),
        categorise("sara", "account"),
    )),
    Story("shirin", 1.9, (
        astray("تغییر نشانی تحویل", "تهران، خیابان ولیعصر، کوچهٔ نیلوفر، پلاک ۱۲، واحد ۳. کد پستی ۱۴۳۴۸۶۵۷۷۱"),
    )),
    # the clocks of an urgent request: nobody has answered for hours; one that will be late soon; one that rests
    Story("peyman", 4.6, (
        portal("پنل سازمانی باز نمی‌شود", "از صبح هیچ‌کدام از همکاران ما نمی‌توانند وارد پنل شوند و سفارش‌های امروز مانده است.", team="technical", impact=3, urgency=3),
        do("take", "laila", 9), note("laila", "به تیم زیرساخت پیام دادم؛ هنوز خبری نیست."),
    )),
    Story("khalid", 2.6, (
        portal("خُصم المبلغ مرتين", "خُصم مبلغ الطلب 4471 من بطاقتي مرتين ولا أستطيع الدفع لطلب آخر.", team="payments", impact=3, urgency=3),
        do("take", "dara", 6),
        answer("dara", "أهلاً خالد، نراجع الأمر مع البنك. هل يمكنك إرسال صورة من كشف الحساب؟", 14),
        do("wait", "dara", 1),
    )),
    Story("bahram", 0.42, (
        portal("کد تخفیف همکاران کار نمی‌کند", "هیچ‌کس در شرکت ما نمی‌تواند با کد همکاران خرید کند و امروز آخرین مهلت است.", team="technical", impact=3, urgency=3),
        do("take", "laila", 5),
    )),
    Story("daniel", 1.6, (
        mail("Export to Excel loses Persian digits", "When I export my order list to Excel, the Persian digits in product names turn into question marks. File attached would be too large, but every export shows it."),
    )),
    Story("shirin", 0.8, (  # led step by step: two of five are ticked
        portal("ورود به حساب ممکن نیست", "از دیشب هرچه گذرواژه را می‌زنم می‌گوید اشتباه است، با اینکه درست است. گوشی‌ام را هم تازه عوض کرده‌ام.", team="front", impact=2, urgency=2),
        do("take", "sara", 5), categorise("sara", "account"), guides.send("sara"), guides.tick(0, 1),
    )),
    Story("mina", 51, (  # solved two days ago, and asked since whether it really is
        portal("کارت هدیه فعال نمی‌شود", "سلام، کارت هدیه‌ای که خریدم هنگام پرداخت می‌گوید «نامعتبر است».", team="payments", impact=1, urgency=2),
        do("take", "dara", 20),
        answer("dara", "سلام خانم صالحی، کارت از سوی ما فعال نشده بود؛ الان فعال شد و می‌توانید استفاده کنید.", 15),
        do("solve", "dara", 1),
    )),
    Story("daniel", 3.1, (  # a promise that is still to come
        mail("Tent poles are missing", "Hello,\n\nthe tent from order 4512 came without its poles. We leave on Friday, can you send them before?\n\nDaniel"),
        do("take", "sara", 12), categorise("sara", "delivery"),
        answer("sara", "Hello Daniel, I am sorry. The warehouse packs a set of poles today; I will write to you by tomorrow at 11:00 with the tracking number.", 9),
    )),
    *CLIMBS,
    *REPORTS,
    # a morning's batch: a question about the holiday, and money taken twice; nobody has confirmed what the desk suggests
    Story("bahram", 1.3, (
        mail("ساعت کاری روز تعطیل", "سلام، روز تعطیل رسمی هفتهٔ بعد فروشگاه باز است؟"),
    )),
    Story("khalid", 1.2, (
        mail("خُصم المبلغ مرتين صباح اليوم", "السلام عليكم، خصم البنك من بطاقتي مرتين مبلغ الطلب 4490 صباح اليوم."),
    )),
    Story("bahram", 0.9, (
        portal("درخواست فاکتور رسمی", "برای سفارش ۳۳۴۰ فاکتور رسمی به نام شرکت لازم دارم.", team="payments", impact=1, urgency=2),
    )),
    Story("yusuf", 0.5, (
        chat("السلام عليكم، هل يمكن الدفع عند الاستلام؟", page="/checkout"), accept("laila"),
        answer("laila", "وعليكم السلام، نعم داخل الرياض وجدة. هل أنت في إحداهما؟", 1),
        chat("نعم في جدة", 2),
    )),
    Story("mina", 0.2, (
        chat("سلام. پول از حسابم کم شد ولی سفارش ثبت نشد", page="/checkout/result"), accept("sara"),
        answer("sara", "سلام خانم صالحی، همین حالا بررسی می‌کنم. شمارهٔ پیگیری بانک را دارید؟", 1),
        chat("بله، کد پیگیری ۲۲۰۷-۸۸۴۱ است", 2),
    )),
    Story("salma", 0.05, (chat("مرحباً، كيف أغيّر عنوان الشحن؟", page="/account/addresses"),)),
)  # fmt: skip
