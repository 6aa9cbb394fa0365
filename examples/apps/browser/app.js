// npm install; python3 -m http.server 3000 --bind 127.0.0.1
import { UserManager, WebStorageStateStore } from 'oidc-client-ts';

const { authority, client_id } = await (await fetch('settings.json')).json();
const here = `${location.origin}/`;
const addresses = { redirect_uri: here, post_logout_redirect_uri: here };
// With offline_access there is a refresh token, which the library uses before the access token expires. All tabs share it.
const tabs = { userStore: new WebStorageStateStore({ store: localStorage }) };
const users = new UserManager({ authority, client_id, ...addresses, ...tabs, scope: 'openid profile email offline_access' });

if (new URLSearchParams(location.search).has('state')) {
  await users.signinRedirectCallback();
  history.replaceState(null, '', here);
}
const user = await users.getUser(); // user.access_token is for your services
document.querySelector('h1').textContent = `Hello, ${user?.profile.name ?? 'guest'}`;
document.querySelector('#sign-in').onclick = () => users.signinRedirect();
document.querySelector('#sign-out').onclick = () => users.signoutRedirect();
