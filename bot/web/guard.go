package web

import (
	"crypto/sha256"
	"crypto/subtle"
	"errors"
	"fmt"
	"net"
	"net/http"
	"strings"
)

// ErrNeedsToken says that an address that others can reach is only served with a token.
var ErrNeedsToken = errors.New("an address that is not loopback needs a token")

// CheckAddress fails with ErrNeedsToken if an address may be reached from other machines and there is no
// token. Only an IP address or "localhost" is taken for loopback: another name may come to mean anything.
func CheckAddress(address, token string) error {
	host, _, err := net.SplitHostPort(address)
	if err != nil {
		return fmt.Errorf("the address %q: %w", address, err)
	}
	if token == "" && !isLoopback(host) {
		return fmt.Errorf("%w: %s", ErrNeedsToken, address)
	}
	return nil
}

func isLoopback(host string) bool {
	ip := net.ParseIP(strings.Trim(host, "[]"))
	return strings.EqualFold(host, "localhost") || ip != nil && ip.IsLoopback()
}

// guard lets through who may see the figures. Where there is no token, the request must name a loopback
// address: a page in a browser on this machine may have got the browser to ask here under a name of its own.
func (s *Server) guard(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch {
		case s.opt.Token == "" && !isLoopback(hostOf(r)):
			fail(w, r, http.StatusMisdirectedRequest, "ask for 127.0.0.1 or localhost")
		case s.opt.Token != "" && !same(tokenOf(r), s.opt.Token):
			w.Header().Add("WWW-Authenticate", `Bearer realm="tally"`)
			w.Header().Add("WWW-Authenticate", `Basic realm="tally: any name, the token as the password", charset="UTF-8"`)
			fail(w, r, http.StatusUnauthorized, "the token is missing or wrong")
		default:
			next.ServeHTTP(w, r)
		}
	})
}

func hostOf(r *http.Request) string {
	if host, _, err := net.SplitHostPort(r.Host); err == nil {
		return host
	}
	return r.Host
}

// tokenOf returns the token that a request brings: programs send it as a Bearer, browsers ask for it and send
// it as a password.
func tokenOf(r *http.Request) string {
	if _, password, ok := r.BasicAuth(); ok {
		return password
	}
	scheme, token, _ := strings.Cut(r.Header.Get("Authorization"), " ")
	if !strings.EqualFold(scheme, "Bearer") {
		return ""
	}
	return strings.TrimSpace(token)
}

// same compares in a time that tells nothing about either.
func same(a, b string) bool {
	x, y := sha256.Sum256([]byte(a)), sha256.Sum256([]byte(b))
	return subtle.ConstantTimeCompare(x[:], y[:]) == 1
}

// policy of the content: styles of its own, and nothing from anywhere.
const policy = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"

// harden lets nothing through but reading, and tells browsers to keep to themselves what they read.
func harden(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Set("Content-Security-Policy", policy)
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("Referrer-Policy", "no-referrer")
		h.Set("Cross-Origin-Resource-Policy", "same-origin")
		h.Set("Cache-Control", "no-store")
		if r.Method != http.MethodGet && r.Method != http.MethodHead {
			h.Set("Allow", "GET, HEAD")
			fail(w, r, http.StatusMethodNotAllowed, "this can only be read")
			return
		}
		next.ServeHTTP(w, r)
	})
}
