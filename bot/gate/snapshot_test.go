package gate

import (
	"bytes"
	"testing"
	"time"

	"tally/eventlog"
	"tally/eventlog/snowflake"
	"tally/projections"
)

// chatter gives the gate live messages with rising ids, in pages of its own.
func chatter(t fataler, g *Gate, first snowflake.ID, messages int) {
	var bodies []eventlog.Body
	for i := range (messages + 99) / 100 {
		list := make([]eventlog.Message, 100)
		for j := range list {
			list[j] = eventlog.Message{ID: first + snowflake.ID(100*i+j), Author: snowflake.ID(1 + (100*i+j)%997)}
		}
		p, err := eventlog.NewPage(eventlog.Live, 0, 1, list)
		must(t, err)
		bodies = append(bodies, p)
	}
	write(t, g, bodies...)
}

// TestSnapshotBeside holds a snapshot up: messages go on being counted, and when it is let go it is one of
// the guild as it then is.
func TestSnapshotBeside(t *testing.T) {
	g := newGate(t)
	g.saving.Lock()
	chatter(t, g, 1, leastTail)
	g.saving.Unlock()
	if _, err := projections.LoadSnapshot(g.log.Dir(), guildID); err == nil {
		t.Fatal("there is a snapshot already")
	}
	chatter(t, g, leastTail+1, 100) // it is due still
	g.beside.Wait()
	saved, err := projections.LoadSnapshot(g.log.Dir(), guildID)
	must(t, err)
	g.View(func(state *projections.Guild) {
		if !bytes.Equal(saved.Encode(), state.Encode()) {
			t.Errorf("the snapshot has %d messages, want %d", saved.Total(), state.Total())
		}
	})
	if g.dirty != 0 {
		t.Errorf("%d events are to be saved", g.dirty)
	}
}

// TestSnapshotOfALongTail opens a gate on a log of which no snapshot was saved, with as many events as may be read
// at a start: the bot may be killed again before as many are new.
func TestSnapshotOfALongTail(t *testing.T) {
	for _, c := range []struct {
		events int
		saved  bool
	}{{mostTail, true}, {mostTail / 2, false}} {
		log := openLog(t, t.TempDir())
		list := make([]eventlog.Message, 100)
		var records [][]eventlog.Body
		for i := range c.events {
			if list[i%100] = (eventlog.Message{ID: snowflake.ID(1 + i), Author: 5}); i%100 == 99 {
				p, err := eventlog.NewPage(eventlog.Live, 0, 1, list)
				must(t, err)
				records = append(records, []eventlog.Body{p})
			}
		}
		_, err := log.Append(guildID, records...)
		must(t, err)
		g := openGate(t, log)
		chatter(t, g, snowflake.ID(1+c.events), 100)
		write(t, g)
		g.beside.Wait()
		if _, err := projections.LoadSnapshot(log.Dir(), guildID); (err == nil) != c.saved {
			t.Errorf("after a tail of %d events: %v", c.events, err)
		}
		g.Close()
		must(t, log.Close())
	}
}

// TestSnapshotAfterARecount has a recount mend what the last snapshot has wrong, and the bot killed.
func TestSnapshotAfterARecount(t *testing.T) {
	g := newGate(t)
	chatter(t, g, 1, 100)
	wrong := recounted(t, g.log)
	p, err := eventlog.NewPage(eventlog.Live, 0, 1, []eventlog.Message{{ID: 900, Author: 50}})
	must(t, err)
	wrong.Apply(p)
	must(t, projections.SaveSnapshot(g.log.Dir(), guildID, wrong.Encode()))
	must(t, g.Swap(t.Context(), func() (*projections.Guild, error) { return recounted(t, g.log), nil }))
	g.beside.Wait()
	if again, err := projections.Load(g.log, guildID); err != nil || again.Total() != 100 {
		t.Errorf("%d messages after a restart, want 100: %v", again.Total(), err)
	}
}

// BenchmarkLiveBesideSnapshots counts live messages one at a time, durably, while snapshots of 200,000 users in
// 5 channels are made without a break. worst-ms is the longest that one took, alone-ms the longest of as
// many without snapshots, encode-ms what the writer would wait at the least if it made a snapshot itself.
func BenchmarkLiveBesideSnapshots(b *testing.B) {
	log, err := eventlog.Open(b.TempDir(), eventlog.Options{})
	must(b, err)
	defer func() { must(b, log.Close()) }()
	g := openGate(b, log)
	defer g.Close()
	next := snowflake.ID(1)
	page := func(channel snowflake.ID, authors ...snowflake.ID) *eventlog.Page {
		var list []eventlog.Message
		for _, author := range authors {
			list = append(list, eventlog.Message{ID: next, Author: author})
			next++
		}
		p, err := eventlog.NewPage(eventlog.Live, 0, channel, list)
		must(b, err)
		return p
	}
	for channel := range snowflake.ID(5) {
		var bodies []eventlog.Body
		for author := snowflake.ID(1); author < 200_000; author += 100 {
			var authors []snowflake.ID
			for i := range snowflake.ID(100) {
				authors = append(authors, (author+i)<<30)
			}
			bodies = append(bodies, page(channel+1, authors...))
		}
		write(b, g, bodies...)
	}
	g.beside.Wait()
	began := time.Now()
	g.View(func(state *projections.Guild) { _ = state.Encode() })
	encode := time.Since(began)
	one := func(due int) time.Duration {
		began := time.Now()
		must(b, g.Write(b.Context(), func(*projections.Guild) ([]eventlog.Body, error) {
			g.dirty = due
			return []eventlog.Body{page(1, 50)}, nil
		}))
		return time.Since(began)
	}
	var worst, alone time.Duration
	for b.Loop() {
		worst = max(worst, one(mostTail))
	}
	g.beside.Wait()
	for range b.N {
		alone = max(alone, one(0))
	}
	report := func(name string, d time.Duration) { b.ReportMetric(float64(d.Microseconds())/1000, name) }
	report("worst-ms", worst)
	report("alone-ms", alone)
	report("encode-ms", encode)
}
