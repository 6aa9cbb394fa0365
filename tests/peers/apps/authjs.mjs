// An Express app with Auth.js (@auth/express), whose provider is that of docs/apps/auth-js.md.
//
//   ISSUER=… SHOP_SECRET=… RECIPE=… node authjs.mjs PORT
import { ExpressAuth, getSession } from '@auth/express';
import express from 'express';
import { logoutUrl, refreshed } from './shop.mjs';

const [port] = process.argv.slice(2);
const { providers } = new Function(`${process.env.RECIPE}; return config;`)();
let isDue = false;
const config = {
  providers,
  secret: 'of no importance',
  trustHost: true,
  basePath: '/auth',
  callbacks: {
    async jwt({ token, account, profile }) {
      if (account) {
        const { access_token, refresh_token, id_token } = account;
        return { ...token, sub: profile.sub, access_token, refresh_token, id_token };
      }
      if (!isDue) return token;
      const tokens = await refreshed(token.refresh_token);
      return { ...token, access_token: tokens.access_token, refresh_token: tokens.refresh_token };
    },
    session: ({ session, token }) => ({ ...session, token }),
  },
};

const app = express();
app.use('/auth', ExpressAuth(config));
const signedIn = async (request, response, next) => {
  response.locals.session = await getSession(request, config);
  if (!response.locals.session) return response.redirect('/auth/signin?callbackUrl=/');
  return next();
};
const show = (_request, response) => {
  const { user, token } = response.locals.session;
  response.json({ sub: token.sub, name: user.name, email: user.email, token: token.access_token });
};
app.get('/', signedIn, show);
app.get('/refresh', (_request, _response, next) => { isDue = true; next(); }, signedIn, (_request, response, next) => {
  isDue = false;
  next();
}, show);
app.get('/logout', signedIn, (_request, response) => {
  response.clearCookie('authjs.session-token', { path: '/' });
  response.redirect(logoutUrl(port, response.locals.session.token.id_token));
});
app.get('/signed-out', (_request, response) => response.send('Goodbye'));
app.listen(Number(port), '127.0.0.1');
