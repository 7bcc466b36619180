package report

import (
	"math/rand/v2"
	"testing"
	"time"

	"tally/eventlog"
	"tally/eventlog/snowflake"
)

const guildID = snowflake.ID(197038439483310086)

// writer writes a log by hand, as the bot's gate would.
type writer struct {
	*testing.T
	log *eventlog.Log
	rng *rand.Rand
	low snowflake.ID // the low bits of the last id, so that none comes twice
}

// newWriter's log has a clock that stands on 2026-09-01.
func newWriter(t *testing.T) *writer {
	t.Helper()
	now := time.Date(2026, 9, 1, 8, 0, 0, 0, time.UTC)
	log, err := eventlog.Open(t.TempDir(), eventlog.Options{NoSync: true, Clock: func() time.Time { return now }})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = log.Close() })
	return &writer{t, log, rand.New(rand.NewPCG(1, 2)), 0}
}

func (w *writer) write(bodies ...eventlog.Body) {
	w.Helper()
	if _, err := w.log.Append(guildID, bodies); err != nil {
		w.Fatal(err)
	}
}

func (w *writer) page(origin eventlog.Origin, imp uint32, channel snowflake.ID, messages ...eventlog.Message) {
	w.Helper()
	for from := 0; from < len(messages); from += 100 {
		p, err := eventlog.NewPage(origin, imp, channel, messages[from:min(from+100, len(messages))])
		if err != nil {
			w.Fatal(err)
		}
		w.write(p)
	}
}

func (w *writer) read() *Figures {
	w.Helper()
	f, err := Read(w.log, guildID)
	if err != nil {
		w.Fatal(err)
	}
	return f
}

func day(text string) time.Time {
	t, err := time.Parse(time.DateOnly, text)
	if err != nil {
		panic(err)
	}
	return t
}

// sent makes an id of an instant, another one each time.
func (w *writer) sent(at time.Time) snowflake.ID {
	w.low = (w.low + 1) % (1 << 22)
	return snowflake.At(at) | w.low
}

// talk makes messages of people between two days: fewer at night and on weekends.
func (w *writer) talk(from, until time.Time, n int) (messages []eventlog.Message) {
	for len(messages) < n {
		at := from.Add(time.Duration(w.rng.Int64N(int64(until.Sub(from)))))
		if weekend := at.Weekday() == time.Saturday || at.Weekday() == time.Sunday; weekend && w.rng.IntN(2) == 0 || at.Hour() < 7 && w.rng.IntN(8) > 0 {
			continue
		}
		author := snowflake.ID(300000000000000000 + w.rng.IntN(1+w.rng.IntN(60)))
		messages = append(messages, eventlog.Message{ID: w.sent(at), Author: author})
	}
	return messages
}

// The channels of the story.
const (
	storyChannels = 14
	storyFirst    = snowflake.ID(197038439483310100)
	storyThread   = snowflake.ID(197038439483310200)
	storyStaff    = snowflake.ID(197038439483310300)
)

// story writes a server's life in which everything happens: history, an import of it, live messages, a
// downtime that is read afterwards, repairs, a channel that can't be read, and gaps that are still open.
func (w *writer) story() {
	w.Helper()
	cutoff := day("2025-03-03")
	w.write(eventlog.ImportStarted{Import: 1, Cutoff: snowflake.At(cutoff), By: 5, In: storyFirst})
	for i := range storyChannels {
		channel := storyFirst + snowflake.ID(i)
		begun := day("2023-09-01").AddDate(0, i, 0)
		w.page(eventlog.Import, 1, channel, w.talk(begun, cutoff, 1500/(i+1))...)
		w.write(eventlog.ImportChannelFinished{Import: 1, Channel: channel, Outcome: eventlog.Completed})
	}
	w.page(eventlog.Import, 1, storyThread, w.talk(day("2024-05-01"), day("2024-06-01"), 80)...)
	w.write(eventlog.ImportChannelFinished{Import: 1, Channel: storyThread, Parent: storyFirst, Outcome: eventlog.Completed},
		eventlog.ImportChannelFinished{Import: 1, Channel: storyStaff, Outcome: eventlog.NoPermission},
		eventlog.ImportFinished{Import: 1, Outcome: eventlog.Completed, At: cutoff.Add(time.Hour)})
	down, up := day("2025-08-11"), day("2025-09-05")
	live := func(from, until time.Time, share int) {
		for i := range storyChannels {
			w.page(eventlog.Live, 0, storyFirst+snowflake.ID(i), w.talk(from, until, share/(i+1))...)
		}
	}
	live(cutoff, down, 700)
	w.write(eventlog.GapOpened{Gap: 1, After: snowflake.At(down)})
	w.page(eventlog.Live, 0, storyFirst, eventlog.Message{ID: w.sent(up), Author: 300000000000000000})
	for i := range storyChannels {
		w.page(eventlog.Catchup, 0, storyFirst+snowflake.ID(i), w.talk(down, up, 120/(i+1))...)
	}
	w.write(eventlog.GapClosed{Gap: 1})
	live(up.Add(time.Minute), day("2026-08-31"), 1400)
	w.page(eventlog.Repair, 0, storyFirst+1, w.talk(day("2026-02-01"), day("2026-02-20"), 12)...)
	w.page(eventlog.Archive, 0, storyFirst+13, w.talk(day("2025-04-01"), day("2025-06-10"), 60)...)
	w.write(eventlog.GapOpened{Gap: 2, After: snowflake.At(day("2026-06-01")), Channel: storyFirst + 3})
	gone := w.talk(day("2026-08-20"), day("2026-08-21"), 3)
	w.page(eventlog.Live, 0, storyFirst, gone...)
	w.write(&eventlog.Deletes{Channel: storyFirst, List: []eventlog.Delete{{ID: gone[0].ID, Held: eventlog.HeldStream, Author: gone[0].Author}}})
}
