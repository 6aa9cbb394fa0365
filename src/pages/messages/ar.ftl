# The texts of the pages in Arabic.

## The language

language-name = العربية
language-direction = rtl
language-formats = ar
time-in-utc = { $time } (UTC)
ago-now = الآن
ago-minutes =
    { $count ->
        [one] قبل دقيقة واحدة
        [two] قبل دقيقتين
        [few] قبل { $count } دقائق
        [many] قبل { $count } دقيقة
       *[other] قبل { $count } دقيقة
    }
ago-hours =
    { $count ->
        [one] قبل ساعة واحدة
        [two] قبل ساعتين
        [few] قبل { $count } ساعات
        [many] قبل { $count } ساعة
       *[other] قبل { $count } ساعة
    }
ago-days =
    { $count ->
        [one] قبل يوم واحد
        [two] قبل يومين
        [few] قبل { $count } أيام
        [many] قبل { $count } يومًا
       *[other] قبل { $count } يوم
    }
ago-months =
    { $count ->
        [one] قبل شهر واحد
        [two] قبل شهرين
        [few] قبل { $count } أشهر
        [many] قبل { $count } شهرًا
       *[other] قبل { $count } شهر
    }
ago-years =
    { $count ->
        [one] قبل سنة واحدة
        [two] قبل سنتين
        [few] قبل { $count } سنوات
        [many] قبل { $count } سنة
       *[other] قبل { $count } سنة
    }
list-separator = ،
label = { $label }:

## Buttons and links

continue = متابعة
continue-with = المتابعة باستخدام { $provider }
sign-in-with-google = تسجيل الدخول باستخدام حساب Google
sign-in-with-apple = تسجيل الدخول باستخدام Apple
sign-in-with-microsoft = تسجيل الدخول باستخدام Microsoft
last-used = آخر استخدام
cancel = إلغاء
start-again = البدء من جديد
try-again = إعادة المحاولة
sign-in = تسجيل الدخول
sign-in-to = تسجيل الدخول إلى { $app }
sign-in-again = تسجيل الدخول مرة أخرى
sign-in-with = تسجيل الدخول باستخدام { $provider }
sign-in-with-another = تسجيل الدخول بطريقة أخرى
other-ways-to-sign-in = طرق أخرى لتسجيل الدخول
use-another-account = استخدام حساب آخر
sign-out = تسجيل الخروج
sign-out-of-both = تسجيل الخروج من الجلستين
sign-out-everywhere-else = تسجيل الخروج من جميع الأجهزة الأخرى
sign-out-here-too = تسجيل الخروج من هنا أيضًا
stay-signed-in = البقاء مسجّلًا الدخول
back-to-account = العودة إلى حسابك
back-to-app = العودة إلى { $app }

## Sentences of several pages

signed-in-as = لقد سجّلت الدخول باسم { $person }.
confirm-recorded = لا يمكن لأي من مقدّمي الخدمة لديك إثبات أنك سجّلت الدخول للتو، لذا يُرجى تأكيد رغبتك في ذلك. سيتم تسجيل هذا التغيير.

## The end of each page

language = اللغة
link-privacy = الخصوصية
link-terms = شروط الاستخدام
link-imprint = البيانات القانونية
link-support = مساعدة
powered-by = مدعوم من { $name }

## The login page

no-providers = لم يتم إعداد أي طريقة لتسجيل الدخول بعد.
search-providers = البحث عن طريقة لتسجيل الدخول
search = بحث
search-found-none = لا توجد طريقة لتسجيل الدخول تطابق «{ $query }».
show-all = عرض الكل
email-address = عنوان البريد الإلكتروني
email-address-invalid = أدخل عنوان بريد إلكتروني، مثل name@example.com.
address-leads-nowhere = لم يتم العثور على طريقة لتسجيل الدخول بعنوان البريد الإلكتروني هذا.
use-email-address = استخدام عنوان بريد إلكتروني

## Before a login with another account, at a provider that does not ask for the account

another-account-hint = يسجّل { $provider } دخولك بالحساب الذي تستخدمه هناك، ولا يسأل عن الحساب المطلوب. لاستخدام حساب آخر، سجّل الخروج أولًا من { $provider }، في علامة تبويب أخرى مثلًا، ثم عُد إلى هذه الصفحة.

## The consent page

consent-title = المتابعة إلى { $app }
consent-question = هل تريد المتابعة إلى { $app }؟
consent-host-listed = يسمح مشغّل هذا الموقع بتطبيقات { $host }، لكنه لم يتحقّق من هذا التطبيق.
consent-host-unknown = لا يعرف مشغّل هذا الموقع هذا التطبيق. مصدره { $host }.
consent-own-name = يسمّي التطبيق نفسه «{ $name }».
consent-only-if-started = لا تتابع إلا إذا بدأت هذه العملية بنفسك.
consent-account-at = لقد سجّلت الدخول بحسابك لدى { $provider }.
consent-signed-in-as-with-email = لقد سجّلت الدخول باسم { $person } ({ $email }).
consent-not-you = ألست أنت؟
consent-homepage = نبذة عن { $app }
consent-grants = إذا تابعت، فإن { $app }:
grant-openid = يتعرّف عليك: يحصل على معرّفك هنا.
grant-profile = يرى اسمك واسم المستخدم وصورتك وبقية معلومات ملفك الشخصي.
grant-email = يرى عنوان بريدك الإلكتروني.
grant-groups = يرى المجموعات التي تنتمي إليها.
grant-offline-access = يبقى مسجّلًا الدخول أثناء غيابك، حتى تسجّل الخروج أو تُنهي جلسته في صفحة حسابك.
grant-other = يمكنه أن يستخدم باسمك: { $scope }
consent-resource = يقتصر وصول التطبيق على { $resource }.
consent-answer-to-host = سيتم إرسال الرد إلى { $host }.
consent-answer-to-program = سيتم إرسال الرد إلى برنامج على هذا الكمبيوتر.
consent-elsewhere = { $host } موقع مختلف عن { $app }.

## On the way to the app

form-post-back = يعيدك المتصفح إلى { $app }. إذا لم يحدث شيء، فاضغط على الزر.
continue-title = لحظة من فضلك
continue-by-itself = يتابع المتصفح تلقائيًا. إذا لم يحدث شيء، فاضغط على الزر.
continue-from-elsewhere = تم توجيهك إلى هنا من موقع آخر. اضغط على الزر للمتابعة.

## The logout pages

sign-out-question = هل تريد تسجيل الخروج؟
sign-out-asked-by = يطلب { $app } تسجيل خروجك.
sign-out-reach = سيؤدي تسجيل الخروج من هنا إلى تسجيل خروجك أيضًا من التطبيقات التي وصلت إليها من هنا.
signed-out = تم تسجيل خروجك
signed-out-title = تم تسجيل الخروج
signed-out-hint = يمكنك إغلاق هذه الصفحة.
signed-out-of-title = تم تسجيل الخروج من { $app }
signed-out-of = تم تسجيل خروجك من { $app }.
signed-out-of-application = تم تسجيل خروجك من التطبيق.
signed-out-everywhere = تم أيضًا تسجيل خروجك من هنا، حيث بدأ تسجيل الدخول، ومن جميع التطبيقات المرتبطة به.
signed-out-still-here = ربما لا تزال مسجّلًا الدخول هنا.

## Two session cookies

cookies-conflict-title = عمليتا تسجيل دخول في آن واحد
cookies-conflict-sentence = أرسل المتصفح ملفات تعريف الارتباط لعمليتي تسجيل دخول مختلفتين، لذا لا يمكن معرفة أيهما لك. ربما أنشأ موقع آخر في النطاق نفسه أحد هذين الملفين.

## The account page

account-title = حسابك
account-signed-in = لقد سجّلت الدخول
account-email = البريد الإلكتروني
account-email-not-verified = لم يتم التحقق منه
account-signed-in-with = تم تسجيل الدخول باستخدام
account-since = منذ
account-until = تاريخ الانتهاء في حال عدم الاستخدام
account-id = معرّفك هنا
devices = أجهزتك
device-browser-on-os = { $browser } على { $os }
device-unknown = جهاز غير معروف
device-current = هذا الجهاز
device-last-seen = آخر نشاط: { $time }
device-apps = تم تسجيل الدخول إلى
device-sign-out-of = تسجيل الخروج من { $device }، آخر نشاط: { $time }
device-signed-in-with = تم تسجيل الدخول باستخدام { $provider }
apps = تطبيقاتك
app-sign-out-of = تسجيل الخروج من { $app }، { $device }
consents = التطبيقات التي لديها إذن بالوصول إلى حسابك
consent-since = تم منح إذن الوصول { $time }
consent-details = التفاصيل
consent-allowed = { $app }:
consent-withdraw = إزالة إذن الوصول
consent-withdraw-named = إزالة إذن الوصول: { $app }
page-of = { $first }–{ $last } من { $total }
page-previous = الصفحة السابقة
page-next = الصفحة التالية
sign-ins = عمليات تسجيل الدخول الأخيرة
sign-ins-hint = إذا لم تتعرّف على إحدى عمليات تسجيل الدخول، فسجّل الخروج من ذلك الجهاز وتحقّق من حسابك لدى مقدّم الخدمة.
identities = طرق تسجيل الدخول
identity-last-used = آخر استخدام: { $time }
identity-will-be-removed = ستتم الإزالة بتاريخ { $time }، كما طُلب هنا.
identity-will-be-removed-hint = إذا لم تكن أنت من طلب ذلك، فاحتفظ بهذه الطريقة وسجّل الخروج من أجهزتك الأخرى.
identity-keep = الاحتفاظ
identity-keep-named = الاحتفاظ بـ { $provider }، { $identity }
identity-remove = إزالة
identity-remove-named = إزالة { $provider }، { $identity }
identity-remove-later = الإزالة بعد سبعة أيام
identity-add = إضافة
identity-add-named = إضافة { $provider }
identities-removal-hint = تؤدي إزالة إحدى الطرق إلى تسجيل الخروج من جميع الأجهزة التي سجّلت الدخول فيها بهذه الطريقة.
own-data = بياناتك
own-data-download = تنزيل بياناتك
delete-account = حذف الحساب
delete-account-question = هل تريد حذف حسابك؟
delete-account-final = لا يمكن التراجع عن هذا الإجراء.
delete-account-lost = سيتم حذف ملفك الشخصي وطرق تسجيل الدخول وقائمة أجهزتك.
delete-account-signs-out = سيتم تسجيل خروجك من جميع الأجهزة ومن التطبيقات التي وصلت إليها من هنا.
delete-account-apps = تحتفظ التطبيقات بما خزّنته عنك. تواصل مع مشغّليها إذا أردت حذف هذه البيانات أيضًا.
delete-account-new = إذا سجّلت الدخول هنا مرة أخرى لاحقًا، فستحصل على حساب جديد، وستتعامل معك التطبيقات على أنك شخص جديد.
delete-account-kept = يتم الاحتفاظ لفترة محدودة بما تم تسجيله لأغراض الأمان، مثل أوقات تسجيل دخولك.
delete-account-sign-in = لحذف حسابك، سجّل الدخول مرة أخرى أولًا. لم يتم حذف أي شيء بعد.
delete-account-type = للتأكيد، اكتب { $text }
delete-account-wrong = النص الذي أدخلته غير مطابق. لم يتم حذف أي شيء.
delete-account-other = هذا حساب آخر
delete-account-other-sentence = كنت تريد حذف حساب آخر. لم يتم حذف أي شيء.
account-deleted-title = تم حذف الحساب
account-deleted = تم حذف حسابك
account-deleted-sentence = تم تسجيل خروجك من كل مكان. إذا سجّلت الدخول هنا مرة أخرى، فستحصل على حساب جديد.
claim-given-name = الاسم الأول
claim-family-name = اسم العائلة
claim-middle-name = الاسم الأوسط
claim-nickname = الاسم المستعار
claim-profile = الملف الشخصي
claim-website = الموقع الإلكتروني
claim-zoneinfo = المنطقة الزمنية
claim-locale = اللغة
claim-updated-at = تاريخ التحديث

## Before something on the account page is ended

end-device-question = هل تريد تسجيل الخروج من { $device }؟
end-device-sentence = سيتعيّن عليك تسجيل الدخول مرة أخرى على ذلك الجهاز. وسيتم أيضًا تسجيل الخروج من التطبيقات التي تم تسجيل الدخول إليها من خلاله.
end-device-current = إنه الجهاز الذي تستخدمه الآن.
end-others-question = هل تريد تسجيل الخروج من جميع الأجهزة الأخرى؟
end-others-sentence =
    { $count ->
        [one] سيتم تسجيل الخروج من جهازك الآخر ومن التطبيقات التي تم تسجيل الدخول إليها من خلاله. ولن يتم تسجيل الخروج من هذا الجهاز.
        [two] سيتم تسجيل الخروج من جهازيك الآخرين ومن التطبيقات التي تم تسجيل الدخول إليها من خلالهما. ولن يتم تسجيل الخروج من هذا الجهاز.
       *[other] سيتم تسجيل الخروج من أجهزتك الـ { $count } الأخرى ومن التطبيقات التي تم تسجيل الدخول إليها من خلالها. ولن يتم تسجيل الخروج من هذا الجهاز.
    }
end-app-question = هل تريد تسجيل الخروج من { $app }؟
end-app-sentence = سيتم تسجيل الخروج من { $app } ({ $device }). وفيما عدا ذلك، ستبقى مسجّلًا الدخول على ذلك الجهاز.
withdraw-question = هل تريد إزالة إذن وصول { $app } إلى حسابك؟
withdraw-sentence = سيفقد { $app } إذن الوصول الذي منحته له، وسيتم تسجيل الخروج منه على جميع أجهزتك.

## On the account page, after it

done-device = تم تسجيل الخروج من الجهاز.
done-others = تم تسجيل الخروج من أجهزتك الأخرى.
done-app = تم تسجيل خروجك من التطبيق.
done-consent = تمت إزالة إذن وصول التطبيق إلى حسابك.
done-identity = تمت إزالة طريقة تسجيل الدخول.
done-identity-requested = ستتم إزالة طريقة تسجيل الدخول بعد سبعة أيام.
done-identity-kept = تم الاحتفاظ بطريقة تسجيل الدخول.

## Adding and removing a way to sign in

confirm-identity-title = هل تريد تغيير طرق تسجيل الدخول؟
confirm-identity-adds = أنت على وشك إضافة طريقة لتسجيل الدخول: { $provider }. سيتمكّن أي شخص يستطيع تسجيل الدخول هناك من استخدام هذا الحساب.
remove-identity-question = هل تريد إزالة { $provider }؟
remove-identity-removes = أنت على وشك إزالة طريقة لتسجيل الدخول: { $provider }، { $identity }. سيؤدي ذلك إلى تسجيل الخروج من جميع الأجهزة التي سجّلت الدخول فيها بهذه الطريقة.
remove-identity-own = هذه هي الطريقة التي سجّلت الدخول بها هنا، لذا سيتم تسجيل خروجك من هنا أيضًا.
remove-identity-requested = ستتم إزالتها بتاريخ { $time }. حتى ذلك الحين يمكنك الاحتفاظ بها من صفحة حسابك.
remove-identity-later = لقد سجّلت الدخول هنا بطريقة أخرى غير هذه، لذا ستتم إزالة هذه الطريقة بعد سبعة أيام، وحتى ذلك الحين يمكن الاحتفاظ بها من صفحة الحساب على أي من أجهزتك.
remove-identity-at-once = إذا سجّلت الدخول بها الآن، فيمكنك إزالتها فورًا.
identity-removed-title = تمت الإزالة
identity-removed = تمت إزالة { $provider }
identity-removed-sentence = لم يعد من الممكن تسجيل الدخول إلى حسابك باستخدام { $identity }. كنت قد سجّلت الدخول به، لذا تم تسجيل خروجك من هنا ومن كل جهاز آخر استخدمته فيه.

## Refused requests: one sentence, and the title

problem-signed-in-as = لقد سجّلت الدخول باسم { $account } لدى { $provider }.
problem-disabled = تم إيقاف حساب هذا الشخص هنا. يمكن لمشغّل هذا الموقع تفعيله من جديد.
problem-not-allowed = لا يُسمح لهذا الحساب بتسجيل الدخول هنا.
problem-not-allowed-app = لا يُسمح لهذا الحساب باستخدام { $app }.
problem-needs-operator = لن تعمل طريقة تسجيل الدخول هذه حتى يغيّر مشغّل هذا الموقع أو مقدّم الخدمة أحد الإعدادات.
problem-rate-limited =
    { $seconds ->
        [one] أُجريت محاولات كثيرة جدًا من شبكتك. يُرجى إعادة المحاولة بعد ثانية واحدة.
        [two] أُجريت محاولات كثيرة جدًا من شبكتك. يُرجى إعادة المحاولة بعد ثانيتين.
        [few] أُجريت محاولات كثيرة جدًا من شبكتك. يُرجى إعادة المحاولة بعد { $seconds } ثوانٍ.
       *[other] أُجريت محاولات كثيرة جدًا من شبكتك. يُرجى إعادة المحاولة بعد { $seconds } ثانية.
    }
problem-wrong-browser-cookie = إذا كان هذا هو المتصفح نفسه، فإنه لا يحتفظ بملف تعريف الارتباط { $cookie }: اسمح بملفات تعريف الارتباط لهذا الموقع.
problem-cookie = لم يرسل المتصفح ملف تعريف الارتباط { $cookie } الذي أنشأه هذا الموقع. اسمح بملفات تعريف الارتباط لهذا الموقع، ثم أعد المحاولة.
problem-reference = إذا استمرت المشكلة، فأعطِ مشغّل هذا الموقع هذا الرقم المرجعي: { $reference }
refusal-invalid-request = العنوان أو النموذج غير صحيح.
    .title = الطلب غير صالح
refusal-media-type = نوع محتوى الطلب غير مدعوم هنا.
    .title = نوع محتوى غير مدعوم
refusal-too-large = الطلب كبير جدًا.
    .title = الطلب كبير جدًا
refusal-uri-too-long = العنوان طويل جدًا.
    .title = العنوان طويل جدًا
refusal-headers-too-large = أرسل المتصفح بيانات كثيرة جدًا. يساعد محو ملفات تعريف الارتباط لهذا الموقع على حل المشكلة.
    .title = ترويسات الطلب كبيرة جدًا
refusal-not-found = العنوان غير موجود.
    .title = لا يوجد شيء هنا
refusal-method-not-allowed = لا يستجيب هذا العنوان لهذا النوع من الطلبات.
    .title = غير مدعوم
refusal-rate-limited = أُجريت محاولات كثيرة جدًا من شبكتك. يُرجى إعادة المحاولة لاحقًا.
    .title = محاولات كثيرة جدًا
refusal-cookie-not-kept = لا يحتفظ المتصفح بملف تعريف الارتباط لهذا الموقع، لذا يتكرّر تسجيل الدخول مرة بعد مرة.
    .title = لا يحتفظ المتصفح بملف تعريف الارتباط
refusal-no-session = لم تسجّل الدخول.
    .title = لم يتم تسجيل الدخول
refusal-session-cookies-conflict = أرسل المتصفح ملفات تعريف الارتباط لجلستين مختلفتين، لذا لا يُعتد بأي منهما.
    .title = ملفا تعريف ارتباط لجلستين
refusal-session-expired = تم تسجيل خروجك لأنك لم تكن نشطًا لفترة طويلة.
    .title = انتهت صلاحية الجلسة
refusal-session-revoked = تم إنهاء هذه الجلسة: من جهاز آخر، أو من قِبل أحد المسؤولين، أو لدى مقدّم الخدمة. لذا تم تسجيل خروجك.
    .title = تم إنهاء الجلسة
refusal-bearer-invalid = رمز الوصول المميّز غير صالح.
    .title = رمز الوصول المميّز غير صالح
refusal-insufficient-scope = رمز الوصول المميّز لا يسمح بذلك.
    .title = غير مسموح
refusal-foreign-origin = ورد الطلب من موقع آخر ولم يتم تنفيذه.
    .title = مصدر غير مسموح به
refusal-admin-token = الرمز المميّز للمسؤول مفقود أو غير صحيح.
    .title = الرمز المميّز للمسؤول مطلوب
refusal-internal = حدث خطأ من جانبنا.
    .title = حدث خطأ ما
refusal-database-unavailable = لا يمكن تسجيل الدخول الآن. يُرجى إعادة المحاولة بعد قليل.
    .title = غير متاح حاليًا
refusal-overloaded = توجد طلبات كثيرة جدًا في الوقت الحالي. يُرجى إعادة المحاولة بعد قليل.
    .title = طلبات كثيرة في آن واحد
refusal-client-refused = تعذّر على التطبيق إثبات هويته.
    .title = لم يتم التعرّف على التطبيق
refusal-unknown-client = التطبيق الذي أرسلك إلى هنا غير معروف. على مشغّله تسجيله هنا.
    .title = تطبيق غير معروف
refusal-client-document-refused = التطبيق الذي أرسلك إلى هنا يصف نفسه في مستند غير صالح، لذا لا يمكن استخدام التطبيق هنا.
    .title = وصف التطبيق غير صالح
refusal-client-document-unavailable = وصف التطبيق الذي أرسلك إلى هنا منشور على عنوان لا يمكن الوصول إليه. يُرجى إعادة المحاولة لاحقًا.
    .title = تتعذّر قراءة وصف التطبيق
refusal-unknown-app-refused = أرسلك إلى هنا تطبيق لا يعرفه مشغّل هذا الموقع، ولا يمكن تنفيذ طلبه.
    .title = رُفض طلب التطبيق
refusal-redirect-uri-refused = حدّد التطبيق الذي أرسلك إلى هنا عنوانًا غير مسجّل له، لذا لا يُرسل أي شيء إليه.
    .title = لا يمكن الإرسال إلى هذا العنوان
refusal-request-uri-refused = أرسلك التطبيق إلى هنا باستخدام request_uri سبق استخدامه أو انتهت صلاحيته أو يخص تطبيقًا أو متصفحًا آخر. يُرجى البدء من جديد في التطبيق.
    .title = لم يعد request_uri صالحًا
refusal-unknown-provider = طريقة تسجيل الدخول هذه غير متوفّرة هنا.
    .title = مقدّم خدمة غير معروف
refusal-unknown-state = تسجيل الدخول هذا غير معروف هنا، أو بدأ في مكان آخر. يُرجى البدء من جديد من التطبيق الذي تريد استخدامه.
    .title = تسجيل الدخول هذا غير معروف
refusal-state-expired = استغرق تسجيل الدخول وقتًا طويلًا جدًا. يُرجى البدء من جديد.
    .title = استغرق تسجيل الدخول وقتًا طويلًا جدًا
refusal-state-used = سبق أن اكتمل تسجيل الدخول هذا. يُرجى البدء من جديد إذا لم تكن قد سجّلت الدخول.
    .title = اكتمل تسجيل الدخول هذا من قبل
refusal-wrong-browser = بدأ تسجيل الدخول هذا في متصفح آخر. يُرجى البدء من جديد في هذا المتصفح.
    .title = بدأ تسجيل الدخول هذا في متصفح آخر
refusal-provider-denied = لم يسمح مقدّم الخدمة بدخولك، أو تم إلغاء تسجيل الدخول هناك.
    .title = رفض مقدّم الخدمة الطلب
refusal-provider-error = أعطى مقدّم الخدمة ردًا لا يمكن استخدامه. يُرجى إعادة المحاولة لاحقًا.
    .title = رد غير صحيح من مقدّم الخدمة
refusal-provider-unavailable = لا يمكن الوصول إلى مقدّم الخدمة الآن. يُرجى إعادة المحاولة بعد قليل.
    .title = لا يمكن الوصول إلى مقدّم الخدمة
refusal-provider-timeout = لم يردّ مقدّم الخدمة في الوقت المناسب. يُرجى إعادة المحاولة بعد قليل.
    .title = لم يردّ مقدّم الخدمة
refusal-login-unverified = تعذّر التحقق من رد مقدّم الخدمة. يُرجى البدء من جديد.
    .title = تعذّر التحقق من تسجيل الدخول
refusal-verifier-mismatch = لم يُثبت التطبيق أنه هو من بدأ تسجيل الدخول هذا. يُرجى البدء من جديد.
    .title = قيمة code_verifier غير مطابقة
refusal-userinfo-failed = تعذّر التحقق من معلومات مقدّم الخدمة عنك. يُرجى البدء من جديد.
    .title = تعذّر التحقق من تسجيل الدخول
refusal-not-allowed = لا يُسمح لك بتسجيل الدخول هنا.
    .title = غير مسموح
refusal-app-not-allowed = لا يُسمح لك باستخدام هذا التطبيق بهذا الحساب.
    .title = غير مسموح
refusal-site-not-allowed = لا يُسمح لك بعرض هذه الصفحة.
    .title = غير مسموح
refusal-step-up-needed = تتطلب هذه الصفحة تسجيل دخول أحدث أو أقوى.
    .title = يُرجى تسجيل الدخول مرة أخرى أولًا
refusal-step-up-failed = تتطلب هذه الصفحة تسجيل دخول أحدث أو أقوى، ولم يكن تسجيل الدخول مرة أخرى كافيًا. يُرجى تجربة طريقة أخرى لتسجيل الدخول، أو التواصل مع مشغّل الصفحة.
    .title = تسجيل الدخول هذا غير كافٍ
refusal-user-disabled = أوقف مشغّل هذا الموقع هذا الحساب، ويمكنه تفعيله من جديد.
    .title = هذا الحساب موقوف
refusal-return-to-refused = عنوان العودة ليس من العناوين المسموح بها هنا.
    .title = تم رفض عنوان العودة
refusal-already-linked = لا يمكن إضافة الحساب الذي اخترته لدى مقدّم الخدمة إلى حسابك.
    .title = لا يمكن إضافة هذا الحساب
refusal-last-identity = أضف طريقة أخرى لتسجيل الدخول قبل إزالة هذه الطريقة.
    .title = هذه طريقتك الوحيدة لتسجيل الدخول
refusal-authentication-too-old = يتطلب ذلك أن تكون قد سجّلت الدخول خلال الدقائق العشر الأخيرة.
    .title = يُرجى تسجيل الدخول مرة أخرى أولًا
refusal-not-linked = لم تسجّل الدخول باستخدام مقدّم الخدمة هذا ولم تربط حسابك به.
    .title = غير مرتبط بمقدّم الخدمة هذا
refusal-tokens-not-stored = لا يتم حفظ الرموز المميّزة لمقدّم الخدمة هذا هنا.
    .title = لا يتم حفظ الرموز المميّزة
refusal-reauth-required = لن يُصدر مقدّم الخدمة رموزًا مميّزة أخرى حتى تسجّل الدخول هناك من جديد.
    .title = يلزم تسجيل دخول جديد لدى مقدّم الخدمة
refusal-not-on-admin = { refusal-not-found }
    .title = { refusal-not-found.title }
refusal-bearer-doubled = { refusal-invalid-request }
    .title = { refusal-invalid-request.title }
refusal-account-scope = { refusal-insufficient-scope }
    .title = { refusal-insufficient-scope.title }
refusal-client-refused-in-form = { refusal-client-refused }
    .title = { refusal-client-refused.title }
refusal-invalid-grant = { refusal-invalid-request }
    .title = { refusal-invalid-request.title }
refusal-invalid-scope = { refusal-invalid-request }
    .title = { refusal-invalid-request.title }
refusal-invalid-target = { refusal-invalid-request }
    .title = { refusal-invalid-request.title }
refusal-unauthorized-client = { refusal-invalid-request }
    .title = { refusal-invalid-request.title }
refusal-unsupported-grant-type = { refusal-invalid-request }
    .title = { refusal-invalid-request.title }
refusal-unknown-provider-parameter = { refusal-unknown-provider }
    .title = { refusal-unknown-provider.title }
refusal-not-linked-exchange = { refusal-not-linked }
    .title = { refusal-not-linked.title }
refusal-reauth-required-exchange = { refusal-reauth-required }
    .title = { refusal-reauth-required.title }
