"""Account and app: signing in, passwords, what is new."""

from __future__ import annotations

from pelekan.demo.articles.shape import Text

TEXTS = (
    Text(
        "password", "account", kind="steps", by="laila", owner="laila", days=70, categories=("account",), related=("tree",),
        words={
            "fa": ("گذرواژه را فراموش کرده‌ام", "با پیامک یا ایمیل یکی تازه بسازید.", "برای این کار به شمارهٔ موبایل یا ایمیلی که با آن ثبت‌نام کرده‌اید نیاز دارید."),
            "ar": ("نسيت كلمة المرور", "أنشئ كلمة جديدة عبر الرسائل أو البريد.", "تحتاج إلى رقم الجوال أو البريد الذي سجّلت به."),
            "en": ("I forgot my password", "Make a new one by text message or e-mail.", "You need the phone number or e-mail address that you registered with."),
        },
        data={
            "fa": {"steps": [
                {"title": "صفحهٔ ورود را باز کنید", "body": "<p>و «گذرواژه را فراموش کرده‌ام» را بزنید.</p>"},
                {"title": "موبایل یا ایمیل را بنویسید", "body": "<p>کد شش‌رقمی در کمتر از یک دقیقه می‌آید. پوشهٔ هرزنامه را هم نگاه کنید.</p>"},
                {"title": "کد و گذرواژهٔ تازه را وارد کنید", "body": "<p>دست‌کم ده نویسه. چهار واژهٔ بی‌ربط بهتر از <bdi>P@ssw0rd</bdi> است.</p>"},
            ]},
            "ar": {"steps": [
                {"title": "افتح صفحة الدخول", "body": "<p>واضغط «نسيت كلمة المرور».</p>"},
                {"title": "اكتب الجوال أو البريد", "body": "<p>يصل الرمز المكوّن من ستة أرقام خلال دقيقة. انظر في مجلد الرسائل المزعجة أيضاً.</p>"},
                {"title": "أدخل الرمز وكلمة المرور الجديدة", "body": "<p>عشرة أحرف على الأقل. أربع كلمات لا رابط بينها أفضل من <bdi>P@ssw0rd</bdi>.</p>"},
            ]},
            "en": {"steps": [
                {"title": "Open the sign-in page", "body": "<p>and press “Forgot password”.</p>"},
                {"title": "Write your phone number or e-mail address", "body": "<p>The code of six digits comes within a minute. Look into your spam folder too.</p>"},
                {"title": "Enter the code and a new password", "body": "<p>At least ten characters. Four unrelated words are better than P@ssw0rd.</p>"},
            ]},
        },
    ),
    Text(
        "tree", "account", kind="tree", by="laila", owner="laila", days=28, categories=("account",), related=("password",),
        words={
            "fa": ("نمی‌توانم وارد حساب شوم", "چند پرسش کوتاه تا راه درست.", ""),
            "ar": ("لا أستطيع الدخول إلى حسابي", "بضعة أسئلة قصيرة حتى الحل.", ""),
            "en": ("I cannot sign in", "Some short questions to the right way.", ""),
        },
        data={
            "fa": {"start": "q1", "nodes": {
                "q1": {"text": "<p>وقتی وارد می‌شوید چه می‌بینید؟</p>", "choices": [
                    {"label": "«گذرواژه درست نیست»", "to": "q2"}, {"label": "کد پیامکی نمی‌رسد", "to": "q3"}, {"label": "صفحه سفید می‌ماند", "to": "e3"}]},
                "q2": {"text": "<p>آیا صفحه‌کلیدتان روی انگلیسی است و Caps Lock خاموش؟</p>", "choices": [
                    {"label": "بله، باز هم نمی‌شود", "to": "e1"}, {"label": "نه، حالا درست شد", "to": "e0"}]},
                "q3": {"text": "<p>آیا پیامک‌های تبلیغاتی را با سرشمارهٔ ‎#‎۸۰۰ بسته‌اید؟</p>", "choices": [
                    {"label": "بله", "to": "e2"}, {"label": "نه", "to": "e4"}]},
                "e0": {"text": "<p>خوشحالیم که درست شد. 🌿</p>", "choices": []},
                "e1": {"text": "<p>از «گذرواژه را فراموش کرده‌ام» یک گذرواژهٔ تازه بسازید.</p>", "choices": []},
                "e2": {"text": "<p>کد ورود هم بسته شده است. با شماره‌گیری ‎*800#‎ بازش کنید، یا «کد با ایمیل» را بزنید.</p>", "choices": []},
                "e3": {"text": "<p>حافظهٔ موقت مرورگر را پاک کنید یا با یک مرورگر دیگر وارد شوید. اگر باز سفید بود، تصویری برای ما بفرستید.</p>", "choices": []},
                "e4": {"text": "<p>گوشی را یک بار خاموش و روشن کنید. اگر تا پنج دقیقه نیامد، به ما بنویسید تا شماره‌تان را بررسی کنیم.</p>", "choices": []},
            }},
            "ar": {"start": "q1", "nodes": {
                "q1": {"text": "<p>ماذا ترى عند الدخول؟</p>", "choices": [
                    {"label": "«كلمة المرور غير صحيحة»", "to": "q2"}, {"label": "لا يصل الرمز", "to": "e4"}, {"label": "صفحة بيضاء", "to": "e3"}]},
                "q2": {"text": "<p>هل لوحة المفاتيح بالإنجليزية وزر Caps Lock مطفأ؟</p>", "choices": [
                    {"label": "نعم، وما زالت لا تعمل", "to": "e1"}, {"label": "لا، والآن نجحت", "to": "e0"}]},
                "e0": {"text": "<p>يسعدنا أنها نجحت. 🌿</p>", "choices": []},
                "e1": {"text": "<p>أنشئ كلمة جديدة من «نسيت كلمة المرور».</p>", "choices": []},
                "e3": {"text": "<p>امسح ذاكرة المتصفح المؤقتة أو جرّب متصفحاً آخر. إن بقيت بيضاء فأرسل لنا صورة.</p>", "choices": []},
                "e4": {"text": "<p>أعد تشغيل الهاتف. إن لم يصل الرمز خلال خمس دقائق فاكتب لنا لنفحص رقمك.</p>", "choices": []},
            }},
            "en": {"start": "q1", "nodes": {
                "q1": {"text": "<p>What do you see when you sign in?</p>", "choices": [
                    {"label": "“Wrong password”", "to": "q2"}, {"label": "The code does not come", "to": "e4"}, {"label": "The page stays blank", "to": "e3"}]},
                "q2": {"text": "<p>Is your keyboard set to English, and Caps Lock off?</p>", "choices": [
                    {"label": "Yes, and it still fails", "to": "e1"}, {"label": "It was not; now it works", "to": "e0"}]},
                "e0": {"text": "<p>Good to hear. 🌿</p>", "choices": []},
                "e1": {"text": "<p>Make a new one with “Forgot password”.</p>", "choices": []},
                "e3": {"text": "<p>Clear the browser's cache or try another browser. If it stays blank, send us a picture of it.</p>", "choices": []},
                "e4": {"text": "<p>Switch the phone off and on again. If nothing comes within five minutes, write to us and we look at your number.</p>", "choices": []},
            }},
        },
    ),
    Text(
        "release42", "account", kind="release", by="james", owner="james", days=6, categories=("account",), related=("release41",),
        words={
            "fa": ("چکاد ۴٫۲: پرداخت با یک لمس", "کارت ذخیره‌شده، نقشهٔ بی‌اینترنت، و رفع خطای صفحهٔ سفید.", """
**تازه**

- پرداخت با کارت ذخیره‌شده و اثر انگشت
- نقشهٔ مسیرها بدون اینترنت

**بهتر**

- فهرست سفارش‌ها دو برابر زودتر باز می‌شود
- صفحهٔ سفید پس از ورود در اندروید ۱۰ رفع شد
"""),
            "ar": ("تشكاد ٤٫٢: الدفع بلمسة واحدة", "بطاقة محفوظة، خرائط دون إنترنت، وإصلاح الصفحة البيضاء.", """
**جديد**

- الدفع بالبطاقة المحفوظة وبصمة الإصبع
- خرائط المسارات دون إنترنت

**أفضل**

- تُفتح قائمة الطلبات أسرع بمرتين
- أُصلحت الصفحة البيضاء بعد الدخول في أندرويد ١٠
"""),
            "en": ("Chakad 4.2: pay with one touch", "Stored cards, maps without internet, and no more blank page.", """
**New**

- Pay with a stored card and your fingerprint
- Maps of the trails without internet

**Better**

- The list of orders opens twice as fast
- The blank page after signing in on Android 10 is gone
"""),
        },
        data={language: {"version": "4.2", "released_on": "2026-11-16"} for language in ("fa", "ar", "en")},
    ),
    Text(
        "release41", "account", kind="release", by="james", owner="james", days=60, categories=("account",),
        words={
            "fa": ("چکاد ۴٫۱: حالت شب", "حالت تیره، پیگیری زندهٔ پیک و چند درستی.", "- حالت تیره، برای چادر و نیمه‌شب\n- پیک را روی نقشه زنده ببینید\n- تاریخ‌ها در همه‌جا شمسی‌اند"),
            "en": ("Chakad 4.1: night mode", "Dark mode, live courier and some corrections.", "- Dark mode, for tents and midnight\n- See the courier live on the map\n- Dates follow your calendar everywhere"),
        },
        data={language: {"version": "4.1", "released_on": "2026-09-23"} for language in ("fa", "en")},
    ),
)  # fmt: skip
