# The texts of the pages in Spanish.

## The language

language-name = Español
language-direction = ltr
language-formats = es
time-in-utc = { $time } UTC
ago-now = ahora mismo
ago-minutes =
    { $count ->
        [one] hace { $count } minuto
       *[other] hace { $count } minutos
    }
ago-hours =
    { $count ->
        [one] hace { $count } hora
       *[other] hace { $count } horas
    }
ago-days =
    { $count ->
        [one] hace { $count } día
       *[other] hace { $count } días
    }
ago-months =
    { $count ->
        [one] hace { $count } mes
       *[other] hace { $count } meses
    }
ago-years =
    { $count ->
        [one] hace { $count } año
       *[other] hace { $count } años
    }
list-separator = ,
label = { $label }:

## Buttons and links

continue = Continuar
continue-with = Continuar con { $provider }
sign-in-with-google = Iniciar sesión con Google
sign-in-with-apple = Iniciar sesión con Apple
sign-in-with-microsoft = Iniciar sesión con Microsoft
last-used = Usado la última vez
cancel = Cancelar
start-again = Empezar de nuevo
try-again = Reintentar
sign-in = Iniciar sesión
sign-in-to = Iniciar sesión en { $app }
sign-in-again = Volver a iniciar sesión
sign-in-with = Iniciar sesión con { $provider }
sign-in-with-another = Iniciar sesión con otro método
other-ways-to-sign-in = Otras formas de iniciar sesión
use-another-account = Usar otra cuenta
sign-out = Cerrar sesión
sign-out-of-both = Cerrar ambas sesiones
sign-out-everywhere-else = Cerrar sesión en los demás dispositivos
sign-out-here-too = Cerrar sesión aquí también
stay-signed-in = Mantener la sesión iniciada
back-to-account = Volver a su cuenta
back-to-app = Volver a { $app }

## Sentences of several pages

signed-in-as = Ha iniciado sesión como { $person }.
confirm-recorded = Ninguno de sus proveedores puede demostrar que usted acaba de iniciar sesión, así que confirme que esto es lo que desea. El cambio queda registrado.

## The end of each page

language = Idioma
link-privacy = Privacidad
link-terms = Condiciones de uso
link-imprint = Aviso legal
link-support = Ayuda
powered-by = Con la tecnología de { $name }

## The login page

no-providers = Todavía no se ha configurado ninguna forma de iniciar sesión.
search-providers = Buscar una forma de iniciar sesión
search = Buscar
search-found-none = Ninguna forma de iniciar sesión coincide con «{ $query }».
show-all = Mostrar todo
email-address = Correo electrónico
email-address-invalid = Introduzca una dirección de correo electrónico, por ejemplo, nombre@example.com.
address-leads-nowhere = No se ha encontrado ninguna forma de iniciar sesión para esta dirección de correo electrónico.
use-email-address = Usar una dirección de correo electrónico

## Before a login with another account, at a provider that does not ask for the account

another-account-hint = { $provider } inicia su sesión con la cuenta que usted usa allí y no le pregunta cuál. Para usar otra cuenta, cierre primero la sesión en { $provider }, por ejemplo, en otra pestaña. Después, vuelva a esta página.

## The consent page

consent-title = Continuar a { $app }
consent-question = ¿Continuar a { $app }?
consent-host-listed = El operador de este sitio permite las aplicaciones de { $host }, pero no ha verificado esta.
consent-host-unknown = El operador de este sitio no conoce esta aplicación. Procede de { $host }.
consent-own-name = Se presenta como «{ $name }».
consent-only-if-started = Continúe solo si la ha iniciado usted.
consent-account-at = Ha iniciado sesión con su cuenta de { $provider }.
consent-signed-in-as-with-email = Ha iniciado sesión como { $person } ({ $email }).
consent-not-you = ¿No es usted?
consent-homepage = Acerca de { $app }
consent-grants = Si continúa, { $app }
grant-openid = le reconocerá: conocerá su identificador en este sitio.
grant-profile = verá su nombre, su nombre de usuario, su foto y los demás datos de su perfil.
grant-email = verá su dirección de correo electrónico.
grant-groups = verá los grupos a los que pertenece.
grant-offline-access = mantendrá la sesión iniciada en su ausencia, hasta que usted cierre sesión o finalice la sesión de la aplicación en la página de su cuenta.
grant-other = podrá usar en su nombre: { $scope }
consent-resource = El acceso se limita a { $resource }.
consent-answer-to-host = La respuesta se envía a { $host }.
consent-answer-to-program = La respuesta se envía a un programa de este equipo.
consent-elsewhere = { $host } es un sitio distinto de { $app }.

## On the way to the app

form-post-back = Su navegador le lleva de vuelta a { $app }. Si no ocurre nada, pulse el botón.
continue-title = Un momento
continue-by-itself = Su navegador continúa automáticamente. Si no ocurre nada, pulse el botón.
continue-from-elsewhere = Otro sitio le ha enviado aquí. Pulse el botón para continuar.

## The logout pages

sign-out-question = ¿Cerrar sesión?
sign-out-asked-by = { $app } solicita cerrar su sesión.
sign-out-reach = Si cierra la sesión aquí, también se cerrará en las aplicaciones a las que accedió desde este sitio.
signed-out = Ha cerrado sesión
signed-out-title = Sesión cerrada
signed-out-hint = Puede cerrar esta página.
signed-out-of-title = Sesión cerrada en { $app }
signed-out-of = Ha cerrado sesión en { $app }.
signed-out-of-application = Ha cerrado sesión en la aplicación.
signed-out-everywhere = También se ha cerrado la sesión en este sitio, con la que accedió a esa aplicación, y en todas las aplicaciones que dependían de dicha sesión.
signed-out-still-here = Es posible que aquí siga teniendo la sesión iniciada.

## Two session cookies

cookies-conflict-title = Dos inicios de sesión a la vez
cookies-conflict-sentence = Su navegador envió las cookies de dos inicios de sesión distintos, por lo que no se puede saber cuál es el suyo. Es posible que otro sitio del mismo dominio haya creado una de ellas.

## The account page

account-title = Su cuenta
account-signed-in = Ha iniciado sesión
account-email = Correo electrónico
account-email-not-verified = sin verificar
account-signed-in-with = Sesión iniciada con
account-since = Desde
account-until = Hasta (si no se usa)
account-id = Su identificador aquí
devices = Sus dispositivos
device-browser-on-os = { $browser } en { $os }
device-unknown = Dispositivo desconocido
device-current = este dispositivo
device-last-seen = Última actividad: { $time }
device-apps = Sesión iniciada en
device-sign-out-of = Cerrar sesión ({ $device }, última actividad: { $time })
device-signed-in-with = Sesión iniciada con { $provider }
apps = Sus aplicaciones
app-sign-out-of = Cerrar sesión en { $app }, { $device }
consents = Aplicaciones con acceso a su cuenta
consent-since = Acceso concedido: { $time }
consent-details = Detalles
consent-allowed = { $app }
consent-withdraw = Quitar acceso
consent-withdraw-named = Quitar acceso: { $app }
page-of = { $first }–{ $last } de { $total }
page-previous = Página anterior
page-next = Página siguiente
sign-ins = Inicios de sesión recientes
sign-ins-hint = Si no reconoce un inicio de sesión, cierre la sesión en ese dispositivo y revise su cuenta en el proveedor.
identities = Formas de iniciar sesión
identity-last-used = Último uso: { $time }
identity-will-be-removed = Se quitará el { $time }, como se solicitó aquí.
identity-will-be-removed-hint = Si no fue usted, consérvela y cierre la sesión en sus demás dispositivos.
identity-keep = Conservar
identity-keep-named = Conservar { $provider }, { $identity }
identity-remove = Quitar
identity-remove-named = Quitar { $provider }, { $identity }
identity-remove-later = Quitar dentro de siete días
identity-add = Añadir
identity-add-named = Añadir { $provider }
identities-removal-hint = Al quitar una, se cierra la sesión en todos los dispositivos en los que haya iniciado sesión con ella.
own-data = Sus datos
own-data-download = Descargar sus datos
delete-account = Eliminar cuenta
delete-account-question = ¿Eliminar su cuenta?
delete-account-final = Esta acción no se puede deshacer.
delete-account-lost = Se eliminarán su perfil, sus formas de iniciar sesión y la lista de sus dispositivos.
delete-account-signs-out = Se cerrará la sesión en todos sus dispositivos y en las aplicaciones a las que accedió desde este sitio.
delete-account-apps = Las aplicaciones conservan los datos que hayan guardado sobre usted. Diríjase a ellas si desea que también se eliminen.
delete-account-new = Si más adelante vuelve a iniciar sesión aquí, tendrá una cuenta nueva. Las aplicaciones le tratarán entonces como a una persona nueva.
delete-account-kept = Lo que se registró por motivos de seguridad, como la fecha y la hora de sus inicios de sesión, se conserva durante un tiempo limitado.
delete-account-sign-in = Para eliminar su cuenta, primero vuelva a iniciar sesión. Todavía no se ha eliminado nada.
delete-account-type = Para confirmar, escriba { $text }
delete-account-wrong = El texto no coincide. No se ha eliminado nada.
delete-account-other = Esta es otra cuenta
delete-account-other-sentence = Usted quería eliminar otra cuenta. No se ha eliminado nada.
account-deleted-title = Cuenta eliminada
account-deleted = Se ha eliminado su cuenta
account-deleted-sentence = Se ha cerrado su sesión en todas partes. Si vuelve a iniciar sesión aquí, tendrá una cuenta nueva.
claim-given-name = Nombre
claim-family-name = Apellidos
claim-middle-name = Segundo nombre
claim-nickname = Apodo
claim-profile = Perfil
claim-website = Sitio web
claim-zoneinfo = Zona horaria
claim-locale = Idioma
claim-updated-at = Última actualización

## Before something on the account page is ended

end-device-question = ¿Cerrar sesión en { $device }?
end-device-sentence = Tendrá que volver a iniciar sesión allí. También se cerrará la sesión en las aplicaciones en las que la haya iniciado desde ese dispositivo.
end-device-current = Es el dispositivo que está usando ahora.
end-others-question = ¿Cerrar sesión en los demás dispositivos?
end-others-sentence =
    { $count ->
        [one] Se cerrará la sesión en su otro dispositivo y en las aplicaciones en las que la haya iniciado desde él. En este, la sesión seguirá abierta.
       *[other] Se cerrará la sesión en sus otros { $count } dispositivos y en las aplicaciones en las que la haya iniciado desde ellos. En este, la sesión seguirá abierta.
    }
end-app-question = ¿Cerrar sesión en { $app }?
end-app-sentence = Se cerrará la sesión en { $app } ({ $device }). Por lo demás, su sesión seguirá abierta en ese dispositivo.
withdraw-question = ¿Quitar el acceso de { $app }?
withdraw-sentence = { $app } perderá el acceso que usted le concedió, y se cerrará la sesión en esa aplicación en todos sus dispositivos.

## On the account page, after it

done-device = Se ha cerrado la sesión en el dispositivo.
done-others = Se ha cerrado la sesión en sus demás dispositivos.
done-app = Se ha cerrado su sesión en la aplicación.
done-consent = Se ha quitado el acceso de la aplicación.
done-identity = Se ha quitado la forma de iniciar sesión.
done-identity-requested = La forma de iniciar sesión se quitará dentro de siete días.
done-identity-kept = Se conserva la forma de iniciar sesión.

## Adding and removing a way to sign in

confirm-identity-title = ¿Cambiar sus formas de iniciar sesión?
confirm-identity-adds = Está a punto de añadir una forma de iniciar sesión: { $provider }. Cualquier persona que pueda iniciar sesión allí podrá usar esta cuenta.
remove-identity-question = ¿Quitar { $provider }?
remove-identity-removes = Está a punto de quitar una forma de iniciar sesión: { $provider }, { $identity }. Se cerrará la sesión en todos los dispositivos en los que haya iniciado sesión con ella.
remove-identity-own = Es la que ha usado para iniciar la sesión actual, así que también se cerrará la sesión aquí.
remove-identity-requested = Se quitará el { $time }. Hasta entonces, puede conservarla en la página de su cuenta.
remove-identity-later = Inició sesión aquí con otra. Por eso se quitará dentro de siete días y, hasta entonces, puede conservarla en la página de su cuenta desde cualquiera de sus dispositivos.
remove-identity-at-once = Si inicia sesión con ella ahora, podrá quitarla de inmediato.
identity-removed-title = Forma de iniciar sesión quitada
identity-removed = Se ha quitado { $provider }
identity-removed-sentence = { $identity } ya no da acceso a su cuenta. Usted había iniciado sesión de esa forma, así que la sesión se ha cerrado aquí y en todos los demás dispositivos en los que la inició así.

## Refused requests: one sentence, and the title

problem-signed-in-as = Ha iniciado sesión como { $account } en { $provider }.
problem-disabled = La cuenta de esta persona se ha desactivado aquí. El operador de este sitio puede volver a activarla.
problem-not-allowed = Esta cuenta no tiene permiso para iniciar sesión aquí.
problem-not-allowed-app = Esta cuenta no tiene permiso para usar { $app }.
problem-needs-operator = Esta forma de iniciar sesión no funcionará hasta que el operador de este sitio o del proveedor cambie un ajuste.
problem-rate-limited =
    { $seconds ->
        [one] Ha habido demasiados intentos desde su red. Vuelva a intentarlo dentro de { $seconds } segundo.
       *[other] Ha habido demasiados intentos desde su red. Vuelva a intentarlo dentro de { $seconds } segundos.
    }
problem-wrong-browser-cookie = Si es el mismo navegador, no guarda la cookie { $cookie }: permita las cookies para este sitio.
problem-cookie = El navegador no envió la cookie { $cookie }, que este sitio había creado. Permita las cookies para este sitio y vuelva a intentarlo.
problem-reference = Si el problema continúa, facilite esta referencia al operador de este sitio: { $reference }
refusal-invalid-request = La dirección o el formulario no son correctos.
    .title = La solicitud no es válida
refusal-media-type = La solicitud tiene un tipo de contenido que no se admite aquí.
    .title = Tipo de contenido no admitido
refusal-too-large = La solicitud es demasiado grande.
    .title = La solicitud es demasiado grande
refusal-uri-too-long = La dirección es demasiado larga.
    .title = La dirección es demasiado larga
refusal-headers-too-large = El navegador envió demasiados datos. Borrar las cookies de este sitio lo soluciona.
    .title = Las cabeceras son demasiado grandes
refusal-not-found = La dirección no existe.
    .title = Aquí no hay nada
refusal-method-not-allowed = La dirección no responde a este tipo de solicitud.
    .title = No admitido
refusal-rate-limited = Ha habido demasiados intentos desde su red. Vuelva a intentarlo más tarde.
    .title = Demasiados intentos
refusal-cookie-not-kept = Su navegador no guarda la cookie de este sitio, así que el inicio de sesión se repite una y otra vez.
    .title = Su navegador no guarda una cookie
refusal-no-session = No ha iniciado sesión.
    .title = Sesión no iniciada
refusal-session-cookies-conflict = Su navegador envió las cookies de dos sesiones distintas, así que ninguna es válida.
    .title = Dos cookies de sesión
refusal-session-expired = Se ha cerrado su sesión por inactividad.
    .title = La sesión ha caducado
refusal-session-revoked = Esta sesión ha sido cerrada desde otro dispositivo, por un administrador o desde su proveedor. Por eso ya no tiene la sesión iniciada.
    .title = La sesión se ha cerrado
refusal-bearer-invalid = El token de acceso no es válido.
    .title = El token de acceso no es válido
refusal-insufficient-scope = El token de acceso no lo permite.
    .title = No permitido
refusal-foreign-origin = La solicitud procedía de otro sitio y no se ha ejecutado.
    .title = Origen no permitido
refusal-admin-token = Falta el token de administrador o es incorrecto.
    .title = Se necesita el token de administrador
refusal-internal = Se ha producido un error por nuestra parte.
    .title = Se ha producido un error
refusal-database-unavailable = No es posible iniciar sesión en este momento. Vuelva a intentarlo dentro de un momento.
    .title = No disponible en este momento
refusal-overloaded = Hay demasiadas solicitudes en este momento. Vuelva a intentarlo dentro de un momento.
    .title = Demasiadas solicitudes a la vez
refusal-client-refused = La aplicación no pudo acreditar su identidad.
    .title = No se reconoce la aplicación
refusal-unknown-client = La aplicación que le ha enviado aquí es desconocida. El operador de la aplicación debe registrarla aquí.
    .title = Aplicación desconocida
refusal-client-document-refused = La aplicación que le ha enviado aquí se describe en un documento que no es válido, así que no se puede usar aquí.
    .title = La descripción de la aplicación no es válida
refusal-client-document-unavailable = La aplicación que le ha enviado aquí se describe en una dirección inaccesible. Vuelva a intentarlo más tarde.
    .title = No se puede leer la descripción de la aplicación
refusal-unknown-app-refused = Una aplicación que el operador de este sitio no conoce le ha enviado aquí, y su solicitud no se puede llevar a cabo.
    .title = La solicitud de la aplicación se ha rechazado
refusal-redirect-uri-refused = La aplicación que le ha enviado aquí indicó una dirección que no está registrada para ella, así que no se envía nada allí.
    .title = Esa dirección no está registrada
refusal-request-uri-refused = La aplicación le ha enviado aquí con una request_uri que ya se ha usado, ha caducado o pertenece a otra aplicación o a otro navegador. Empiece de nuevo en la aplicación.
    .title = La request_uri ya no es válida
refusal-unknown-provider = Aquí no existe esa forma de iniciar sesión.
    .title = Proveedor desconocido
refusal-unknown-state = Este inicio de sesión no se reconoce aquí o comenzó en otro lugar. Empiece de nuevo desde la aplicación que desea usar.
    .title = No se reconoce este inicio de sesión
refusal-state-expired = Este inicio de sesión ha tardado demasiado. Empiece de nuevo.
    .title = El inicio de sesión ha tardado demasiado
refusal-state-used = Este inicio de sesión ya había finalizado. Empiece de nuevo si no tiene la sesión iniciada.
    .title = Este inicio de sesión ya ha finalizado
refusal-wrong-browser = Este inicio de sesión comenzó en otro navegador. Empiece de nuevo en este.
    .title = Este inicio de sesión comenzó en otro navegador
refusal-provider-denied = El proveedor no le permitió entrar o el inicio de sesión se canceló allí.
    .title = El proveedor ha rechazado el inicio de sesión
refusal-provider-error = El proveedor dio una respuesta que no se puede usar. Vuelva a intentarlo más tarde.
    .title = El proveedor respondió de forma incorrecta
refusal-provider-unavailable = No se puede contactar con el proveedor en este momento. Vuelva a intentarlo dentro de un momento.
    .title = No se puede contactar con el proveedor
refusal-provider-timeout = El proveedor no respondió a tiempo. Vuelva a intentarlo dentro de un momento.
    .title = El proveedor no respondió
refusal-login-unverified = No se pudo verificar la respuesta del proveedor. Empiece de nuevo.
    .title = No se pudo verificar el inicio de sesión
refusal-verifier-mismatch = La aplicación no demostró haber comenzado este inicio de sesión. Empiece de nuevo.
    .title = El verificador de código no coincide
refusal-userinfo-failed = No se pudo verificar la información del proveedor sobre usted. Empiece de nuevo.
    .title = No se pudo verificar el inicio de sesión
refusal-not-allowed = No tiene permiso para iniciar sesión aquí.
    .title = No permitido
refusal-app-not-allowed = No puede usar esta aplicación con esta cuenta.
    .title = No permitido
refusal-site-not-allowed = No puede ver esta página.
    .title = No permitido
refusal-step-up-needed = Para esta página, el inicio de sesión debe ser más reciente o más seguro.
    .title = Vuelva a iniciar sesión primero
refusal-step-up-failed = Para esta página, el inicio de sesión debe ser más reciente o más seguro, y volver a iniciar sesión no lo ha cambiado. Pruebe otra forma de iniciar sesión o consulte al operador de la página.
    .title = Este inicio de sesión no es suficiente
refusal-user-disabled = El operador de este sitio ha desactivado esta cuenta y puede volver a activarla.
    .title = Esta cuenta está desactivada
refusal-return-to-refused = La dirección de retorno no es una de las permitidas aquí.
    .title = Se ha rechazado la dirección de retorno
refusal-already-linked = La cuenta que eligió en el proveedor no se puede añadir a la suya.
    .title = Esta cuenta no se puede añadir
refusal-last-identity = Añada otra forma de iniciar sesión antes de quitar esta.
    .title = Es su única forma de iniciar sesión
refusal-authentication-too-old = Para esto debe haber iniciado sesión en los últimos diez minutos.
    .title = Vuelva a iniciar sesión primero
refusal-not-linked = No ha iniciado sesión con este proveedor ni lo ha vinculado.
    .title = Cuenta no vinculada con este proveedor
refusal-tokens-not-stored = Aquí no se guardan los tokens de este proveedor.
    .title = Los tokens no se guardan
refusal-reauth-required = El proveedor no emitirá más tokens hasta que usted vuelva a iniciar sesión allí.
    .title = Es necesario volver a iniciar sesión en el proveedor
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
