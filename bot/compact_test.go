package bot

import (
	"context"
	"errors"
	"log/slog"
	"testing"
	"testing/synctest"
	"time"

	"tally/bot/commands"
	"tally/bot/discordtest"
	"tally/bot/gate"
	"tally/bot/worker"
	"tally/eventlog"
	"tally/eventlog/snowflake"
	"tally/projections"
)

// TestOldRecordsAreJoined has two guilds with old messages: one is joined in the background, the other, which imports, not
// before it is done. What the gates count stays.
func TestOldRecordsAreJoined(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		log, err := eventlog.Open(t.TempDir(), eventlog.Options{NoSync: true, Segment: 50})
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = log.Close() }()
		b := &Bot{opt: Options{Log: log}, log: slog.New(slog.DiscardHandler), guilds: map[snowflake.ID]*guild{}}
		const quiet, importing = snowflake.ID(1), snowflake.ID(2)
		for _, id := range []snowflake.ID{quiet, importing} {
			appendOld(t, log, id)
		}
		write := func(body eventlog.Body) {
			if err := b.guilds[importing].Gate.Write(t.Context(), func(*projections.Guild) ([]eventlog.Body, error) { return []eventlog.Body{body}, nil }); err != nil {
				t.Fatal(err)
			}
		}
		in, err := gate.Open(log, importing, b.log)
		if err != nil {
			t.Fatal(err)
		}
		defer in.Close()
		b.guilds[importing] = &guild{Target: commands.Target{Gate: in}}
		write(eventlog.ImportStarted{Import: 1, Cutoff: 1})
		before := recordsOf(t, log)
		if err := b.compact(t.Context()); !errors.Is(err, worker.ErrLater) {
			t.Errorf("while an import runs: %v", err)
		}
		after := recordsOf(t, log)
		if after[quiet] > before[quiet]/2 || after[importing] != before[importing] {
			t.Errorf("records %v, before it were %v", after, before)
		}
		write(eventlog.ImportFinished{Import: 1, Outcome: eventlog.Completed})
		if err := b.compact(t.Context()); err != nil {
			t.Error(err)
		}
		if after := recordsOf(t, log); after[importing] > before[importing]/2 {
			t.Errorf("after the import there are %v", after)
		}
		ended, cancel := context.WithCancel(t.Context())
		cancel()
		if err := b.compact(ended); !errors.Is(err, context.Canceled) {
			t.Errorf("when the bot stops: %v", err)
		}
	})
}

// appendOld appends a record for each minute of ten hours, and one two days later.
func appendOld(t *testing.T, log *eventlog.Log, guild snowflake.ID) {
	t.Helper()
	start := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	for minute := range 601 {
		at := start.Add(time.Duration(minute) * time.Minute)
		if minute == 600 {
			at = at.Add(48 * time.Hour)
		}
		p, err := eventlog.NewPage(eventlog.Live, 0, 5, []eventlog.Message{{ID: snowflake.At(at), Author: 7}})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := log.Append(guild, []eventlog.Body{p}); err != nil {
			t.Fatal(err)
		}
	}
}

func recordsOf(t *testing.T, log *eventlog.Log) map[snowflake.ID]int {
	t.Helper()
	stats, err := log.Stats()
	if err != nil {
		t.Fatal(err)
	}
	records := map[snowflake.ID]int{}
	for _, g := range stats.Guilds {
		records[g.Guild] = g.Records
	}
	return records
}

// TestRunningBotCompacts: nobody has to ask for it.
func TestRunningBotCompacts(t *testing.T) {
	bubble(t, discordtest.Options{Clock: bubbleTime}, func(t *testing.T, w *world) {
		s := w.addServer("old")
		log, err := eventlog.Open(w.dir, eventlog.Options{NoSync: true, Segment: 50})
		if err != nil {
			t.Fatal(err)
		}
		appendOld(t, log, s.ID())
		if err := log.Close(); err != nil {
			t.Fatal(err)
		}
		w.start()
		time.Sleep(10 * time.Minute)
		if got := recordsOf(t, w.log)[s.ID()]; got > 300 {
			t.Errorf("there are still %d records", got)
		}
	})
}
