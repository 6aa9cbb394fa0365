# The texts of the pages in Japanese.

## The language

language-name = 日本語
language-direction = ltr
language-formats = ja
time-in-utc = { $time }（UTC）
ago-now = たった今
ago-minutes =
    { $count ->
       *[other] { $count } 分前
    }
ago-hours =
    { $count ->
       *[other] { $count } 時間前
    }
ago-days =
    { $count ->
       *[other] { $count } 日前
    }
ago-months =
    { $count ->
       *[other] { $count } か月前
    }
ago-years =
    { $count ->
       *[other] { $count } 年前
    }
list-separator = 、
label = { $label }：

## Buttons and links

continue = 続行
continue-with = { $provider } で続行
sign-in-with-google = Google でログイン
sign-in-with-apple = Appleでサインイン
sign-in-with-microsoft = Microsoft でサインイン
last-used = 前回使用
cancel = キャンセル
start-again = 最初からやり直す
try-again = 再試行
sign-in = ログイン
sign-in-to = { $app } にログイン
sign-in-again = もう一度ログイン
sign-in-with = { $provider } でログイン
sign-in-with-another = 別の方法でログイン
other-ways-to-sign-in = その他のログイン方法
use-another-account = 別のアカウントを使用
sign-out = ログアウト
sign-out-of-both = 両方からログアウト
sign-out-everywhere-else = 他のすべてのデバイスからログアウト
sign-out-here-too = ここからもログアウト
stay-signed-in = ログインしたままにする
back-to-account = アカウントに戻る
back-to-app = { $app } に戻る

## Sentences of several pages

signed-in-as = { $person } としてログインしています。
confirm-recorded = ご利用のどのプロバイダーでも、たった今ログインしたことを証明できません。そのため、この操作がご自身の意図したものであることをご確認ください。変更は記録されます。

## The end of each page

language = 言語
link-privacy = プライバシー
link-terms = 利用規約
link-imprint = 運営者情報
link-support = ヘルプ
powered-by = Powered by { $name }

## The login page

no-providers = ログイン方法がまだ設定されていません。
search-providers = ログイン方法を検索
search = 検索
search-found-none = 「{ $query }」に一致するログイン方法はありません。
show-all = すべて表示
email-address = メールアドレス
email-address-invalid = メールアドレスを入力してください（例：name@example.com）。
address-leads-nowhere = このメールアドレスに対応するログイン方法は見つかりませんでした。
use-email-address = メールアドレスを使用

## Before a login with another account, at a provider that does not ask for the account

another-account-hint = { $provider } では、アカウントを選択する画面が表示されず、{ $provider } で使用中のアカウントでログインすることになります。別のアカウントを使用するには、先に別のタブなどで { $provider } からログアウトし、その後このページに戻ってください。

## The consent page

consent-title = { $app } に進む
consent-question = { $app } に進みますか？
consent-host-listed = このサイトの運営者は { $host } のアプリを許可していますが、このアプリは確認していません。
consent-host-unknown = このアプリは、このサイトの運営者が把握していないアプリです。提供元は { $host } です。
consent-own-name = アプリ自身は「{ $name }」と名乗っています。
consent-only-if-started = ご自身でこのアプリの利用を開始した場合にのみ続行してください。
consent-account-at = { $provider } のアカウントでログインしています。
consent-signed-in-as-with-email = { $person }（{ $email }）としてログインしています。
consent-not-you = 別の方ですか？
consent-homepage = { $app } について
consent-grants = 続行すると、{ $app } は次のことができます。
grant-openid = あなたを識別する（このサイトでのあなたの ID を取得する）
grant-profile = 名前、ユーザー名、写真など、プロフィールの情報を参照する
grant-email = メールアドレスを参照する
grant-groups = 所属するグループを参照する
grant-offline-access = アプリを使用していない間もログイン状態を維持する（ログアウトするか、アカウントページでそのセッションを終了するまで）
grant-other = あなたに代わって次を使用する：{ $scope }
consent-resource = アクセスの対象は { $resource } のみです。
consent-answer-to-host = 応答の送信先は { $host } です。
consent-answer-to-program = 応答の送信先は、このコンピューター上のプログラムです。
consent-elsewhere = { $host } は { $app } とは別のサイトです。

## On the way to the app

form-post-back = { $app } に戻ります。画面が変わらない場合は、ボタンを押してください。
continue-title = お待ちください
continue-by-itself = 自動的に進みます。画面が変わらない場合は、ボタンを押してください。
continue-from-elsewhere = 別のサイトから移動してきました。続けるには、ボタンを押してください。

## The logout pages

sign-out-question = ログアウトしますか？
sign-out-asked-by = { $app } がログアウトを求めています。
sign-out-reach = ここでログアウトすると、ここから移動したアプリケーションからもログアウトします。
signed-out = ログアウトしました
signed-out-title = ログアウト済み
signed-out-hint = このページは閉じてかまいません。
signed-out-of-title = { $app } からログアウトしました
signed-out-of = { $app } からログアウトしました。
signed-out-of-application = アプリケーションからログアウトしました。
signed-out-everywhere = ログインの元になったこのサイトと、このサイト経由でログインしたすべてのアプリケーションからもログアウトしました。
signed-out-still-here = ここではまだログインしている可能性があります。

## Two session cookies

cookies-conflict-title = 2 つのログインが同時に存在しています
cookies-conflict-sentence = ブラウザーから 2 つの異なるログインの Cookie が送信されたため、どちらがあなたのものか判別できません。同じドメインの別のサイトが一方を設定した可能性があります。

## The account page

account-title = アカウント
account-signed-in = ログインしています
account-email = メールアドレス
account-email-not-verified = 未確認
account-signed-in-with = 現在のログイン方法
account-since = ログイン日時
account-until = 操作がない場合の有効期限
account-id = このサイトでの ID
devices = デバイス
device-browser-on-os = { $os } の { $browser }
device-unknown = 不明なデバイス
device-current = このデバイス
device-last-seen = 最終利用：{ $time }
device-apps = ログイン中のアプリ：
device-sign-out-of = { $device } からログアウト、最終利用：{ $time }
device-signed-in-with = { $provider } でログイン
apps = アプリ
app-sign-out-of = { $app }（{ $device }）からログアウト
consents = アカウントへのアクセスを許可したアプリ
consent-since = アクセスを許可：{ $time }
consent-details = 詳細
consent-allowed = { $app } は次のことができます。
consent-withdraw = アクセス権を削除
consent-withdraw-named = アクセス権を削除：{ $app }
page-of = { $total } 件中 { $first }～{ $last } 件
page-previous = 前のページ
page-next = 次のページ
sign-ins = 最近のログイン
sign-ins-hint = 心当たりのないログインがある場合は、そのデバイスからログアウトし、プロバイダー側でアカウントを確認してください。
identities = ログイン方法
identity-last-used = 最終利用：{ $time }
identity-will-be-removed = このページでの操作により、{ $time }に削除されます。
identity-will-be-removed-hint = 心当たりがない場合は、削除を取り消し、他のデバイスからログアウトしてください。
identity-keep = 削除を取り消す
identity-keep-named = { $provider }（{ $identity }）の削除を取り消す
identity-remove = 削除
identity-remove-named = { $provider }（{ $identity }）を削除
identity-remove-later = 7 日後に削除
identity-add = 追加
identity-add-named = { $provider } を追加
identities-removal-hint = ログイン方法を削除すると、その方法でログインしたすべてのデバイスからログアウトします。
own-data = データ
own-data-download = データをダウンロード
delete-account = アカウントを削除
delete-account-question = アカウントを削除しますか？
delete-account-final = この操作は取り消せません。
delete-account-lost = プロフィール、ログイン方法、デバイスの一覧が削除されます。
delete-account-signs-out = すべてのデバイスと、ここから移動したアプリケーションからログアウトします。
delete-account-apps = アプリケーションに保存されているデータは削除されません。削除をご希望の場合は、各アプリケーションにお問い合わせください。
delete-account-new = 後でもう一度ここにログインすると、新しいアカウントが作成されます。アプリケーションでは新しいユーザーとして扱われます。
delete-account-kept = ログイン日時など、セキュリティのために記録された情報は、一定期間保持されます。
delete-account-sign-in = アカウントを削除するには、まずもう一度ログインしてください。まだ何も削除されていません。
delete-account-type = 確認のため、{ $text } と入力してください
delete-account-wrong = 入力内容が一致しません。何も削除されていません。
delete-account-other = 別のアカウントです
delete-account-other-sentence = 削除しようとしたアカウントとは別のものです。何も削除されていません。
account-deleted-title = アカウント削除済み
account-deleted = アカウントを削除しました
account-deleted-sentence = すべてのデバイスからログアウトしました。もう一度ここにログインすると、新しいアカウントが作成されます。
claim-given-name = 名
claim-family-name = 姓
claim-middle-name = ミドルネーム
claim-nickname = ニックネーム
claim-profile = プロフィール
claim-website = ウェブサイト
claim-zoneinfo = タイムゾーン
claim-locale = 言語
claim-updated-at = 更新日時

## Before something on the account page is ended

end-device-question = { $device } からログアウトしますか？
end-device-sentence = そのデバイスでは再度ログインが必要になります。そのデバイスでログイン中のアプリからもログアウトします。
end-device-current = 現在使用しているデバイスです。
end-others-question = 他のすべてのデバイスからログアウトしますか？
end-others-sentence =
    { $count ->
       *[other] 他の { $count } 台のデバイスと、そこでログイン中のアプリからログアウトします。このデバイスではログインしたままになります。
    }
end-app-question = { $app } からログアウトしますか？
end-app-sentence = { $device } で { $app } からログアウトします。それ以外では、そのデバイスでログインしたままになります。
withdraw-question = { $app } のアクセス権を削除しますか？
withdraw-sentence = { $app } に許可したアクセス権が削除され、すべてのデバイスで { $app } からログアウトします。

## On the account page, after it

done-device = デバイスからログアウトしました。
done-others = 他のデバイスからログアウトしました。
done-app = アプリからログアウトしました。
done-consent = アプリのアクセス権を削除しました。
done-identity = ログイン方法を削除しました。
done-identity-requested = ログイン方法は 7 日後に削除されます。
done-identity-kept = ログイン方法の削除を取り消しました。

## Adding and removing a way to sign in

confirm-identity-title = ログイン方法を変更しますか？
confirm-identity-adds = ログイン方法に { $provider } を追加しようとしています。追加するプロバイダーのアカウントでログインできる人は、このアカウントを使用できるようになります。
remove-identity-question = { $provider } を削除しますか？
remove-identity-removes = ログイン方法から { $provider }（{ $identity }）を削除しようとしています。この方法でログインしたすべてのデバイスからログアウトします。
remove-identity-own = 現在のログインに使用している方法のため、ここからもログアウトします。
remove-identity-requested = { $time }に削除されます。それまでは、アカウントページで削除を取り消せます。
remove-identity-later = ここには別の方法でログインしているため、7 日後に削除されます。それまでは、どのデバイスのアカウントページからでも削除を取り消せます。
remove-identity-at-once = 今この方法でログインすれば、すぐに削除できます。
identity-removed-title = 削除済み
identity-removed = { $provider } を削除しました
identity-removed-sentence = { $identity } ではこのアカウントを利用できなくなりました。この方法でログインしていたため、ここと、この方法を使用した他のすべてのデバイスからログアウトしました。

## Refused requests: one sentence, and the title

problem-signed-in-as = { $provider } に { $account } としてログインしました。
problem-disabled = このサイトでのあなたのアカウントは、無効にされています。このサイトの運営者が再び有効にできます。
problem-not-allowed = このアカウントではこのサイトにログインできません。
problem-not-allowed-app = このアカウントでは { $app } を使用できません。
problem-needs-operator = このサイトまたはプロバイダーの運営者が設定を変更するまで、このログイン方法は使用できません。
problem-rate-limited =
    { $seconds ->
       *[other] お使いのネットワークからの試行回数が多すぎます。{ $seconds } 秒後にもう一度お試しください。
    }
problem-wrong-browser-cookie = 同じブラウザーを使用している場合は、Cookie { $cookie } がブラウザーに保存されていません。このサイトの Cookie を許可してください。
problem-cookie = このサイトが設定した Cookie { $cookie } が、ブラウザーから送信されませんでした。このサイトの Cookie を許可してから、もう一度お試しください。
problem-reference = 問題が解決しない場合は、このサイトの運営者に次の参照番号をお伝えください：{ $reference }
refusal-invalid-request = アドレスまたはフォームが正しくありません。
    .title = リクエストが無効です
refusal-media-type = このコンテンツの種類には対応していません。
    .title = 対応していないコンテンツです
refusal-too-large = リクエストが大きすぎます。
    .title = リクエストが大きすぎます
refusal-uri-too-long = アドレスが長すぎます。
    .title = アドレスが長すぎます
refusal-headers-too-large = ブラウザーから送信されたデータが多すぎます。このサイトの Cookie を削除すると解決します。
    .title = ヘッダーが大きすぎます
refusal-not-found = アドレスが存在しません。
    .title = ページが見つかりません
refusal-method-not-allowed = このアドレスは、この種類のリクエストに対応していません。
    .title = 対応していない操作です
refusal-rate-limited = お使いのネットワークからの試行回数が多すぎます。しばらくしてからもう一度お試しください。
    .title = 試行回数が多すぎます
refusal-cookie-not-kept = ブラウザーがこのサイトの Cookie を保存しないため、ログインが繰り返されています。
    .title = ブラウザーが Cookie を保存していません
refusal-no-session = ログインしていません。
    .title = ログインしていません
refusal-session-cookies-conflict = ブラウザーから 2 つの異なるセッションの Cookie が送信されたため、どちらも無効です。
    .title = セッションの Cookie が 2 つあります
refusal-session-expired = 長時間操作がなかったため、ログアウトしました。
    .title = セッションの有効期限が切れました
refusal-session-revoked = このセッションは、別のデバイスでの操作、管理者、またはログインに使用したプロバイダーによって終了されました。そのため、現在はログアウトした状態です。
    .title = セッションが終了しました
refusal-bearer-invalid = アクセストークンが無効です。
    .title = アクセストークンが無効です
refusal-insufficient-scope = このアクセストークンでは、この操作は許可されていません。
    .title = 許可されていません
refusal-foreign-origin = 別のサイトからのリクエストのため、実行されませんでした。
    .title = 許可されていない送信元です
refusal-admin-token = 管理者トークンがないか、正しくありません。
    .title = 管理者トークンが必要です
refusal-internal = こちら側でエラーが発生しました。
    .title = エラーが発生しました
refusal-database-unavailable = 現在ログインできません。しばらくしてからもう一度お試しください。
    .title = 現在利用できません
refusal-overloaded = 現在リクエストが集中しています。しばらくしてからもう一度お試しください。
    .title = リクエストが集中しています
refusal-client-refused = アプリケーションの身元を確認できませんでした。
    .title = クライアントが不明です
refusal-unknown-client = 移動元のアプリは登録されていません。アプリの運営者がこのサイトに登録する必要があります。
    .title = 不明なアプリ
refusal-client-document-refused = 移動元のアプリは、アプリ自身の説明文書が有効ではないため、このサイトでは使用できません。
    .title = アプリの説明が有効ではありません
refusal-client-document-unavailable = 移動元のアプリの説明文書のアドレスに接続できません。しばらくしてからもう一度お試しください。
    .title = アプリの説明を読み込めません
refusal-unknown-app-refused = このサイトの運営者が把握していないアプリから移動してきました。そのアプリのリクエストは実行できません。
    .title = アプリのリクエストは拒否されました
refusal-redirect-uri-refused = 移動元のアプリが、登録されていないアドレスを指定したため、そこには何も送信されません。
    .title = このアドレスには送信できません
refusal-request-uri-refused = アプリが指定した request_uri は、使用済み、期限切れ、または別のアプリかブラウザーのものです。アプリで最初からやり直してください。
    .title = request_uri は無効になりました
refusal-unknown-provider = そのログイン方法は、このサイトにはありません。
    .title = 不明なプロバイダー
refusal-unknown-state = このログインはここでは確認できないか、別の場所で開始されました。使用したいアプリケーションで最初からやり直してください。
    .title = このログインを確認できません
refusal-state-expired = ログインに時間がかかりすぎました。最初からやり直してください。
    .title = ログインの制限時間を過ぎました
refusal-state-used = このログインはすでに完了しています。ログインしていない場合は、最初からやり直してください。
    .title = このログインはすでに完了しています
refusal-wrong-browser = このログインは別のブラウザーで開始されました。このブラウザーで最初からやり直してください。
    .title = 別のブラウザーで開始されたログインです
refusal-provider-denied = プロバイダーがログインを許可しなかったか、プロバイダー側でログインがキャンセルされました。
    .title = プロバイダーに拒否されました
refusal-provider-error = プロバイダーの応答を使用できません。しばらくしてからもう一度お試しください。
    .title = プロバイダーの応答が正しくありません
refusal-provider-unavailable = 現在プロバイダーに接続できません。しばらくしてからもう一度お試しください。
    .title = プロバイダーに接続できません
refusal-provider-timeout = プロバイダーからの応答が時間内にありませんでした。しばらくしてからもう一度お試しください。
    .title = プロバイダーから応答がありません
refusal-login-unverified = プロバイダーの応答を検証できませんでした。最初からやり直してください。
    .title = ログインを検証できませんでした
refusal-verifier-mismatch = このログインを開始したアプリであることを確認できませんでした。最初からやり直してください。
    .title = コード検証の値が一致しません
refusal-userinfo-failed = プロバイダーから受け取ったあなたの情報を検証できませんでした。最初からやり直してください。
    .title = ログインを検証できませんでした
refusal-not-allowed = このサイトにログインする権限がありません。
    .title = 許可されていません
refusal-app-not-allowed = このアカウントではこのアプリを使用できません。
    .title = 許可されていません
refusal-site-not-allowed = このページを表示する権限がありません。
    .title = 許可されていません
refusal-step-up-needed = このページには、より新しいログイン、またはより強固な方法でのログインが必要です。
    .title = 先にもう一度ログインしてください
refusal-step-up-failed = このページには、より新しいログイン、またはより強固な方法でのログインが必要ですが、もう一度ログインしても条件を満たしませんでした。別のログイン方法を試すか、ページの運営者にお問い合わせください。
    .title = このログインでは不十分です
refusal-user-disabled = このサイトの運営者がこのアカウントを無効にしました。運営者が再び有効にできます。
    .title = このアカウントは無効です
refusal-return-to-refused = 戻り先のアドレスは、このサイトでは許可されていません。
    .title = 戻り先のアドレスが拒否されました
refusal-already-linked = プロバイダーで選択したアカウントは、あなたのアカウントに追加できません。
    .title = このアカウントは追加できません
refusal-last-identity = この方法を削除する前に、別のログイン方法を追加してください。
    .title = 唯一のログイン方法です
refusal-authentication-too-old = この操作には、過去 10 分以内のログインが必要です。
    .title = 先にもう一度ログインしてください
refusal-not-linked = このプロバイダーでログインしたことがなく、連携もしていません。
    .title = このプロバイダーと連携していません
refusal-tokens-not-stored = このプロバイダーのトークンは、ここには保存されていません。
    .title = トークンは保存されていません
refusal-reauth-required = もう一度プロバイダーでログインするまで、トークンは発行されません。
    .title = プロバイダーでの再ログインが必要です
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
