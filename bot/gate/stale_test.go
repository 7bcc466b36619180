package gate

import (
	"errors"
	"testing"

	"tally/eventlog"
)

// TestStalePages gives pages that were asked for before a gap began or ended.
func TestStalePages(t *testing.T) {
	const channel, author = 1, 50
	for name, meanwhile := range map[string][]eventlog.Body{
		"nothing":                 nil,
		"a gap begins":            {eventlog.GapOpened{Gap: 2, After: 5}},
		"a channel's gap begins":  {eventlog.GapOpened{Gap: 2, After: 5, Channel: channel}},
		"a channel's gap ends":    {eventlog.GapClosed{Gap: 1}},
		"a channel is checked":    {eventlog.ChannelChecked{Channel: channel, Gap: 1}},
		"another channel is gone": {eventlog.ChannelDeleted{Channel: 9}},
	} {
		t.Run(name, func(t *testing.T) {
			g := newGate(t)
			write(t, g, eventlog.GapOpened{Gap: 1, After: 5, Channel: channel})
			asked := g.Asking()
			write(t, g, meanwhile...)
			stale := len(meanwhile) > 0 && (meanwhile[0].Kind() == eventlog.KindGapOpened || meanwhile[0].Kind() == eventlog.KindGapClosed)
			for _, origin := range []eventlog.Origin{eventlog.Catchup, eventlog.Repair} {
				err := g.PageAsked(t.Context(), asked, origin, channel, said(channel, author, 7))
				if errors.Is(err, ErrStale) != stale || (total(g) == 0) != stale {
					t.Errorf("%v: %v, %d are counted", origin, err, total(g))
				}
			}
			must(t, g.PageAsked(t.Context(), g.Asking(), eventlog.Catchup, channel, said(channel, author, 7)))
			if total(g) != 1 {
				t.Errorf("%d are counted", total(g))
			}
		})
	}
}
