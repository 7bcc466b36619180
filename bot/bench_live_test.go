package bot

import (
	"context"
	"log/slog"
	"slices"
	"testing"
	"time"

	"tally/bot/discordtest"
	"tally/bot/rest"
	"tally/eventlog"
	"tally/eventlog/snowflake"
	"tally/projections"
)

const (
	liveMessages = 50_000
	liveChannels = 50
	liveWindow   = 2000 // messages on their way at the most: a full queue would become a gap
)

// BenchmarkLive sends messages through the emulated gateway, discordgo and the bot onto a real disk, all in this
// process: at 10,000 a second, and as fast as they are taken. It reports how many a second were durable,
// and the time from the frame's sending until the message is durable and counted, in ms (to one half). It
// fails if one is lost.
func BenchmarkLive(b *testing.B) {
	b.Run("10000-a-second", func(b *testing.B) { benchmarkLive(b, 10_000) })
	b.Run("at-most", func(b *testing.B) { benchmarkLive(b, 0) })
}

func benchmarkLive(b *testing.B, perSecond int) {
	for b.Loop() {
		s := discordtest.New(discordtest.Options{})
		g := s.AddGuild("live")
		for range liveChannels {
			g.AddChannel(discordtest.ChannelSpec{})
		}
		bot, stop := startBench(b, s, b.TempDir())
		target, _ := bot.Guild(g.ID())
		t := newTraffic(s, g, target.Gate.View)
		took := t.run(b, liveMessages, perSecond)
		target.Gate.View(func(state *projections.Guild) {
			if state.Total() != liveMessages {
				b.Errorf("%d messages are counted of %d", state.Total(), liveMessages)
			}
		})
		b.ReportMetric(liveMessages/took.Seconds(), "messages/s")
		reportPercentiles(b, "", t.delays)
		stop()
		s.Close()
	}
	b.ReportMetric(0, "ns/op")
}

// startBench starts a bot on the log in dir and waits until it knows the server's guilds.
func startBench(b *testing.B, s *discordtest.Server, dir string) (bot *Bot, stop func()) {
	b.Helper()
	log, err := eventlog.Open(dir, eventlog.Options{})
	if err != nil {
		b.Fatal(err)
	}
	bot, err = New(Options{
		Token: s.Token(), Log: log, URL: s.URL(), GlobalPerSecond: rest.Unlimited, HistoryPerSecond: rest.Unlimited,
		PatrolChannels: -1, Logger: slog.New(slog.DiscardHandler),
	})
	if err != nil {
		b.Fatal(err)
	}
	ctx, cancel := context.WithCancel(b.Context())
	ended := make(chan error, 1)
	go func() { ended <- bot.Run(ctx) }()
	for _, g := range s.Guilds() {
		waitUntil(b, func() bool { _, ok := bot.Guild(g.ID()); return ok })
	}
	return bot, func() {
		cancel()
		if err := <-ended; err != nil {
			b.Error(err)
		}
		if err := log.Close(); err != nil {
			b.Error(err)
		}
	}
}

// traffic is people who write. The ids of one connection's messages rise, so all up to the newest one that is
// counted are.
type traffic struct {
	s        *discordtest.Server
	channels []snowflake.ID
	people   []snowflake.ID
	view     func(func(*projections.Guild))

	pending []sending // on their way
	delays  []time.Duration
}

type sending struct {
	id snowflake.ID
	at time.Time
}

func newTraffic(s *discordtest.Server, g *discordtest.Guild, view func(func(*projections.Guild))) *traffic {
	t := &traffic{s: s, channels: g.Channels(), view: view}
	for range 500 {
		t.people = append(t.people, g.AddUser("person", false))
	}
	return t
}

// run sends n messages, so many a second (0: as fast as they are taken), and returns when all are counted.
func (t *traffic) run(b *testing.B, n, perSecond int) time.Duration {
	begin := time.Now()
	for sent := 0; sent < n || len(t.pending) > 0; {
		due := n
		if perSecond > 0 {
			due = min(n, int(time.Since(begin).Seconds()*float64(perSecond)))
		}
		for ; sent < due && len(t.pending) < liveWindow; sent++ {
			t.send(sent)
		}
		t.settle()
		if time.Since(begin) > 5*time.Minute {
			b.Fatalf("%d messages are still not counted", len(t.pending))
		}
		time.Sleep(500 * time.Microsecond)
	}
	return time.Since(begin)
}

func (t *traffic) send(i int) {
	at := time.Now()
	id := t.s.Send(t.channels[i%len(t.channels)], discordtest.Message{Author: t.people[i%len(t.people)]})
	t.pending = append(t.pending, sending{id, at})
}

// settle takes out what is counted.
func (t *traffic) settle() {
	var newest snowflake.ID
	t.view(func(g *projections.Guild) { newest = g.Newest() })
	now, n := time.Now(), 0
	for ; n < len(t.pending) && t.pending[n].id <= newest; n++ {
		t.delays = append(t.delays, now.Sub(t.pending[n].at))
	}
	t.pending = slices.Delete(t.pending, 0, n)
}

// reportPercentiles reports the median and the 99th percentile, in ms.
func reportPercentiles(b *testing.B, prefix string, delays []time.Duration) {
	slices.Sort(delays)
	for name, at := range map[string]int{"p50-ms": len(delays) / 2, "p99-ms": len(delays) * 99 / 100} {
		b.ReportMetric(float64(delays[at])/float64(time.Millisecond), prefix+name)
	}
}
