"""Buying and paying."""

from __future__ import annotations

from pelekan.demo.articles.shape import Text

TEXTS = (
    Text(
        "twice", "buying", owner="dara", by="dara", days=41, categories=("payment", "bank", "gateway"), related=("wholesale", "renew"),
        words={
            "fa": ("بانک دو بار پول کم کرده است", "اگر یک سفارش دارید ولی دو برداشت می‌بینید، پول دوم خودش برمی‌گردد.", """
گاهی ارتباط درگاه پرداخت با بانک میان راه قطع می‌شود و شما دوباره پرداخت می‌کنید. در این حالت از حساب شما دو بار پول کم می‌شود، ولی ما فقط یکی را دریافت می‌کنیم.

## پول دوم کی برمی‌گردد؟

بانک تراکنش ناموفق را حداکثر تا **۷۲ ساعت** به همان کارت برمی‌گرداند. پنجشنبه و جمعه و تعطیلات رسمی در این زمان حساب نمی‌شوند.

## پیش از تماس با ما

1. در «حساب من» ← «سفارش‌ها» ببینید چند سفارش ثبت شده است.
2. در پیامک بانک، شمارهٔ پیگیری هر دو برداشت را پیدا کنید.
3. اگر دو سفارش ثبت شده، یکی را همان‌جا لغو کنید؛ پولش تا ۲۴ ساعت برمی‌گردد.

## اگر بعد از ۷۲ ساعت برنگشت

شمارهٔ پیگیری و چهار رقم آخر کارت را برای ما بفرستید. **هرگز رمز دوم، CVV2 یا شمارهٔ کامل کارت را برای کسی نفرستید**؛ ما هم آن‌ها را نمی‌پرسیم.
"""),
            "ar": ("خصم البنك المبلغ مرتين", "إذا كان لديك طلب واحد ورأيت خصمين، فسيعود المبلغ الثاني تلقائياً.", """
قد ينقطع الاتصال بين بوابة الدفع والبنك في منتصف العملية فتعيد الدفع. عندها يُخصم المبلغ من حسابك مرتين، بينما نستلم نحن مبلغاً واحداً فقط.

## متى يعود المبلغ الثاني؟

يعيد البنك العملية غير الناجحة إلى البطاقة نفسها خلال **٤٨ ساعة** على الأكثر. لا تُحسب أيام العطل الرسمية.

## قبل أن تتصل بنا

1. افتح «حسابي» ثم «الطلبات» وانظر كم طلباً سُجّل.
2. ابحث في رسالة البنك عن رقم التتبع لكلا الخصمين.
3. إذا سُجّل طلبان فألغِ أحدهما هناك، ويعود مبلغه خلال ٢٤ ساعة.
"""),
            "en": ("The bank charged me twice", "One order but two charges? The second one comes back by itself.", """
Sometimes the line between the payment gateway and your bank breaks half way and you pay again. Two amounts leave your account, but only one of them reaches us.

## When does the second amount come back?

Your bank returns a failed payment to the same card within **72 hours** at the latest. Weekends and bank holidays do not count.

## Before you write to us

1. Open “My account” → “Orders” and see how many orders there are.
2. Find the tracking numbers of both charges in the bank's text message.
3. If there are two orders, cancel one of them right there; its amount returns within 24 hours.

## Not back after 72 hours?

Send us the tracking number and the last four digits of your card. **Never send anyone your second password, CVV2 or whole card number**; we do not ask for them either.
"""),
        },
        later=("بانک دو بار پول کم کرده است", "اگر یک سفارش دارید ولی دو برداشت می‌بینید، پول دوم خودش برمی‌گردد.", """
گاهی ارتباط درگاه پرداخت با بانک میان راه قطع می‌شود و شما دوباره پرداخت می‌کنید. در این حالت از حساب شما دو بار پول کم می‌شود، ولی ما فقط یکی را دریافت می‌کنیم.

## پول دوم کی برمی‌گردد؟

بانک تراکنش ناموفق را حداکثر تا **۷۲ ساعت کاری** به همان کارت برمی‌گرداند. پنجشنبه و جمعه و تعطیلات رسمی در این زمان حساب نمی‌شوند.

## پیش از تماس با ما

1. در «حساب من» ← «سفارش‌ها» ببینید چند سفارش ثبت شده است.
2. در پیامک بانک، شمارهٔ پیگیری هر دو برداشت را پیدا کنید.
3. اگر دو سفارش ثبت شده، یکی را همان‌جا لغو کنید؛ پولش تا ۲۴ ساعت برمی‌گردد.

## اگر بعد از ۷۲ ساعت کاری برنگشت

شمارهٔ پیگیری و چهار رقم آخر کارت را از «درخواست تازه» برای ما بفرستید؛ گروه مالی همان روز از بانک پیگیری می‌کند. **هرگز رمز دوم، CVV2 یا شمارهٔ کامل کارت را برای کسی نفرستید**؛ ما هم آن‌ها را نمی‌پرسیم.
"""),
        note="مهلت بانک از این ماه به ساعت کاری است",
    ),
    Text(
        "renew", "buying", kind="steps", days=63, categories=("howto",), related=("twice", "password"), review_in=90,
        words={
            "fa": ("تمدید اشتراک باشگاه کوهنوردان", "در کمتر از دو دقیقه، از سایت یا اپلیکیشن.", "اشتراک باشگاه ارسال رایگان و تخفیف تورها را نگه می‌دارد. اگر پیش از پایان مهلت تمدید کنید، روزهای باقی‌مانده از دست نمی‌رود."),
            "ar": ("تجديد اشتراك نادي المتسلقين", "في أقل من دقيقتين، من الموقع أو التطبيق.", "يحفظ لك اشتراك النادي الشحن المجاني وخصم الرحلات. إذا جدّدت قبل انتهاء المدة فلن تضيع الأيام المتبقية."),
            "en": ("Renew your climbers’ club membership", "In less than two minutes, on the web site or in the app.", "Your membership keeps free delivery and tour discounts. Renew before it ends and no remaining day is lost."),
        },
        data={
            "fa": {"steps": [
                {"title": "به «حساب من» بروید", "body": "<p>با همان شمارهٔ موبایل یا ایمیلی که عضو شده‌اید وارد شوید.</p>"},
                {"title": "«تمدید اشتراک» را انتخاب کنید", "body": "<p>اگر این گزینه را نمی‌بینید، اشتراک شما هنوز بیش از ۶۰ روز اعتبار دارد.</p>"},
                {"title": "مدت را انتخاب کنید", "body": "<p>سه‌ماهه، شش‌ماهه یا یک‌ساله. تخفیف یک‌ساله ۲۰٪ است.</p>"},
                {"title": "پرداخت کنید", "body": "<p>پس از پرداخت تا دیدن صفحهٔ «پرداخت شد» صبر کنید و پنجره را نبندید.</p>"},
                {"title": "تاریخ تازه را ببینید", "body": "<p>تاریخ پایان اشتراک در «حساب من» عوض می‌شود و رسید به ایمیل شما می‌آید.</p>"},
            ]},
            "ar": {"steps": [
                {"title": "افتح «حسابي»", "body": "<p>سجّل الدخول برقم الجوال أو البريد الذي اشتركت به.</p>"},
                {"title": "اختر «تجديد الاشتراك»", "body": "<p>إذا لم تر هذا الخيار فاشتراكك صالح لأكثر من ٦٠ يوماً.</p>"},
                {"title": "اختر المدة", "body": "<p>ثلاثة أشهر أو ستة أو سنة. خصم السنة ٢٠٪.</p>"},
                {"title": "ادفع", "body": "<p>انتظر بعد الدفع حتى تظهر صفحة «تم الدفع» ولا تغلق النافذة.</p>"},
                {"title": "تحقّق من التاريخ الجديد", "body": "<p>يتغيّر تاريخ الانتهاء في «حسابي» ويصلك الإيصال بالبريد.</p>"},
            ]},
            "en": {"steps": [
                {"title": "Open “My account”", "body": "<p>Sign in with the phone number or e-mail address of your membership.</p>"},
                {"title": "Choose “Renew membership”", "body": "<p>No such choice? Then your membership is valid for more than 60 days yet.</p>"},
                {"title": "Choose how long", "body": "<p>Three months, six months or a year. A year is 20% cheaper.</p>"},
                {"title": "Pay", "body": "<p>Wait for the page “Paid” and do not close the window before.</p>"},
                {"title": "See the new date", "body": "<p>The end of your membership changes in “My account”, and the receipt comes by e-mail.</p>"},
            ]},
        },
    ),
    Text(
        "holidays", "buying", kind="faq", days=20, categories=("payment", "bank"), related=("twice",),
        words={
            "fa": ("آیا در تعطیلات بانکی پرداخت و پشتیبانی برقرار است؟", "خرید همیشه، تسویه و استرداد در روز کاری.", """
خرید و پرداخت آنلاین در تعطیلات هم کار می‌کند. چیزی که می‌ایستد **استرداد** است: بانک‌ها پول برگشتی را در اولین روز کاری واریز می‌کنند.

- گفتگوی سایت شبانه‌روز باز است.
- ایمیل و درخواست‌های پورتال در ساعت کاری دفتر تهران پاسخ داده می‌شوند.
- در نوروز، از ۵ فروردین سفارش‌ها ارسال می‌شوند.
"""),
            "ar": ("هل يعمل الدفع والدعم في العطل المصرفية؟", "الشراء دائماً، والاسترداد في أيام العمل.", """
الشراء والدفع عبر الإنترنت يعملان في العطل أيضاً. ما يتوقف هو **الاسترداد**: تودع البنوك المبالغ المعادة في أول يوم عمل.

- المحادثة في الموقع مفتوحة ليلاً ونهاراً.
- يُجاب عن البريد وطلبات البوابة في ساعات عمل مكتب طهران.
- في عيد النوروز تُرسل الطلبات ابتداءً من ٢٥ مارس.
"""),
            "en": ("Do payments and support work on bank holidays?", "You can always buy; refunds wait for a working day.", """
Buying and paying on line works on holidays too. What stands still is **refunds**: banks book returned money on the next working day.

- The chat on our site is open day and night.
- Mail and requests in the portal are answered in the office hours of Tehran.
- At Nowruz, orders leave our warehouse from 25 March on.
"""),
        },
    ),
    Text(
        "wholesale", "buying", visibility="groups", by="dara", owner="dara", days=12, categories=("payment",),
        words={
            "fa": ("فاکتور رسمی و تسویهٔ ماهانه برای همکاران عمده", "سررسید، سقف اعتبار و گرفتن فاکتور.", """
این راهنما برای شرکت‌هایی است که با ما قرارداد همکاری دارند.

| | همکار | همکار ویژه |
|---|---|---|
| سقف اعتبار | ۲۰۰ میلیون تومان | ۵۰۰ میلیون تومان |
| سررسید | ۳۰ روز | ۴۵ روز |
| تخفیف | ۱۲٪ | ۱۸٪ |

فاکتور رسمی هر سفارش تا پایان همان روز کاری در «حساب من» ← «فاکتورها» است. برای اصلاح شناسهٔ ملی شرکت، نامهٔ سربرگ‌دار بفرستید.
"""),
        },
    ),
)  # fmt: skip
