### Textes des pages en français. Les explications se trouvent dans en.ftl.

## Every page

layout-host = Vous êtes sur

## Buttons

action-sign-in = Se connecter
action-sign-up = Créer un compte
action-continue = Continuer
action-cancel = Annuler
action-allow = Autoriser
action-deny = Ne pas autoriser
action-sign-out = Se déconnecter
action-sign-out-all = Déconnecter tous les comptes
action-disconnect = Retirer l’accès
action-disconnect-all = Retirer l’accès à toutes les applications
action-send-link = Envoyer le lien
action-set-password = Enregistrer le mot de passe
action-use-another = Utiliser un autre compte
action-back-to-app = Retourner à l’application

## The app that asks

client-label = Application
client-continue-to = Vous continuerez ensuite vers
client-unverified = Non vérifiée
client-website = Site web
client-policy = Confidentialité
client-terms = Conditions d’utilisation

## Sign in

login-title = Connexion
login-lead = Avec votre compte { $app }.
login-again-title = Est-ce toujours vous ?
login-again-lead = Veuillez vous reconnecter à { $app } pour continuer.
login-remember = Garder ma session ouverte
login-forgot = Mot de passe oublié ?
login-no-account = Nouveau ici ?
login-sign-up = Créer un compte
login-or = ou
login-with = Continuer avec { $provider }

## Sign up

signup-title = Créez votre compte
signup-lead = Un seul compte pour tout, sur { $app }.
signup-have-account = Vous avez déjà un compte ?

## Forgotten password

forgot-title = Mot de passe oublié ?
forgot-lead = Saisissez l’adresse e-mail de votre compte. S’il existe, nous y envoyons un lien.
forgot-sent = S’il existe un compte avec cette adresse, un message avec un lien est en route.
forgot-back = Retour à la connexion
reset-title = Choisissez un nouveau mot de passe
reset-lead = Vous serez déconnecté partout et vous vous connecterez avec le nouveau mot de passe.
reset-done-title = Votre mot de passe est changé
reset-done-lead = Vous êtes déconnecté partout. Connectez-vous avec le nouveau mot de passe.
reset-refused-title = Ce lien ne peut pas servir
reset-refused-lead = Il a déjà servi, a expiré ou n’est pas complet. Demandez-en un nouveau.
reset-ask-again = Demander un nouveau lien
reset-mail-subject = Votre mot de passe { $app }
reset-mail-lead = Quelqu’un a demandé un nouveau mot de passe pour votre compte { $app }. Si c’était vous, ouvrez ce lien :
reset-mail-life = Le lien sert une seule fois, pendant une heure.
reset-mail-ignore = Si ce n’était pas vous, vous n’avez rien à faire. Votre mot de passe reste le même.

## Fields

field-login = Adresse e-mail
field-email = Adresse e-mail
field-username = Nom d’utilisateur
field-name = Nom
field-password = Mot de passe
field-new-password = Choisissez un mot de passe
field-optional = (facultatif)

error-field-required = Veuillez remplir ce champ.
error-field-invalid = Cette valeur ne convient pas.
error-field-email = Veuillez saisir une adresse e-mail, par exemple nom@example.com.
error-field-too-short = C’est trop court.
error-field-too-short-min = C’est trop court : au moins { $min } caractères.
error-field-too-long = C’est trop long.
error-field-too-long-max = C’est trop long : au plus { $max } caractères, moins avec des accents ou d’autres écritures.
error-field-weak-password = Veuillez choisir un mot de passe plus difficile à deviner.
error-field-user-code = Ce code n’est pas correct, a expiré ou a déjà été saisi. Comparez-le avec votre appareil ; s’il est identique, recommencez là-bas.

error-form-credentials = L’adresse e-mail ou le mot de passe est incorrect. Veuillez réessayer.
error-form-rate-limited = Trop de tentatives. Veuillez patienter quelques minutes, puis réessayer.
error-form-expired = Cette page est restée ouverte trop longtemps. Veuillez réessayer.
error-form-foreign-origin = Ce formulaire vient d’une page d’une autre adresse que { $origin }. Ouvrez la page à { $origin } et réessayez ; rien n’a été modifié.
error-form-unavailable = Cela n’a pas fonctionné. Veuillez réessayer dans un instant.
error-form-sign-up = Nous n’avons pas pu créer de compte avec ces informations. Si vous en avez déjà un, connectez-vous.
error-form-account-gone = Ce compte n’est plus connecté ici. Veuillez choisir à nouveau.
error-form-account-changed = Vous avez changé de compte entre-temps. Veuillez vérifier avant de décider.
error-form-no-decision = Veuillez choisir si vous autorisez l’accès.
error-form-unreadable = Votre envoi n’a pas pu être lu. Veuillez réessayer.

## Choose an account

select-title = Choisissez un compte
select-current = Actuel
select-signed-out = Session fermée

## Consent

consent-title = Autoriser l’accès ?
consent-lead = Cette application souhaite utiliser votre compte { $app }.
consent-account = Votre compte
consent-switch = Ce n’est pas vous ?
consent-scopes = L’application pourra
consent-choose = Choisissez ce que l’application peut faire
consent-new = Nouveau
consent-sensitive = Sensible
consent-before = Vous avez déjà autorisé
consent-resource = Accès à
consent-lasts = Durée de l’accès
consent-offline = même quand vous n’utilisez pas l’application
consent-redirect = Vous retournez vers
consent-first-seen = Vue la première fois

duration-minutes = { $count ->
    [one] pendant { $count } minute
   *[other] pendant { $count } minutes
}
duration-hours = { $count ->
    [one] pendant { $count } heure
   *[other] pendant { $count } heures
}
duration-days = { $count ->
    [one] pendant { $count } jour
   *[other] pendant { $count } jours
}
duration-years = { $count ->
    [one] pendant { $count } an
   *[other] pendant { $count } ans
}
duration-until-ended = jusqu’à ce que vous y mettiez fin

scope-openid = Confirmer votre identité
scope-profile = Voir votre nom et votre profil
scope-email = Voir votre adresse e-mail
scope-address = Voir votre adresse postale
scope-phone = Voir votre numéro de téléphone
scope-offline_access = Rester connectée en votre absence

claim-name = Voir votre nom complet
claim-given_name = Voir votre prénom
claim-family_name = Voir votre nom de famille
claim-middle_name = Voir votre deuxième prénom
claim-nickname = Voir votre surnom
claim-preferred_username = Voir votre nom d’utilisateur
claim-profile = Voir l’adresse de votre page de profil
claim-picture = Voir votre photo
claim-website = Voir l’adresse de votre site web
claim-gender = Voir votre genre
claim-birthdate = Voir votre date de naissance
claim-zoneinfo = Voir votre fuseau horaire
claim-locale = Voir votre langue
claim-updated_at = Voir quand votre profil a été modifié pour la dernière fois
claim-email = Voir votre adresse e-mail
claim-email_verified = Voir si votre adresse e-mail est vérifiée
claim-address = Voir votre adresse postale
claim-phone_number = Voir votre numéro de téléphone
claim-phone_number_verified = Voir si votre numéro de téléphone est vérifié

warning-title = À vérifier d’abord
warning-unverified = Personne ici n’a vérifié cette application. Continuez seulement si vous êtes à l’origine de cette demande et si vous lui faites confiance.
warning-loopback = L’accès est donné à un programme de cet appareil. Continuez seulement si vous venez de le lancer vous-même.
warning-private_scheme = L’accès est donné à une application de cet appareil. Une autre application pourrait se faire passer pour elle.
warning-localhost_document = Cette application se décrit elle-même depuis cet appareil ; son nom ne peut pas être vérifié.
warning-host_mismatch = Vous retournez vers une autre adresse que celle sous laquelle cette application est connue.

## Devices

device-title = Connecter un appareil
device-lead = Saisissez le code affiché par votre appareil pour le connecter à votre compte { $app }.
device-code = Code sur votre appareil
device-code-hint = Huit lettres. Les majuscules, les espaces et les tirets n’ont pas d’importance.
device-warning = Quelqu’un vous a envoyé ce code ou un lien, ou vous a appelé à ce sujet ? Alors arrêtez-vous : vous lui donneriez accès à votre compte.
device-confirm-title = Connecter cet appareil ?
device-confirm-lead = Un appareil demande à utiliser votre compte { $app }. Continuez uniquement si vous venez de lancer cela vous-même.
device-compare = Continuez uniquement si votre appareil affiche exactement ce code.
device-asked = Demandé
device-asked-ago = { $minutes ->
    [0] il y a moins d’une minute
    [one] il y a { $minutes } minute
   *[other] il y a { $minutes } minutes
}
device-from = Depuis
device-approved-title = Votre appareil est connecté
device-approved-lead = Retournez à votre appareil : il continue tout seul dans un instant. Vous pouvez fermer cette page.
device-denied-title = Rien n’a été connecté
device-denied-lead = L’appareil n’a pas accès à votre compte. Vous pouvez fermer cette page.
device-again = Saisir un autre code

## Sign out

logout-title = Se déconnecter ?
logout-lead = Votre session sur { $app } est ouverte.
logout-others = Autres sessions ouvertes ici :
logout-leads-to = Ensuite, vous irez vers
logged-out-title = Vous avez fermé la session
logged-out-lead = Vous pouvez fermer cette page. À bientôt sur { $app }.
logged-out-continue = Retour à { $app }
notice-redirect-dropped = L’application voulait vous envoyer vers une adresse qu’elle n’a pas enregistrée ; vous restez donc ici.

## Connected apps

apps-title = Vos applications et appareils
apps-lead = Ce qui a accès à votre compte { $app }, et où vous êtes connecté.
apps-heading = Applications connectées
apps-none = Aucune application n’a accès à votre compte.
apps-granted = Accès depuis
apps-last-used = Dernière utilisation
apps-devices = { $count ->
    [one] { $count } connexion
   *[other] { $count } connexions
}
apps-since = depuis le { $day }
apps-unknown-device = Appareil inconnu
apps-all = Toutes les applications à la fois
apps-all-hint = Chaque application perd aussitôt son accès et devra vous le redemander.
apps-disconnected = L’accès a été retiré.
apps-session-ended = Ce navigateur a été déconnecté.
sessions-heading = Où vous êtes connecté
sessions-current = Ce navigateur
sessions-since = Connecté
sessions-network = Réseau

## On the way

handoff-title = Un instant
handoff-lead = Vous continuez vers
completed-title = C’est fait
completed-lead = Cette étape est déjà terminée. Retournez à l’application ; s’il manque quelque chose, recommencez depuis celle-ci.
completed-back = Aller à l’application
check-mail-title = Consultez vos e-mails
check-mail-lead = Si tout va bien, un message contenant un lien est en route vers
check-mail-hint = Rien reçu ? Regardez dans les indésirables ou réessayez dans quelques minutes.

## Error page

error-return = Si vous souhaitez retourner à l’application, ce lien mène vers
error-code = Code d’erreur
error-reference = Référence

problem-request-title = Cette demande est inutilisable
problem-invalid-request = Ce que l’application a envoyé est incomplet ou se contredit.
problem-method = Cette adresse ne peut pas être utilisée ainsi.
problem-media-type = Le formulaire a été envoyé dans un format que cette page ne lit pas.
problem-too-large = Ce qui a été envoyé est trop volumineux.

problem-not-found-title = Il n’y a rien ici
problem-not-found = Cette page n’existe pas ou n’existe plus.
problem-switched-off = Cette fonction n’est pas utilisée sur ce serveur.

problem-rate-limited-title = Un peu moins vite
problem-rate-limited = Il y a eu trop de demandes en peu de temps.
problem-unavailable-title = De retour dans un instant
problem-unavailable = Nous ne pouvons pas répondre pour le moment. Vous n’avez rien perdu.
problem-server-error-title = Une erreur s’est produite
problem-server-error = L’erreur vient de nous, pas de vous.
problem-form-expired-title = Cette page n’est plus à jour
problem-form-expired = Le formulaire est resté ouvert trop longtemps ou venait d’ailleurs. Rien n’a été modifié.

problem-unknown-client-title = Nous ne connaissons pas cette application
problem-missing-client = La demande n’indique pas de quelle application elle vient.
problem-unknown-client = L’application qui vous a envoyé ici n’est pas enregistrée chez nous.
problem-removed-client-title = Cette application doit s’enregistrer à nouveau
problem-removed-client = Son enregistrement a été supprimé : sur demande, ou parce qu’elle n’a pas servi depuis longtemps.
problem-disabled-client-title = Cette application est désactivée
problem-disabled-client = L’application qui vous a envoyé ici ne peut pas être utilisée pour le moment.
problem-redirect-title = Nous ne pouvons pas vous renvoyer
problem-redirect = L’application a indiqué une adresse de retour qui n’est pas enregistrée pour elle. Pour vous protéger, nous nous arrêtons ici.

problem-unread-document-title = Une application n’a pas pu se présenter
# $host: the host that could not be read.
problem-unread-document = Nous n’avons pas pu lire sur { $host } ce que l’application dit d’elle-même. Ni vous ni l’application n’y êtes pour rien.

problem-expired-title = Cela a pris trop de temps
problem-expired = La demande a expiré pour votre sécurité.
problem-other-browser-title = Commencée dans un autre navigateur
problem-other-browser = Cette demande a été commencée dans un autre navigateur, dans une fenêtre privée ou avec les cookies désactivés.
problem-completed-title = Déjà terminée
problem-completed = Cette demande a reçu sa réponse. Il n’y a plus rien à faire ici.
problem-no-interaction-title = Rien à faire ici
problem-no-interaction = Cette page appartient à la demande d’une application, et il n’y en a pas.
problem-logout-hint-title = Nous ne savons pas qui doit être déconnecté
problem-logout-hint = L’application a demandé une déconnexion d’une façon que nous n’avons pas pu vérifier. Personne n’a été déconnecté.

problem-refused-title = La demande de l’application a été refusée
problem-unauthorized-client = L’application n’est pas autorisée à faire ce genre de demande.
problem-response-type = L’application a demandé un type de réponse qui n’existe pas ici.
problem-scope = L’application a demandé des autorisations qu’elle ne peut pas avoir.
problem-target = L’application a demandé l’accès à quelque chose qui ne lui est pas accessible.
problem-signed-request = L’application a envoyé sa demande sous une forme signée qui n’est pas utilisée ici.
problem-request-uri-off = L’application renvoie à une demande stockée ailleurs, ce qui n’est pas possible ici.
problem-registration = L’application a tenté de s’enregistrer dans sa demande, ce qui n’est pas possible ici.
problem-request-uri = L’application renvoie à une demande préparée qui est inconnue ou a expiré.
problem-request-object = La demande signée de l’application n’a pas pu être vérifiée.
problem-access-denied-title = Pas d’accès
problem-access-denied = L’accès a été refusé. Rien n’a été communiqué à l’application.
problem-person-needed-title = Nous avons besoin de vous
problem-login-required = L’application voulait se passer de page de connexion, mais votre session n’est pas ouverte.
problem-consent-required = L’application voulait se passer de votre accord, mais il est nécessaire.
problem-account-required = L’application voulait se passer du choix d’un compte, mais il est nécessaire.
problem-interaction-required = L’application ne voulait vous montrer aucune page, mais il en faut une.
problem-unmet-title = Une connexion plus sûre est nécessaire
problem-unmet = L’application exige un mode de connexion qui n’est pas disponible pour votre compte.

hint-back = Retournez à la page d’où vous venez.
hint-tell-app = Retournez à l’application et réessayez. Si cela se reproduit, prévenez ses responsables.
hint-start-again = Retournez à l’application et recommencez.
hint-wait = Patientez une minute, puis réessayez.
hint-reload = Revenez en arrière, rechargez la page et réessayez.
hint-reference = Veuillez réessayer plus tard. Si cela se reproduit, communiquez-nous la référence ci-dessous.
hint-close = Vous pouvez fermer cette page.
hint-sign-in = Retournez à l’application et connectez-vous depuis celle-ci.
hint-same-browser = Retournez à l’application et recommencez dans ce navigateur, avec les cookies activés. L’adresse de ce serveur est { $address } : sous un autre nom, ses cookies manquent.

## For developers

dev-title = Pour les développeurs de l’application
dev-rule = Règle
dev-problem = Ce qui ne va pas
dev-expected = Attendu
dev-received = Reçu
dev-cause = Cause
dev-nearest = La plus proche enregistrée
dev-difference = Différence
dev-fix = Que faire
