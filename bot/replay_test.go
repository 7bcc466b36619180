package bot

import (
	"strings"
	"testing"

	"tally/bot/discordtest"
	"tally/eventlog"
	"tally/projections"
)

// TestStaleCountIsTold has the live state not be what the log gives: the verification says so, and by how
// much, and a recount puts it right.
func TestStaleCountIsTold(t *testing.T) {
	w := newWorld(t, discordtest.Options{})
	s := w.addServer("stale")
	w.start()
	w.write(s, 40)
	w.exact(s.Guild)
	page, err := eventlog.NewPage(eventlog.Live, 0, s.general, []eventlog.Message{{ID: 7, Author: s.ann}, {ID: 8, Author: s.ann}})
	if err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		wrong     eventlog.Body
		want      []string
		recounted string
	}{
		"counts":              {page, []string{"The counts differ from the log", "Counted: 42", "Expected: 40", "Extra: 2", "counted 22, expected 20"}, "1 count changed."},
		"what counts rest on": {eventlog.GapOpened{Gap: 99, After: 5}, []string{"agree with the log, but", "Extra: 0"}, "No count changed, but what they rest on"},
	} {
		t.Run(name, func(t *testing.T) {
			var wrong *projections.Guild
			w.view(s.Guild, func(g *projections.Guild) { wrong, err = g.Clone() })
			if err != nil {
				t.Fatal(err)
			}
			wrong.Apply(c.wrong)
			if err := w.target(s.Guild).Gate.Swap(t.Context(), func() (*projections.Guild, error) { return wrong, nil }); err != nil {
				t.Fatal(err)
			}
			got := w.run(s.Guild, "verify-message-counts", nil)
			for _, want := range append(c.want, "nothing was changed", "`/recount` puts it right") {
				if !strings.Contains(got, want) {
					t.Errorf("the verification lacks %q:\n%s", want, got)
				}
			}
			if got := w.run(s.Guild, "recount", nil); !strings.Contains(got, c.recounted) {
				t.Errorf("the recount lacks %q:\n%s", c.recounted, got)
			}
			if got := w.run(s.Guild, "verify-message-counts", nil); !strings.Contains(got, "The counts agree with the log\n") || strings.Contains(got, "recount") {
				t.Errorf("after the recount:\n%s", got)
			}
		})
	}
}
