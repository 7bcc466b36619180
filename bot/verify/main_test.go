package verify

import (
	"context"
	"testing"
	"time"

	"go.uber.org/goleak"

	"tally/bot/discord"
	"tally/bot/discordtest"
	"tally/bot/roomtest"
	"tally/eventlog"
	"tally/eventlog/snowflake"
	"tally/projections"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

var must = roomtest.Must

// world is an emulated Discord and the rooms that a verification needs, without a gateway.
type world struct {
	*discordtest.Server
	*discordtest.Guild
	*Deep
	t              *testing.T
	general, other snowflake.ID
	ann, bob       snowflake.ID
}

func newWorld(t *testing.T) *world { return newWorldWith(t, discordtest.Options{}) }

func newWorldWith(t *testing.T, o discordtest.Options) *world {
	s := discordtest.New(o)
	t.Cleanup(s.Close)
	w := &world{Server: s, Guild: s.AddGuild("test"), t: t}
	w.general, w.other = w.AddChannel(discordtest.ChannelSpec{Name: "general"}), w.AddChannel(discordtest.ChannelSpec{Name: "other"})
	w.ann, w.bob = w.AddUser("ann", false), w.AddUser("bob", false)
	reader := roomtest.Reader(t, s, w.Guild.ID(), nil)
	roomtest.Arrive(t, reader, s.BotID())
	w.Deep = &Deep{Reader: reader, Gate: roomtest.Gate(t, w.Guild.ID()), Now: func() time.Time { return s.Now().Add(time.Hour) }} // nothing is young
	return w
}

// counted sends n messages, and lets the gate have them.
func (w *world) counted(channel, author snowflake.ID, n int) (ids []snowflake.ID) {
	w.t.Helper()
	for range n {
		id := w.Send(channel, discordtest.Message{Author: author})
		ids = append(ids, id)
		must(w.t, w.Gate.Live(context.Background(), discord.Message{ID: id, Channel: channel, Author: author}))
	}
	return ids
}

// verify runs a deep verification up to now.
func (w *world) verify() Result {
	w.t.Helper()
	r, err := w.Run(w.t.Context(), snowflake.At(w.Server.Now().Add(time.Second)))
	must(w.t, err)
	return r
}

func (w *world) total() (n uint64) {
	w.Gate.View(func(g *projections.Guild) { n = g.Total() })
	return n
}

// write puts events into the log, behind all that was given to the gate.
func (w *world) write(bodies ...eventlog.Body) {
	w.t.Helper()
	must(w.t, w.Gate.Write(context.Background(), func(*projections.Guild) ([]eventlog.Body, error) { return bodies, nil }))
}

// exists returns a channel as Discord has it.
func (w *world) exists(id snowflake.ID) discord.Channel {
	w.t.Helper()
	c, err := w.Client.Channel(w.t.Context(), id)
	must(w.t, err)
	return c
}

// unchecked returns the channels that were not held against Discord since the last gap.
func (w *world) unchecked() (ids []snowflake.ID) {
	w.Gate.View(func(g *projections.Guild) {
		for _, c := range g.Unchecked(func(snowflake.ID) snowflake.ID { return 0 }) {
			ids = append(ids, c.Channel)
		}
	})
	return ids
}
