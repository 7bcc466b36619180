package web

import (
	"context"
	"net"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus/testutil"

	"tally/bot/browsertest"
	"tally/bot/report"
)

// TestPages: the names that the bot knows are on the page, and nothing that is in them becomes markup.
func TestPages(t *testing.T) {
	w := newWorld(t, "")
	for _, path := range []string{"/", "/guilds/197038439483310086"} {
		body := w.ask(path).Body.String()
		for _, part := range []string{"Lighthouse &lt;keepers&gt;", "general", "/api/v1/guilds/197038439483310086", "tally v1"} {
			if !strings.Contains(body, part) {
				t.Errorf("%s doesn't show %q", path, part)
			}
		}
	}
	if a := w.ask("/guilds/1"); a.Code != http.StatusNotFound {
		t.Errorf("a server that isn't there: %d", a.Code)
	}
}

// TestHealth: the bot is well but not ready while it isn't connected, and not well without its log.
func TestHealth(t *testing.T) {
	w := newWorld(t, "")
	codes := func() [2]int { return [2]int{w.ask("/healthz").Code, w.ask("/readyz").Code} }
	if got := codes(); got != [2]int{200, 200} {
		t.Errorf("connected: %v", got)
	}
	w.bot.disconnected = true
	if got := codes(); got != [2]int{200, 503} {
		t.Errorf("not connected: %v", got)
	}
	if err := w.log.Close(); err != nil {
		t.Fatal(err)
	}
	if got := codes(); got != [2]int{503, 503} {
		t.Errorf("without a log: %v", got)
	}
	if a := w.ask("/api/v1/guilds"); a.Code != http.StatusInternalServerError {
		t.Errorf("the API without a log: %d", a.Code)
	}
}

// TestFiguresAreFresh: they are read again after a few seconds, not at each request.
func TestFiguresAreFresh(t *testing.T) {
	w := newWorld(t, "")
	messages := func() uint64 { return get[report.Summary](w, "/api/v1/guilds/197038439483310086").Messages }
	before := messages()
	w.live(sent(3, 1), ann)
	if got := messages(); got != before {
		t.Errorf("%d messages at once, want %d as before", got, before)
	}
	w.now = w.now.Add(freshFor)
	if got := messages(); got != before+1 {
		t.Errorf("%d messages later, want %d", got, before+1)
	}
}

// TestMetrics holds what Prometheus reads against the count, and against Prometheus' own rules.
func TestMetrics(t *testing.T) {
	w := newWorld(t, "")
	body := w.ask("/metrics").Body.String()
	for _, line := range []string{
		`tally_messages{guild="197038439483310086"} 6`, `tally_people{guild="197038439483310086"} 2`,
		`tally_import_running{guild="197038439483310086"} 0`, `tally_import_messages{guild="197038439483310086"} 4`,
		`tally_open_gaps{guild="197038439483310086"} 1`, `tally_unchecked_channels{guild="197038439483310086"} 2`,
		`tally_connected 1`, `tally_info{version="tally v1"} 1`, `tally_discord_requests_total 12`, `tally_discord_received_bytes_total 3456`,
	} {
		if !strings.Contains(body, line+"\n") {
			t.Errorf("no %s", line)
		}
	}
	for _, name := range []string{"tally_log_bytes", "go_goroutines", "tally_discord_failures_total"} {
		if !strings.Contains(body, "\n"+name+" ") {
			t.Errorf("no %s", name)
		}
	}
	problems, err := testutil.CollectAndLint(&collector{w.server})
	if err != nil || len(problems) > 0 {
		t.Errorf("%v, %v", problems, err)
	}
}

// serve serves over a real port and returns its address, and what stops it.
func (w *world) serve() (url string, stop func()) {
	w.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		w.Fatal(err)
	}
	ctx, cancel := context.WithCancel(w.Context())
	ended := make(chan error, 1)
	go func() { ended <- w.server.Serve(ctx, l) }()
	return "http://" + l.Addr().String(), sync.OnceFunc(func() {
		cancel()
		if err := <-ended; err != nil {
			w.Error(err)
		}
	})
}

// TestServe answers over a real port until it is told to stop, and is then gone.
func TestServe(t *testing.T) {
	w := newWorld(t, "")
	url, stop := w.serve()
	defer stop()
	client := &http.Client{Timeout: time.Minute}
	defer client.CloseIdleConnections()
	answer, err := client.Get(url + "/api/v1/guilds")
	if err != nil {
		t.Fatal(err)
	}
	_ = answer.Body.Close()
	if answer.StatusCode != http.StatusOK {
		t.Errorf("status %d", answer.StatusCode)
	}
	stop()
	if _, err := client.Get(url); err == nil {
		t.Error("it still answers")
	}
}

// TestLivePageInABrowser: the page is itself under the server's strict policy too.
func TestLivePageInABrowser(t *testing.T) {
	w := newWorld(t, "")
	url, stop := w.serve()
	defer stop()
	tab := browsertest.Open(t)
	for _, screen := range browsertest.Screens {
		tab.See(url+"/", screen)
		if wide := tab.Overflow(); len(wide) > 0 {
			t.Errorf("%s: too wide: %q", screen.Name, wide)
		}
		if width := browsertest.Eval[string](tab, `getComputedStyle(document.querySelector(".part")).maxWidth`); width == "none" {
			t.Errorf("%s: the styles don't reach the page", screen.Name)
		}
		if width := browsertest.Eval[string](tab, `document.querySelector(".part").style.width`); width != "100.00%" && width != "100%" {
			t.Errorf("%s: the largest bar is %q wide", screen.Name, width)
		}
	}
	if title := browsertest.Eval[string](tab, `document.title`); title != "Tally: Lighthouse <keepers>" {
		t.Errorf("title %q", title)
	}
	tab.CheckQuiet()
}
