package web

import (
	"errors"
	"net/http"
	"strings"
	"testing"
)

// TestCheckAddress: others reach the figures with a token only.
func TestCheckAddress(t *testing.T) {
	for address, loopback := range map[string]bool{
		"127.0.0.1:8080": true, "127.8.9.10:1": true, "[::1]:8080": true, "localhost:8080": true, "LOCALHOST:0": true,
		":8080": false, "0.0.0.0:8080": false, "[::]:8080": false, "192.0.2.7:8080": false, "example.org:80": false,
		"localhost.example.org:80": false, "127.0.0.1.example.org:80": false,
	} {
		if err := CheckAddress(address, ""); (err == nil) != loopback || err != nil && !errors.Is(err, ErrNeedsToken) {
			t.Errorf("%s without a token: %v", address, err)
		}
		if err := CheckAddress(address, "secret"); err != nil {
			t.Errorf("%s with a token: %v", address, err)
		}
	}
	for _, address := range []string{"", "8080", "127.0.0.1"} {
		if err := CheckAddress(address, ""); err == nil || errors.Is(err, ErrNeedsToken) {
			t.Errorf("%q: %v", address, err)
		}
	}
}

// private are paths that tell something of people.
var private = []string{"/", "/guilds/197038439483310086", "/metrics", "/api/v1/guilds", "/api/v1/guilds/197038439483310086/leaderboard", "/api/x", "/x"}

// TestToken asks for everything with and without the right token.
func TestToken(t *testing.T) {
	w := newWorld(t, "right-and-long-enough")
	remote := func(r *http.Request) { r.Host = "tally.example.org" }
	with := func(authorization string) func(*http.Request) {
		return func(r *http.Request) { r.Header.Set("Authorization", authorization) }
	}
	for _, path := range private {
		for name, change := range map[string]func(*http.Request){
			"nothing":     remote,
			"wrong":       with("Bearer right-and-long-enough2"),
			"empty":       with("Bearer "),
			"no scheme":   with("right-and-long-enough"),
			"other one":   with("Digest right-and-long-enough"),
			"as the name": func(r *http.Request) { r.SetBasicAuth("right-and-long-enough", "") },
			"in the path": func(r *http.Request) { r.URL.RawQuery = "token=right-and-long-enough" },
		} {
			if a := w.ask(path, change); a.Code != http.StatusUnauthorized || len(a.Header().Values("WWW-Authenticate")) != 2 {
				t.Errorf("%s, token %s: %d", path, name, a.Code)
			}
		}
		for name, change := range map[string]func(*http.Request){
			"Bearer": with("Bearer right-and-long-enough"),
			"bearer": with("bearer right-and-long-enough"),
			"Basic":  func(r *http.Request) { r.SetBasicAuth("anybody", "right-and-long-enough") },
		} {
			if a := w.ask(path, remote, change); a.Code != http.StatusOK && !strings.HasSuffix(path, "/x") {
				t.Errorf("%s, token as %s: %d %s", path, name, a.Code, a.Body)
			}
		}
	}
	for _, path := range []string{"/healthz", "/readyz"} {
		if a := w.ask(path, remote); a.Code != http.StatusOK {
			t.Errorf("%s: %d", path, a.Code)
		}
	}
}

// TestOtherNames: without a token, a browser that was talked into asking here under another name gets nothing.
func TestOtherNames(t *testing.T) {
	w := newWorld(t, "")
	for host, ok := range map[string]bool{
		"127.0.0.1:8080": true, "localhost": true, "localhost:8080": true, "[::1]:8080": true, "[::1]": true,
		"rebound.example.org": false, "rebound.example.org:8080": false, "192.0.2.7:8080": false, "": false,
	} {
		for _, path := range private[:5] {
			if a := w.ask(path, func(r *http.Request) { r.Host = host }); (a.Code == http.StatusOK) != ok {
				t.Errorf("%s as %q: %d", path, host, a.Code)
			}
		}
	}
}

// TestOnlyReading: nothing but GET and HEAD is answered.
func TestOnlyReading(t *testing.T) {
	w := newWorld(t, "")
	for _, method := range []string{"POST", "PUT", "DELETE", "PATCH"} {
		for _, path := range append([]string{"/healthz"}, private[:5]...) {
			if a := w.ask(path, func(r *http.Request) { r.Method = method }); a.Code != http.StatusMethodNotAllowed {
				t.Errorf("%s %s: %d", method, path, a.Code)
			}
		}
	}
	a := w.ask("/")
	for _, header := range []string{"Content-Security-Policy", "X-Content-Type-Options", "Referrer-Policy", "Cache-Control"} {
		if a.Header().Get(header) == "" {
			t.Errorf("no %s", header)
		}
	}
}
