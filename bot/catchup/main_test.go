package catchup

import (
	"testing"
	"testing/synctest"
	"time"

	"go.uber.org/goleak"

	"tally/bot/discordtest"
	"tally/bot/gate"
	"tally/bot/roomtest"
	"tally/eventlog"
	"tally/eventlog/snowflake"
	"tally/projections"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

var must = roomtest.Must

// world is an emulated Discord in a synctest bubble, and a catch-up on it. Nobody listens to its gateway.
type world struct {
	*discordtest.Server
	*discordtest.Guild
	t            *testing.T
	general, ann snowflake.ID
	log          *eventlog.Log
	gate         *gate.Gate
	c            *Catchup
}

// inWorld runs a test in a world that has ten messages, and whose bot has been listening for a day.
func inWorld(t *testing.T, test func(*world)) {
	synctest.Test(t, func(t *testing.T) {
		p := discordtest.NewPipes()
		s := discordtest.New(discordtest.Options{Listener: p})
		defer s.Close()
		w := &world{Server: s, Guild: s.AddGuild("test"), t: t}
		w.general, w.ann = w.AddChannel(discordtest.ChannelSpec{Name: "general"}), w.AddUser("ann", false)
		time.Sleep(24 * time.Hour)
		w.gate = roomtest.Gate(t, w.Guild.ID())
		w.log = w.gate.Log()
		w.c = &Catchup{Reader: roomtest.Reader(t, s, w.Guild.ID(), p), Gate: w.gate, Now: s.Now}
		test(w)
	})
}

// arrive is what GUILD_CREATE brings: the guild as it is now, and what was missed is a gap.
func (w *world) arrive() {
	w.t.Helper()
	roomtest.Arrive(w.t, w.c.Reader, w.BotID())
	must(w.t, w.c.Open(w.t.Context()))
}

func (w *world) write(channel snowflake.ID, n int) {
	for range n {
		w.Send(channel, discordtest.Message{Author: w.ann})
	}
}

func (w *world) state() (total, gaps int) {
	w.gate.View(func(g *projections.Guild) { total, gaps = int(g.Total()), len(g.Gaps()) })
	return total, gaps
}

// wants checks how many messages are counted and gaps are open.
func (w *world) wants(total, gaps int) {
	w.t.Helper()
	must(w.t, w.gate.Write(w.t.Context(), func(*projections.Guild) ([]eventlog.Body, error) { return nil, nil }))
	if n, open := w.state(); n != total || open != gaps {
		w.t.Errorf("%d messages are counted, %d gaps are open; want %d, %d", n, open, total, gaps)
	}
}
