package session

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"
)

// TestEnd ends Run at every stage.
func TestEnd(t *testing.T) {
	silent := func(c *scene) { c.listen() }
	block := func(ctx context.Context, e Event) {
		if e.Type == "BLOCK" {
			<-ctx.Done()
		}
	}
	blocking := func(c *scene) { c.greet(); c.readyIs(1); c.event(2, "BLOCK", "{}"); c.beat() }
	for name, c := range map[string]struct {
		scene func(*scene)
		set   func(*script)
		at    time.Duration
	}{
		"at once":              {scene: well},
		"connected":            {scene: well, at: time.Minute},
		"opening":              {scene: silent, at: 30 * time.Second},
		"asking":               {scene: well, set: func(g *script) { g.stuck = true }, at: 30 * time.Second},
		"dialing":              {scene: well, set: func(g *script) { g.pipes.stuck = "gateway.invalid:80" }, at: 30 * time.Second},
		"pausing":              {scene: well, set: func(g *script) { g.failing = true }, at: time.Hour},
		"no starts left":       {scene: well, set: func(g *script) { g.starts = `{"total":1,"remaining":0,"reset_after":99999999}` }, at: time.Hour},
		"closing by itself":    {scene: func(c *scene) { c.greet(); c.readyIs(1); c.settle() }, at: 1500 * time.Millisecond},
		"an event isn't taken": {scene: blocking, at: 30 * time.Second},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				g := newScript(t, c.scene)
				if c.set != nil {
					c.set(g)
				}
				r := start(t, g, nil, block)
				after(c.at)
				asked := time.Now()
				if err := r.stop(); !errors.Is(err, context.Canceled) {
					t.Errorf("it ended with %v", err)
				}
				if d := time.Since(asked); d > 1500*time.Millisecond { // discordgo's Close sleeps for one
					t.Errorf("it took %v", d)
				}
				after(2 * time.Second) // discordgo's sleep in Close
				if synctest.Wait(); g.open != 0 {
					t.Error("a connection is left")
				}
				g.close()
			})
		})
	}
}
