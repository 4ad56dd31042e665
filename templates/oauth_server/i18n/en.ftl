### Texts of the pages. Every language has the same messages; a missing one is shown in English.
### Write only what you want to change into assets/views/oauth_server/i18n/<tag>.ftl.

## Every page

# Followed by the host name of this server.
layout-host = You are at

## Buttons

action-sign-in = Sign in
action-sign-up = Create account
action-continue = Continue
action-cancel = Cancel
action-allow = Allow
action-deny = Don’t allow
action-sign-out = Sign out
action-sign-out-all = Sign out of all accounts
action-disconnect = Remove access
action-disconnect-all = Remove access of all apps
action-send-link = Send the link
action-set-password = Save the password
action-use-another = Use another account
action-back-to-app = Back to the app

## The app that asks

client-label = App
# Above the name of the app that a person is about to sign in for.
client-continue-to = You will continue to
client-unverified = Not verified
client-website = Website
client-policy = Privacy policy
client-terms = Terms of service

## Sign in

login-title = Sign in
# $app is the name of the site that owns the account.
login-lead = Use your { $app } account.
login-again-title = Is it still you?
login-again-lead = Please sign in to { $app } again to go on.
login-remember = Keep me signed in
login-forgot = Forgot your password?
login-no-account = New here?
login-sign-up = Create an account
login-or = or
login-with = Continue with { $provider }

## Sign up

signup-title = Create your account
signup-lead = One account for everything at { $app }.
signup-have-account = Already have an account?

## Forgotten password

forgot-title = Forgot your password?
forgot-lead = Enter the email address of your account. If there is one, we send a link to it.
forgot-sent = If there is an account with this address, a message with a link is on its way to it.
forgot-back = Back to sign in
reset-title = Choose a new password
reset-lead = You will be signed out everywhere, and sign in with the new password.
reset-done-title = Your password is changed
reset-done-lead = You are signed out everywhere. Sign in with your new password.
reset-refused-title = This link cannot be used
reset-refused-lead = It was used before, has expired, or is not complete. Ask for a new one.
reset-ask-again = Ask for a new link
reset-mail-subject = Your { $app } password
reset-mail-lead = Someone asked for a new password for your { $app } account. If it was you, open this link:
reset-mail-life = The link works once, and only for one hour.
reset-mail-ignore = If it was not you, there is nothing you need to do. Your password stays as it is.

## Fields

field-login = Email
field-email = Email
field-username = User name
field-name = Name
field-password = Password
field-new-password = Choose a password
field-optional = (optional)

error-field-required = Please fill this in.
error-field-invalid = This does not look right.
error-field-email = Please enter an email address, like name@example.com.
error-field-too-short = This is too short.
error-field-too-short-min = This is too short: at least { $min } characters.
error-field-too-long = This is too long.
error-field-too-long-max = This is too long: at most { $max } characters, fewer with accents or other scripts.
error-field-weak-password = Please choose a password that is harder to guess.
error-field-user-code = This code is not right, has expired, or was entered before. Compare it with your device; if it is the same, start again there.

error-form-credentials = Email or password is not right. Please try again.
error-form-rate-limited = Too many attempts. Please wait a few minutes and try again.
error-form-expired = This page was open for too long. Please try again.
error-form-foreign-origin = This form was sent by a page of another address than { $origin }. Open the page at { $origin } and try again; nothing was changed.
error-form-unavailable = That did not work just now. Please try again in a moment.
error-form-sign-up = We could not create an account with these details. If you already have one, sign in instead.
error-form-account-gone = That account is no longer signed in here. Please choose again.
error-form-account-changed = You have switched to another account in the meantime. Please look again before you decide.
error-form-no-decision = Please choose whether to allow access.
error-form-unreadable = What was sent could not be read. Please try again.

## Choose an account

select-title = Choose an account
select-current = In use
select-signed-out = Signed out

## Consent

consent-title = Allow access?
consent-lead = This app would like to use your { $app } account.
consent-account = Your account
consent-switch = Not you?
consent-scopes = The app will be able to
consent-choose = Choose what the app may do
consent-new = New
consent-sensitive = Sensitive
consent-before = You have already allowed
consent-resource = Access to
consent-lasts = Access lasts
consent-offline = also while you are not using the app
consent-redirect = You go back to
consent-first-seen = First seen

duration-minutes = { $count ->
    [one] for { $count } minute
   *[other] for { $count } minutes
}
duration-hours = { $count ->
    [one] for { $count } hour
   *[other] for { $count } hours
}
duration-days = { $count ->
    [one] for { $count } day
   *[other] for { $count } days
}
duration-years = { $count ->
    [one] for { $count } year
   *[other] for { $count } years
}
duration-until-ended = until you end it

# What a scope permits. Other characters of a scope than letters, digits and _ become -.
scope-openid = Confirm who you are
scope-profile = See your name and profile
scope-email = See your email address
scope-address = See your postal address
scope-phone = See your phone number
scope-offline_access = Stay connected while you are away

# What a claim tells that an app asks for by itself. Other characters than letters, digits and _ become -.
claim-name = See your full name
claim-given_name = See your first name
claim-family_name = See your last name
claim-middle_name = See your middle name
claim-nickname = See your nickname
claim-preferred_username = See your user name
claim-profile = See the address of your profile page
claim-picture = See your picture
claim-website = See the address of your website
claim-gender = See your gender
claim-birthdate = See your date of birth
claim-zoneinfo = See your time zone
claim-locale = See your language
claim-updated_at = See when your profile was last changed
claim-email = See your email address
claim-email_verified = See whether your email address was verified
claim-address = See your postal address
claim-phone_number = See your phone number
claim-phone_number_verified = See whether your phone number was verified

warning-title = Please check first
warning-unverified = Nobody here has checked this app. Go on only if you started this yourself and trust it.
warning-loopback = Access goes to a program on this device. Go on only if you have just started it yourself.
warning-private_scheme = Access goes to an app on this device. Another app could pass itself off as it.
warning-localhost_document = This app describes itself from this device; its name cannot be checked.
warning-host_mismatch = You go back to a different host than the one this app is known by.

## Devices

device-title = Connect a device
device-lead = Enter the code that your device shows, to connect it to your { $app } account.
device-code = Code on your device
device-code-hint = Eight letters. Capitals, spaces and dashes do not matter.
device-warning = Did somebody send you this code or a link, or call you about it? Then stop: you would give them access to your account.
device-confirm-title = Connect this device?
device-confirm-lead = A device asks to use your { $app } account. Go on only if you have just started this yourself.
device-compare = Go on only if your device shows exactly this code.
device-asked = Asked
device-asked-ago = { $minutes ->
    [0] less than a minute ago
    [one] { $minutes } minute ago
   *[other] { $minutes } minutes ago
}
device-from = From
device-approved-title = Your device is connected
device-approved-lead = Go back to your device: it goes on by itself in a moment. You can close this page.
device-denied-title = Nothing was connected
device-denied-lead = The device has no access to your account. You can close this page.
device-again = Enter another code

## Sign out

logout-title = Sign out?
logout-lead = You are signed in to { $app }.
logout-others = Also signed in here:
logout-leads-to = Afterwards you go to
logged-out-title = You are signed out
logged-out-lead = You can close this page now. See you soon at { $app }.
logged-out-continue = Back to { $app }
notice-redirect-dropped = The app asked to send you on to an address that it has not registered, so you stay here.

## Connected apps

apps-title = Your apps and devices
apps-lead = What has access to your { $app } account, and where you are signed in.
apps-heading = Connected apps
apps-none = No app has access to your account.
apps-granted = Access since
apps-last-used = Last used
apps-devices = { $count ->
    [one] { $count } login
   *[other] { $count } logins
}
apps-since = since { $day }
apps-unknown-device = Unknown device
apps-all = All apps at once
apps-all-hint = Every app loses its access at once and has to ask you again.
apps-disconnected = Access was taken away.
apps-session-ended = That browser was signed out.
sessions-heading = Where you are signed in
sessions-current = This browser
sessions-since = Signed in
sessions-network = Network

## On the way

handoff-title = One moment
handoff-lead = You are being sent to
completed-title = All done
completed-lead = This step was already completed. Go back to the app; if something is missing, start again from there.
completed-back = Go to the app
check-mail-title = Check your mail
check-mail-lead = If all is well, a message with a link is on its way to
check-mail-hint = Nothing there? Look in the spam folder, or try again in a few minutes.

## Error page

error-return = If you want to go back to the app, this leads to
error-code = Code
error-reference = Reference

problem-request-title = This request cannot be used
problem-invalid-request = What the app sent is incomplete or contradicts itself.
problem-method = This address cannot be used in this way.
problem-media-type = The form was sent in a format that this page does not read.
problem-too-large = What was sent is too large.

problem-not-found-title = There is nothing here
problem-not-found = This page does not exist, or no longer does.
problem-switched-off = This function is not in use on this server.

problem-rate-limited-title = Please slow down
problem-rate-limited = There were too many requests in a short time.
problem-unavailable-title = Back in a moment
problem-unavailable = We cannot answer right now. Nothing of yours is lost.
problem-server-error-title = Something went wrong
problem-server-error = The mistake is on our side, not yours.
problem-form-expired-title = This page is out of date
problem-form-expired = The form was open for too long or came from somewhere else. Nothing was changed.

problem-unknown-client-title = We don’t know this app
problem-missing-client = The request does not say which app it comes from.
problem-unknown-client = The app that sent you here is not registered with us.
problem-removed-client-title = This app has to register again
problem-removed-client = Its registration was removed: on request, or because it was not used for a long time.
problem-disabled-client-title = This app is switched off
problem-disabled-client = The app that sent you here may not be used at the moment.
problem-redirect-title = We cannot send you back
problem-redirect = The app gave an address for the way back that is not registered for it. To protect you, we stop here.

problem-unread-document-title = An app could not introduce itself
# $host: the host that could not be read.
problem-unread-document = We could not read what the app says about itself from { $host }. That is nothing you or the app did here.

problem-expired-title = This took too long
problem-expired = The request has expired for your safety.
problem-other-browser-title = Started in another browser
problem-other-browser = This request was begun in another browser, a private window, or with cookies switched off.
problem-completed-title = Already completed
problem-completed = This request has been answered. Nothing more needs to be done here.
problem-no-interaction-title = Nothing to do here
problem-no-interaction = This page belongs to a request of an app, and there is none.
problem-logout-hint-title = We cannot tell who should be signed out
problem-logout-hint = The app asked to sign someone out in a way that we could not verify. Nobody was signed out.

problem-refused-title = The app’s request was refused
problem-unauthorized-client = The app is not permitted to ask in this way.
problem-response-type = The app asked for a kind of answer that does not exist here.
problem-scope = The app asked for permissions that it cannot have.
problem-target = The app asked for access to something that is not available to it.
problem-signed-request = The app sent its request in a signed form that is not used here.
problem-request-uri-off = The app referred to a request stored elsewhere, which is not possible here.
problem-registration = The app tried to register within its request, which is not possible here.
problem-request-uri = The app referred to a prepared request that is unknown or has expired.
problem-request-object = The app’s signed request could not be verified.
problem-access-denied-title = No access
problem-access-denied = Access was denied. Nothing was shared with the app.
problem-person-needed-title = Your help is needed
problem-login-required = The app asked without a sign-in page, but you are not signed in.
problem-consent-required = The app asked without a page for your approval, but your approval is needed.
problem-account-required = The app asked without letting you choose an account, but a choice is needed.
problem-interaction-required = The app asked without showing you a page, but one is needed.
problem-unmet-title = A stronger sign-in is needed
problem-unmet = The app demands a kind of sign-in that is not available for your account.

hint-back = Go back to the page you came from.
hint-tell-app = Go back to the app and try again. If it happens again, tell the people who run the app.
hint-start-again = Go back to the app and start again.
hint-wait = Wait a minute, then try again.
hint-reload = Go back, reload the page and try again.
hint-reference = Please try again later. If it happens again, tell us the reference below.
hint-close = You can close this page.
hint-sign-in = Go back to the app and sign in from there.
# $address is the address of this server.
hint-same-browser = Go back to the app and start again in this browser, with cookies switched on. This server is at { $address }: under another name its cookies are missing.

## For developers

dev-title = For the developer of the app
dev-rule = Rule
dev-problem = What was wrong
dev-expected = Expected
dev-received = Received
dev-cause = Cause
dev-nearest = Nearest registered
dev-difference = Difference
dev-fix = What to do
