package importer

import (
	"flag"
	"fmt"
	"log/slog"
	"net/http"
	"os"
	"testing"
	"testing/synctest"
	"time"

	"tally/bot/discordtest"
	"tally/bot/gate"
	"tally/bot/rest"
	"tally/eventlog"
	"tally/eventlog/snowflake"
	"tally/projections"
)

var (
	ceilingMessages = flag.Int("ceiling-messages", 500_000, "how many messages the made-up server of TestCeiling has")
	ceilingAll      = flag.Bool("ceiling-all", false, "TestCeiling with each limit, not with some")
)

// serverA is a real server's history; where it isn't, it is left out.
const serverA = "../../../shared/data/server-a"

// TestCeiling imports whole servers on virtual time, with Discord's limits, and holds the time against the
// least that these allow: 50 requests a second for all, and what a channel allows for the longest one.
func TestCeiling(t *testing.T) {
	for _, server := range []struct {
		name string
		load func(*discordtest.Server) (*discordtest.Guild, error)
		some map[discordtest.LimitMode]int
	}{
		{"server-a", func(s *discordtest.Server) (*discordtest.Guild, error) { return discordtest.Load(s, serverA) },
			map[discordtest.LimitMode]int{discordtest.LimitsHonest: 10, discordtest.LimitsLying: 3}},
		{fmt.Sprintf("%d messages in 400 channels", *ceilingMessages), func(s *discordtest.Server) (*discordtest.Guild, error) {
			return discordtest.Generate(s, discordtest.GenerateOptions{Messages: *ceilingMessages, Channels: 400, Seed: 1, Until: s.Now().Add(-time.Hour)}), nil
		}, map[discordtest.LimitMode]int{discordtest.LimitsHonest: 1, discordtest.LimitsLying: 5}},
	} {
		for name, mode := range map[string]discordtest.LimitMode{"honest": discordtest.LimitsHonest, "lying": discordtest.LimitsLying} {
			for _, perSecond := range []int{1, 2, 3, 5, 10} {
				if !*ceilingAll && perSecond != server.some[mode] {
					continue
				}
				t.Run(fmt.Sprintf("%s/%s/%d", server.name, name, perSecond), func(t *testing.T) {
					if _, err := os.Stat(serverA); err != nil && server.name == "server-a" {
						t.Skipf("the real server's history is not here: %v", err)
					}
					limits := discordtest.Limits{Mode: mode, Requests: 5 * perSecond}
					r := importWithin(t, limits, server.load)
					t.Log(r)
					if r.took.Seconds() > 1.05*r.ceiling() {
						t.Errorf("it took %.1f s, %.1f s are possible", r.took.Seconds(), r.ceiling())
					}
					if mode == discordtest.LimitsHonest && r.refused > 0 || r.refused*200 >= r.requests {
						t.Errorf("%d of %d requests were refused", r.refused, r.requests)
					}
				})
			}
		}
	}
}

// run is what an import took.
type run struct {
	took                        time.Duration
	requests, refused, messages int
	others                      int // requests that are none for pages
	pages, longest              int // that hold all messages, and those of the longest channel
	perSecond                   float64
}

// ceiling is the least time that the limits allow, in seconds.
func (r run) ceiling() float64 {
	return max(float64(r.pages+r.others)/50, float64(r.longest)/r.perSecond)
}

func (r run) String() string {
	return fmt.Sprintf("%d messages: %.1f s, ceiling %.1f s, ratio %.3f; %d requests, %d pages needed, %d others, %d refused, longest channel %d pages",
		r.messages, r.took.Seconds(), r.ceiling(), r.took.Seconds()/r.ceiling(), r.requests, r.pages, r.others, r.refused, r.longest)
}

func importWithin(t *testing.T, limits discordtest.Limits, load func(*discordtest.Server) (*discordtest.Guild, error)) (r run) {
	synctest.Test(t, func(t *testing.T) {
		p := discordtest.NewPipes()
		s := discordtest.New(discordtest.Options{Listener: p, Limits: limits, Clock: func() time.Time { return time.Now().AddDate(27, 0, 0) }})
		defer s.Close()
		g, err := load(s)
		must(t, err)
		w := &world{Server: s, Guild: g, t: t}
		w.log, err = eventlog.Open(t.TempDir(), eventlog.Options{NoSync: true})
		must(t, err)
		defer func() { must(t, w.log.Close()) }()
		w.gate, err = gate.Open(w.log, g.ID(), slog.New(slog.DiscardHandler))
		must(t, err)
		defer w.gate.Close()
		network := &http.Transport{DialContext: p.Dial, MaxIdleConnsPerHost: 64}
		defer network.CloseIdleConnections()
		w.im = &Importer{Reader: w.reader(rest.Options{Next: w.Transport(network)}), Gate: w.gate, Now: s.Now}
		w.job = NewJob(w.im, nil)
		defer w.job.Close()
		time.Sleep(time.Minute) // what the preparations have used of the limits is over
		before, begin := s.Stats(), time.Now()
		_, err = w.job.Start(t.Context(), Request{At: snowflake.At(s.Now())})
		must(t, err)
		<-w.job.ended
		r = run{took: time.Since(begin), perSecond: float64(limits.Requests) / 5}
		after := s.Stats()
		r.requests, r.refused = after.Requests-before.Requests, after.Status[429]-before.Status[429]
		const history = "GET /channels/{c}/messages"
		r.others = r.requests - (after.Routes[history] - before.Routes[history])
		w.view(func(g *projections.Guild) {
			r.messages = int(g.Committed().Messages)
			for id, read := range g.Committed().Channels {
				if c, _ := w.im.Directory.Channel(id); !c.HoldsMessages() {
					continue
				}
				pages := max((int(read.Messages)+rest.MaxPage-1)/rest.MaxPage, 1)
				r.pages += pages
				r.longest = max(r.longest, pages)
			}
		})
		for _, v := range s.Violations() {
			t.Errorf("violation: %s", v)
		}
	})
	return r
}
