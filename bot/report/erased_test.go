package report

import (
	"strings"
	"testing"

	"tally/eventlog"
)

// TestErasedMembers are one row behind all others, without a rank, and no user's id.
func TestErasedMembers(t *testing.T) {
	w := newWriter(t)
	at := w.sent(day("2026-03-01"))
	w.page(eventlog.Live, 0, storyFirst, eventlog.Message{ID: at, Author: eventlog.Anonymous},
		eventlog.Message{ID: at + 1, Author: eventlog.Anonymous}, eventlog.Message{ID: at + 2, Author: 4711})
	f := w.read()
	if len(f.Users) != 2 || f.Users[0].User != 4711 || f.Users[0].Rank != 1 || f.Users[1].Rank != 0 || f.Users[1].Messages != 2 || f.People != 1 {
		t.Errorf("%+v, %d people", f.Users, f.People)
	}
	var b strings.Builder
	if err := Write(&b, Page{Guilds: []*Figures{f}}); err != nil {
		t.Fatal(err)
	}
	if page := b.String(); !strings.Contains(page, `<th scope="row">erased members</th>`) || strings.Contains(page, "<code>1</code>") || strings.Contains(page, "width:200") {
		t.Error("the page names erased members as if they were somebody")
	}
}
