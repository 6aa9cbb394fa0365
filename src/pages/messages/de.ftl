# The texts of the pages in German.

## The language

language-name = Deutsch
language-direction = ltr
language-formats = de
time-in-utc = { $time } UTC
ago-now = gerade eben
ago-minutes =
    { $count ->
        [one] vor { $count } Minute
       *[other] vor { $count } Minuten
    }
ago-hours =
    { $count ->
        [one] vor { $count } Stunde
       *[other] vor { $count } Stunden
    }
ago-days =
    { $count ->
        [one] vor { $count } Tag
       *[other] vor { $count } Tagen
    }
ago-months =
    { $count ->
        [one] vor { $count } Monat
       *[other] vor { $count } Monaten
    }
ago-years =
    { $count ->
        [one] vor { $count } Jahr
       *[other] vor { $count } Jahren
    }
list-separator = ,
label = { $label }:

## Buttons and links

continue = Weiter
continue-with = Weiter mit { $provider }
sign-in-with-google = Über Google anmelden
sign-in-with-apple = Mit Apple anmelden
sign-in-with-microsoft = Mit Microsoft anmelden
last-used = Zuletzt verwendet
cancel = Abbrechen
start-again = Neu beginnen
try-again = Erneut versuchen
sign-in = Anmelden
sign-in-to = Bei { $app } anmelden
sign-in-again = Erneut anmelden
sign-in-with = Mit { $provider } anmelden
sign-in-with-another = Mit einer anderen Anmeldemethode anmelden
other-ways-to-sign-in = Andere Anmeldemethoden
use-another-account = Anderes Konto verwenden
sign-out = Abmelden
sign-out-of-both = Von beiden abmelden
sign-out-everywhere-else = Überall sonst abmelden
sign-out-here-too = Auch hier abmelden
stay-signed-in = Angemeldet bleiben
back-to-account = Zurück zum Konto
back-to-app = Zurück zu { $app }

## Sentences of several pages

signed-in-as = Sie sind als { $person } angemeldet.
confirm-recorded = Keiner Ihrer Anbieter kann nachweisen, dass Sie sich gerade eben angemeldet haben. Bitte bestätigen Sie deshalb, dass Sie dies möchten. Die Änderung wird protokolliert.

## The end of each page

language = Sprache
link-privacy = Datenschutz
link-terms = Nutzungsbedingungen
link-imprint = Impressum
link-support = Hilfe
powered-by = Bereitgestellt mit { $name }

## The login page

no-providers = Es ist noch keine Anmeldemethode eingerichtet.
search-providers = Anmeldemethode suchen
search = Suchen
search-found-none = Keine Anmeldemethode passt zu „{ $query }“.
show-all = Alle anzeigen
email-address = E-Mail-Adresse
email-address-invalid = Geben Sie eine E-Mail-Adresse ein, zum Beispiel name@example.com.
address-leads-nowhere = Für diese E-Mail-Adresse wurde keine Anmeldemethode gefunden.
use-email-address = E-Mail-Adresse verwenden

## Before a login with another account, at a provider that does not ask for the account

another-account-hint = { $provider } meldet Sie mit dem Konto an, das Sie dort verwenden, und fragt nicht, welches es sein soll. Wenn Sie ein anderes Konto verwenden möchten, melden Sie sich zuerst bei { $provider } ab, zum Beispiel in einem anderen Tab. Kehren Sie dann zu dieser Seite zurück.

## The consent page

consent-title = Weiter zu { $app }
consent-question = Weiter zu { $app }?
consent-host-listed = Der Betreiber dieser Website lässt Apps von { $host } zu, hat diese App aber nicht geprüft.
consent-host-unknown = Der Betreiber dieser Website kennt diese App nicht. Sie stammt von { $host }.
consent-own-name = Sie nennt sich „{ $name }“.
consent-only-if-started = Fahren Sie nur fort, wenn Sie den Vorgang selbst gestartet haben.
consent-account-at = Sie sind mit Ihrem Konto bei { $provider } angemeldet.
consent-signed-in-as-with-email = Sie sind als { $person } ({ $email }) angemeldet.
consent-not-you = Sind Sie das nicht?
consent-homepage = Über { $app }
consent-grants = Wenn Sie fortfahren, gilt für { $app }:
grant-openid = Die App erkennt Sie wieder: Dabei erfährt sie Ihre ID auf dieser Website.
grant-profile = Die App sieht Ihren Namen, Ihren Benutzernamen, Ihr Bild und die übrigen Angaben Ihres Profils.
grant-email = Die App sieht Ihre E-Mail-Adresse.
grant-groups = Die App sieht, zu welchen Gruppen Sie gehören.
grant-offline-access = Die App bleibt auch in Ihrer Abwesenheit angemeldet, bis Sie sich abmelden oder die zugehörige Sitzung auf Ihrer Kontoseite beenden.
grant-other = Die App darf in Ihrem Namen verwenden: { $scope }
consent-resource = Der Zugriff gilt nur für { $resource }.
consent-answer-to-host = Die Antwort geht an { $host }.
consent-answer-to-program = Die Antwort geht an ein Programm auf diesem Computer.
consent-elsewhere = { $host } ist eine andere Website als { $app }.

## On the way to the app

form-post-back = Ihr Browser führt Sie zurück zu { $app }. Wenn nichts geschieht, klicken Sie auf die Schaltfläche.
continue-title = Einen Moment
continue-by-itself = Ihr Browser leitet Sie automatisch weiter. Wenn nichts geschieht, klicken Sie auf die Schaltfläche.
continue-from-elsewhere = Eine andere Website hat Sie hierhergeschickt. Klicken Sie auf die Schaltfläche, um fortzufahren.

## The logout pages

sign-out-question = Abmelden?
sign-out-asked-by = { $app } möchte Sie abmelden.
sign-out-reach = Wenn Sie sich hier abmelden, werden Sie auch von den Anwendungen abgemeldet, zu denen Sie von hier aus gelangt sind.
signed-out = Sie sind abgemeldet
signed-out-title = Abgemeldet
signed-out-hint = Sie können diese Seite schließen.
signed-out-of-title = Von { $app } abgemeldet
signed-out-of = Sie sind von { $app } abgemeldet.
signed-out-of-application = Sie sind von der Anwendung abgemeldet.
signed-out-everywhere = Auch hier, wo diese Anmeldung ihren Ursprung hatte, sind Sie abgemeldet, ebenso von allen zugehörigen Anwendungen.
signed-out-still-here = Hier sind Sie möglicherweise noch angemeldet.

## Two session cookies

cookies-conflict-title = Zwei Anmeldungen gleichzeitig
cookies-conflict-sentence = Ihr Browser hat die Cookies zweier verschiedener Anmeldungen gesendet. Welche davon Ihre ist, lässt sich nicht feststellen. Möglicherweise stammt ein Cookie von einer anderen Website derselben Domain.

## The account page

account-title = Ihr Konto
account-signed-in = Sie sind angemeldet
account-email = E-Mail
account-email-not-verified = nicht bestätigt
account-signed-in-with = Angemeldet mit
account-since = Seit
account-until = Ohne Nutzung bis
account-id = Ihre ID auf dieser Website
devices = Ihre Geräte
device-browser-on-os = { $browser } unter { $os }
device-unknown = Unbekanntes Gerät
device-current = dieses Gerät
device-last-seen = Zuletzt aktiv: { $time }
device-apps = Angemeldet bei
device-sign-out-of = { $device } abmelden, zuletzt aktiv am { $time }
device-signed-in-with = Angemeldet mit { $provider }
apps = Ihre Apps
app-sign-out-of = Von { $app } abmelden, { $device }
consents = Apps mit Zugriff auf Ihr Konto
consent-since = Zugriff erlaubt: { $time }
consent-details = Details
consent-allowed = Für { $app } gilt:
consent-withdraw = Zugriff entfernen
consent-withdraw-named = Zugriff entfernen: { $app }
page-of = { $first }–{ $last } von { $total }
page-previous = Vorherige Seite
page-next = Nächste Seite
sign-ins = Letzte Anmeldungen
sign-ins-hint = Wenn Sie eine Anmeldung nicht wiedererkennen, melden Sie das Gerät ab und prüfen Sie Ihr Konto beim Anbieter.
identities = Anmeldemethoden
identity-last-used = Zuletzt verwendet: { $time }
identity-will-be-removed = Wird am { $time } entfernt, wie hier angefordert.
identity-will-be-removed-hint = Wenn Sie das nicht waren, behalten Sie diese Anmeldemethode und melden Sie Ihre anderen Geräte ab.
identity-keep = Behalten
identity-keep-named = Behalten: { $provider }, { $identity }
identity-remove = Entfernen
identity-remove-named = Entfernen: { $provider }, { $identity }
identity-remove-later = In sieben Tagen entfernen
identity-add = Hinzufügen
identity-add-named = { $provider } hinzufügen
identities-removal-hint = Wenn Sie eine Anmeldemethode entfernen, werden alle Geräte abgemeldet, auf denen Sie sich damit angemeldet haben.
own-data = Ihre Daten
own-data-download = Ihre Daten herunterladen
delete-account = Konto löschen
delete-account-question = Ihr Konto löschen?
delete-account-final = Das Löschen kann nicht rückgängig gemacht werden.
delete-account-lost = Ihr Profil, Ihre Anmeldemethoden und die Liste Ihrer Geräte werden gelöscht.
delete-account-signs-out = Sie werden auf allen Geräten abgemeldet, ebenso von den Anwendungen, zu denen Sie von hier aus gelangt sind.
delete-account-apps = Anwendungen behalten, was sie über Sie gespeichert haben. Wenden Sie sich an deren Anbieter, wenn auch diese Daten gelöscht werden sollen.
delete-account-new = Wenn Sie sich später wieder hier anmelden, erhalten Sie ein neues Konto. Anwendungen behandeln Sie dann als neue Person.
delete-account-kept = Was aus Sicherheitsgründen protokolliert wurde, zum Beispiel die Zeitpunkte Ihrer Anmeldungen, wird für eine begrenzte Zeit aufbewahrt.
delete-account-sign-in = Melden Sie sich zuerst erneut an, um Ihr Konto zu löschen. Bisher wurde nichts gelöscht.
delete-account-type = Geben Sie zur Bestätigung { $text } ein
delete-account-wrong = Die Eingabe stimmt nicht überein. Es wurde nichts gelöscht.
delete-account-other = Dies ist ein anderes Konto
delete-account-other-sentence = Sie wollten ein anderes Konto löschen. Es wurde nichts gelöscht.
account-deleted-title = Konto gelöscht
account-deleted = Ihr Konto wurde gelöscht
account-deleted-sentence = Sie sind überall abgemeldet. Wenn Sie sich hier wieder anmelden, erhalten Sie ein neues Konto.
claim-given-name = Vorname
claim-family-name = Nachname
claim-middle-name = Weiterer Vorname
claim-nickname = Spitzname
claim-profile = Profil
claim-website = Website
claim-zoneinfo = Zeitzone
claim-locale = Sprache
claim-updated-at = Aktualisiert am

## Before something on the account page is ended

end-device-question = { $device } abmelden?
end-device-sentence = Sie müssen sich dort danach erneut anmelden. Das Gerät wird auch von den Apps abgemeldet, bei denen es angemeldet ist.
end-device-current = Es ist das Gerät, das Sie gerade verwenden.
end-others-question = Überall sonst abmelden?
end-others-sentence =
    { $count ->
        [one] Ihr anderes Gerät wird abgemeldet, auch von den Apps, bei denen es angemeldet ist. Dieses Gerät bleibt angemeldet.
       *[other] Ihre { $count } anderen Geräte werden abgemeldet, auch von den Apps, bei denen sie angemeldet sind. Dieses Gerät bleibt angemeldet.
    }
end-app-question = Von { $app } abmelden?
end-app-sentence = Die Anmeldung bei { $app } wird auf folgendem Gerät beendet: { $device }. Ansonsten bleiben Sie auf dem Gerät angemeldet.
withdraw-question = Zugriff von { $app } entfernen?
withdraw-sentence = { $app } verliert den Zugriff, den Sie erlaubt haben, und wird auf allen Ihren Geräten abgemeldet.

## On the account page, after it

done-device = Das Gerät wurde abgemeldet.
done-others = Ihre anderen Geräte wurden abgemeldet.
done-app = Sie wurden von der App abgemeldet.
done-consent = Der Zugriff der App wurde entfernt.
done-identity = Die Anmeldemethode wurde entfernt.
done-identity-requested = Die Anmeldemethode wird in sieben Tagen entfernt.
done-identity-kept = Die Anmeldemethode bleibt erhalten.

## Adding and removing a way to sign in

confirm-identity-title = Anmeldemethoden ändern?
confirm-identity-adds = Sie sind dabei, eine Anmeldemethode hinzuzufügen: { $provider }. Wer sich dort anmelden kann, kann dann dieses Konto verwenden.
remove-identity-question = { $provider } entfernen?
remove-identity-removes = Sie sind dabei, eine Anmeldemethode zu entfernen: { $provider }, { $identity }. Dabei werden alle Geräte abgemeldet, auf denen Sie sich damit angemeldet haben.
remove-identity-own = Mit dieser Anmeldemethode sind Sie gerade angemeldet. Sie werden deshalb auch hier abgemeldet.
remove-identity-requested = Diese Anmeldemethode wird am { $time } entfernt. Bis dahin können Sie sich auf Ihrer Kontoseite noch dafür entscheiden, sie zu behalten.
remove-identity-later = Sie haben sich hier mit einer anderen Anmeldemethode angemeldet. Deshalb wird die oben genannte erst in sieben Tagen entfernt. Bis dahin können Sie sich auf der Kontoseite von jedem Ihrer Geräte aus noch dafür entscheiden, sie zu behalten.
remove-identity-at-once = Wenn Sie sich jetzt damit anmelden, können Sie sie sofort entfernen.
identity-removed-title = Entfernt
identity-removed = { $provider } wurde entfernt
identity-removed-sentence = Mit { $identity } ist keine Anmeldung bei Ihrem Konto mehr möglich. Sie waren damit angemeldet und sind deshalb abgemeldet, hier und auf jedem anderen Gerät, auf dem Sie diese Anmeldemethode verwendet haben.

## Refused requests: one sentence, and the title

problem-signed-in-as = Sie haben sich als { $account } bei { $provider } angemeldet.
problem-disabled = Das Konto dieser Person wurde hier deaktiviert. Der Betreiber dieser Website kann es wieder aktivieren.
problem-not-allowed = Mit diesem Konto ist die Anmeldung hier nicht erlaubt.
problem-not-allowed-app = Mit diesem Konto darf { $app } nicht verwendet werden.
problem-needs-operator = Diese Anmeldemethode funktioniert erst, wenn der Betreiber dieser Website oder der Anbieter eine Einstellung ändert.
problem-rate-limited =
    { $seconds ->
        [one] Es gab zu viele Versuche aus Ihrem Netzwerk. Bitte versuchen Sie es in { $seconds } Sekunde erneut.
       *[other] Es gab zu viele Versuche aus Ihrem Netzwerk. Bitte versuchen Sie es in { $seconds } Sekunden erneut.
    }
problem-wrong-browser-cookie = Wenn es derselbe Browser ist, speichert er das Cookie { $cookie } nicht: Erlauben Sie Cookies für diese Website.
problem-cookie = Der Browser hat das Cookie { $cookie } nicht gesendet, das diese Website gesetzt hatte. Erlauben Sie Cookies für diese Website, und versuchen Sie es dann erneut.
problem-reference = Wenn das Problem weiterhin besteht, nennen Sie dem Betreiber dieser Website diese Kennung: { $reference }
refusal-invalid-request = Die Adresse oder das Formular ist nicht so, wie es sein sollte.
    .title = Die Anfrage ist ungültig
refusal-media-type = Die Anfrage hat einen Inhaltstyp, der hier nicht verarbeitet wird.
    .title = Inhaltstyp nicht unterstützt
refusal-too-large = Die Anfrage ist zu groß.
    .title = Die Anfrage ist zu groß
refusal-uri-too-long = Die Adresse ist zu lang.
    .title = Die Adresse ist zu lang
refusal-headers-too-large = Der Browser hat zu viele Daten gesendet. Es hilft, die Cookies dieser Website zu löschen.
    .title = Die Header sind zu groß
refusal-not-found = Die Adresse existiert nicht.
    .title = Hier ist nichts
refusal-method-not-allowed = Die Adresse unterstützt diese Art von Anfrage nicht.
    .title = Nicht unterstützt
refusal-rate-limited = Es gab zu viele Versuche aus Ihrem Netzwerk. Bitte versuchen Sie es später erneut.
    .title = Zu viele Versuche
refusal-cookie-not-kept = Ihr Browser speichert das Cookie dieser Website nicht. Deshalb wird die Anmeldung immer wieder neu durchgeführt.
    .title = Ihr Browser speichert ein Cookie nicht
refusal-no-session = Sie sind nicht angemeldet.
    .title = Nicht angemeldet
refusal-session-cookies-conflict = Ihr Browser hat die Cookies zweier verschiedener Sitzungen gesendet. Deshalb gilt keine davon.
    .title = Zwei Sitzungs-Cookies
refusal-session-expired = Sie wurden abgemeldet, weil Sie zu lange nicht aktiv waren.
    .title = Die Sitzung ist abgelaufen
refusal-session-revoked = Diese Sitzung wurde beendet: auf einem anderen Gerät, von einem Administrator oder dort, wo Sie sich anmelden. Sie sind deshalb abgemeldet.
    .title = Die Sitzung wurde beendet
refusal-bearer-invalid = Das Zugriffstoken ist ungültig.
    .title = Das Zugriffstoken ist ungültig
refusal-insufficient-scope = Das Zugriffstoken erlaubt dies nicht.
    .title = Nicht erlaubt
refusal-foreign-origin = Die Anfrage kam von einer anderen Website und wurde nicht ausgeführt.
    .title = Nicht von dort
refusal-admin-token = Das Administrator-Token fehlt oder ist falsch.
    .title = Administrator-Token erforderlich
refusal-internal = Bei uns ist ein Fehler aufgetreten.
    .title = Etwas ist schiefgelaufen
refusal-database-unavailable = Die Anmeldung ist gerade nicht möglich. Bitte versuchen Sie es gleich noch einmal.
    .title = Zurzeit nicht verfügbar
refusal-overloaded = Zurzeit gibt es zu viele Anfragen. Bitte versuchen Sie es gleich noch einmal.
    .title = Zu viel auf einmal
refusal-client-refused = Die Anwendung konnte sich nicht ausweisen.
    .title = Der Client ist unbekannt
refusal-unknown-client = Die App, die Sie hierhergeschickt hat, ist nicht bekannt. Der Betreiber der App muss sie hier registrieren.
    .title = Unbekannte App
refusal-client-document-refused = Die App, die Sie hierhergeschickt hat, beschreibt sich in einem ungültigen Dokument und kann hier deshalb nicht verwendet werden.
    .title = Die Beschreibung der App ist ungültig
refusal-client-document-unavailable = Die App, die Sie hierhergeschickt hat, beschreibt sich unter einer Adresse, die nicht erreichbar ist. Bitte versuchen Sie es später erneut.
    .title = Die Beschreibung der App ist nicht lesbar
refusal-unknown-app-refused = Eine App, die der Betreiber dieser Website nicht kennt, hat Sie hierhergeschickt. Die Anfrage der App kann nicht ausgeführt werden.
    .title = Die Anfrage der App wurde abgelehnt
refusal-redirect-uri-refused = Die App, die Sie hierhergeschickt hat, hat eine Adresse genannt, die nicht für sie registriert ist. Deshalb wird nichts dorthin gesendet.
    .title = Nicht an diese Adresse
refusal-request-uri-refused = Die App hat Sie mit einer request_uri hierhergeschickt, die bereits verwendet wurde, abgelaufen ist oder zu einer anderen App oder einem anderen Browser gehört. Bitte beginnen Sie in der App von vorn.
    .title = Die request_uri ist nicht mehr gültig
refusal-unknown-provider = Diese Anmeldemethode gibt es hier nicht.
    .title = Unbekannter Anbieter
refusal-unknown-state = Diese Anmeldung ist hier nicht bekannt oder wurde anderswo begonnen. Bitte beginnen Sie erneut in der Anwendung, die Sie verwenden möchten.
    .title = Diese Anmeldung ist nicht bekannt
refusal-state-expired = Diese Anmeldung hat zu lange gedauert. Bitte beginnen Sie von vorn.
    .title = Die Anmeldung hat zu lange gedauert
refusal-state-used = Diese Anmeldung wurde bereits abgeschlossen. Bitte beginnen Sie von vorn, falls Sie nicht angemeldet sind.
    .title = Diese Anmeldung ist bereits abgeschlossen
refusal-wrong-browser = Diese Anmeldung wurde in einem anderen Browser begonnen. Bitte beginnen Sie in diesem von vorn.
    .title = Ein anderer Browser hat diese Anmeldung begonnen
refusal-provider-denied = Der Anbieter hat die Anmeldung nicht zugelassen, oder sie wurde dort abgebrochen.
    .title = Der Anbieter hat abgelehnt
refusal-provider-error = Der Anbieter hat eine Antwort gegeben, die nicht verwendet werden kann. Bitte versuchen Sie es später erneut.
    .title = Der Anbieter hat falsch geantwortet
refusal-provider-unavailable = Der Anbieter ist gerade nicht erreichbar. Bitte versuchen Sie es gleich noch einmal.
    .title = Der Anbieter ist nicht erreichbar
refusal-provider-timeout = Der Anbieter hat nicht rechtzeitig geantwortet. Bitte versuchen Sie es gleich noch einmal.
    .title = Der Anbieter hat nicht geantwortet
refusal-login-unverified = Die Antwort des Anbieters konnte nicht überprüft werden. Bitte beginnen Sie von vorn.
    .title = Die Anmeldung konnte nicht überprüft werden
refusal-verifier-mismatch = Die App hat nicht nachgewiesen, dass sie diese Anmeldung begonnen hat. Bitte beginnen Sie von vorn.
    .title = Der Code-Verifier passt nicht
refusal-userinfo-failed = Die Angaben des Anbieters über Sie konnten nicht überprüft werden. Bitte beginnen Sie von vorn.
    .title = Die Anmeldung konnte nicht überprüft werden
refusal-not-allowed = Sie dürfen sich hier nicht anmelden.
    .title = Nicht erlaubt
refusal-app-not-allowed = Mit diesem Konto dürfen Sie diese App nicht verwenden.
    .title = Nicht erlaubt
refusal-site-not-allowed = Sie dürfen diese Seite nicht sehen.
    .title = Nicht erlaubt
refusal-step-up-needed = Für diese Seite muss die Anmeldung neuer oder stärker sein.
    .title = Bitte melden Sie sich zuerst erneut an
refusal-step-up-failed = Für diese Seite muss die Anmeldung neuer oder stärker sein, und die erneute Anmeldung hat daran nichts geändert. Bitte versuchen Sie eine andere Anmeldemethode, oder wenden Sie sich an den Betreiber der Seite.
    .title = Diese Anmeldung reicht nicht aus
refusal-user-disabled = Der Betreiber dieser Website hat dieses Konto deaktiviert und kann es wieder aktivieren.
    .title = Dieses Konto ist deaktiviert
refusal-return-to-refused = Die Rückkehradresse gehört nicht zu den hier erlaubten Adressen.
    .title = Die Rückkehradresse wurde abgelehnt
refusal-already-linked = Das Konto, das Sie beim Anbieter ausgewählt haben, kann Ihrem Konto hier nicht hinzugefügt werden.
    .title = Dieses Konto kann nicht hinzugefügt werden
refusal-last-identity = Fügen Sie eine weitere Anmeldemethode hinzu, bevor Sie diese hier entfernen.
    .title = Dies ist Ihre einzige Anmeldemethode
refusal-authentication-too-old = Dafür darf Ihre letzte Anmeldung höchstens zehn Minuten zurückliegen.
    .title = Bitte melden Sie sich zuerst erneut an
refusal-not-linked = Sie haben sich weder mit diesem Anbieter angemeldet, noch haben Sie ihn verknüpft.
    .title = Nicht mit diesem Anbieter verknüpft
refusal-tokens-not-stored = Tokens dieses Anbieters werden hier nicht gespeichert.
    .title = Tokens werden nicht gespeichert
refusal-reauth-required = Der Anbieter gibt keine weiteren Tokens aus, bis Sie sich dort erneut angemeldet haben.
    .title = Eine neue Anmeldung beim Anbieter ist erforderlich
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
