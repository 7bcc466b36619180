package session

import (
	"context"
	"errors"
	"net/http"
	"testing"
	"testing/synctest"
	"time"

	"github.com/bwmarrin/discordgo"
)

// lateTransport answers its first request after a long time, whatever becomes of the context.
type lateTransport struct {
	http.RoundTripper
	wait time.Duration
}

func (l lateTransport) RoundTrip(r *http.Request) (*http.Response, error) {
	time.Sleep(l.wait)
	return l.RoundTripper.RoundTrip(r.WithContext(context.Background()))
}

// late is a gateway whose first sessions find it after a long time.
type late struct {
	*script
	wait time.Duration
	n    int
}

func (l *late) newSession() *discordgo.Session {
	s := l.script.newSession()
	if l.n++; l.n == 1 {
		s.Client.Transport = lateTransport{s.Client.Transport, l.wait}
	}
	return s
}

// TestAbandonedSessionStaysAway has the first session come back to life when it was replaced long since.
func TestAbandonedSessionStaysAway(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := &late{script: newScript(t, well), wait: 10 * usual.open}
		r := start(t, g, nil, nil)
		after(20 * usual.open)
		r.is("READY")
		if g.played != 1 {
			t.Errorf("%d connections were made", g.played)
		}
		_ = r.stop()
		g.close()
	})
}

// TestAbandonedSessionIsMute looks at the rule itself: not even a handler that discordgo is in the middle
// of calling gets an event through.
func TestAbandonedSessionIsMute(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := newScript(t, func(c *scene) { c.listen() })
		taken := 0
		s := &Supervisor{New: g.newSession, Take: func(context.Context, Event) { taken++ }}
		c := s.connection(t.Context(), usual)
		event := &discordgo.Event{Type: "MESSAGE_CREATE"}
		go c.dispatched(nil, event) // waits for the connection
		synctest.Wait()
		if taken != 0 {
			t.Error("an event was handed on before the connection was made")
		}
		if _, err := c.run(t.Context()); !errors.Is(err, errHung) {
			t.Errorf("it ended with %v", err)
		}
		taken = 0
		c.dispatched(nil, event)
		if taken != 0 {
			t.Error("an abandoned session handed an event on")
		}
		<-c.gate // the moment between the two: given up, while the connection isn't over yet
		for range 100 {
			c.dispatched(nil, event)
		}
		if taken != 0 {
			t.Errorf("a session that was given up handed %d events on", taken)
		}
		g.close()
	})
}
