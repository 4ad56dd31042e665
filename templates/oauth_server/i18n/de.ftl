### Texte der Seiten auf Deutsch. Erklärungen zu den Texten stehen in en.ftl.

## Every page

layout-host = Sie sind bei

## Buttons

action-sign-in = Anmelden
action-sign-up = Konto anlegen
action-continue = Weiter
action-cancel = Abbrechen
action-allow = Erlauben
action-deny = Nicht erlauben
action-sign-out = Abmelden
action-sign-out-all = Alle Konten abmelden
action-disconnect = Zugriff entziehen
action-disconnect-all = Allen Apps den Zugriff entziehen
action-send-link = Link senden
action-set-password = Passwort speichern
action-use-another = Anderes Konto verwenden
action-back-to-app = Zurück zur App

## The app that asks

client-label = App
client-continue-to = Danach geht es weiter zu
client-unverified = Nicht geprüft
client-website = Website
client-policy = Datenschutz
client-terms = Nutzungsbedingungen

## Sign in

login-title = Anmelden
login-lead = Mit Ihrem Konto bei { $app }.
login-again-title = Sind Sie es noch?
login-again-lead = Bitte melden Sie sich noch einmal bei { $app } an.
login-remember = Angemeldet bleiben
login-forgot = Passwort vergessen?
login-no-account = Neu hier?
login-sign-up = Konto anlegen
login-or = oder
login-with = Weiter mit { $provider }

## Sign up

signup-title = Konto anlegen
signup-lead = Ein Konto für alles bei { $app }.
signup-have-account = Sie haben schon ein Konto?

## Forgotten password

forgot-title = Passwort vergessen?
forgot-lead = Geben Sie die E-Mail-Adresse Ihres Kontos ein. Wenn es eines gibt, senden wir einen Link dorthin.
forgot-sent = Wenn es ein Konto mit dieser Adresse gibt, ist eine Nachricht mit einem Link unterwegs.
forgot-back = Zurück zur Anmeldung
reset-title = Neues Passwort wählen
reset-lead = Sie werden überall abgemeldet und melden sich mit dem neuen Passwort wieder an.
reset-done-title = Ihr Passwort ist geändert
reset-done-lead = Sie sind überall abgemeldet. Melden Sie sich mit dem neuen Passwort an.
reset-refused-title = Dieser Link gilt nicht
reset-refused-lead = Er wurde schon benutzt, ist abgelaufen oder nicht vollständig. Fordern Sie einen neuen an.
reset-ask-again = Neuen Link anfordern
reset-mail-subject = Ihr Passwort bei { $app }
reset-mail-lead = Jemand hat ein neues Passwort für Ihr Konto bei { $app } angefordert. Wenn Sie das waren, öffnen Sie diesen Link:
reset-mail-life = Der Link gilt einmal und nur eine Stunde lang.
reset-mail-ignore = Wenn Sie es nicht waren, müssen Sie nichts tun. Ihr Passwort bleibt, wie es ist.

## Fields

field-login = E-Mail-Adresse
field-email = E-Mail-Adresse
field-username = Benutzername
field-name = Name
field-password = Passwort
field-new-password = Passwort wählen
field-optional = (freiwillig)

error-field-required = Bitte füllen Sie dieses Feld aus.
error-field-invalid = Diese Angabe passt hier nicht.
error-field-email = Bitte geben Sie eine E-Mail-Adresse ein, zum Beispiel name@example.com.
error-field-too-short = Diese Angabe ist zu kurz.
error-field-too-short-min = Das ist zu kurz: mindestens { $min } Zeichen.
error-field-too-long = Diese Angabe ist zu lang.
error-field-too-long-max = Das ist zu lang: höchstens { $max } Zeichen, mit Umlauten oder anderen Schriften weniger.
error-field-weak-password = Bitte wählen Sie ein Passwort, das schwerer zu erraten ist.
error-field-user-code = Dieser Code stimmt nicht, ist abgelaufen oder wurde schon eingegeben. Vergleichen Sie ihn mit Ihrem Gerät; ist er gleich, beginnen Sie dort noch einmal.

error-form-credentials = E-Mail-Adresse oder Passwort stimmt nicht. Bitte versuchen Sie es noch einmal.
error-form-rate-limited = Zu viele Versuche. Bitte warten Sie ein paar Minuten und versuchen Sie es dann noch einmal.
error-form-expired = Diese Seite war zu lange geöffnet. Bitte versuchen Sie es noch einmal.
error-form-foreign-origin = Dieses Formular kam von einer Seite mit einer anderen Adresse als { $origin }. Öffnen Sie die Seite unter { $origin } und versuchen Sie es noch einmal; es wurde nichts geändert.
error-form-unavailable = Das hat gerade nicht geklappt. Bitte versuchen Sie es gleich noch einmal.
error-form-sign-up = Mit diesen Angaben konnten wir kein Konto anlegen. Wenn Sie schon eines haben, melden Sie sich damit an.
error-form-account-gone = Dieses Konto ist hier nicht mehr angemeldet. Bitte wählen Sie noch einmal.
error-form-account-changed = Inzwischen ist hier ein anderes Konto angemeldet. Bitte sehen Sie noch einmal hin, bevor Sie entscheiden.
error-form-no-decision = Bitte entscheiden Sie, ob Sie den Zugriff erlauben.
error-form-unreadable = Ihre Eingaben konnten nicht gelesen werden. Bitte versuchen Sie es noch einmal.

## Choose an account

select-title = Konto auswählen
select-current = Aktuell
select-signed-out = Abgemeldet

## Consent

consent-title = Zugriff erlauben?
consent-lead = Diese App möchte Ihr Konto bei { $app } verwenden.
consent-account = Ihr Konto
consent-switch = Nicht Sie?
consent-scopes = Das kann die App dann tun
consent-choose = Wählen Sie, was die App tun darf
consent-new = Neu
consent-sensitive = Heikel
consent-before = Das haben Sie schon erlaubt
consent-resource = Zugriff auf
consent-lasts = Zugriff gilt
consent-offline = auch wenn Sie die App nicht benutzen
consent-redirect = Zurück geht es zu
consent-first-seen = Zuerst gesehen

duration-minutes = { $count ->
    [one] für { $count } Minute
   *[other] für { $count } Minuten
}
duration-hours = { $count ->
    [one] für { $count } Stunde
   *[other] für { $count } Stunden
}
duration-days = { $count ->
    [one] für { $count } Tag
   *[other] für { $count } Tage
}
duration-years = { $count ->
    [one] für { $count } Jahr
   *[other] für { $count } Jahre
}
duration-until-ended = bis Sie ihn beenden

scope-openid = Bestätigen, wer Sie sind
scope-profile = Ihren Namen und Ihr Profil sehen
scope-email = Ihre E-Mail-Adresse sehen
scope-address = Ihre Postanschrift sehen
scope-phone = Ihre Telefonnummer sehen
scope-offline_access = Verbunden bleiben, auch wenn Sie nicht da sind

claim-name = Ihren vollständigen Namen sehen
claim-given_name = Ihren Vornamen sehen
claim-family_name = Ihren Nachnamen sehen
claim-middle_name = Ihren zweiten Vornamen sehen
claim-nickname = Ihren Spitznamen sehen
claim-preferred_username = Ihren Benutzernamen sehen
claim-profile = Die Adresse Ihrer Profilseite sehen
claim-picture = Ihr Bild sehen
claim-website = Die Adresse Ihrer Website sehen
claim-gender = Ihr Geschlecht sehen
claim-birthdate = Ihr Geburtsdatum sehen
claim-zoneinfo = Ihre Zeitzone sehen
claim-locale = Ihre Sprache sehen
claim-updated_at = Sehen, wann Ihr Profil zuletzt geändert wurde
claim-email = Ihre E-Mail-Adresse sehen
claim-email_verified = Sehen, ob Ihre E-Mail-Adresse bestätigt ist
claim-address = Ihre Postanschrift sehen
claim-phone_number = Ihre Telefonnummer sehen
claim-phone_number_verified = Sehen, ob Ihre Telefonnummer bestätigt ist

warning-title = Bitte zuerst prüfen
warning-unverified = Hier hat niemand diese App geprüft. Machen Sie nur weiter, wenn Sie den Vorgang selbst begonnen haben und der App vertrauen.
warning-loopback = Der Zugriff geht an ein Programm auf diesem Gerät. Machen Sie nur weiter, wenn Sie es gerade selbst gestartet haben.
warning-private_scheme = Der Zugriff geht an eine App auf diesem Gerät. Eine andere App könnte sich als diese ausgeben.
warning-localhost_document = Diese App beschreibt sich selbst von diesem Gerät aus; ihr Name lässt sich nicht prüfen.
warning-host_mismatch = Zurück geht es zu einer anderen Adresse als der, unter der diese App bekannt ist.

## Devices

device-title = Gerät verbinden
device-lead = Geben Sie den Code ein, den Ihr Gerät zeigt, um es mit Ihrem Konto bei { $app } zu verbinden.
device-code = Code auf Ihrem Gerät
device-code-hint = Acht Buchstaben. Großschreibung, Leerzeichen und Striche spielen keine Rolle.
device-warning = Hat Ihnen jemand diesen Code oder einen Link geschickt oder Sie deswegen angerufen? Dann hören Sie auf: Sie würden dieser Person Zugriff auf Ihr Konto geben.
device-confirm-title = Dieses Gerät verbinden?
device-confirm-lead = Ein Gerät möchte Ihr Konto bei { $app } verwenden. Fahren Sie nur fort, wenn Sie das eben selbst begonnen haben.
device-compare = Fahren Sie nur fort, wenn Ihr Gerät genau diesen Code zeigt.
device-asked = Angefragt
device-asked-ago = { $minutes ->
    [0] vor weniger als einer Minute
    [one] vor { $minutes } Minute
   *[other] vor { $minutes } Minuten
}
device-from = Von
device-approved-title = Ihr Gerät ist verbunden
device-approved-lead = Gehen Sie zurück zu Ihrem Gerät: Es macht gleich von selbst weiter. Sie können diese Seite schließen.
device-denied-title = Es wurde nichts verbunden
device-denied-lead = Das Gerät hat keinen Zugriff auf Ihr Konto. Sie können diese Seite schließen.
device-again = Einen anderen Code eingeben

## Sign out

logout-title = Abmelden?
logout-lead = Sie sind bei { $app } angemeldet.
logout-others = Hier auch angemeldet:
logout-leads-to = Danach geht es weiter zu
logged-out-title = Sie sind abgemeldet
logged-out-lead = Sie können diese Seite jetzt schließen. Bis bald bei { $app }.
logged-out-continue = Zurück zu { $app }
notice-redirect-dropped = Die App wollte Sie an eine Adresse weiterleiten, die nicht für sie eingetragen ist. Darum bleiben Sie hier.

## Connected apps

apps-title = Ihre Apps und Geräte
apps-lead = Was Zugriff auf Ihr Konto bei { $app } hat und wo Sie angemeldet sind.
apps-heading = Verbundene Apps
apps-none = Keine App hat Zugriff auf Ihr Konto.
apps-granted = Zugriff seit
apps-last-used = Zuletzt benutzt
apps-devices = { $count ->
    [one] { $count } Anmeldung
   *[other] { $count } Anmeldungen
}
apps-since = seit { $day }
apps-unknown-device = Unbekanntes Gerät
apps-all = Alle Apps auf einmal
apps-all-hint = Jede App verliert sofort ihren Zugriff und muss Sie neu fragen.
apps-disconnected = Der Zugriff wurde entzogen.
apps-session-ended = Dieser Browser wurde abgemeldet.
sessions-heading = Wo Sie angemeldet sind
sessions-current = Dieser Browser
sessions-since = Angemeldet
sessions-network = Netz

## On the way

handoff-title = Einen Moment
handoff-lead = Es geht weiter zu
completed-title = Alles erledigt
completed-lead = Dieser Schritt ist schon abgeschlossen. Gehen Sie zurück zur App; wenn etwas fehlt, beginnen Sie dort neu.
completed-back = Zur App
check-mail-title = Sehen Sie in Ihre E-Mails
check-mail-lead = Wenn alles stimmt, ist eine Nachricht mit einem Link unterwegs an
check-mail-hint = Nichts da? Sehen Sie im Spam-Ordner nach, oder versuchen Sie es in ein paar Minuten noch einmal.

## Error page

error-return = Wenn Sie zurück zur App möchten, führt der Weg zu
error-code = Fehlercode
error-reference = Kennung

problem-request-title = Mit dieser Anfrage können wir nichts anfangen
problem-invalid-request = Was die App gesendet hat, ist unvollständig oder widerspricht sich.
problem-method = Diese Adresse lässt sich so nicht benutzen.
problem-media-type = Das Formular wurde in einem Format gesendet, das diese Seite nicht liest.
problem-too-large = Was gesendet wurde, ist zu groß.

problem-not-found-title = Hier ist nichts
problem-not-found = Diese Seite gibt es nicht, oder nicht mehr.
problem-switched-off = Diese Funktion wird auf diesem Server nicht verwendet.

problem-rate-limited-title = Bitte etwas langsamer
problem-rate-limited = In kurzer Zeit kamen zu viele Anfragen.
problem-unavailable-title = Gleich wieder da
problem-unavailable = Im Moment können wir nicht antworten. Ihnen geht nichts verloren.
problem-server-error-title = Etwas ist schiefgegangen
problem-server-error = Der Fehler liegt bei uns, nicht bei Ihnen.
problem-form-expired-title = Diese Seite ist veraltet
problem-form-expired = Das Formular war zu lange geöffnet oder kam von woanders. Es wurde nichts geändert.

problem-unknown-client-title = Diese App kennen wir nicht
problem-missing-client = Die Anfrage sagt nicht, von welcher App sie kommt.
problem-unknown-client = Die App, von der Sie kommen, ist bei uns nicht eingetragen.
problem-removed-client-title = Diese App muss sich neu eintragen
problem-removed-client = Ihr Eintrag wurde entfernt: auf Wunsch, oder weil sie lange nicht benutzt wurde.
problem-disabled-client-title = Diese App ist abgeschaltet
problem-disabled-client = Die App, von der Sie kommen, darf zurzeit nicht benutzt werden.
problem-redirect-title = Wir können Sie nicht zurückleiten
problem-redirect = Die App hat für den Rückweg eine Adresse angegeben, die nicht für sie eingetragen ist. Zu Ihrem Schutz halten wir hier an.

problem-unread-document-title = Eine App konnte sich nicht vorstellen
# $host: the host that could not be read.
problem-unread-document = Was die App über sich sagt, konnten wir von { $host } nicht lesen. Das liegt weder an Ihnen noch an der Anfrage der App.

problem-expired-title = Das hat zu lange gedauert
problem-expired = Die Anfrage ist zu Ihrer Sicherheit abgelaufen.
problem-other-browser-title = In einem anderen Browser begonnen
problem-other-browser = Diese Anfrage wurde in einem anderen Browser begonnen, in einem privaten Fenster oder mit abgeschalteten Cookies.
problem-completed-title = Schon abgeschlossen
problem-completed = Diese Anfrage ist beantwortet. Hier ist nichts mehr zu tun.
problem-no-interaction-title = Hier ist nichts zu tun
problem-no-interaction = Diese Seite gehört zur Anfrage einer App, und es gibt gerade keine.
problem-logout-hint-title = Wir können nicht erkennen, wer abgemeldet werden soll
problem-logout-hint = Die App wollte jemanden abmelden, aber wir konnten ihre Angaben nicht prüfen. Es wurde niemand abgemeldet.

problem-refused-title = Die Anfrage der App wurde abgelehnt
problem-unauthorized-client = Die App darf nicht auf diese Weise anfragen.
problem-response-type = Die App möchte eine Art von Antwort, die es hier nicht gibt.
problem-scope = Die App möchte Rechte, die sie nicht bekommen kann.
problem-target = Die App möchte auf etwas zugreifen, das für sie nicht vorgesehen ist.
problem-signed-request = Die App hat ihre Anfrage in einer signierten Form gesendet, die hier nicht verwendet wird.
problem-request-uri-off = Die App verweist auf eine Anfrage, die woanders liegt. Das ist hier nicht möglich.
problem-registration = Die App wollte sich mit ihrer Anfrage zugleich eintragen. Das ist hier nicht möglich.
problem-request-uri = Die App verweist auf eine vorbereitete Anfrage, die unbekannt oder abgelaufen ist.
problem-request-object = Die signierte Anfrage der App ließ sich nicht prüfen.
problem-access-denied-title = Kein Zugriff
problem-access-denied = Der Zugriff wurde abgelehnt. Die App hat nichts erfahren.
problem-person-needed-title = Hier werden Sie gebraucht
problem-login-required = Die App wollte ohne Anmeldeseite auskommen, aber Sie sind nicht angemeldet.
problem-consent-required = Die App wollte ohne Nachfrage auskommen, aber Ihre Zustimmung ist nötig.
problem-account-required = Die App wollte Sie kein Konto wählen lassen, aber eine Auswahl ist nötig.
problem-interaction-required = Die App wollte Ihnen keine Seite zeigen, aber eine ist nötig.
problem-unmet-title = Eine stärkere Anmeldung ist nötig
problem-unmet = Die App verlangt eine Art der Anmeldung, die es für Ihr Konto nicht gibt.

hint-back = Gehen Sie zurück zu der Seite, von der Sie kommen.
hint-tell-app = Gehen Sie zurück zur App und versuchen Sie es noch einmal. Wenn es wieder passiert, sagen Sie den Leuten Bescheid, die die App betreiben.
hint-start-again = Gehen Sie zurück zur App und beginnen Sie neu.
hint-wait = Warten Sie eine Minute und versuchen Sie es dann noch einmal.
hint-reload = Gehen Sie zurück, laden Sie die Seite neu und versuchen Sie es noch einmal.
hint-reference = Bitte versuchen Sie es später noch einmal. Wenn es wieder passiert, nennen Sie uns die Kennung unten.
hint-close = Sie können diese Seite schließen.
hint-sign-in = Gehen Sie zurück zur App und melden Sie sich von dort aus an.
hint-same-browser = Gehen Sie zurück zur App und beginnen Sie in diesem Browser neu, mit eingeschalteten Cookies. Dieser Server hat die Adresse { $address }: Unter einem anderen Namen fehlen seine Cookies.

## For developers

dev-title = Für die Entwicklung der App
dev-rule = Regel
dev-problem = Was nicht stimmt
dev-expected = Erwartet
dev-received = Erhalten
dev-cause = Ursache
dev-nearest = Am ähnlichsten registriert
dev-difference = Unterschied
dev-fix = Was zu tun ist
