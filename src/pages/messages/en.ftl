# The texts of the pages in English.
#
# A text in another language has the same name and the same placeholders. Only a number can select a variant ({ $seconds -> … }).
# Values are escaped and isolated; markup has no effect here.

## The language

# Its name, in the language itself.
language-name = English
# ltr or rtl
language-direction = ltr
# The locale of dates, times and numbers.
language-formats = en-GB
# A date and time. All times of the pages are in Coordinated Universal Time.
time-in-utc = { $time } UTC
# How long ago a time was: alone, and in "Last used { $time }".
ago-now = just now
ago-minutes =
    { $count ->
        [one] { $count } minute ago
       *[other] { $count } minutes ago
    }
ago-hours =
    { $count ->
        [one] { $count } hour ago
       *[other] { $count } hours ago
    }
ago-days =
    { $count ->
        [one] { $count } day ago
       *[other] { $count } days ago
    }
ago-months =
    { $count ->
        [one] { $count } month ago
       *[other] { $count } months ago
    }
ago-years =
    { $count ->
        [one] { $count } year ago
       *[other] { $count } years ago
    }
# Between the names of a list; a space follows.
list-separator = ,
# Before a value.
label = { $label }:

## Buttons and links

continue = Continue
continue-with = Continue with { $provider }
# The words of the owners, for their own buttons.
sign-in-with-google = Sign in with Google
sign-in-with-apple = Sign in with Apple
sign-in-with-microsoft = Sign in with Microsoft
# At the provider of the last login in this browser.
last-used = Last used
cancel = Cancel
start-again = Start again
try-again = Try again
sign-in = Sign in
sign-in-to = Sign in to { $app }
sign-in-again = Sign in again
sign-in-with = Sign in with { $provider }
sign-in-with-another = Sign in with another one
other-ways-to-sign-in = Other ways to sign in
use-another-account = Use another account
sign-out = Sign out
sign-out-of-both = Sign out of both
sign-out-everywhere-else = Sign out everywhere else
sign-out-here-too = Sign out here as well
stay-signed-in = Stay signed in
back-to-account = Back to your account
back-to-app = Back to { $app }

## Sentences of several pages

signed-in-as = You are signed in as { $person }.
confirm-recorded = None of your providers can show that you have signed in just now, so please confirm that this is what you want. The change is recorded.

## The end of each page

language = Language
link-privacy = Privacy
link-terms = Terms of use
link-imprint = Imprint
link-support = Help
powered-by = Powered by { $name }

## The login page

no-providers = No way to sign in has been set up yet.
search-providers = Search for a way to sign in
search = Search
search-found-none = No way to sign in matches “{ $query }”.
show-all = Show all
email-address = E-mail address
email-address-invalid = Enter an e-mail address, such as name@example.com.
address-leads-nowhere = No way to sign in was found for this e-mail address.
use-email-address = Use an e-mail address

## Before a login with another account, at a provider that does not ask for the account

another-account-hint = { $provider } signs you in with the account that you use there, and does not ask which one. To use another account, first sign out at { $provider }, for example in another tab. Then come back to this page.

## The consent page

consent-title = Continue to { $app }
consent-question = Continue to { $app }?
consent-host-listed = The operator of this site allows apps of { $host }, and has not checked this one.
consent-host-unknown = The operator of this site does not know this app. It comes from { $host }.
consent-own-name = It calls itself “{ $name }”.
consent-only-if-started = Continue only if you started it yourself.
consent-account-at = You are signed in with your account at { $provider }.
consent-signed-in-as-with-email = You are signed in as { $person } ({ $email }).
consent-not-you = Not you?
consent-homepage = About { $app }
consent-grants = If you continue, { $app }
# After the name of the app.
grant-openid = recognises you: it learns your id here.
grant-profile = sees your name, your user name and your picture, and what else your profile says.
grant-email = sees your e-mail address.
grant-groups = sees the groups that you are in.
grant-offline-access = stays signed in while you are away, until you sign out or end its session on your account page.
grant-other = may use, in your name: { $scope }
consent-resource = Its access is for { $resource } alone.
consent-answer-to-host = The answer goes to { $host }.
consent-answer-to-program = The answer goes to a program on this computer.
consent-elsewhere = { $host } is another site than { $app }.

## On the way to the app

form-post-back = Your browser takes you back to { $app }. If nothing happens, press the button.
continue-title = One moment
continue-by-itself = Your browser goes on by itself. If nothing happens, press the button.
continue-from-elsewhere = Another site has sent you here. Press the button to go on.

## The logout pages

sign-out-question = Sign out?
sign-out-asked-by = { $app } asks to sign you out.
sign-out-reach = Signing out here also signs you out of the applications that you came to from here.
signed-out = You are signed out
signed-out-title = Signed out
signed-out-hint = You may close this page.
signed-out-of-title = Signed out of { $app }
signed-out-of = You are signed out of { $app }.
signed-out-of-application = You are signed out of the application.
signed-out-everywhere = You are also signed out here, where that sign-in came from, and of all applications under it.
signed-out-still-here = You may still be signed in here.

## Two session cookies

cookies-conflict-title = Two sign-ins at once
cookies-conflict-sentence = Your browser sent the cookies of two different sign-ins, so it cannot be told which one is yours. Another site of the same domain may have set one of them.

## The account page

account-title = Your account
account-signed-in = You are signed in
account-email = E-mail
account-email-not-verified = not verified
account-signed-in-with = Signed in with
account-since = Since
account-until = Until, if not used
account-id = Your id here
devices = Your devices
device-browser-on-os = { $browser } on { $os }
device-unknown = Unknown device
device-current = this one
device-last-seen = Last used { $time }
device-apps = Signed in to
device-sign-out-of = Sign out { $device }, last seen { $time }
device-signed-in-with = Signed in with { $provider }
apps = Your apps
app-sign-out-of = Sign out of { $app }, { $device }
consents = Apps that you have given access
consent-since = Access given { $time }
consent-details = Details
consent-allowed = { $app }
consent-withdraw = Remove access
consent-withdraw-named = Remove access: { $app }
page-of = { $first }–{ $last } of { $total }
page-previous = Previous page
page-next = Next page
sign-ins = Recent sign-ins
sign-ins-hint = If you do not recognise a sign-in, sign out that device and check your account at the provider.
identities = Ways to sign in
identity-last-used = Last used { $time }
identity-will-be-removed = Will be removed on { $time }, as was asked here.
identity-will-be-removed-hint = If that was not you, keep it and sign out your other devices.
identity-keep = Keep
identity-keep-named = Keep { $provider }, { $identity }
identity-remove = Remove
identity-remove-named = Remove { $provider }, { $identity }
identity-remove-later = Remove in seven days
identity-add = Add
identity-add-named = Add { $provider }
identities-removal-hint = Removing one signs out every device where you signed in with it.
own-data = Your data
own-data-download = Download your data
delete-account = Delete account
delete-account-question = Delete your account?
delete-account-final = This cannot be undone.
delete-account-lost = Your profile, your ways to sign in and the list of your devices are deleted.
delete-account-signs-out = You are signed out on every device, and of the applications that you came to from here.
delete-account-apps = Applications keep what they have stored about you. Ask them if you want that deleted too.
delete-account-new = If you sign in here again later, you get a new account. Applications then treat you as a new person.
delete-account-kept = What was recorded for security, such as the times of your sign-ins, is kept for a limited time.
delete-account-sign-in = To delete your account, sign in again first. Nothing is deleted yet.
delete-account-type = To confirm, type { $text }
delete-account-wrong = That is not the text. Nothing was deleted.
delete-account-other = This is another account
delete-account-other-sentence = You wanted to delete another one. Nothing was deleted.
account-deleted-title = Account deleted
account-deleted = Your account was deleted
account-deleted-sentence = You are signed out everywhere. If you sign in here again, you get a new account.
claim-given-name = Given name
claim-family-name = Family name
claim-middle-name = Middle name
claim-nickname = Nickname
claim-profile = Profile
claim-website = Website
claim-zoneinfo = Time zone
claim-locale = Language
claim-updated-at = Updated at

## Before something on the account page is ended

end-device-question = Sign out { $device }?
end-device-sentence = You will have to sign in again there. The apps that it is signed in to are signed out too.
end-device-current = It is the device that you are using now.
end-others-question = Sign out everywhere else?
end-others-sentence =
    { $count ->
        [one] Your other device is signed out, and the apps that it is signed in to. This one stays signed in.
       *[other] Your { $count } other devices are signed out, and the apps that they are signed in to. This one stays signed in.
    }
end-app-question = Sign out of { $app }?
end-app-sentence = { $app } loses its sign-in on { $device }. You stay signed in there otherwise.
withdraw-question = Remove the access of { $app }?
withdraw-sentence = { $app } loses the access that you gave it, and is signed out on all your devices.

## On the account page, after it

done-device = The device was signed out.
done-others = Your other devices were signed out.
done-app = You were signed out of the app.
done-consent = The access of the app was removed.
done-identity = The way to sign in was removed.
done-identity-requested = The way to sign in will be removed in seven days.
done-identity-kept = The way to sign in is kept.

## Adding and removing a way to sign in

confirm-identity-title = Change how you sign in?
confirm-identity-adds = You are about to add a way to sign in: { $provider }. A person who can sign in there can then use this account.
remove-identity-question = Remove { $provider }?
remove-identity-removes = You are about to remove a way to sign in: { $provider }, { $identity }. That signs out every device where you signed in with it.
remove-identity-own = It is the one that you are signed in with here, so you will be signed out here too.
remove-identity-requested = It will be removed on { $time }. Until then you can keep it, on your account page.
remove-identity-later = You signed in here with another one. So it is removed in seven days, and until then each of your devices can keep it, on the account page.
remove-identity-at-once = If you sign in with it now, you can remove it at once.
identity-removed-title = Removed
identity-removed = { $provider } was removed
identity-removed-sentence = { $identity } does not open your account any more. You were signed in with it, so you are signed out, here and on every other device where you used it.

## Refused requests: one sentence, and the title

problem-signed-in-as = You signed in as { $account } at { $provider }.
problem-disabled = The account of this person was disabled here. The operator of this site can enable it again.
problem-not-allowed = This account is not allowed to sign in here.
problem-not-allowed-app = This account is not allowed to use { $app }.
problem-needs-operator = This way to sign in does not work until the operator of this site or of the provider changes a setting.
problem-rate-limited =
    { $seconds ->
        [one] There were too many attempts from your network. Please try again in { $seconds } second.
       *[other] There were too many attempts from your network. Please try again in { $seconds } seconds.
    }
problem-wrong-browser-cookie = If it is the same browser, it does not keep the cookie { $cookie }: allow cookies for this site.
problem-cookie = The browser did not send the cookie { $cookie }, which this site had set. Allow cookies for this site, and then try again.
problem-reference = If it keeps happening, give the operator of this site this reference: { $reference }
refusal-invalid-request = The address or the form is not what it should be.
    .title = The request is not valid
refusal-media-type = The request has a content type that is not understood here.
    .title = Not this kind of content
refusal-too-large = The request is too large.
    .title = The request is too large
refusal-uri-too-long = The address is too long.
    .title = The address is too long
refusal-headers-too-large = The browser sent too much. Clearing this site's cookies helps.
    .title = The headers are too large
refusal-not-found = The address does not exist.
    .title = There is nothing here
refusal-not-on-admin = { refusal-not-found }
    .title = { refusal-not-found.title }
refusal-method-not-allowed = The address does not answer this kind of request.
    .title = Not this way
refusal-rate-limited = There were too many attempts from your network. Please try again later.
    .title = Too many attempts
refusal-cookie-not-kept = Your browser does not keep the cookie of this site, so it is signed in again and again.
    .title = Your browser does not keep a cookie
refusal-no-session = You are not signed in.
    .title = Not signed in
refusal-session-cookies-conflict = Your browser sent the cookies of two different sessions, so neither of them counts.
    .title = Two session cookies
refusal-session-expired = You were signed out because you were away for too long.
    .title = The session has expired
refusal-session-revoked = This session was ended: on another device, by an administrator, or where you sign in. So you are signed out.
    .title = The session was ended
refusal-bearer-invalid = The access token is not valid.
    .title = The access token is not valid
refusal-bearer-doubled = { refusal-invalid-request }
    .title = { refusal-invalid-request.title }
refusal-insufficient-scope = The access token does not allow this.
    .title = Not allowed
refusal-account-scope = { refusal-insufficient-scope }
    .title = { refusal-insufficient-scope.title }
refusal-foreign-origin = The request came from another site and was not carried out.
    .title = Not from there
refusal-admin-token = The administrator's token is missing or wrong.
    .title = The administrator's token is wanted
refusal-internal = Something went wrong on our side.
    .title = Something went wrong
refusal-database-unavailable = Signing in is not possible right now. Please try again in a moment.
    .title = Not available right now
refusal-overloaded = There are too many requests at the moment. Please try again in a moment.
    .title = Too much at once
refusal-client-refused = The application could not show who it is.
    .title = The client is not known
refusal-client-refused-in-form = { refusal-client-refused }
    .title = { refusal-client-refused.title }
refusal-unknown-client = The app that sent you here is not known. Its operator has to register it here.
    .title = Unknown app
refusal-client-document-refused = The app that sent you here describes itself in a document that is not valid, so it cannot be used here.
    .title = The description of the app is not valid
refusal-client-document-unavailable = The app that sent you here describes itself at an address that cannot be reached. Please try again later.
    .title = The description of the app cannot be read
refusal-unknown-app-refused = An app that the operator of this site does not know sent you here, and its request cannot be carried out.
    .title = The request of the app is refused
refusal-redirect-uri-refused = The app that sent you here named an address that is not registered for it, so nothing is sent there.
    .title = Not to that address
refusal-request-uri-refused = The app sent you here with a request_uri that was used before, has expired, or belongs to another app or browser. Please start again in the app.
    .title = The request_uri is not good any more
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
refusal-unknown-provider = There is no such way to sign in here.
    .title = Unknown provider
refusal-unknown-provider-parameter = { refusal-unknown-provider }
    .title = { refusal-unknown-provider.title }
refusal-unknown-state = This sign-in is not known here, or was started somewhere else. Please start again from the application that you want to use.
    .title = This login is not known
refusal-state-expired = This sign-in took too long. Please start again.
    .title = The login took too long
refusal-state-used = This sign-in was finished before. Please start again if you are not signed in.
    .title = This login is finished already
refusal-wrong-browser = This sign-in was started in another browser. Please start again in this one.
    .title = Another browser started this login
refusal-provider-denied = The provider did not let you in, or the sign-in was cancelled there.
    .title = The provider said no
refusal-provider-error = The provider gave an answer that cannot be used. Please try again later.
    .title = The provider answered wrongly
refusal-provider-unavailable = The provider cannot be reached right now. Please try again in a moment.
    .title = The provider cannot be reached
refusal-provider-timeout = The provider did not answer in time. Please try again in a moment.
    .title = The provider did not answer
refusal-login-unverified = The provider's answer could not be verified. Please start again.
    .title = The login could not be verified
refusal-verifier-mismatch = The app did not prove that it started this sign-in. Please start again.
    .title = The code verifier does not fit
refusal-userinfo-failed = The provider's information about you could not be verified. Please start again.
    .title = The login could not be verified
refusal-not-allowed = You are not allowed to sign in here.
    .title = Not allowed
refusal-app-not-allowed = You may not use this app with this account.
    .title = Not allowed
refusal-site-not-allowed = You may not see this page.
    .title = Not allowed
refusal-step-up-needed = For this page the sign-in has to be more recent or stronger.
    .title = Please sign in again first
refusal-step-up-failed = For this page the sign-in has to be more recent or stronger, and signing in again did not change that. Please try another way to sign in, or ask the operator of the page.
    .title = This sign-in is not enough
refusal-user-disabled = The operator of this site has disabled this account, and can enable it again.
    .title = This account is disabled
refusal-return-to-refused = The address to return to is not one of those that are allowed here.
    .title = The return address is refused
refusal-already-linked = The account that you chose at the provider cannot be added to yours.
    .title = This account cannot be added
refusal-last-identity = Add another way to sign in before you remove this one.
    .title = This is your only way to sign in
refusal-authentication-too-old = For this you have to have signed in within the last ten minutes.
    .title = Please sign in again first
refusal-not-linked = You have not signed in with this provider, nor linked it.
    .title = Not linked with this provider
refusal-not-linked-exchange = { refusal-not-linked }
    .title = { refusal-not-linked.title }
refusal-tokens-not-stored = Tokens of this provider are not kept here.
    .title = Tokens are not stored
refusal-reauth-required = The provider gives no more tokens until you have signed in there again.
    .title = A new sign-in at the provider is needed
refusal-reauth-required-exchange = { refusal-reauth-required }
    .title = { refusal-reauth-required.title }
