### Textos de las páginas en español. Las explicaciones están en en.ftl.

## Every page

layout-host = Estás en

## Buttons

action-sign-in = Iniciar sesión
action-sign-up = Crear cuenta
action-continue = Continuar
action-cancel = Cancelar
action-allow = Permitir
action-deny = No permitir
action-sign-out = Cerrar sesión
action-sign-out-all = Cerrar sesión en todas las cuentas
action-disconnect = Retirar el acceso
action-disconnect-all = Retirar el acceso a todas las aplicaciones
action-send-link = Enviar el enlace
action-set-password = Guardar la contraseña
action-use-another = Usar otra cuenta
action-back-to-app = Volver a la aplicación

## The app that asks

client-label = Aplicación
client-continue-to = Después continuarás en
client-unverified = Sin verificar
client-website = Sitio web
client-policy = Política de privacidad
client-terms = Condiciones del servicio

## Sign in

login-title = Iniciar sesión
login-lead = Usa tu cuenta de { $app }.
login-again-title = ¿Sigues siendo tú?
login-again-lead = Vuelve a iniciar sesión en { $app } para continuar.
login-remember = Mantener la sesión iniciada
login-forgot = ¿Has olvidado la contraseña?
login-no-account = ¿Es tu primera vez aquí?
login-sign-up = Crea una cuenta
login-or = o
login-with = Continuar con { $provider }

## Sign up

signup-title = Crea tu cuenta
signup-lead = Una sola cuenta para todo en { $app }.
signup-have-account = ¿Ya tienes una cuenta?

## Forgotten password

forgot-title = ¿Has olvidado tu contraseña?
forgot-lead = Escribe el correo electrónico de tu cuenta. Si existe, le enviaremos un enlace.
forgot-sent = Si hay una cuenta con esta dirección, un mensaje con un enlace está en camino.
forgot-back = Volver a iniciar sesión
reset-title = Elige una contraseña nueva
reset-lead = Se cerrará tu sesión en todas partes y entrarás con la contraseña nueva.
reset-done-title = Tu contraseña ha cambiado
reset-done-lead = Se ha cerrado tu sesión en todas partes. Inicia sesión con la contraseña nueva.
reset-refused-title = Este enlace no sirve
reset-refused-lead = Ya se usó, ha caducado o no está completo. Pide uno nuevo.
reset-ask-again = Pedir un enlace nuevo
reset-mail-subject = Tu contraseña de { $app }
reset-mail-lead = Alguien ha pedido una contraseña nueva para tu cuenta de { $app }. Si has sido tú, abre este enlace:
reset-mail-life = El enlace sirve una sola vez y durante una hora.
reset-mail-ignore = Si no has sido tú, no tienes que hacer nada. Tu contraseña sigue igual.

## Fields

field-login = Correo electrónico
field-email = Correo electrónico
field-username = Nombre de usuario
field-name = Nombre
field-password = Contraseña
field-new-password = Elige una contraseña
field-optional = (opcional)

error-field-required = Rellena este campo.
error-field-invalid = Este dato no parece correcto.
error-field-email = Escribe una dirección de correo, como nombre@example.com.
error-field-too-short = Es demasiado corto.
error-field-too-short-min = Es demasiado corto: al menos { $min } caracteres.
error-field-too-long = Es demasiado largo.
error-field-too-long-max = Es demasiado largo: como máximo { $max } caracteres, menos con acentos u otros alfabetos.
error-field-weak-password = Elige una contraseña más difícil de adivinar.
error-field-user-code = Este código no es correcto, ha caducado o ya se introdujo. Compáralo con tu dispositivo; si es el mismo, empieza allí de nuevo.

error-form-credentials = El correo o la contraseña no son correctos. Inténtalo de nuevo.
error-form-rate-limited = Demasiados intentos. Espera unos minutos y vuelve a intentarlo.
error-form-expired = Esta página ha estado abierta demasiado tiempo. Inténtalo de nuevo.
error-form-foreign-origin = Este formulario lo envió una página de otra dirección que { $origin }. Abre la página en { $origin } e inténtalo de nuevo; no se ha cambiado nada.
error-form-unavailable = Ahora mismo no ha funcionado. Inténtalo de nuevo en un momento.
error-form-sign-up = No hemos podido crear una cuenta con estos datos. Si ya tienes una, inicia sesión con ella.
error-form-account-gone = Esa cuenta ya no tiene la sesión iniciada aquí. Elige de nuevo.
error-form-account-changed = Mientras tanto has cambiado a otra cuenta. Revisa de nuevo antes de decidir.
error-form-no-decision = Elige si quieres permitir el acceso.
error-form-unreadable = No hemos podido leer los datos enviados. Inténtalo de nuevo.

## Choose an account

select-title = Elige una cuenta
select-current = En uso
select-signed-out = Sesión cerrada

## Consent

consent-title = ¿Permitir el acceso?
consent-lead = Esta aplicación quiere usar tu cuenta de { $app }.
consent-account = Tu cuenta
consent-switch = ¿No eres tú?
consent-scopes = La aplicación podrá
consent-choose = Elige qué puede hacer la aplicación
consent-new = Nuevo
consent-sensitive = Delicado
consent-before = Ya habías permitido
consent-resource = Acceso a
consent-lasts = Duración
consent-offline = también cuando no uses la aplicación
consent-redirect = Volverás a
consent-first-seen = Vista por primera vez

duration-minutes = { $count ->
    [one] durante { $count } minuto
   *[other] durante { $count } minutos
}
duration-hours = { $count ->
    [one] durante { $count } hora
   *[other] durante { $count } horas
}
duration-days = { $count ->
    [one] durante { $count } día
   *[other] durante { $count } días
}
duration-years = { $count ->
    [one] durante { $count } año
   *[other] durante { $count } años
}
duration-until-ended = hasta que tú lo retires

scope-openid = Confirmar quién eres
scope-profile = Ver tu nombre y tu perfil
scope-email = Ver tu dirección de correo
scope-address = Ver tu dirección postal
scope-phone = Ver tu número de teléfono
scope-offline_access = Seguir conectada cuando no estés

claim-name = Ver tu nombre completo
claim-given_name = Ver tu nombre de pila
claim-family_name = Ver tus apellidos
claim-middle_name = Ver tu segundo nombre
claim-nickname = Ver tu apodo
claim-preferred_username = Ver tu nombre de usuario
claim-profile = Ver la dirección de tu página de perfil
claim-picture = Ver tu foto
claim-website = Ver la dirección de tu sitio web
claim-gender = Ver tu género
claim-birthdate = Ver tu fecha de nacimiento
claim-zoneinfo = Ver tu zona horaria
claim-locale = Ver tu idioma
claim-updated_at = Ver cuándo se modificó tu perfil por última vez
claim-email = Ver tu dirección de correo
claim-email_verified = Ver si tu dirección de correo está verificada
claim-address = Ver tu dirección postal
claim-phone_number = Ver tu número de teléfono
claim-phone_number_verified = Ver si tu número de teléfono está verificado

warning-title = Comprueba esto primero
warning-unverified = Aquí nadie ha revisado esta aplicación. Continúa solo si has empezado tú y confías en ella.
warning-loopback = El acceso va a un programa de este dispositivo. Continúa solo si acabas de iniciarlo tú.
warning-private_scheme = El acceso va a una aplicación de este dispositivo. Otra aplicación podría hacerse pasar por ella.
warning-localhost_document = Esta aplicación se describe a sí misma desde este dispositivo; su nombre no se puede comprobar.
warning-host_mismatch = Volverás a una dirección distinta de aquella por la que se conoce esta aplicación.

## Devices

device-title = Conectar un dispositivo
device-lead = Introduce el código que muestra tu dispositivo para conectarlo con tu cuenta de { $app }.
device-code = Código en tu dispositivo
device-code-hint = Ocho letras. No importan las mayúsculas, los espacios ni los guiones.
device-warning = ¿Alguien te ha enviado este código o un enlace, o te ha llamado por ello? Entonces no sigas: le darías acceso a tu cuenta.
device-confirm-title = ¿Conectar este dispositivo?
device-confirm-lead = Un dispositivo quiere usar tu cuenta de { $app }. Sigue solo si acabas de empezar esto por tu cuenta.
device-compare = Sigue solo si tu dispositivo muestra exactamente este código.
device-asked = Solicitado
device-asked-ago = { $minutes ->
    [0] hace menos de un minuto
    [one] hace { $minutes } minuto
   *[other] hace { $minutes } minutos
}
device-from = Desde
device-approved-title = Tu dispositivo está conectado
device-approved-lead = Vuelve a tu dispositivo: seguirá por sí solo en un momento. Puedes cerrar esta página.
device-denied-title = No se ha conectado nada
device-denied-lead = El dispositivo no tiene acceso a tu cuenta. Puedes cerrar esta página.
device-again = Introducir otro código

## Sign out

logout-title = ¿Cerrar sesión?
logout-lead = Tienes la sesión iniciada en { $app }.
logout-others = También con sesión iniciada aquí:
logout-leads-to = Después irás a
logged-out-title = Has cerrado sesión
logged-out-lead = Ya puedes cerrar esta página. Hasta pronto en { $app }.
logged-out-continue = Volver a { $app }
notice-redirect-dropped = La aplicación quería enviarte a una dirección que no tiene registrada, así que te quedas aquí.

## Connected apps

apps-title = Tus aplicaciones y dispositivos
apps-lead = Qué tiene acceso a tu cuenta de { $app } y dónde has iniciado sesión.
apps-heading = Aplicaciones conectadas
apps-none = Ninguna aplicación tiene acceso a tu cuenta.
apps-granted = Acceso desde
apps-last-used = Último uso
apps-devices = { $count ->
    [one] { $count } inicio de sesión
   *[other] { $count } inicios de sesión
}
apps-since = desde { $day }
apps-unknown-device = Dispositivo desconocido
apps-all = Todas las aplicaciones a la vez
apps-all-hint = Todas las aplicaciones pierden el acceso de inmediato y tendrán que volver a pedírtelo.
apps-disconnected = Se ha retirado el acceso.
apps-session-ended = Se ha cerrado la sesión en ese navegador.
sessions-heading = Dónde has iniciado sesión
sessions-current = Este navegador
sessions-since = Sesión iniciada
sessions-network = Red

## On the way

handoff-title = Un momento
handoff-lead = Te estamos llevando a
completed-title = Todo listo
completed-lead = Este paso ya se completó. Vuelve a la aplicación; si falta algo, empieza de nuevo desde allí.
completed-back = Ir a la aplicación
check-mail-title = Mira tu correo
check-mail-lead = Si todo va bien, un mensaje con un enlace va de camino a
check-mail-hint = ¿No ha llegado? Mira en la carpeta de spam o inténtalo de nuevo en unos minutos.

## Error page

error-return = Si quieres volver a la aplicación, este enlace lleva a
error-code = Código
error-reference = Referencia

problem-request-title = No podemos usar esta solicitud
problem-invalid-request = Lo que ha enviado la aplicación está incompleto o se contradice.
problem-method = Esta dirección no se puede usar así.
problem-media-type = El formulario se envió en un formato que esta página no lee.
problem-too-large = Lo que se envió es demasiado grande.

problem-not-found-title = Aquí no hay nada
problem-not-found = Esta página no existe o ya no existe.
problem-switched-off = Esta función no se usa en este servidor.

problem-rate-limited-title = Un poco más despacio
problem-rate-limited = Ha habido demasiadas solicitudes en poco tiempo.
problem-unavailable-title = Volvemos enseguida
problem-unavailable = Ahora mismo no podemos responder. No has perdido nada.
problem-server-error-title = Algo ha salido mal
problem-server-error = El error es nuestro, no tuyo.
problem-form-expired-title = Esta página ya no es válida
problem-form-expired = El formulario estuvo abierto demasiado tiempo o venía de otro sitio. No se ha cambiado nada.

problem-unknown-client-title = No conocemos esta aplicación
problem-missing-client = La solicitud no dice de qué aplicación viene.
problem-unknown-client = La aplicación que te ha enviado aquí no está registrada.
problem-removed-client-title = Esta aplicación tiene que registrarse de nuevo
problem-removed-client = Se eliminó su registro: a petición, o porque no se usó durante mucho tiempo.
problem-disabled-client-title = Esta aplicación está desactivada
problem-disabled-client = La aplicación que te ha enviado aquí no se puede usar por ahora.
problem-redirect-title = No podemos llevarte de vuelta
problem-redirect = La aplicación indicó una dirección de vuelta que no tiene registrada. Para protegerte, nos detenemos aquí.

problem-unread-document-title = Una aplicación no ha podido presentarse
# $host: the host that could not be read.
problem-unread-document = No hemos podido leer de { $host } lo que la aplicación dice de sí misma. No se debe a nada que tú o la aplicación hayáis hecho aquí.

problem-expired-title = Ha pasado demasiado tiempo
problem-expired = La solicitud ha caducado por tu seguridad.
problem-other-browser-title = Empezó en otro navegador
problem-other-browser = Esta solicitud empezó en otro navegador, en una ventana privada o con las cookies desactivadas.
problem-completed-title = Ya está completado
problem-completed = Esta solicitud ya tiene respuesta. No hay nada más que hacer aquí.
problem-no-interaction-title = Aquí no hay nada que hacer
problem-no-interaction = Esta página pertenece a la solicitud de una aplicación, y no hay ninguna.
problem-logout-hint-title = No sabemos quién debe cerrar sesión
problem-logout-hint = La aplicación pidió cerrar la sesión de alguien de una forma que no pudimos comprobar. No se ha cerrado ninguna sesión.

problem-refused-title = La solicitud de la aplicación se ha rechazado
problem-unauthorized-client = La aplicación no tiene permiso para pedir de esta forma.
problem-response-type = La aplicación pidió un tipo de respuesta que aquí no existe.
problem-scope = La aplicación pidió permisos que no puede tener.
problem-target = La aplicación pidió acceso a algo que no está disponible para ella.
problem-signed-request = La aplicación envió su solicitud en una forma firmada que aquí no se usa.
problem-request-uri-off = La aplicación remitió a una solicitud guardada en otro lugar, y eso aquí no es posible.
problem-registration = La aplicación intentó registrarse dentro de su solicitud, y eso aquí no es posible.
problem-request-uri = La aplicación remitió a una solicitud preparada que no se conoce o ha caducado.
problem-request-object = No se pudo comprobar la solicitud firmada de la aplicación.
problem-access-denied-title = Sin acceso
problem-access-denied = Se denegó el acceso. No se ha compartido nada con la aplicación.
problem-person-needed-title = Te necesitamos a ti
problem-login-required = La aplicación pidió acceso sin página de inicio de sesión, pero no has iniciado sesión.
problem-consent-required = La aplicación pidió acceso sin preguntarte, pero hace falta tu aprobación.
problem-account-required = La aplicación pidió acceso sin dejarte elegir una cuenta, pero hace falta elegir.
problem-interaction-required = La aplicación pidió acceso sin mostrarte una página, pero hace falta una.
problem-unmet-title = Hace falta un inicio de sesión más seguro
problem-unmet = La aplicación exige una forma de iniciar sesión que no está disponible para tu cuenta.

hint-back = Vuelve a la página de la que vienes.
hint-tell-app = Vuelve a la aplicación e inténtalo de nuevo. Si se repite, avisa a quienes la gestionan.
hint-start-again = Vuelve a la aplicación y empieza de nuevo.
hint-wait = Espera un minuto y vuelve a intentarlo.
hint-reload = Vuelve atrás, recarga la página e inténtalo de nuevo.
hint-reference = Inténtalo más tarde. Si se repite, danos la referencia de abajo.
hint-close = Puedes cerrar esta página.
hint-sign-in = Vuelve a la aplicación e inicia sesión desde allí.
hint-same-browser = Vuelve a la aplicación y empieza de nuevo en este navegador, con las cookies activadas. La dirección de este servidor es { $address }: con otro nombre faltan sus cookies.

## For developers

dev-title = Para quien desarrolla la aplicación
dev-rule = Regla
dev-problem = Qué falla
dev-expected = Se esperaba
dev-received = Se recibió
dev-cause = Causa
dev-nearest = Registrada más parecida
dev-difference = Diferencia
dev-fix = Qué hacer
