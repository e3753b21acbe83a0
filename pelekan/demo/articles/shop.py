"""Delivery, returns, warranty; using the gear."""

from __future__ import annotations

from pelekan.demo.articles.shape import Text

TEXTS = (
    Text(
        "delivery", "delivery", kind="faq", days=55, categories=("delivery",), related=("returns", "address"),
        words={
            "fa": ("سفارش من کی می‌رسد و از کجا پیگیری کنم؟", "تهران یک تا دو روز، شهرهای دیگر دو تا پنج روز کاری.", """
| مقصد | پیک چکاد | پست پیشتاز |
|---|---|---|
| تهران و کرج | همان روز تا فردا | ۲ روز کاری |
| مراکز استان | – | ۳ روز کاری |
| شهرهای دیگر | – | ۳ تا ۵ روز کاری |

وقتی بسته از انبار بیرون می‌رود، کد رهگیری **پیامک** می‌شود. همین کد در «حساب من» ← «سفارش‌ها» هم هست. کد تا چند ساعت در سایت پست دیده نمی‌شود؛ نگران نباشید.
"""),
            "ar": ("متى يصل طلبي وكيف أتتبعه؟", "طهران يوم إلى يومين، والمدن الأخرى يومان إلى خمسة أيام عمل.", """
| الوجهة | مندوب تشكاد | البريد السريع |
|---|---|---|
| طهران وكرج | اليوم نفسه أو غداً | يوما عمل |
| مراكز المحافظات | – | ٣ أيام عمل |
| المدن الأخرى | – | ٣ إلى ٥ أيام عمل |

عند خروج الطرد من المستودع يصلك رمز التتبع **برسالة نصية**، وهو موجود أيضاً في «حسابي» ثم «الطلبات». قد لا يظهر الرمز في موقع البريد قبل ساعات.
"""),
            "en": ("When does my order arrive, and how do I track it?", "Tehran one to two days, other cities two to five working days.", """
| To | Chakad courier | Express post |
|---|---|---|
| Tehran and Karaj | same day or next | 2 working days |
| Provincial capitals | – | 3 working days |
| Other cities | – | 3 to 5 working days |

When the parcel leaves our warehouse, you get its tracking code **by text message**. It is in “My account” → “Orders” too. The post's web site may not know the code for some hours; that is normal.
"""),
        },
    ),
    Text(
        "address", "delivery", visibility="customers", days=25, categories=("delivery",), related=("delivery",),
        words={
            "fa": ("نشانی سفارشی را که داده‌ام عوض کنم", "تا پیش از تحویل به پست، خودتان.", """
تا وقتی سفارش در حالت «آماده‌سازی» است، در «حساب من» ← «سفارش‌ها» ← «تغییر نشانی» نشانی تازه را بنویسید.

اگر حالت سفارش «تحویل پست» است، نشانی را نمی‌توان عوض کرد؛ ولی می‌توانید از ادارهٔ پست مقصد بخواهید بسته را نگه دارد تا خودتان بگیرید.
"""),
            "ar": ("تغيير عنوان طلب سبق تقديمه", "بنفسك، ما دام لم يُسلَّم إلى البريد.", """
ما دام الطلب في حالة «قيد التجهيز» فاكتب العنوان الجديد في «حسابي» ثم «الطلبات» ثم «تغيير العنوان».

إذا كانت الحالة «سُلّم إلى البريد» فلا يمكن تغيير العنوان، لكن يمكنك أن تطلب من مكتب البريد في الوجهة حفظ الطرد لتستلمه بنفسك.
"""),
            "en": ("Change the address of an order", "By yourself, until it is handed to the post.", """
While your order is “Being prepared”, write the new address in “My account” → “Orders” → “Change address”.

Once it says “With the post”, the address cannot be changed; but you can ask the post office at the destination to keep the parcel for you.
"""),
        },
    ),
    Text(
        "returns", "delivery", days=180, review_in=-3, categories=("delivery",), related=("warranty",),
        words={
            "fa": ("بازگرداندن کالا تا هفت روز", "چه چیزی را، چطور، و پولش کی برمی‌گردد.", """
هر کالایی را که استفاده نشده و برچسبش سالم است، تا **هفت روز** پس از تحویل پس می‌گیریم.

1. در «حساب من» ← «سفارش‌ها» کالا را انتخاب کنید و «بازگرداندن» را بزنید.
2. برچسبی را که ایمیل می‌شود چاپ کنید و روی بسته بچسبانید.
3. بسته را به پیک ما یا نزدیک‌ترین دفتر پست بدهید.

پول تا سه روز کاری پس از رسیدن بسته به همان کارت برمی‌گردد. لباس زیر، کیسه‌خواب بازشده و کپسول گاز بازگردانده نمی‌شوند.
"""),
            "en": ("Return goods within seven days", "What, how, and when the money comes back.", """
We take back whatever is unused and still has its label, up to **seven days** after delivery.

1. Choose the item in “My account” → “Orders” and press “Return”.
2. Print the label that comes by e-mail and stick it on the parcel.
3. Hand the parcel to our courier or to the next post office.

The money is back on your card three working days after the parcel has reached us. Underwear, opened sleeping bags and gas cartridges cannot be returned.
"""),
        },
    ),
    Text(
        "warranty", "delivery", days=90, categories=("delivery", "howto"), related=("returns", "tent"),
        words={
            "fa": ("ضمانت چادر، کوله و کیسه‌خواب", "دو سال برای دوخت و زیپ، پنج سال برای تیرک.", """
| کالا | دوخت و زیپ | تیرک و قاب | پارچه |
|---|---|---|---|
| چادر سهند | ۲ سال | ۵ سال | ۱ سال |
| کوله‌پشتی الوند | ۲ سال | ۵ سال | ۲ سال |
| کیسه‌خواب زاگرس | ۲ سال | – | ۱ سال |

سوختگی، پارگی با سنگ تیز و شست‌وشوی ماشینی زیر ضمانت نیست، ولی **تعمیرش می‌کنیم**: عکس آسیب را بفرستید تا هزینه را پیش از کار بگوییم.
"""),
            "ar": ("ضمان الخيمة والحقيبة وكيس النوم", "سنتان للخياطة والسحّاب، وخمس سنوات للأعمدة.", """
| المنتج | الخياطة والسحّاب | الأعمدة والإطار | القماش |
|---|---|---|---|
| خيمة سهند | سنتان | ٥ سنوات | سنة |
| حقيبة ألوند | سنتان | ٥ سنوات | سنتان |
| كيس نوم زاغروس | سنتان | – | سنة |

لا يشمل الضمان الحروق والتمزق بالحجارة والغسل في الغسالة، لكننا **نصلحها**: أرسل صورة للضرر لنخبرك بالكلفة قبل العمل.
"""),
            "en": ("Warranty of tents, backpacks and sleeping bags", "Two years for seams and zips, five for poles.", """
| Item | Seams and zips | Poles and frames | Fabric |
|---|---|---|---|
| Sahand tent | 2 years | 5 years | 1 year |
| Alvand backpack | 2 years | 5 years | 2 years |
| Zagros sleeping bag | 2 years | – | 1 year |

Burns, cuts by sharp stones and machine washing are not covered, but **we repair them**: send a picture of the damage and we tell you the price before we begin.
"""),
        },
    ),
    Text(
        "tent", "gear", kind="video", by="omid", owner="omid", days=33, categories=("howto",), related=("warranty", "wash"),
        words={
            "fa": ("چادر سهند را در سه دقیقه برپا کنید", "فیلم کوتاه، با متن همهٔ گفته‌ها.", "پیش از اولین سفر یک بار در خانه تمرین کنید؛ در باد و تاریکی به درد می‌خورد."),
            "ar": ("انصب خيمة سهند في ثلاث دقائق", "مقطع قصير مع نص كل ما يقال.", "تدرّب مرة في البيت قبل أول رحلة؛ سينفعك ذلك في الريح والظلام."),
            "en": ("Pitch the Sahand tent in three minutes", "A short film, with all that is said in it.", "Practise once at home before the first trip; you will be glad of it in wind and darkness."),
        },
        data={
            "fa": {"url": "https://chakad.example/film/sahand-fa", "file": None, "transcript": "<p>کف چادر را رو به باد پهن کنید. دو تیرک بلند را ضربدری از غلاف‌ها رد کنید. سر تیرک‌ها را در حلقه‌ها بگذارید؛ چادر خودش بلند می‌شود. روکش را از سمت در بیندازید و چهار گوشه را میخ کنید. در آخر بندهای باد را بکشید.</p>"},
            "ar": {"url": "https://chakad.example/film/sahand-ar", "file": None, "transcript": "<p>افرش أرضية الخيمة باتجاه الريح. مرّر العمودين الطويلين متقاطعين في الأغماد. ضع الأطراف في الحلقات فترتفع الخيمة وحدها. ضع الغطاء من جهة الباب وثبّت الزوايا الأربع. وأخيراً شدّ حبال الريح.</p>"},
            "en": {"url": "https://chakad.example/film/sahand-en", "file": None, "transcript": "<p>Spread the floor with its head to the wind. Push the two long poles through the sleeves so that they cross. Set their ends into the rings; the tent rises by itself. Throw the fly over from the door side and peg the four corners. Pull the guy lines last.</p>"},
        },
    ),
    Text(
        "wash", "gear", by="james", owner="james", days=1, out=False, categories=("howto",), related=("tent",),
        words={
            "en": ("Wash a down sleeping bag without ruining it", "By hand, with little soap and a lot of patience.", """
Down lives long when it is washed seldom: once a season is enough.

1. Fill a bath with lukewarm water and a spoon of **down soap**. No fabric softener.
2. Press the bag under water and let it soak for an hour.
3. Rinse until the water stays clear. Do not wring it; lift it with both arms.
4. Dry it flat for two days and shake it often, until no lump is left.
"""),
        },
    ),
)  # fmt: skip
