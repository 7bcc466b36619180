package bot

import (
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"tally/bot/archive"
	"tally/bot/discordtest"
	"tally/bot/gate"
	"tally/eventlog"
	"tally/eventlog/snowflake"
	"tally/projections"
)

// exported makes an export of a channel as it is now.
func (w *world) exported(s server, channel snowflake.ID) string {
	w.t.Helper()
	var messages []string
	for m := range s.History(channel) {
		kind := fmt.Sprint(m.Type)
		if m.Type == 0 {
			kind = "Default"
		}
		messages = append(messages, fmt.Sprintf(`{"id": "%d", "type": %q, "author": {"id": "%d", "isBot": false}}`, m.ID, kind, m.Author))
	}
	file := filepath.Join(w.t.TempDir(), fmt.Sprintf("%d.json", channel))
	text := fmt.Sprintf(`{"guild": {"id": "%d"}, "channel": {"id": "%d", "type": "GuildTextChat"}, "messages": [%s]}`, s.ID(), channel, strings.Join(messages, ","))
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		w.t.Fatal(err)
	}
	return file
}

// importArchive takes files over while no bot runs.
func (w *world) importArchive(files ...string) archive.Imported {
	w.t.Helper()
	must := func(err error) {
		w.t.Helper()
		if err != nil {
			w.t.Fatal(err)
		}
	}
	log, err := eventlog.Open(w.dir, eventlog.Options{NoSync: true})
	must(err)
	var g *gate.Gate
	set, err := archive.Find(files...)
	must(err)
	summary, err := archive.Import(w.t.Context(), set.Files, archive.Options{}, archive.Gates(func(guild snowflake.ID) (*gate.Gate, error) {
		if g == nil {
			g, err = gate.Open(log, guild, slog.New(slog.DiscardHandler))
		}
		return g, err
	}))
	must(err)
	g.Close()
	must(log.Close())
	if len(summary.Troubled) > 0 || len(summary.Servers) != 1 {
		w.t.Fatalf("%+v", summary)
	}
	return *summary.Servers[0]
}

// TestArchives has files of a server be taken over before the bot first comes, and again after its import.
// Much was deleted since they were made: in the end the count is Discord's.
func TestArchives(t *testing.T) {
	clock := &handClock{now: time.Now().Add(-72 * time.Hour), step: time.Millisecond}
	w := newWorld(t, discordtest.Options{Clock: clock.Now})
	s := w.addServer("archives")
	gone := s.AddChannel(discordtest.ChannelSpec{Name: "gone"})
	var old []snowflake.ID
	for range 250 {
		old = append(old, w.Send(s.general, discordtest.Message{Author: s.ann}))
	}
	for range 5 {
		w.Send(gone, discordtest.Message{Author: s.bob})
	}
	first := []string{w.exported(s, s.general), w.exported(s, gone)}
	w.Delete(s.general, old[0], old[120], old[249])
	s.DeleteChannel(gone)
	clock.move(10 * time.Minute) // what is young might only not be visible yet
	if i := w.importArchive(first...); i.New != 255 || i.Counting != 255 {
		t.Errorf("%+v", i)
	}
	w.start()
	w.settled(s)
	w.checked(s) // the patrol has held it against Discord
	w.run(s.Guild, "import-messages", nil)
	w.imported(s.Guild)
	w.exact(s.Guild)
	w.view(s.Guild, func(g *projections.Guild) {
		if ann, bob := g.User(s.ann), g.User(s.bob); ann.Deleted != 3 || bob.Deleted != 5 {
			t.Errorf("ann has %+v, bob %+v: what an archive alone knew is to be seen as deleted", ann, bob)
		}
	})

	later := w.Send(s.general, discordtest.Message{Author: s.bob})
	w.exact(s.Guild)
	w.stopBot()
	down := w.Send(s.general, discordtest.Message{Author: s.bob})
	second := w.exported(s, s.general) // with what came while the bot was down
	w.DeleteQuietly(s.general, later, down)
	clock.move(10 * time.Minute)
	if i := w.importArchive(first[0], second); i.New != 1 || i.Counting != 1 {
		t.Errorf("%+v", i)
	}
	w.start()
	w.settled(s)
	w.checked(s)
}
