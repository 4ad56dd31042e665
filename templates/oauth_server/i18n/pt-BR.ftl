### Textos das páginas em português do Brasil. As explicações estão em en.ftl.

## Every page

layout-host = Você está em

## Buttons

action-sign-in = Entrar
action-sign-up = Criar conta
action-continue = Continuar
action-cancel = Cancelar
action-allow = Permitir
action-deny = Não permitir
action-sign-out = Sair
action-sign-out-all = Sair de todas as contas
action-disconnect = Remover o acesso
action-disconnect-all = Remover o acesso de todos os aplicativos
action-send-link = Enviar o link
action-set-password = Salvar a senha
action-use-another = Usar outra conta
action-back-to-app = Voltar ao aplicativo

## The app that asks

client-label = Aplicativo
client-continue-to = Depois você continuará em
client-unverified = Não verificado
client-website = Site
client-policy = Política de privacidade
client-terms = Termos de serviço

## Sign in

login-title = Entrar
login-lead = Use sua conta de { $app }.
login-again-title = Ainda é você?
login-again-lead = Entre novamente em { $app } para continuar.
login-remember = Manter a sessão aberta
login-forgot = Esqueceu a senha?
login-no-account = É sua primeira vez aqui?
login-sign-up = Crie uma conta
login-or = ou
login-with = Continuar com { $provider }

## Sign up

signup-title = Crie sua conta
signup-lead = Uma conta para tudo em { $app }.
signup-have-account = Já tem uma conta?

## Forgotten password

forgot-title = Esqueceu sua senha?
forgot-lead = Digite o e-mail da sua conta. Se ela existir, enviaremos um link.
forgot-sent = Se houver uma conta com este endereço, uma mensagem com um link está a caminho.
forgot-back = Voltar para o login
reset-title = Escolha uma nova senha
reset-lead = Você sairá de todos os lugares e entrará com a nova senha.
reset-done-title = Sua senha foi alterada
reset-done-lead = Você saiu de todos os lugares. Entre com a nova senha.
reset-refused-title = Este link não pode ser usado
reset-refused-lead = Ele já foi usado, expirou ou está incompleto. Peça um novo.
reset-ask-again = Pedir um novo link
reset-mail-subject = Sua senha de { $app }
reset-mail-lead = Alguém pediu uma nova senha para sua conta de { $app }. Se foi você, abra este link:
reset-mail-life = O link funciona uma única vez, por uma hora.
reset-mail-ignore = Se não foi você, não é preciso fazer nada. Sua senha continua a mesma.

## Fields

field-login = E-mail
field-email = E-mail
field-username = Nome de usuário
field-name = Nome
field-password = Senha
field-new-password = Escolha uma senha
field-optional = (opcional)

error-field-required = Preencha este campo.
error-field-invalid = Isto não parece correto.
error-field-email = Digite um endereço de e-mail, como nome@example.com.
error-field-too-short = Muito curto.
error-field-too-short-min = Muito curto: no mínimo { $min } caracteres.
error-field-too-long = Muito longo.
error-field-too-long-max = Muito longo: no máximo { $max } caracteres, menos com acentos ou outros alfabetos.
error-field-weak-password = Escolha uma senha mais difícil de adivinhar.
error-field-user-code = Este código não está certo, expirou ou já foi digitado. Compare-o com o seu dispositivo; se for igual, comece de novo por lá.

error-form-credentials = O e-mail ou a senha não está correto. Tente novamente.
error-form-rate-limited = Tentativas demais. Espere alguns minutos e tente novamente.
error-form-expired = Esta página ficou aberta por tempo demais. Tente novamente.
error-form-foreign-origin = Este formulário foi enviado por uma página de um endereço diferente de { $origin }. Abra a página em { $origin } e tente novamente; nada foi alterado.
error-form-unavailable = Não funcionou agora. Tente novamente em instantes.
error-form-sign-up = Não conseguimos criar uma conta com esses dados. Se você já tem uma, entre com ela.
error-form-account-gone = Essa conta não está mais conectada aqui. Escolha novamente.
error-form-account-changed = Nesse meio-tempo você trocou de conta. Confira de novo antes de decidir.
error-form-no-decision = Escolha se quer permitir o acesso.
error-form-unreadable = Não foi possível ler o que foi enviado. Tente novamente.

## Choose an account

select-title = Escolha uma conta
select-current = Em uso
select-signed-out = Desconectada

## Consent

consent-title = Permitir o acesso?
consent-lead = Este aplicativo quer usar sua conta de { $app }.
consent-account = Sua conta
consent-switch = Não é você?
consent-scopes = O aplicativo poderá
consent-choose = Escolha o que o aplicativo pode fazer
consent-new = Novo
consent-sensitive = Delicado
consent-before = Você já permitiu
consent-resource = Acesso a
consent-lasts = O acesso vale
consent-offline = também quando você não estiver usando o aplicativo
consent-redirect = Você volta para
consent-first-seen = Visto pela primeira vez

duration-minutes = { $count ->
    [one] por { $count } minuto
   *[other] por { $count } minutos
}
duration-hours = { $count ->
    [one] por { $count } hora
   *[other] por { $count } horas
}
duration-days = { $count ->
    [one] por { $count } dia
   *[other] por { $count } dias
}
duration-years = { $count ->
    [one] por { $count } ano
   *[other] por { $count } anos
}
duration-until-ended = até você encerrar

scope-openid = Confirmar quem você é
scope-profile = Ver seu nome e seu perfil
scope-email = Ver seu endereço de e-mail
scope-address = Ver seu endereço postal
scope-phone = Ver seu número de telefone
scope-offline_access = Continuar conectado na sua ausência

claim-name = Ver seu nome completo
claim-given_name = Ver seu primeiro nome
claim-family_name = Ver seu sobrenome
claim-middle_name = Ver seu nome do meio
claim-nickname = Ver seu apelido
claim-preferred_username = Ver seu nome de usuário
claim-profile = Ver o endereço da sua página de perfil
claim-picture = Ver sua foto
claim-website = Ver o endereço do seu site
claim-gender = Ver seu gênero
claim-birthdate = Ver sua data de nascimento
claim-zoneinfo = Ver seu fuso horário
claim-locale = Ver seu idioma
claim-updated_at = Ver quando seu perfil foi alterado pela última vez
claim-email = Ver seu endereço de e-mail
claim-email_verified = Ver se seu endereço de e-mail foi verificado
claim-address = Ver seu endereço postal
claim-phone_number = Ver seu número de telefone
claim-phone_number_verified = Ver se seu número de telefone foi verificado

warning-title = Confira antes
warning-unverified = Ninguém aqui verificou este aplicativo. Continue somente se foi você que começou e se confia nele.
warning-loopback = O acesso vai para um programa neste dispositivo. Continue somente se você acabou de iniciá-lo.
warning-private_scheme = O acesso vai para um aplicativo neste dispositivo. Outro aplicativo poderia se passar por ele.
warning-localhost_document = Este aplicativo se descreve a partir deste dispositivo; o nome dele não pode ser verificado.
warning-host_mismatch = Você volta para um endereço diferente daquele pelo qual este aplicativo é conhecido.

## Devices

device-title = Conectar um dispositivo
device-lead = Digite o código que o seu dispositivo mostra para conectá-lo à sua conta em { $app }.
device-code = Código no seu dispositivo
device-code-hint = Oito letras. Maiúsculas, espaços e hífens não fazem diferença.
device-warning = Alguém enviou este código ou um link para você, ou ligou por causa disso? Então pare: você daria a essa pessoa acesso à sua conta.
device-confirm-title = Conectar este dispositivo?
device-confirm-lead = Um dispositivo quer usar a sua conta em { $app }. Continue somente se você mesmo acabou de iniciar isto.
device-compare = Continue somente se o seu dispositivo mostrar exatamente este código.
device-asked = Solicitado
device-asked-ago = { $minutes ->
    [0] há menos de um minuto
    [one] há { $minutes } minuto
   *[other] há { $minutes } minutos
}
device-from = De
device-approved-title = O seu dispositivo está conectado
device-approved-lead = Volte ao seu dispositivo: ele continua sozinho em um instante. Você pode fechar esta página.
device-denied-title = Nada foi conectado
device-denied-lead = O dispositivo não tem acesso à sua conta. Você pode fechar esta página.
device-again = Digitar outro código

## Sign out

logout-title = Quer sair?
logout-lead = Sua sessão em { $app } está aberta.
logout-others = Também conectadas aqui:
logout-leads-to = Depois você irá para
logged-out-title = Você saiu
logged-out-lead = Você já pode fechar esta página. Até breve em { $app }.
logged-out-continue = Voltar para { $app }
notice-redirect-dropped = O aplicativo queria enviar você a um endereço que ele não registrou, por isso você fica aqui.

## Connected apps

apps-title = Seus aplicativos e dispositivos
apps-lead = O que tem acesso à sua conta de { $app } e onde você está conectado.
apps-heading = Aplicativos conectados
apps-none = Nenhum aplicativo tem acesso à sua conta.
apps-granted = Acesso desde
apps-last-used = Último uso
apps-devices = { $count ->
    [one] { $count } login
   *[other] { $count } logins
}
apps-since = desde { $day }
apps-unknown-device = Dispositivo desconhecido
apps-all = Todos os aplicativos de uma vez
apps-all-hint = Todos os aplicativos perdem o acesso imediatamente e terão de pedir de novo.
apps-disconnected = O acesso foi retirado.
apps-session-ended = Esse navegador foi desconectado.
sessions-heading = Onde você está conectado
sessions-current = Este navegador
sessions-since = Conectado
sessions-network = Rede

## On the way

handoff-title = Um momento
handoff-lead = Você continua em
completed-title = Tudo pronto
completed-lead = Esta etapa já foi concluída. Volte ao aplicativo; se faltar algo, comece de novo por lá.
completed-back = Ir para o aplicativo
check-mail-title = Confira seu e-mail
check-mail-lead = Se estiver tudo certo, uma mensagem com um link está a caminho de
check-mail-hint = Não chegou? Olhe na pasta de spam ou tente novamente em alguns minutos.

## Error page

error-return = Se quiser voltar ao aplicativo, este link leva a
error-code = Código
error-reference = Referência

problem-request-title = Não podemos usar esta solicitação
problem-invalid-request = O que o aplicativo enviou está incompleto ou se contradiz.
problem-method = Este endereço não pode ser usado desta forma.
problem-media-type = O formulário foi enviado em um formato que esta página não lê.
problem-too-large = O que foi enviado é grande demais.

problem-not-found-title = Não há nada aqui
problem-not-found = Esta página não existe ou deixou de existir.
problem-switched-off = Esta função não é usada neste servidor.

problem-rate-limited-title = Mais devagar, por favor
problem-rate-limited = Houve solicitações demais em pouco tempo.
problem-unavailable-title = Voltamos já
problem-unavailable = Não podemos responder agora. Você não perdeu nada.
problem-server-error-title = Algo deu errado
problem-server-error = O erro é nosso, não seu.
problem-form-expired-title = Esta página está desatualizada
problem-form-expired = O formulário ficou aberto por tempo demais ou veio de outro lugar. Nada foi alterado.

problem-unknown-client-title = Não conhecemos este aplicativo
problem-missing-client = A solicitação não diz de qual aplicativo ela vem.
problem-unknown-client = O aplicativo que enviou você não está registrado aqui.
problem-removed-client-title = Este aplicativo precisa se registrar de novo
problem-removed-client = O registro dele foi removido: a pedido, ou porque ficou muito tempo sem uso.
problem-disabled-client-title = Este aplicativo está desativado
problem-disabled-client = O aplicativo que enviou você não pode ser usado no momento.
problem-redirect-title = Não podemos levar você de volta
problem-redirect = O aplicativo informou um endereço de retorno que não está registrado para ele. Para proteger você, paramos aqui.

problem-unread-document-title = Um aplicativo não pôde se apresentar
# $host: the host that could not be read.
problem-unread-document = Não conseguimos ler em { $host } o que o aplicativo diz sobre si mesmo. Isso não foi causado por você nem pelo aplicativo.

problem-expired-title = Demorou demais
problem-expired = A solicitação expirou para sua segurança.
problem-other-browser-title = Começou em outro navegador
problem-other-browser = Esta solicitação começou em outro navegador, em uma janela privada ou com os cookies desativados.
problem-completed-title = Já concluída
problem-completed = Esta solicitação já foi respondida. Não há mais nada a fazer aqui.
problem-no-interaction-title = Não há nada a fazer aqui
problem-no-interaction = Esta página pertence à solicitação de um aplicativo, e não há nenhuma.
problem-logout-hint-title = Não sabemos quem deve sair
problem-logout-hint = O aplicativo pediu a saída de alguém de uma forma que não pudemos verificar. Ninguém saiu.

problem-refused-title = A solicitação do aplicativo foi recusada
problem-unauthorized-client = O aplicativo não tem permissão para pedir desta forma.
problem-response-type = O aplicativo pediu um tipo de resposta que não existe aqui.
problem-scope = O aplicativo pediu permissões que não pode ter.
problem-target = O aplicativo pediu acesso a algo que não está disponível para ele.
problem-signed-request = O aplicativo enviou a solicitação em uma forma assinada que não é usada aqui.
problem-request-uri-off = O aplicativo apontou para uma solicitação guardada em outro lugar, o que não é possível aqui.
problem-registration = O aplicativo tentou se registrar dentro da solicitação, o que não é possível aqui.
problem-request-uri = O aplicativo apontou para uma solicitação preparada que é desconhecida ou expirou.
problem-request-object = Não foi possível verificar a solicitação assinada do aplicativo.
problem-access-denied-title = Sem acesso
problem-access-denied = O acesso foi negado. Nada foi compartilhado com o aplicativo.
problem-person-needed-title = Precisamos de você
problem-login-required = O aplicativo pediu acesso sem página de entrada, mas sua sessão não está aberta.
problem-consent-required = O aplicativo pediu acesso sem perguntar a você, mas sua aprovação é necessária.
problem-account-required = O aplicativo pediu acesso sem deixar você escolher uma conta, mas a escolha é necessária.
problem-interaction-required = O aplicativo pediu acesso sem mostrar uma página a você, mas ela é necessária.
problem-unmet-title = É preciso uma entrada mais segura
problem-unmet = O aplicativo exige uma forma de entrar que não está disponível para sua conta.

hint-back = Volte à página de onde você veio.
hint-tell-app = Volte ao aplicativo e tente novamente. Se acontecer de novo, avise os responsáveis pelo aplicativo.
hint-start-again = Volte ao aplicativo e comece de novo.
hint-wait = Espere um minuto e tente novamente.
hint-reload = Volte, recarregue a página e tente novamente.
hint-reference = Tente novamente mais tarde. Se acontecer de novo, informe a referência abaixo.
hint-close = Você pode fechar esta página.
hint-sign-in = Volte ao aplicativo e entre por lá.
hint-same-browser = Volte ao aplicativo e comece de novo neste navegador, com os cookies ativados. O endereço deste servidor é { $address }: com outro nome, faltam os cookies dele.

## For developers

dev-title = Para quem desenvolve o aplicativo
dev-rule = Regra
dev-problem = O que está errado
dev-expected = Esperado
dev-received = Recebido
dev-cause = Causa
dev-nearest = Registrada mais parecida
dev-difference = Diferença
dev-fix = O que fazer
