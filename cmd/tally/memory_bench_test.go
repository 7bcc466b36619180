package main

import (
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"testing"
	"time"

	"tally/bot/discordtest"
	"tally/eventlog"
	"tally/eventlog/snowflake"
)

// The bot of BenchmarkMemory: 10 M messages of 200,000 people in 50,000 channels.
const (
	manyGuilds        = 1000
	channelsPerGuild  = 50
	peoplePerGuild    = 200
	talkersPerChannel = 12
	pagesPerChannel   = 2
	importMessages    = 300_000 // of one server more, which it imports
	settling          = 15 * time.Second
)

// BenchmarkMemory runs `tally run` in a process of its own, on a log of that size, and reports its resident
// memory (VmRSS, and VmHWM for the peaks) in MB: at its first start, which reads all of the log, at the next, which reads
// snapshots, idle after that, during an import of 300,000 messages at full speed, and during a recount of those.
// What of it is the log's file, mapped into memory, the system takes back as it likes; anon-MB is
// without it. Linux tells these figures; elsewhere the benchmark is skipped.
func BenchmarkMemory(b *testing.B) {
	if _, err := os.Stat("/proc/self/status"); err != nil {
		b.Skip(err)
	}
	for b.Loop() {
		measureMemory(b)
	}
	b.ReportMetric(0, "ns/op")
}

func measureMemory(b *testing.B) {
	s := discordtest.New(discordtest.Options{Limits: discordtest.Limits{IdentifyEvery: -1}})
	defer s.Close()
	dir := b.TempDir()
	writeMany(b, s, dir)
	last := discordtest.Generate(s, discordtest.GenerateOptions{Messages: importMessages, Channels: 100, Users: 2000, Seed: 3})
	p := startBot(b, s, dir)
	p.untilKnown()
	b.ReportMetric(p.read("VmHWM"), "first-start-MB")
	p.stop()
	p = startBot(b, s, dir)
	defer p.stop()
	p.untilKnown()
	b.ReportMetric(p.read("VmHWM"), "start-MB")
	time.Sleep(settling) // for the collector, not for anything that is tested
	b.ReportMetric(p.read("VmRSS"), "idle-MB")
	b.ReportMetric(p.read("RssAnon"), "idle-anon-MB")
	p.clearPeak()
	p.untilAnswered(last, "import-messages")
	if _, err := s.WaitMessage(b.Context(), last.Channels()[0], func(r discordtest.Reply) bool {
		return len(r.Embeds) > 0 && r.Embeds[0].Title == "The import is complete"
	}); err != nil {
		b.Fatal(err)
	}
	b.ReportMetric(p.read("VmHWM"), "import-MB")
	p.clearPeak()
	p.untilAnswered(last, "recount")
	b.ReportMetric(p.read("VmHWM"), "recount-MB")
}

// writeMany writes the log, of servers that the emulated Discord has.
func writeMany(b *testing.B, s *discordtest.Server, dir string) {
	log, err := eventlog.Open(dir, eventlog.Options{NoSync: true})
	if err != nil {
		b.Fatal(err)
	}
	r := rand.New(rand.NewPCG(1, 2))
	for i := range manyGuilds {
		g := s.AddGuild(fmt.Sprintf("server-%d", i+1))
		if _, err := log.Append(g.ID(), guildRecords(b, r, g, i)...); err != nil {
			b.Fatal(err)
		}
	}
	if err := log.Close(); err != nil {
		b.Fatal(err)
	}
}

// guildRecords makes channels in a server, and the records of an import that has read their history.
func guildRecords(b *testing.B, r *rand.Rand, g *discordtest.Guild, number int) [][]eventlog.Body {
	cutoff := g.ID()
	records := [][]eventlog.Body{{eventlog.ImportStarted{Import: 1, Cutoff: cutoff}}}
	var end []eventlog.Body
	for c := range channelsPerGuild {
		channel := g.AddChannel(discordtest.ChannelSpec{Name: fmt.Sprintf("channel-%d", c+1)})
		id := cutoff
		for range pagesPerChannel {
			page := make([]eventlog.Message, perPage)
			for i := range page {
				id -= snowflake.ID(r.ExpFloat64()*20_000)<<22 + 1
				who := (c*4 + min(r.IntN(talkersPerChannel), r.IntN(talkersPerChannel))) % peoplePerGuild
				page[i] = eventlog.Message{ID: id, Author: snowflake.ID(1+number*peoplePerGuild+who) << 22}
			}
			p, err := eventlog.NewPage(eventlog.Import, 1, channel, page)
			if err != nil {
				b.Fatal(err)
			}
			records = append(records, []eventlog.Body{p})
		}
		end = append(end, eventlog.ImportChannelFinished{Import: 1, Channel: channel, Outcome: eventlog.Completed})
	}
	return append(records, append(end, eventlog.ImportFinished{Import: 1, Outcome: eventlog.Completed}))
}

// memoryRun is the bot, in a process of its own.
type memoryRun struct {
	b      *testing.B
	s      *discordtest.Server
	cmd    *exec.Cmd
	stderr strings.Builder
	ended  chan error
}

func startBot(b *testing.B, s *discordtest.Server, dir string) *memoryRun {
	p := &memoryRun{b: b, s: s, ended: make(chan error, 1)}
	p.cmd = exec.Command("tally", "run", "--data", dir, "--discord-url", s.URL(), "--requests-per-second", "0", "--pages-per-second", "0", "--patrol-channels", "0")
	p.cmd.Env, p.cmd.Stderr = append(os.Environ(), tokenVariable+"="+s.Token()), &p.stderr
	if err := p.cmd.Start(); err != nil {
		b.Fatal(err)
	}
	go func() {
		defer close(p.ended)
		p.ended <- p.cmd.Wait()
	}()
	b.Cleanup(func() {
		_ = p.cmd.Process.Kill() // it has ended, unless the benchmark failed
		<-p.ended
	})
	return p
}

// stop ends the bot as Ctrl-C does. On a busy machine a thousand servers' snapshots may take longer than the
// bot allows itself: then the next start reads more of the log.
func (p *memoryRun) stop() {
	_ = p.cmd.Process.Signal(os.Interrupt)
	if err := <-p.ended; err != nil {
		p.b.Logf("the bot: %v\n%s", err, p.stderr.String())
	}
}

// untilKnown waits until the bot knows every server.
func (p *memoryRun) untilKnown() {
	for _, g := range p.s.Guilds() {
		p.untilAnswered(g, "message-count")
	}
}

// untilAnswered gives a command until the bot knows the server, and waits for the whole answer.
func (p *memoryRun) untilAnswered(g *discordtest.Guild, name string) {
	p.b.Helper()
	for deadline := time.Now().Add(5 * time.Minute); ; time.Sleep(10 * time.Millisecond) {
		i, err := p.s.Interact(p.b.Context(), discordtest.Command{Guild: g.ID(), Channel: g.Channels()[0], User: g.Owner(), Name: name})
		if err == nil {
			var r discordtest.Reply
			if r, err = i.Filled(p.b.Context()); err == nil && !strings.Contains(fmt.Sprint(r), "getting to know") {
				return
			}
		}
		if time.Now().After(deadline) {
			p.b.Fatalf("/%s: %v", name, err)
		}
	}
}

// read returns a figure of /proc/PID/status in MB.
func (p *memoryRun) read(name string) float64 {
	p.b.Helper()
	b, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", p.cmd.Process.Pid))
	if err != nil {
		p.b.Fatal(err)
	}
	for line := range strings.Lines(string(b)) {
		if f := strings.Fields(line); len(f) == 3 && f[0] == name+":" {
			kB, _ := strconv.ParseFloat(f[1], 64)
			return kB * 1024 / 1e6
		}
	}
	p.b.Fatalf("no %s", name)
	return 0
}

// clearPeak has VmHWM begin anew.
func (p *memoryRun) clearPeak() {
	if err := os.WriteFile(fmt.Sprintf("/proc/%d/clear_refs", p.cmd.Process.Pid), []byte("5"), 0); err != nil {
		p.b.Fatal(err)
	}
}
