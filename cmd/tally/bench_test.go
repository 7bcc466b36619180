package main

import (
	"context"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"testing"
	"time"

	"tally/bot/discordtest"
)

// BenchmarkImportCPU imports a server into a bot that is a process of its own, from an emulated Discord without
// limits in this one. It reports the processor time that the bot took for each message, user and system, with
// its start and its end; and, as seen from here, the messages a second.
func BenchmarkImportCPU(b *testing.B) {
	var messages int
	var cpu, took time.Duration
	for b.Loop() {
		n, c, d := importApart(b)
		messages, cpu, took = messages+n, cpu+c, took+d
	}
	b.ReportMetric(float64(cpu.Microseconds())/float64(messages), "cpu-µs/message")
	b.ReportMetric(float64(messages)/took.Seconds(), "messages/s")
	b.ReportMetric(0, "ns/op")
}

func importApart(b *testing.B) (messages int, cpu, took time.Duration) {
	s := discordtest.New(discordtest.Options{Limits: discordtest.Limits{IdentifyEvery: -1}})
	defer s.Close()
	g := benchGuild(b, s)
	bot := exec.Command("tally", "run", "--data", b.TempDir(), "--discord-url", s.URL(), "--requests-per-second", "0", "--pages-per-second", "0")
	bot.Env = append(os.Environ(), tokenVariable+"="+s.Token())
	if err := bot.Start(); err != nil {
		b.Fatal(err)
	}
	ctx, stop := context.WithTimeout(b.Context(), 5*time.Minute)
	defer stop()
	for begun := false; !begun && ctx.Err() == nil; time.Sleep(5 * time.Millisecond) {
		i, err := s.Interact(ctx, discordtest.Command{Guild: g.ID(), Channel: g.Channels()[0], User: g.Owner(), Name: "import-messages"})
		begun = err == nil && strings.Contains(i.Response().Embeds[0].Title, "has started")
	}
	begin := time.Now()
	if _, err := s.WaitMessage(ctx, g.Channels()[0], func(r discordtest.Reply) bool {
		return len(r.Embeds) > 0 && r.Embeds[0].Title == "The import is complete"
	}); err != nil {
		b.Errorf("the import was not finished: %v", err)
	}
	took = time.Since(begin)
	_ = bot.Process.Signal(syscall.SIGINT)
	if err := bot.Wait(); err != nil {
		b.Errorf("the bot ended with: %v", err)
	}
	return s.Stats().Messages, bot.ProcessState.UserTime() + bot.ProcessState.SystemTime(), took
}

func benchGuild(b *testing.B, s *discordtest.Server) *discordtest.Guild {
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
