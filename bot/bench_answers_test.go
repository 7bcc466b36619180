package bot

import (
	"math/rand/v2"
	"testing"
	"time"

	"tally/bot/discordtest"
	"tally/eventlog"
	"tally/eventlog/snowflake"
)

const (
	answersPages    = 100_000 // of 100 messages: 10 M
	answersPeople   = 200_000
	answersChannels = 400
	answersEach     = 400  // of each command
	answersTraffic  = 1000 // live messages a second
)

// BenchmarkAnswers asks a bot with 10 M messages of 200,000 people in one server, while 1,000 messages a second come
// live, and reports how long an answer takes, in ms: from the command's leaving the emulated Discord until its answer is
// there, through the gateway and HTTP. /import-status looks at no user: what it takes, any answer does.
func BenchmarkAnswers(b *testing.B) {
	s := discordtest.New(discordtest.Options{})
	defer s.Close()
	g := s.AddGuild("answers")
	for range answersChannels {
		g.AddChannel(discordtest.ChannelSpec{})
	}
	dir := b.TempDir()
	writeHistory(b, dir, g)
	bot, stop := startBench(b, s, dir)
	defer stop()
	target, _ := bot.Guild(g.ID())
	t := newTraffic(s, g, target.Gate.View)
	for b.Loop() {
		over, ended := make(chan struct{}), make(chan struct{})
		go func() {
			defer close(ended)
			t.flow(over, answersTraffic)
		}()
		commands := map[string]map[string]any{
			"leaderboard": nil, "message-count": {"user": t.people[0]}, "import-status": nil,
		}
		for name, options := range commands {
			reportPercentiles(b, name+"-", ask(b, s, g, name, options))
		}
		close(over)
		<-ended
	}
	b.ReportMetric(0, "ns/op")
}

func ask(b *testing.B, s *discordtest.Server, g *discordtest.Guild, name string, options map[string]any) (took []time.Duration) {
	for range answersEach {
		begin := time.Now()
		_, err := s.Interact(b.Context(), discordtest.Command{
			Guild: g.ID(), Channel: g.Channels()[0], User: g.Owner(), Name: name, Options: options,
		})
		if err != nil {
			b.Fatal(err)
		}
		took = append(took, time.Since(begin))
	}
	return took
}

// flow sends so many messages a second until it is over.
func (t *traffic) flow(over <-chan struct{}, perSecond int) {
	begin, sent := time.Now(), 0
	tick := time.NewTicker(time.Millisecond)
	defer tick.Stop()
	for {
		for due := int(time.Since(begin).Seconds() * float64(perSecond)); sent < due; sent++ {
			t.send(sent)
		}
		t.settle()
		select {
		case <-over:
			return
		case <-tick.C:
		}
	}
}

// writeHistory writes the log of a completed import: in each channel a dozen of its people talk at a time.
func writeHistory(b *testing.B, dir string, g *discordtest.Guild) {
	log, err := eventlog.Open(dir, eventlog.Options{NoSync: true})
	if err != nil {
		b.Fatal(err)
	}
	r := rand.New(rand.NewPCG(1, 2))
	channels, id := g.Channels(), g.ID()
	records := [][]eventlog.Body{{eventlog.ImportStarted{Import: 1, Cutoff: id}}}
	write := func() {
		if _, err := log.Append(g.ID(), records...); err != nil {
			b.Fatal(err)
		}
		records = records[:0]
	}
	list := make([]eventlog.Message, 100)
	for i := range answersPages {
		first := (i*2 + r.IntN(200)) % (answersPeople - 12)
		for j := range list {
			id -= snowflake.ID(r.ExpFloat64()*2000) << 22
			id--
			list[j] = eventlog.Message{ID: id, Author: snowflake.ID(1+first+min(r.IntN(12), r.IntN(12))) << 22}
		}
		p, err := eventlog.NewPage(eventlog.Import, 1, channels[i%len(channels)], list)
		if err != nil {
			b.Fatal(err)
		}
		if records = append(records, []eventlog.Body{p}); len(records) == 1000 {
			write()
		}
	}
	var end []eventlog.Body
	for _, channel := range channels {
		end = append(end, eventlog.ImportChannelFinished{Import: 1, Channel: channel, Outcome: eventlog.Completed})
	}
	records = append(records, append(end, eventlog.ImportFinished{Import: 1, Outcome: eventlog.Completed}))
	write()
	if err := log.Close(); err != nil {
		b.Fatal(err)
	}
}
