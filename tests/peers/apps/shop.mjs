// What these libraries leave to the app: a refresh, and the address of the gateway's logout.

const issuer = process.env.ISSUER;

/** The answer to a refresh token. */
export async function refreshed(refreshToken) {
  const body = new URLSearchParams({
    grant_type: 'refresh_token',
    refresh_token: refreshToken,
    client_id: 'shop',
    client_secret: process.env.SHOP_SECRET,
  });
  const answer = await fetch(`${issuer}/oauth2/token`, { method: 'POST', body });
  if (!answer.ok) throw new Error(`refresh: ${answer.status} ${await answer.text()}`);
  return answer.json();
}

export function logoutUrl(port, idToken) {
  const back = `http://127.0.0.1:${port}/signed-out`;
  return `${issuer}/logout?${new URLSearchParams({ id_token_hint: idToken, post_logout_redirect_uri: back })}`;
}
