package bot

import (
	"context"
	"log/slog"
	"os"
	"testing"
	"time"

	"tally/bot/discordtest"
	"tally/bot/importer"
	"tally/bot/rest"
	"tally/eventlog"
	"tally/eventlog/snowflake"
	"tally/projections"
)

// serverA is a real server's history; without it the benchmark uses a generated one of the same size.
const serverA = "../../shared/data/server-a"

// BenchmarkImport imports a server through real HTTP from an emulated Discord without limits, both in
// this process and on the same cores, onto a real disk. It reports messages a second, and the bytes
// that the log uses for each.
func BenchmarkImport(b *testing.B) {
	var messages, bytes, seconds float64
	for b.Loop() {
		n, used, took := importOnce(b)
		messages += n
		bytes += used
		seconds += took.Seconds()
	}
	b.ReportMetric(messages/seconds, "messages/s")
	b.ReportMetric(bytes/messages, "bytes/message")
	b.ReportMetric(0, "ns/op")
}

func importOnce(b *testing.B) (messages, bytes float64, took time.Duration) {
	s := discordtest.New(discordtest.Options{})
	defer s.Close()
	g := benchServer(b, s)
	log, err := eventlog.Open(b.TempDir(), eventlog.Options{})
	if err != nil {
		b.Fatal(err)
	}
	bot, err := New(Options{
		Token: s.Token(), Log: log, URL: s.URL(), GlobalPerSecond: rest.Unlimited, HistoryPerSecond: rest.Unlimited,
		Logger: slog.New(slog.DiscardHandler),
	})
	if err != nil {
		b.Fatal(err)
	}
	ctx, stop := context.WithCancel(b.Context())
	ended := make(chan error, 1)
	go func() { ended <- bot.Run(ctx) }()
	defer func() {
		stop()
		if err := <-ended; err != nil {
			b.Error(err)
		}
		if err := log.Close(); err != nil {
			b.Error(err)
		}
	}()
	waitUntil(b, func() bool { _, ok := bot.Guild(g.ID()); return ok })
	target, _ := bot.Guild(g.ID())
	begin := time.Now()
	if _, err := target.Job.Start(ctx, importer.Request{At: snowflake.At(s.Now())}); err != nil {
		b.Fatal(err)
	}
	waitUntil(b, func() (done bool) {
		target.Gate.View(func(g *projections.Guild) {
			if done = g.Committed() != nil; done {
				messages = float64(g.Committed().Messages)
			}
		})
		return done
	})
	took = time.Since(begin)
	used, err := log.UsedBytes()
	if err != nil {
		b.Fatal(err)
	}
	return messages, float64(used), took
}

func benchServer(b *testing.B, s *discordtest.Server) *discordtest.Guild {
	if _, err := os.Stat(serverA); err != nil {
		b.Log("the real server's history isn't here; this is a generated one")
		return discordtest.Generate(s, discordtest.GenerateOptions{Messages: 293_195, Channels: 122, Seed: 1})
	}
	g, err := discordtest.Load(s, serverA)
	if err != nil {
		b.Fatal(err)
	}
	return g
}

func waitUntil(b *testing.B, ok func() bool) {
	b.Helper()
	for deadline := time.Now().Add(5 * time.Minute); !ok(); time.Sleep(time.Millisecond) {
		if time.Now().After(deadline) {
			b.Fatal("waited in vain")
		}
	}
}
