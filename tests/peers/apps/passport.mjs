// An Express app with passport-openidconnect, whose strategy is that of docs/apps/express.md.
//
//   ISSUER=… SHOP_SECRET=… RECIPE=… node passport.mjs PORT
import express from 'express';
import session from 'express-session';
import passport from 'passport';
import OpenIDConnectStrategy from 'passport-openidconnect';
import { logoutUrl, refreshed } from './shop.mjs';

const [port] = process.argv.slice(2);
const app = express();
app.use(session({ secret: 'of no importance', resave: false, saveUninitialized: false }));
app.use(passport.initialize());
app.use(passport.session());
passport.serializeUser((user, done) => done(null, user));
passport.deserializeUser((user, done) => done(null, user));
new Function('passport', 'OpenIDConnectStrategy', process.env.RECIPE)(passport, OpenIDConnectStrategy);

app.get('/', (request, response) => {
  if (!request.user) return response.redirect('/sign-in');
  const { sub, name, email, accessToken } = request.user;
  return response.json({ sub, name, email, token: accessToken });
});
app.get('/sign-in', passport.authenticate('openidconnect'));
app.get('/callback', passport.authenticate('openidconnect'), (request, response) => response.redirect('/'));
app.get('/refresh', async (request, response) => {
  const tokens = await refreshed(request.user.refreshToken);
  Object.assign(request.user, { accessToken: tokens.access_token, refreshToken: tokens.refresh_token });
  response.redirect('/');
});
app.get('/logout', (request, response, next) => {
  const { idToken } = request.user;
  request.logout((error) => (error ? next(error) : response.redirect(logoutUrl(port, idToken))));
});
app.get('/signed-out', (_request, response) => response.send('Goodbye'));
app.listen(Number(port), '127.0.0.1');
