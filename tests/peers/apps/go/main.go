// An app by golang.org/x/oauth2 and go-oidc, configured as docs/apps/go.md says.
//
//	main ISSUER CLIENT_ID SECRET REDIRECT_URI
//
// Without a secret the client is public. Prints {"visit": URL} where a person has to go, and reads the address that the browser
// was sent back to; at last {"seen": CLAIMS}.
package main

import (
	"bufio"
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"log"
	"net/url"
	"os"
	"time"

	oidc "github.com/coreos/go-oidc"
	"golang.org/x/oauth2"
)

var lines = bufio.NewReader(os.Stdin)

func check(err error) {
	if err != nil {
		log.Fatal(err)
	}
}

func say(value interface{}) {
	check(json.NewEncoder(os.Stdout).Encode(value))
}

// visit sends the person to a page and returns the query that the browser came back with.
func visit(address string) url.Values {
	say(map[string]string{"visit": address})
	line, err := lines.ReadString('\n')
	check(err)
	back, err := url.Parse(line[:len(line)-1])
	check(err)
	return back.Query()
}

func random() string {
	bytes := make([]byte, 32)
	_, err := rand.Read(bytes)
	check(err)
	return base64.RawURLEncoding.EncodeToString(bytes)
}

type claims struct {
	Sub   string `json:"sub"`
	Name  string `json:"name"`
	Email string `json:"email"`
	Nonce string `json:"nonce"`
}

// login is a whole login with PKCE, state and nonce.
func login(ctx context.Context, config *oauth2.Config, verifier *oidc.IDTokenVerifier) (*oauth2.Token, claims) {
	state, nonce, secret := random(), random(), random()
	digest := sha256.Sum256([]byte(secret))
	back := visit(config.AuthCodeURL(state, oidc.Nonce(nonce),
		oauth2.SetAuthURLParam("code_challenge", base64.RawURLEncoding.EncodeToString(digest[:])),
		oauth2.SetAuthURLParam("code_challenge_method", "S256")))
	if back.Get("state") != state {
		log.Fatalf("another state: %v", back)
	}
	token, err := config.Exchange(ctx, back.Get("code"), oauth2.SetAuthURLParam("code_verifier", secret))
	check(err)
	seen := verified(ctx, verifier, token)
	if seen.Nonce != nonce {
		log.Fatalf("another nonce: %v", seen)
	}
	return token, seen
}

func verified(ctx context.Context, verifier *oidc.IDTokenVerifier, token *oauth2.Token) claims {
	text, _ := token.Extra("id_token").(string)
	signed, err := verifier.Verify(ctx, text)
	check(err)
	var seen claims
	check(signed.Claims(&seen))
	return seen
}

func main() {
	issuer, id, secret, redirect := os.Args[1], os.Args[2], os.Args[3], os.Args[4]
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	provider, err := oidc.NewProvider(ctx, issuer)
	check(err)
	config := &oauth2.Config{
		ClientID:     id,
		ClientSecret: secret,
		Endpoint:     provider.Endpoint(),
		RedirectURL:  redirect,
		Scopes:       []string{oidc.ScopeOpenID, "profile", "email", oidc.ScopeOfflineAccess},
	}
	verifier := provider.Verifier(&oidc.Config{ClientID: id})
	token, seen := login(ctx, config, verifier)

	about, err := provider.UserInfo(ctx, oauth2.StaticTokenSource(token))
	check(err)
	if about.Subject != seen.Sub || about.Email != seen.Email {
		log.Fatalf("userinfo says %v, and the ID token %v", about, seen)
	}
	// A token source refreshes what has expired.
	for turn := 0; turn < 2; turn++ {
		token.Expiry = time.Now().Add(-time.Hour)
		renewed, err := config.TokenSource(ctx, token).Token()
		check(err)
		if renewed.AccessToken == token.AccessToken || renewed.RefreshToken == token.RefreshToken {
			log.Fatal("nothing was refreshed")
		}
		if verified(ctx, verifier, renewed).Sub != seen.Sub {
			log.Fatal("another person")
		}
		token = renewed
	}
	var endpoints struct {
		EndSession string `json:"end_session_endpoint"`
	}
	check(provider.Claims(&endpoints))
	text, _ := token.Extra("id_token").(string)
	goodbye, err := url.Parse(redirect)
	check(err)
	goodbye.Path = "/goodbye"
	hint := url.Values{"id_token_hint": {text}, "post_logout_redirect_uri": {goodbye.String()}, "state": {"x"}}
	if back := visit(endpoints.EndSession + "?" + hint.Encode()); back.Get("state") != "x" {
		log.Fatalf("came back with %v", back)
	}
	token.Expiry = time.Now().Add(-time.Hour)
	if _, err := config.TokenSource(ctx, token).Token(); err == nil {
		log.Fatal("the refresh token outlived the logout")
	} else if refused, is := err.(*oauth2.RetrieveError); !is || refused.Response.StatusCode != 400 {
		log.Fatal(fmt.Errorf("refused with %w", err))
	}
	say(map[string]claims{"seen": seen})
}
