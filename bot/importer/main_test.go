package importer

import (
	"context"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"go.uber.org/goleak"

	"tally/bot/discord"
	"tally/bot/discordtest"
	"tally/bot/gate"
	"tally/bot/history"
	"tally/bot/rest"
	"tally/bot/roomtest"
	"tally/eventlog"
	"tally/eventlog/snowflake"
	"tally/projections"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

var must = roomtest.Must

// world is an emulated Discord in a synctest bubble, and a job that imports from it. Nobody listens to its
// gateway: what comes live, the test gives to the gate.
type world struct {
	*discordtest.Server
	*discordtest.Guild
	t              *testing.T
	general, other snowflake.ID
	ann            snowflake.ID
	log            *eventlog.Log
	gate           *gate.Gate
	im             *Importer
	job            *Job
	reports        func(Progress) // called by the job, one at a time
}

// inWorld runs a test in a world.
func inWorld(t *testing.T, test func(*world)) {
	synctest.Test(t, func(t *testing.T) {
		p := discordtest.NewPipes()
		s := discordtest.New(discordtest.Options{Listener: p})
		defer s.Close()
		w := &world{Server: s, Guild: s.AddGuild("test"), t: t}
		w.general, w.other = w.AddChannel(discordtest.ChannelSpec{Name: "general"}), w.AddChannel(discordtest.ChannelSpec{Name: "other"})
		w.ann = w.AddUser("ann", false)
		w.gate = roomtest.Gate(t, w.Guild.ID())
		w.log = w.gate.Log()
		w.im = &Importer{Reader: w.reader(rest.Options{GlobalPerSecond: rest.Unlimited, HistoryPerSecond: rest.Unlimited, Next: s.Transport(p.HTTP())}), Gate: w.gate, Now: s.Now}
		w.job = NewJob(w.im, func(_ context.Context, p Progress) {
			if w.reports != nil {
				w.reports(p)
			}
		})
		defer func() { w.job.Close() }()
		test(w)
	})
}

func (w *world) reader(o rest.Options) history.Reader {
	r := roomtest.ReaderWith(w.t, w.Server, w.Guild.ID(), o)
	roomtest.Arrive(w.t, r, w.BotID())
	return r
}

// write sends messages that nobody tells the gate of.
func (w *world) write(channel snowflake.ID, n int) (ids []snowflake.ID) {
	for range n {
		ids = append(ids, w.Send(channel, discordtest.Message{Author: w.ann}))
	}
	time.Sleep(time.Second) // they are older than what is asked for now
	return ids
}

// live gives the gate a message.
func (w *world) live(channel, id snowflake.ID) {
	w.t.Helper()
	must(w.t, w.gate.Live(context.Background(), discord.Message{ID: id, Channel: channel, Author: w.ann}))
}

func (w *world) start(forced bool) (projections.Import, error) {
	return w.job.Start(w.t.Context(), Request{At: snowflake.At(w.Server.Now()), By: w.ann, In: w.general, Forced: forced})
}

func (w *world) view(look func(*projections.Guild)) { w.gate.View(look) }

func (w *world) total() (n int) {
	w.view(func(g *projections.Guild) { n = int(g.Total()) })
	return n
}

// ended waits until nothing is carried on any more.
func (w *world) ended() {
	for begin := time.Now(); w.job.busy(); time.Sleep(time.Second) {
		if time.Since(begin) > time.Hour {
			w.t.Fatal("the import doesn't end")
		}
	}
	synctest.Wait()
}

// hold keeps pages of history waiting until the function that it returns is called.
func (w *world) hold() (release func()) {
	held := make(chan struct{})
	w.OnHistory(func(discordtest.HistoryRequest) { <-held })
	return sync.OnceFunc(func() {
		w.OnHistory(nil)
		close(held)
	})
}
