### 页面的简体中文文本。说明见 en.ftl。

## Every page

layout-host = 当前网站：

## Buttons

action-sign-in = 登录
action-sign-up = 创建账号
action-continue = 继续
action-cancel = 取消
action-allow = 允许
action-deny = 不允许
action-sign-out = 退出登录
action-sign-out-all = 退出所有账号
action-disconnect = 断开连接
action-disconnect-all = 断开所有应用
action-send-link = 发送链接
action-set-password = 保存密码
action-use-another = 使用其他账号
action-back-to-app = 返回应用

## The app that asks

client-label = 应用
client-continue-to = 之后您将前往
client-unverified = 未经验证
client-website = 网站
client-policy = 隐私政策
client-terms = 服务条款

## Sign in

login-title = 登录
login-lead = 请使用您的 { $app } 账号。
login-again-title = 仍是您本人吗？
login-again-lead = 请重新登录 { $app } 以继续。
login-remember = 保持登录状态
login-forgot = 忘记密码？
login-no-account = 第一次来？
login-sign-up = 创建账号
login-or = 或
login-with = 使用 { $provider } 继续

## Sign up

signup-title = 创建您的账号
signup-lead = 一个账号，畅用 { $app } 的全部内容。
signup-have-account = 已有账号？

## Forgotten password

forgot-title = 忘记密码？
forgot-lead = 请输入您账号的电子邮箱。如果账号存在，我们会向它发送链接。
forgot-sent = 如果该邮箱有对应的账号，带有链接的邮件已在路上。
forgot-back = 返回登录
reset-title = 设置新密码
reset-lead = 您将在所有位置退出登录，然后使用新密码登录。
reset-done-title = 密码已更改
reset-done-lead = 您已在所有位置退出登录。请使用新密码登录。
reset-refused-title = 此链接无法使用
reset-refused-lead = 它已被使用、已过期或不完整。请重新申请。
reset-ask-again = 申请新链接
reset-mail-subject = 您的 { $app } 密码
reset-mail-lead = 有人为您的 { $app } 账号申请了新密码。如果是您本人，请打开此链接：
reset-mail-life = 链接只能使用一次，一小时内有效。
reset-mail-ignore = 如果不是您本人，则无需任何操作，您的密码保持不变。

## Fields

field-login = 邮箱
field-email = 邮箱
field-username = 用户名
field-name = 姓名
field-password = 密码
field-new-password = 设置密码
field-optional = （选填）

error-field-required = 请填写此项。
error-field-invalid = 此项似乎不正确。
error-field-email = 请输入邮箱地址，例如 name@example.com。
error-field-too-short = 内容太短。
error-field-too-short-min = 内容太短：至少 { $min } 个字符。
error-field-too-long = 内容太长。
error-field-too-long-max = 内容太长：最多 { $max } 个字符，非英文字符则更少。
error-field-weak-password = 请设置一个更难被猜到的密码。
error-field-user-code = 此代码不正确、已过期或已被输入过。请与您的设备核对；如果相同，请在设备上重新开始。

error-form-credentials = 邮箱或密码不正确，请重试。
error-form-rate-limited = 尝试次数过多。请等待几分钟后再试。
error-form-expired = 此页面打开时间过长，请重试。
error-form-foreign-origin = 此表单来自 { $origin } 以外地址的页面。请在 { $origin } 打开页面后重试；未作任何更改。
error-form-unavailable = 刚才没有成功，请稍后再试。
error-form-sign-up = 无法用这些信息创建账号。如果您已有账号，请直接登录。
error-form-account-gone = 该账号已不在此处登录，请重新选择。
error-form-account-changed = 您在此期间切换了账号。请再次确认后再做决定。
error-form-no-decision = 请选择是否允许访问。
error-form-unreadable = 无法读取提交的内容，请重试。

## Choose an account

select-title = 选择账号
select-current = 当前
select-signed-out = 已退出

## Consent

consent-title = 允许访问吗？
consent-lead = 此应用希望使用您的 { $app } 账号。
consent-account = 您的账号
consent-switch = 不是您？
consent-scopes = 此应用将可以
consent-choose = 选择允许此应用做什么
consent-new = 新增
consent-sensitive = 敏感
consent-before = 您已允许
consent-resource = 访问对象
consent-lasts = 访问期限
consent-offline = 您未使用此应用时也有效
consent-redirect = 您将返回
consent-first-seen = 首次出现

duration-minutes = { $count } 分钟
duration-hours = { $count } 小时
duration-days = { $count } 天
duration-years = { $count } 年
duration-until-ended = 直到您终止为止

scope-openid = 确认您的身份
scope-profile = 查看您的姓名和个人资料
scope-email = 查看您的邮箱地址
scope-address = 查看您的通信地址
scope-phone = 查看您的电话号码
scope-offline_access = 在您离开时保持连接

claim-name = 查看您的全名
claim-given_name = 查看您的名字
claim-family_name = 查看您的姓氏
claim-middle_name = 查看您的中间名
claim-nickname = 查看您的昵称
claim-preferred_username = 查看您的用户名
claim-profile = 查看您的个人主页地址
claim-picture = 查看您的照片
claim-website = 查看您的网站地址
claim-gender = 查看您的性别
claim-birthdate = 查看您的出生日期
claim-zoneinfo = 查看您的时区
claim-locale = 查看您的语言
claim-updated_at = 查看您的个人资料最后更改的时间
claim-email = 查看您的邮箱地址
claim-email_verified = 查看您的邮箱地址是否已验证
claim-address = 查看您的通信地址
claim-phone_number = 查看您的电话号码
claim-phone_number_verified = 查看您的电话号码是否已验证

warning-title = 请先核对
warning-unverified = 此应用未经这里的任何人审核。仅当这是您本人发起的操作且您信任它时才继续。
warning-loopback = 访问权限将交给此设备上的程序。仅当是您本人刚刚启动它时才继续。
warning-private_scheme = 访问权限将交给此设备上的应用。其他应用可能冒充它。
warning-localhost_document = 此应用的说明来自这台设备，无法核实其名称。
warning-host_mismatch = 您将返回的地址与此应用为人所知的地址不同。

## Devices

device-title = 连接设备
device-lead = 请输入设备上显示的代码，将其连接到您的 { $app } 账号。
device-code = 设备上的代码
device-code-hint = 八个字母。大小写、空格和连字符均不影响。
device-warning = 是否有人把此代码或链接发给您，或为此打电话给您？如果是，请停止操作：否则对方将能访问您的账号。
device-confirm-title = 要连接此设备吗？
device-confirm-lead = 有设备请求使用您的 { $app } 账号。仅当这是您本人刚刚发起的操作时才继续。
device-compare = 仅当您的设备显示完全相同的代码时才继续。
device-asked = 请求时间
device-asked-ago = { $minutes ->
    [0] 不到一分钟前
   *[other] { $minutes } 分钟前
}
device-from = 来自
device-approved-title = 您的设备已连接
device-approved-lead = 请回到您的设备：它很快会自动继续。您可以关闭此页面。
device-denied-title = 未连接任何设备
device-denied-lead = 该设备无法访问您的账号。您可以关闭此页面。
device-again = 输入另一个代码

## Sign out

logout-title = 要退出登录吗？
logout-lead = 您已登录 { $app }。
logout-others = 此处还登录了：
logout-leads-to = 之后您将前往
logged-out-title = 您已退出登录
logged-out-lead = 您现在可以关闭此页面。期待您再次使用 { $app }。
logged-out-continue = 返回 { $app }
notice-redirect-dropped = 应用想让您前往一个它未登记的地址，因此您留在了这里。

## Connected apps

apps-title = 您的应用和设备
apps-lead = 哪些应用可以访问您的 { $app } 账号，以及您在哪里登录。
apps-heading = 已连接的应用
apps-none = 没有应用可以访问您的账号。
apps-granted = 授权日期
apps-last-used = 最近使用
apps-devices = { $count } 次登录
apps-since = 自 { $day } 起
apps-unknown-device = 未知设备
apps-all = 一次断开所有应用
apps-all-hint = 所有应用立即失去访问权限，需要重新征得您的同意。
apps-disconnected = 已取消访问权限。
apps-session-ended = 已在该浏览器中退出登录。
sessions-heading = 您的登录位置
sessions-current = 此浏览器
sessions-since = 登录日期
sessions-network = 网络

## On the way

handoff-title = 请稍候
handoff-lead = 正在前往
completed-title = 已完成
completed-lead = 此步骤已经完成。请返回应用；如果还缺少什么，请从应用重新开始。
completed-back = 前往应用
check-mail-title = 请查收邮件
check-mail-lead = 如果一切无误，一封带有链接的邮件正在发往
check-mail-hint = 没有收到？请查看垃圾邮件，或几分钟后重试。

## Error page

error-return = 如果您想返回应用，此链接将前往
error-code = 代码
error-reference = 参考编号

problem-request-title = 无法使用此请求
problem-invalid-request = 应用发送的内容不完整或自相矛盾。
problem-method = 不能以这种方式使用此地址。
problem-media-type = 表单的发送格式无法被此页面读取。
problem-too-large = 发送的内容过大。

problem-not-found-title = 这里什么也没有
problem-not-found = 此页面不存在或已被移除。
problem-switched-off = 此服务器未启用该功能。

problem-rate-limited-title = 请慢一点
problem-rate-limited = 短时间内请求过多。
problem-unavailable-title = 马上回来
problem-unavailable = 我们暂时无法响应。您没有丢失任何内容。
problem-server-error-title = 出了点问题
problem-server-error = 问题出在我们这边，与您无关。
problem-form-expired-title = 此页面已过期
problem-form-expired = 表单打开时间过长，或来自别处。未做任何更改。

problem-unknown-client-title = 我们不认识此应用
problem-missing-client = 请求没有说明来自哪个应用。
problem-unknown-client = 将您带到这里的应用没有在此注册。
problem-removed-client-title = 此应用需要重新注册
problem-removed-client = 应要求或由于长期未使用，其注册已被移除。
problem-disabled-client-title = 此应用已停用
problem-disabled-client = 将您带到这里的应用目前不可使用。
problem-redirect-title = 我们无法带您返回
problem-redirect = 应用提供的返回地址没有为其登记。为了保护您，我们在此停止。

problem-unread-document-title = 无法读取应用的信息
# $host: the host that could not be read.
problem-unread-document = 我们无法从 { $host } 读取该应用的自我介绍。这不是您或该应用的操作造成的。

problem-expired-title = 用时过长
problem-expired = 为了您的安全，请求已过期。
problem-other-browser-title = 在其他浏览器中开始
problem-other-browser = 此请求是在其他浏览器、无痕窗口中，或在禁用 Cookie 的情况下开始的。
problem-completed-title = 已经完成
problem-completed = 此请求已得到答复，这里无需再做任何操作。
problem-no-interaction-title = 这里无需操作
problem-no-interaction = 此页面用于处理应用的请求，而目前没有请求。
problem-logout-hint-title = 无法确定要退出哪个账号
problem-logout-hint = 应用请求退出某个账号，但我们无法核实该请求。没有账号被退出。

problem-refused-title = 应用的请求被拒绝
problem-unauthorized-client = 不允许此应用以这种方式请求。
problem-response-type = 应用请求了这里不存在的响应类型。
problem-scope = 应用请求了它无法获得的权限。
problem-target = 应用请求访问对它不可用的内容。
problem-signed-request = 应用以这里不使用的签名形式发送了请求。
problem-request-uri-off = 应用引用了存放在别处的请求，这里不支持。
problem-registration = 应用试图在请求中注册，这里不支持。
problem-request-uri = 应用引用的预先提交的请求未知或已过期。
problem-request-object = 无法核实应用的签名请求。
problem-access-denied-title = 无法访问
problem-access-denied = 访问被拒绝。没有与应用共享任何信息。
problem-person-needed-title = 需要您的操作
problem-login-required = 应用要求不显示登录页面，但您尚未登录。
problem-consent-required = 应用要求不征求您的同意，但需要您的同意。
problem-account-required = 应用要求不让您选择账号，但需要选择。
problem-interaction-required = 应用要求不显示任何页面，但需要显示页面。
problem-unmet-title = 需要更安全的登录方式
problem-unmet = 应用要求的登录方式不适用于您的账号。

hint-back = 请返回您来时的页面。
hint-tell-app = 请返回应用重试。如果再次发生，请告知应用的运营者。
hint-start-again = 请返回应用并重新开始。
hint-wait = 请等待一分钟后再试。
hint-reload = 请返回，刷新页面后重试。
hint-reference = 请稍后再试。如果再次发生，请将下方的参考编号告诉我们。
hint-close = 您可以关闭此页面。
hint-sign-in = 请返回应用并从那里登录。
hint-same-browser = 请返回应用，启用 Cookie，并在此浏览器中重新开始。此服务器的地址是 { $address }：使用其他名称打开时会缺少 Cookie。

## For developers

dev-title = 致应用的开发者
dev-rule = 规则
dev-problem = 问题所在
dev-expected = 期望
dev-received = 收到
dev-cause = 原因
dev-nearest = 最接近的已注册值
dev-difference = 差异
dev-fix = 如何处理
