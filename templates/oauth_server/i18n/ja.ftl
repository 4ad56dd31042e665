### 日本語のページ文言。説明は en.ftl にあります。

## Every page

layout-host = 現在のサイト:

## Buttons

action-sign-in = ログイン
action-sign-up = アカウントを作成
action-continue = 続ける
action-cancel = キャンセル
action-allow = 許可する
action-deny = 許可しない
action-sign-out = ログアウト
action-sign-out-all = すべてのアカウントからログアウト
action-disconnect = 連携を解除
action-disconnect-all = すべてのアプリの連携を解除
action-send-link = リンクを送信
action-set-password = パスワードを保存
action-use-another = 別のアカウントを使う
action-back-to-app = アプリに戻る

## The app that asks

client-label = アプリ
client-continue-to = このあと次のアプリに進みます
client-unverified = 未確認
client-website = ウェブサイト
client-policy = プライバシーポリシー
client-terms = 利用規約

## Sign in

login-title = ログイン
login-lead = { $app } のアカウントをお使いください。
login-again-title = ご本人の確認
login-again-lead = 続けるには、もう一度 { $app } にログインしてください。
login-remember = ログインしたままにする
login-forgot = パスワードをお忘れですか?
login-no-account = 初めてご利用ですか?
login-sign-up = アカウントを作成
login-or = または
login-with = { $provider } で続ける

## Sign up

signup-title = アカウントを作成
signup-lead = ひとつのアカウントで { $app } のすべてを利用できます。
signup-have-account = すでにアカウントをお持ちですか?

## Forgotten password

forgot-title = パスワードをお忘れですか？
forgot-lead = アカウントのメールアドレスを入力してください。アカウントがあれば、リンクをお送りします。
forgot-sent = このアドレスのアカウントがあれば、リンクを記載したメールをお送りしました。
forgot-back = ログインに戻る
reset-title = 新しいパスワードの設定
reset-lead = すべての場所からログアウトされ、新しいパスワードでログインします。
reset-done-title = パスワードを変更しました
reset-done-lead = すべての場所からログアウトしました。新しいパスワードでログインしてください。
reset-refused-title = このリンクは使えません
reset-refused-lead = 使用済み、期限切れ、または不完全なリンクです。新しいリンクを請求してください。
reset-ask-again = 新しいリンクを請求
reset-mail-subject = { $app } のパスワード
reset-mail-lead = { $app } のアカウントについて、新しいパスワードの設定が求められました。ご本人の場合は、次のリンクを開いてください。
reset-mail-life = リンクは 1 時間以内に 1 回だけ使えます。
reset-mail-ignore = お心当たりがない場合は、何もする必要はありません。パスワードはそのままです。

## Fields

field-login = メールアドレス
field-email = メールアドレス
field-username = ユーザー名
field-name = 名前
field-password = パスワード
field-new-password = パスワードを決める
field-optional = (任意)

error-field-required = この項目を入力してください。
error-field-invalid = この入力は正しくないようです。
error-field-email = name@example.com のようなメールアドレスを入力してください。
error-field-too-short = 短すぎます。
error-field-too-short-min = 短すぎます。{ $min } 文字以上で入力してください。
error-field-too-long = 長すぎます。
error-field-too-long-max = 長すぎます。{ $max } 文字（英数字以外はより少なく）以内で入力してください。
error-field-weak-password = もっと推測されにくいパスワードにしてください。
error-field-user-code = コードが正しくないか、有効期限が切れているか、すでに入力されています。デバイスの表示と見比べ、同じ場合はデバイスで最初からやり直してください。

error-form-credentials = メールアドレスまたはパスワードが正しくありません。もう一度お試しください。
error-form-rate-limited = 試行回数が多すぎます。数分待ってから、もう一度お試しください。
error-form-expired = このページは長く開かれたままでした。もう一度お試しください。
error-form-foreign-origin = このフォームは { $origin } とは別のアドレスのページから送信されました。{ $origin } でページを開き、もう一度お試しください。何も変更されていません。
error-form-unavailable = うまくいきませんでした。少し待ってから、もう一度お試しください。
error-form-sign-up = この内容ではアカウントを作成できませんでした。すでにアカウントをお持ちの場合は、ログインしてください。
error-form-account-gone = そのアカウントはここではもうログインしていません。もう一度選んでください。
error-form-account-changed = その間に別のアカウントに切り替わりました。もう一度確認してから決めてください。
error-form-no-decision = アクセスを許可するかどうかを選んでください。
error-form-unreadable = 送信された内容を読み取れませんでした。もう一度お試しください。

## Choose an account

select-title = アカウントを選択
select-current = 使用中
select-signed-out = ログアウト済み

## Consent

consent-title = アクセスを許可しますか?
consent-lead = このアプリが、あなたの { $app } アカウントの利用を求めています。
consent-account = あなたのアカウント
consent-switch = 別の方ですか?
consent-scopes = アプリができるようになること
consent-choose = アプリに許可することを選んでください
consent-new = 新規
consent-sensitive = 要注意
consent-before = すでに許可していること
consent-resource = アクセス先
consent-lasts = アクセスの期間
consent-offline = アプリを使っていない間も含みます
consent-redirect = 戻り先
consent-first-seen = 最初に確認した日

duration-minutes = { $count } 分間
duration-hours = { $count } 時間
duration-days = { $count } 日間
duration-years = { $count } 年間
duration-until-ended = あなたが終了するまで

scope-openid = あなたが誰かを確認する
scope-profile = あなたの名前とプロフィールを見る
scope-email = あなたのメールアドレスを見る
scope-address = あなたの住所を見る
scope-phone = あなたの電話番号を見る
scope-offline_access = あなたが不在の間も接続を保つ

claim-name = あなたの氏名を見る
claim-given_name = あなたの名を見る
claim-family_name = あなたの姓を見る
claim-middle_name = あなたのミドルネームを見る
claim-nickname = あなたのニックネームを見る
claim-preferred_username = あなたのユーザー名を見る
claim-profile = あなたのプロフィールページのアドレスを見る
claim-picture = あなたの写真を見る
claim-website = あなたのウェブサイトのアドレスを見る
claim-gender = あなたの性別を見る
claim-birthdate = あなたの生年月日を見る
claim-zoneinfo = あなたのタイムゾーンを見る
claim-locale = あなたの言語を見る
claim-updated_at = あなたのプロフィールが最後に変更された日時を見る
claim-email = あなたのメールアドレスを見る
claim-email_verified = あなたのメールアドレスが確認済みかどうかを見る
claim-address = あなたの住所を見る
claim-phone_number = あなたの電話番号を見る
claim-phone_number_verified = あなたの電話番号が確認済みかどうかを見る

warning-title = 先にご確認ください
warning-unverified = このアプリは確認されていません。ご自分で始めた操作で、信頼できる場合にだけ続けてください。
warning-loopback = この端末上のプログラムにアクセスが渡されます。たった今ご自分で起動した場合にだけ続けてください。
warning-private_scheme = この端末上のアプリにアクセスが渡されます。別のアプリがなりすます可能性があります。
warning-localhost_document = このアプリの説明はこの端末から提供されているため、名前を確認できません。
warning-host_mismatch = 戻り先が、このアプリとして知られているホストと異なります。

## Devices

device-title = デバイスを接続
device-lead = デバイスに表示されているコードを入力すると、{ $app } のアカウントに接続できます。
device-code = デバイスに表示されたコード
device-code-hint = 8 文字の英字です。大文字・小文字、空白、ハイフンの違いは関係ありません。
device-warning = このコードやリンクを誰かから送られたり、電話で案内されたりしましたか？その場合は中止してください。相手にあなたのアカウントへのアクセスを渡すことになります。
device-confirm-title = このデバイスを接続しますか？
device-confirm-lead = デバイスが { $app } のアカウントの利用を求めています。ご自身でたった今始めた場合にのみ続けてください。
device-compare = デバイスにまったく同じコードが表示されている場合にのみ続けてください。
device-asked = 要求された時刻
device-asked-ago = { $minutes ->
    [0] 1 分以内
   *[other] { $minutes } 分前
}
device-from = 要求元
device-approved-title = デバイスが接続されました
device-approved-lead = デバイスに戻ってください。まもなく自動的に先へ進みます。このページは閉じてかまいません。
device-denied-title = 接続しませんでした
device-denied-lead = デバイスはあなたのアカウントにアクセスできません。このページは閉じてかまいません。
device-again = 別のコードを入力

## Sign out

logout-title = ログアウトしますか?
logout-lead = { $app } にログインしています。
logout-others = ここでログイン中のほかのアカウント:
logout-leads-to = このあとの移動先:
logged-out-title = ログアウトしました
logged-out-lead = このページを閉じてかまいません。またの { $app } のご利用をお待ちしています。
logged-out-continue = { $app } に戻る
notice-redirect-dropped = アプリが指定した移動先は登録されていないため、このページにとどまりました。

## Connected apps

apps-title = アプリとデバイス
apps-lead = { $app } のアカウントにアクセスできるアプリと、ログイン中の場所です。
apps-heading = 連携中のアプリ
apps-none = アカウントにアクセスできるアプリはありません。
apps-granted = 許可した日
apps-last-used = 最終利用
apps-devices = ログイン { $count } 件
apps-since = { $day } から
apps-unknown-device = 不明なデバイス
apps-all = すべてのアプリをまとめて
apps-all-hint = すべてのアプリのアクセスが直ちに失われ、あらためて許可が必要になります。
apps-disconnected = アクセスを取り消しました。
apps-session-ended = そのブラウザからログアウトしました。
sessions-heading = ログイン中の場所
sessions-current = このブラウザ
sessions-since = ログイン日
sessions-network = ネットワーク

## On the way

handoff-title = お待ちください
handoff-lead = 移動先:
completed-title = 完了しています
completed-lead = この手順はすでに完了しています。アプリに戻ってください。足りないものがあれば、アプリからやり直してください。
completed-back = アプリへ移動
check-mail-title = メールをご確認ください
check-mail-lead = 問題がなければ、リンクを記載したメールが次の宛先に届きます
check-mail-hint = 届かない場合は、迷惑メールフォルダーを確認するか、数分後にもう一度お試しください。

## Error page

error-return = アプリに戻る場合の移動先:
error-code = コード
error-reference = 照会番号

problem-request-title = このリクエストは使用できません
problem-invalid-request = アプリが送った内容が不完全か、矛盾しています。
problem-method = このアドレスはこの方法では使えません。
problem-media-type = フォームが、このページで読み取れない形式で送信されました。
problem-too-large = 送信された内容が大きすぎます。

problem-not-found-title = ここには何もありません
problem-not-found = このページは存在しないか、なくなりました。
problem-switched-off = この機能はこのサーバーでは使われていません。

problem-rate-limited-title = 少しお待ちください
problem-rate-limited = 短い時間にリクエストが多すぎました。
problem-unavailable-title = まもなく再開します
problem-unavailable = ただいま応答できません。失われたものはありません。
problem-server-error-title = 問題が発生しました
problem-server-error = 原因はこちら側にあり、あなたの操作ではありません。
problem-form-expired-title = このページは古くなっています
problem-form-expired = フォームが長く開かれたままだったか、別の場所から送られました。何も変更されていません。

problem-unknown-client-title = このアプリは登録されていません
problem-missing-client = リクエストに、どのアプリからのものか書かれていません。
problem-unknown-client = あなたをここに案内したアプリは、ここに登録されていません。
problem-removed-client-title = このアプリは再登録が必要です
problem-removed-client = 要求により、または長い間使われなかったため、登録が削除されました。
problem-disabled-client-title = このアプリは停止されています
problem-disabled-client = あなたをここに案内したアプリは、現在利用できません。
problem-redirect-title = 元の場所に戻せません
problem-redirect = アプリが指定した戻り先は、そのアプリに登録されていません。あなたを守るため、ここで止めました。

problem-unread-document-title = アプリの情報を読み取れませんでした
# $host: the host that could not be read.
problem-unread-document = { $host } からアプリの自己紹介を読み取れませんでした。あなたの操作やアプリの要求が原因ではありません。

problem-expired-title = 時間がかかりすぎました
problem-expired = 安全のため、リクエストの有効期限が切れました。
problem-other-browser-title = 別のブラウザーで始められました
problem-other-browser = このリクエストは、別のブラウザー、プライベートウィンドウ、または Cookie が無効な状態で始められました。
problem-completed-title = すでに完了しています
problem-completed = このリクエストには回答済みです。ここですることはもうありません。
problem-no-interaction-title = ここですることはありません
problem-no-interaction = このページはアプリのリクエストのためのものですが、リクエストがありません。
problem-logout-hint-title = 誰をログアウトするのか確認できません
problem-logout-hint = アプリからのログアウトの依頼を確認できませんでした。誰もログアウトしていません。

problem-refused-title = アプリのリクエストは拒否されました
problem-unauthorized-client = アプリにはこの方法での要求が許可されていません。
problem-response-type = アプリが求めた種類の応答は、ここにはありません。
problem-scope = アプリが、取得できない権限を求めました。
problem-target = アプリが、利用できない対象へのアクセスを求めました。
problem-signed-request = アプリが、ここでは使われていない署名付きの形式でリクエストを送りました。
problem-request-uri-off = アプリが別の場所に保存されたリクエストを参照しましたが、ここでは使えません。
problem-registration = アプリがリクエストの中で登録しようとしましたが、ここではできません。
problem-request-uri = アプリが参照した準備済みのリクエストは、不明か期限切れです。
problem-request-object = アプリの署名付きリクエストを確認できませんでした。
problem-access-denied-title = アクセスできません
problem-access-denied = アクセスは拒否されました。アプリには何も共有されていません。
problem-person-needed-title = あなたの操作が必要です
problem-login-required = アプリはログイン画面なしでの処理を求めましたが、あなたはログインしていません。
problem-consent-required = アプリは確認画面なしでの処理を求めましたが、あなたの許可が必要です。
problem-account-required = アプリはアカウントの選択なしでの処理を求めましたが、選択が必要です。
problem-interaction-required = アプリは画面なしでの処理を求めましたが、画面の表示が必要です。
problem-unmet-title = より安全なログインが必要です
problem-unmet = アプリが求める方法のログインは、あなたのアカウントでは利用できません。

hint-back = 元のページに戻ってください。
hint-tell-app = アプリに戻って、もう一度お試しください。繰り返す場合は、アプリの運営者にお知らせください。
hint-start-again = アプリに戻って、最初からやり直してください。
hint-wait = 1 分ほど待ってから、もう一度お試しください。
hint-reload = 前のページに戻り、再読み込みしてからもう一度お試しください。
hint-reference = しばらくしてからもう一度お試しください。繰り返す場合は、下の照会番号をお知らせください。
hint-close = このページを閉じてかまいません。
hint-sign-in = アプリに戻り、そこからログインしてください。
hint-same-browser = アプリに戻り、Cookie を有効にして、このブラウザーで最初からやり直してください。このサーバーのアドレスは { $address } です。別の名前で開くと Cookie が届きません。

## For developers

dev-title = アプリの開発者の方へ
dev-rule = 規則
dev-problem = 問題点
dev-expected = 期待される値
dev-received = 受け取った値
dev-cause = 原因
dev-nearest = 最も近い登録値
dev-difference = 相違点
dev-fix = 対処方法
