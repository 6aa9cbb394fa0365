# The texts of the pages in French.

## The language

language-name = Français
language-direction = ltr
language-formats = fr
time-in-utc = { $time } UTC
ago-now = à l’instant
ago-minutes =
    { $count ->
        [one] il y a { $count } minute
       *[other] il y a { $count } minutes
    }
ago-hours =
    { $count ->
        [one] il y a { $count } heure
       *[other] il y a { $count } heures
    }
ago-days =
    { $count ->
        [one] il y a { $count } jour
       *[other] il y a { $count } jours
    }
ago-months =
    { $count ->
        [one] il y a { $count } mois
       *[other] il y a { $count } mois
    }
ago-years =
    { $count ->
        [one] il y a { $count } an
       *[other] il y a { $count } ans
    }
list-separator = ,
label = { $label } :

## Buttons and links

continue = Continuer
continue-with = Continuer avec { $provider }
sign-in-with-google = Se connecter avec Google
sign-in-with-apple = Se connecter avec Apple
sign-in-with-microsoft = Se connecter avec Microsoft
last-used = Dernière utilisation
cancel = Annuler
start-again = Recommencer
try-again = Réessayer
sign-in = Se connecter
sign-in-to = Se connecter à { $app }
sign-in-again = Se reconnecter
sign-in-with = Se connecter avec { $provider }
sign-in-with-another = Se connecter par un autre moyen
other-ways-to-sign-in = Autres moyens de connexion
use-another-account = Utiliser un autre compte
sign-out = Se déconnecter
sign-out-of-both = Se déconnecter des deux
sign-out-everywhere-else = Se déconnecter partout ailleurs
sign-out-here-too = Se déconnecter ici aussi
stay-signed-in = Rester connecté
back-to-account = Revenir à votre compte
back-to-app = Revenir à { $app }

## Sentences of several pages

signed-in-as = Vous êtes connecté en tant que { $person }.
confirm-recorded = Aucun de vos fournisseurs d’identité ne peut prouver que vous venez de vous connecter. Veuillez donc confirmer que c’est bien ce que vous souhaitez. La modification sera consignée dans un journal.

## The end of each page

language = Langue
link-privacy = Confidentialité
link-terms = Conditions d’utilisation
link-imprint = Mentions légales
link-support = Aide
powered-by = Propulsé par { $name }

## The login page

no-providers = Aucun moyen de connexion n’a encore été configuré.
search-providers = Rechercher un moyen de connexion
search = Rechercher
search-found-none = Aucun moyen de connexion ne correspond à « { $query } ».
show-all = Tout afficher
email-address = Adresse e-mail
email-address-invalid = Saisissez une adresse e-mail, par exemple nom@example.com.
address-leads-nowhere = Aucun moyen de connexion n’a été trouvé pour cette adresse e-mail.
use-email-address = Utiliser une adresse e-mail

## Before a login with another account, at a provider that does not ask for the account

another-account-hint = { $provider } vous connecte avec le compte que vous y utilisez, sans vous demander lequel. Pour utiliser un autre compte, déconnectez-vous d’abord de votre compte { $provider }, par exemple dans un autre onglet. Revenez ensuite à cette page.

## The consent page

consent-title = Continuer vers { $app }
consent-question = Continuer vers { $app } ?
consent-host-listed = L’exploitant de ce site autorise les applications de { $host }, mais n’a pas vérifié celle-ci.
consent-host-unknown = L’exploitant de ce site ne connaît pas cette application. Elle provient de { $host }.
consent-own-name = Elle se présente sous le nom « { $name } ».
consent-only-if-started = Ne continuez que si vous l’avez lancée vous-même.
consent-account-at = Vous êtes connecté avec votre compte { $provider }.
consent-signed-in-as-with-email = Vous êtes connecté en tant que { $person } ({ $email }).
consent-not-you = Ce n’est pas vous ?
consent-homepage = À propos de l’application { $app }
consent-grants = Si vous continuez, { $app } pourra :
grant-openid = vous reconnaître, en obtenant votre identifiant sur ce site
grant-profile = voir votre nom, votre nom d’utilisateur, votre photo et les autres informations de votre profil
grant-email = voir votre adresse e-mail
grant-groups = voir les groupes auxquels vous appartenez
grant-offline-access = garder sa session ouverte en votre absence, jusqu’à ce que vous vous déconnectiez ou que vous fermiez cette session sur la page de votre compte
grant-other = utiliser en votre nom : { $scope }
consent-resource = L’accès est limité à { $resource }.
consent-answer-to-host = La réponse est envoyée à { $host }.
consent-answer-to-program = La réponse est envoyée à un programme sur cet ordinateur.
consent-elsewhere = { $host } est un autre site que { $app }.

## On the way to the app

form-post-back = Votre navigateur vous ramène vers { $app }. Si rien ne se passe, appuyez sur le bouton.
continue-title = Un instant
continue-by-itself = Votre navigateur continue automatiquement. Si rien ne se passe, appuyez sur le bouton.
continue-from-elsewhere = Un autre site vous a envoyé ici. Appuyez sur le bouton pour continuer.

## The logout pages

sign-out-question = Se déconnecter ?
sign-out-asked-by = { $app } demande à vous déconnecter.
sign-out-reach = Si vous vous déconnectez ici, vous serez aussi déconnecté des applications auxquelles vous avez accédé depuis ce site.
signed-out = Vous êtes déconnecté
signed-out-title = Déconnexion effectuée
signed-out-hint = Vous pouvez fermer cette page.
signed-out-of-title = Déconnecté de l’application { $app }
signed-out-of = Vous êtes déconnecté de l’application { $app }.
signed-out-of-application = Vous êtes déconnecté de l’application.
signed-out-everywhere = Vous êtes également déconnecté de ce site, d’où venait cette connexion, et de toutes les applications qui en dépendent.
signed-out-still-here = Vous êtes peut-être encore connecté ici.

## Two session cookies

cookies-conflict-title = Deux connexions à la fois
cookies-conflict-sentence = Votre navigateur a envoyé les cookies de deux connexions différentes. Il est donc impossible de savoir laquelle est la vôtre. L’un d’eux provient peut-être d’un autre site du même domaine.

## The account page

account-title = Votre compte
account-signed-in = Vous êtes connecté
account-email = E-mail
account-email-not-verified = non vérifié
account-signed-in-with = Connecté avec
account-since = Depuis le
account-until = Expiration en cas d’inactivité
account-id = Votre identifiant sur ce site
devices = Vos appareils
device-browser-on-os = { $browser } sur { $os }
device-unknown = Appareil inconnu
device-current = cet appareil
device-last-seen = Dernière activité : { $time }
device-apps = Connecté à
device-sign-out-of = Se déconnecter : { $device }, dernière activité le { $time }
device-signed-in-with = Connecté avec { $provider }
apps = Vos applications
app-sign-out-of = Se déconnecter de l’application { $app }, { $device }
consents = Applications ayant accès à votre compte
consent-since = Accès autorisé : { $time }
consent-details = Détails
consent-allowed = { $app } peut :
consent-withdraw = Supprimer l’accès
consent-withdraw-named = Supprimer l’accès : { $app }
page-of = { $first }–{ $last } sur { $total }
page-previous = Page précédente
page-next = Page suivante
sign-ins = Connexions récentes
sign-ins-hint = Si vous ne reconnaissez pas une connexion, déconnectez cet appareil et vérifiez votre compte chez le fournisseur.
identities = Moyens de connexion
identity-last-used = Dernière utilisation : { $time }
identity-will-be-removed = Sera supprimé le { $time }, comme demandé ici.
identity-will-be-removed-hint = Si vous n’êtes pas à l’origine de cette demande, conservez-le et déconnectez vos autres appareils.
identity-keep = Conserver
identity-keep-named = Conserver { $provider }, { $identity }
identity-remove = Supprimer
identity-remove-named = Supprimer { $provider }, { $identity }
identity-remove-later = Supprimer dans sept jours
identity-add = Ajouter
identity-add-named = Ajouter { $provider }
identities-removal-hint = La suppression d’un moyen de connexion déconnecte tous les appareils sur lesquels vous l’avez utilisé.
own-data = Vos données
own-data-download = Télécharger vos données
delete-account = Supprimer le compte
delete-account-question = Supprimer votre compte ?
delete-account-final = Cette action est irréversible.
delete-account-lost = Votre profil, vos moyens de connexion et la liste de vos appareils seront supprimés.
delete-account-signs-out = Vous serez déconnecté de tous vos appareils, ainsi que des applications auxquelles vous avez accédé depuis ce site.
delete-account-apps = Les applications conservent ce qu’elles ont enregistré à votre sujet. Adressez-vous à elles si vous souhaitez que ces données soient aussi supprimées.
delete-account-new = Si vous vous reconnectez ici plus tard, un nouveau compte sera créé. Les applications vous considéreront alors comme une nouvelle personne.
delete-account-kept = Les informations consignées pour des raisons de sécurité, comme la date et l’heure de vos connexions, sont conservées pendant une durée limitée.
delete-account-sign-in = Pour supprimer votre compte, reconnectez-vous d’abord. Rien n’a encore été supprimé.
delete-account-type = Pour confirmer, saisissez { $text }
delete-account-wrong = Le texte saisi ne correspond pas. Rien n’a été supprimé.
delete-account-other = Il s’agit d’un autre compte
delete-account-other-sentence = Vous vouliez supprimer un autre compte. Rien n’a été supprimé.
account-deleted-title = Compte supprimé
account-deleted = Votre compte a été supprimé
account-deleted-sentence = Vous êtes déconnecté partout. Si vous vous reconnectez ici, un nouveau compte sera créé.
claim-given-name = Prénom
claim-family-name = Nom de famille
claim-middle-name = Deuxième prénom
claim-nickname = Pseudonyme
claim-profile = Profil
claim-website = Site web
claim-zoneinfo = Fuseau horaire
claim-locale = Langue
claim-updated-at = Mis à jour le

## Before something on the account page is ended

end-device-question = Déconnecter { $device } ?
end-device-sentence = Vous devrez vous y reconnecter. Les applications auxquelles cet appareil est connecté seront aussi déconnectées.
end-device-current = C’est l’appareil que vous utilisez actuellement.
end-others-question = Se déconnecter partout ailleurs ?
end-others-sentence =
    { $count ->
        [one] Votre autre appareil sera déconnecté, ainsi que les applications auxquelles il est connecté. L’appareil que vous utilisez actuellement restera connecté.
       *[other] Vos { $count } autres appareils seront déconnectés, ainsi que les applications auxquelles ils sont connectés. L’appareil que vous utilisez actuellement restera connecté.
    }
end-app-question = Se déconnecter de l’application { $app } ?
end-app-sentence = La connexion à l’application { $app } prendra fin sur l’appareil « { $device } ». Pour le reste, vous y restez connecté.
withdraw-question = Supprimer l’accès de l’application { $app } ?
withdraw-sentence = L’application { $app } perdra l’accès que vous lui avez accordé et sera déconnectée sur tous vos appareils.

## On the account page, after it

done-device = L’appareil a été déconnecté.
done-others = Vos autres appareils ont été déconnectés.
done-app = Vous avez été déconnecté de l’application.
done-consent = L’accès de l’application a été supprimé.
done-identity = Le moyen de connexion a été supprimé.
done-identity-requested = Le moyen de connexion sera supprimé dans sept jours.
done-identity-kept = Le moyen de connexion est conservé.

## Adding and removing a way to sign in

confirm-identity-title = Modifier vos moyens de connexion ?
confirm-identity-adds = Vous êtes sur le point d’ajouter un moyen de connexion : { $provider }. Toute personne pouvant s’y connecter pourra ensuite utiliser ce compte.
remove-identity-question = Supprimer { $provider } ?
remove-identity-removes = Vous êtes sur le point de supprimer un moyen de connexion : { $provider }, { $identity }. Tous les appareils sur lesquels vous l’avez utilisé seront déconnectés.
remove-identity-own = C’est le moyen de connexion que vous avez utilisé ici. Vous serez donc déconnecté ici aussi.
remove-identity-requested = Il sera supprimé le { $time }. D’ici là, vous pouvez le conserver sur la page de votre compte.
remove-identity-later = Vous n’avez pas utilisé ce moyen pour vous connecter ici. Il sera donc supprimé dans sept jours ; d’ici là, vous pourrez le conserver depuis n’importe lequel de vos appareils, sur la page de votre compte.
remove-identity-at-once = Si vous vous connectez maintenant par ce moyen, vous pourrez le supprimer immédiatement.
identity-removed-title = Supprimé
identity-removed = Le moyen de connexion { $provider } a été supprimé
identity-removed-sentence = { $identity } ne donne plus accès à votre compte. Vous étiez connecté par ce moyen : vous êtes donc déconnecté, ici et sur tous les autres appareils où vous l’avez utilisé.

## Refused requests: one sentence, and the title

problem-signed-in-as = Vous vous êtes connecté avec { $provider } en tant que { $account }.
problem-disabled = Le compte de cette personne a été désactivé ici. L’exploitant de ce site peut le réactiver.
problem-not-allowed = Ce compte n’est pas autorisé à se connecter ici.
problem-not-allowed-app = Ce compte n’est pas autorisé à utiliser { $app }.
problem-needs-operator = Ce moyen de connexion ne fonctionnera pas tant que l’exploitant de ce site ou du fournisseur n’aura pas modifié un réglage.
problem-rate-limited =
    { $seconds ->
        [one] Trop de tentatives ont été effectuées depuis votre réseau. Veuillez réessayer dans { $seconds } seconde.
       *[other] Trop de tentatives ont été effectuées depuis votre réseau. Veuillez réessayer dans { $seconds } secondes.
    }
problem-wrong-browser-cookie = S’il s’agit du même navigateur, il ne conserve pas le cookie { $cookie } : autorisez les cookies pour ce site.
problem-cookie = Le navigateur n’a pas envoyé le cookie { $cookie }, que ce site avait défini. Autorisez les cookies pour ce site, puis réessayez.
problem-reference = Si le problème persiste, communiquez cette référence à l’exploitant de ce site : { $reference }
refusal-invalid-request = L’adresse ou le formulaire n’est pas conforme.
    .title = La demande n’est pas valide
refusal-media-type = Le type de contenu de la demande n’est pas pris en charge ici.
    .title = Type de contenu non pris en charge
refusal-too-large = La demande est trop volumineuse.
    .title = La demande est trop volumineuse
refusal-uri-too-long = L’adresse est trop longue.
    .title = L’adresse est trop longue
refusal-headers-too-large = Le navigateur a envoyé trop de données. Supprimer les cookies de ce site peut résoudre le problème.
    .title = Les en-têtes sont trop volumineux
refusal-not-found = L’adresse n’existe pas.
    .title = Il n’y a rien ici
refusal-method-not-allowed = L’adresse ne répond pas à ce type de demande.
    .title = Non pris en charge
refusal-rate-limited = Trop de tentatives ont été effectuées depuis votre réseau. Veuillez réessayer plus tard.
    .title = Trop de tentatives
refusal-cookie-not-kept = Votre navigateur ne conserve pas le cookie de ce site. La connexion est donc répétée sans fin.
    .title = Cookie non conservé par le navigateur
refusal-no-session = Vous n’êtes pas connecté.
    .title = Non connecté
refusal-session-cookies-conflict = Votre navigateur a envoyé les cookies de deux sessions différentes. Aucune d’elles n’est donc prise en compte.
    .title = Deux cookies de session
refusal-session-expired = Vous avez été déconnecté en raison d’une trop longue inactivité.
    .title = La session a expiré
refusal-session-revoked = Cette session a été fermée depuis un autre appareil, par un administrateur ou par le service avec lequel vous vous connectez. Vous êtes donc déconnecté.
    .title = La session a été fermée
refusal-bearer-invalid = Le jeton d’accès n’est pas valide.
    .title = Le jeton d’accès n’est pas valide
refusal-insufficient-scope = Le jeton d’accès ne le permet pas.
    .title = Non autorisé
refusal-foreign-origin = La demande provenait d’un autre site et n’a pas été exécutée.
    .title = Origine non autorisée
refusal-admin-token = Le jeton d’administrateur est absent ou incorrect.
    .title = Jeton d’administrateur requis
refusal-internal = Une erreur s’est produite de notre côté.
    .title = Un problème est survenu
refusal-database-unavailable = La connexion est impossible pour le moment. Veuillez réessayer dans un instant.
    .title = Indisponible pour le moment
refusal-overloaded = Il y a trop de demandes en ce moment. Veuillez réessayer dans un instant.
    .title = Trop de demandes à la fois
refusal-client-refused = L’application n’a pas pu prouver son identité.
    .title = Le client est inconnu
refusal-unknown-client = L’application qui vous a envoyé ici est inconnue. Son exploitant doit l’enregistrer ici.
    .title = Application inconnue
refusal-client-document-refused = L’application qui vous a envoyé ici se décrit dans un document non valide. Elle ne peut donc pas être utilisée ici.
    .title = La description de l’application n’est pas valide
refusal-client-document-unavailable = L’application qui vous a envoyé ici se décrit à une adresse inaccessible. Veuillez réessayer plus tard.
    .title = La description de l’application est inaccessible
refusal-unknown-app-refused = Une application que l’exploitant de ce site ne connaît pas vous a envoyé ici, et sa demande ne peut pas être exécutée.
    .title = La demande de l’application est refusée
refusal-redirect-uri-refused = L’application qui vous a envoyé ici a indiqué une adresse qui n’est pas enregistrée pour elle. Rien n’y est donc envoyé.
    .title = Envoi à cette adresse refusé
refusal-request-uri-refused = L’application vous a envoyé ici avec une request_uri qui a déjà été utilisée, qui a expiré ou qui appartient à une autre application ou à un autre navigateur. Veuillez recommencer dans l’application.
    .title = La request_uri n’est plus valide
refusal-unknown-provider = Ce moyen de connexion n’existe pas ici.
    .title = Fournisseur inconnu
refusal-unknown-state = Cette connexion est inconnue ici ou a été commencée ailleurs. Veuillez recommencer depuis l’application que vous souhaitez utiliser.
    .title = Cette connexion est inconnue
refusal-state-expired = Cette connexion a pris trop de temps. Veuillez recommencer.
    .title = La connexion a pris trop de temps
refusal-state-used = Cette connexion est déjà terminée. Veuillez recommencer si vous n’êtes pas connecté.
    .title = Cette connexion est déjà terminée
refusal-wrong-browser = Cette connexion a été commencée dans un autre navigateur. Veuillez recommencer dans celui-ci.
    .title = Connexion commencée dans un autre navigateur
refusal-provider-denied = Le fournisseur a refusé la connexion, ou celle-ci a été annulée sur son site.
    .title = Le fournisseur a refusé la connexion
refusal-provider-error = Le fournisseur a donné une réponse inutilisable. Veuillez réessayer plus tard.
    .title = Réponse incorrecte du fournisseur
refusal-provider-unavailable = Le fournisseur est inaccessible pour le moment. Veuillez réessayer dans un instant.
    .title = Le fournisseur est inaccessible
refusal-provider-timeout = Le fournisseur n’a pas répondu à temps. Veuillez réessayer dans un instant.
    .title = Le fournisseur n’a pas répondu
refusal-login-unverified = La réponse du fournisseur n’a pas pu être vérifiée. Veuillez recommencer.
    .title = La connexion n’a pas pu être vérifiée
refusal-verifier-mismatch = L’application n’a pas prouvé qu’elle est à l’origine de cette connexion. Veuillez recommencer.
    .title = Le vérificateur de code ne correspond pas
refusal-userinfo-failed = Les informations du fournisseur à votre sujet n’ont pas pu être vérifiées. Veuillez recommencer.
    .title = La connexion n’a pas pu être vérifiée
refusal-not-allowed = Vous n’êtes pas autorisé à vous connecter ici.
    .title = Non autorisé
refusal-app-not-allowed = Vous n’êtes pas autorisé à utiliser cette application avec ce compte.
    .title = Non autorisé
refusal-site-not-allowed = Vous n’êtes pas autorisé à voir cette page.
    .title = Non autorisé
refusal-step-up-needed = Cette page exige une authentification plus récente ou plus forte.
    .title = Veuillez d’abord vous reconnecter
refusal-step-up-failed = Cette page exige une authentification plus récente ou plus forte, et une nouvelle connexion n’y a rien changé. Veuillez essayer un autre moyen de connexion ou vous adresser à l’exploitant de la page.
    .title = Cette connexion ne suffit pas
refusal-user-disabled = L’exploitant de ce site a désactivé ce compte et peut le réactiver.
    .title = Ce compte est désactivé
refusal-return-to-refused = L’adresse de retour ne fait pas partie de celles qui sont autorisées ici.
    .title = L’adresse de retour est refusée
refusal-already-linked = Le compte que vous avez choisi auprès du fournisseur ne peut pas être ajouté au vôtre.
    .title = Ce compte ne peut pas être ajouté
refusal-last-identity = Ajoutez un autre moyen de connexion avant de supprimer celui-ci.
    .title = C’est votre seul moyen de connexion
refusal-authentication-too-old = Pour cela, vous devez vous être connecté au cours des dix dernières minutes.
    .title = Veuillez d’abord vous reconnecter
refusal-not-linked = Vous ne vous êtes pas connecté avec ce fournisseur et ne l’avez pas associé à votre compte.
    .title = Non associé à ce fournisseur
refusal-tokens-not-stored = Les jetons de ce fournisseur ne sont pas conservés ici.
    .title = Les jetons ne sont pas conservés
refusal-reauth-required = Le fournisseur ne délivre plus de jetons tant que vous ne vous y êtes pas reconnecté.
    .title = Une nouvelle connexion auprès du fournisseur est nécessaire
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
