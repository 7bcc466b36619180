package bot

import (
	"bytes"
	"compress/gzip"
	"context"
	"encoding/csv"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"strconv"
	"strings"
	"testing"
	"time"

	"tally/bot/discordtest"
	"tally/eventlog/snowflake"
	"tally/projections"
)

// export asks for a file as the guild's owner, and returns the answer.
func (w *world) export(g *discordtest.Guild, options map[string]any) discordtest.Reply {
	w.t.Helper()
	ctx, stop := context.WithTimeout(w.t.Context(), patience)
	defer stop()
	i, err := w.Interact(ctx, discordtest.Command{Guild: g.ID(), Channel: g.Channels()[0], User: g.Owner(), Name: "export", Options: options})
	if err != nil {
		w.t.Fatal(err)
	}
	r, err := i.Filled(ctx)
	if err != nil {
		w.t.Fatal(err)
	}
	if !r.Ephemeral() {
		w.t.Errorf("all see the answer to %v", options)
	}
	return r
}

// exportSums are the sums of a file's rows.
type exportSums struct {
	rows                  int
	total                 int
	users, channels, days map[string]uint64
}

func (s *exportSums) add(day, channel, user string, n int) {
	if s.users == nil {
		s.users, s.channels, s.days = map[string]uint64{}, map[string]uint64{}, map[string]uint64{}
	}
	s.rows++
	s.total += n
	s.users[user] += uint64(n)
	s.channels[channel] += uint64(n)
	s.days[day] += uint64(n)
}

// sumsOf reads an exported file, whatever its format.
func (w *world) sumsOf(f discordtest.File, guild snowflake.ID) (s exportSums) {
	w.t.Helper()
	name, data := f.Name, io.Reader(bytes.NewReader(f.Data))
	if packed, ok := strings.CutSuffix(name, ".gz"); ok {
		unpacked, err := gzip.NewReader(data)
		if err != nil {
			w.t.Fatal(err)
		}
		name, data = packed, unpacked
	}
	if strings.HasSuffix(name, ".json") {
		var all struct {
			Guild string `json:"guild_id"`
			Rows  []struct {
				Day      string `json:"day"`
				Channel  string `json:"channel_id"`
				User     string `json:"user_id"`
				Messages int    `json:"messages"`
			} `json:"rows"`
		}
		if err := json.NewDecoder(data).Decode(&all); err != nil || all.Guild != guild.String() {
			w.t.Fatal(all.Guild, err)
		}
		for _, r := range all.Rows {
			s.add(r.Day, r.Channel, r.User, r.Messages)
		}
		return s
	}
	rows, err := csv.NewReader(data).ReadAll()
	if err != nil || strings.Join(rows[0], ",") != "guild_id,day,channel_id,user_id,messages" {
		w.t.Fatal(rows, err)
	}
	for _, r := range rows[1:] {
		n, err := strconv.Atoi(r[4])
		if err != nil || r[0] != guild.String() {
			w.t.Fatal(r, err)
		}
		s.add(r[1], r[2], r[3], n)
	}
	return s
}

func plain(counts map[snowflake.ID]int) map[string]uint64 {
	named := map[string]uint64{}
	for id, n := range counts {
		named[id.String()] = uint64(n)
	}
	return named
}

// TestExport has messages on three days, in channels and a thread, some deleted, a bot's among them.
func TestExport(t *testing.T) {
	clock := &handClock{now: time.Date(2026, 3, 18, 12, 0, 0, 0, time.UTC), step: time.Millisecond}
	w := newWorld(t, discordtest.Options{Clock: clock.Now})
	s := w.addServer("export")
	thread := s.AddThread(discordtest.ThreadSpec{Parent: s.general, Name: "thread"})
	robot := s.AddUser("robot", true)
	days := map[string]uint64{}
	for i, c := range []struct {
		channel, author snowflake.ID
		at              string
	}{
		{s.general, s.ann, "2026-01-31 23:59:59"}, {s.general, s.ann, "2026-02-01 00:00:00"}, {s.general, s.bob, "2026-02-01 08:00:00"},
		{thread, s.ann, "2026-02-01 09:00:00"}, {s.other, s.bob, "2026-03-18 00:00:00"}, {s.other, s.bob, "2026-03-18 10:00:00"}, {s.other, robot, "2026-03-18 10:00:01"},
	} {
		when, err := time.Parse(time.DateTime, c.at)
		if err != nil {
			t.Fatal(err)
		}
		w.Send(c.channel, discordtest.Message{Author: c.author, ID: snowflake.At(when) + snowflake.ID(i)})
		if c.author != robot {
			days[c.at[:10]]++
		}
	}
	w.start()
	w.run(s.Guild, "import-messages", nil)
	w.imported(s.Guild)
	gone := w.Send(s.general, discordtest.Message{Author: s.ann})
	w.Send(s.general, discordtest.Message{Author: s.ann})
	w.Delete(s.general, gone)
	days["2026-03-18"]++
	w.exact(s.Guild)
	truth := w.Truth(s.ID())
	for name, options := range map[string]map[string]any{
		"messages-all-2026-03-18.csv": nil, "messages-all-2026-03-18.json": {"format": "json"},
		"messages-all-2026-03-18.csv.gz": {"gzip": true}, "messages-all-2026-03-18.json.gz": {"format": "json", "gzip": true},
	} {
		r := w.export(s.Guild, options)
		if len(r.Files) != 1 || r.Files[0].Name != name || !strings.Contains(text(r), "7 messages in 6 rows") {
			t.Fatalf("%v: %d files\n%s", options, len(r.Files), text(r))
		}
		got := w.sumsOf(r.Files[0], s.ID())
		if got.total != truth.Total || got.rows != 6 || !maps.Equal(got.users, plain(truth.Users)) || !maps.Equal(got.channels, plain(truth.Channels)) || !maps.Equal(got.days, days) {
			t.Errorf("%s: %+v, want %+v on %v", name, got, truth, days)
		}
	}
	r := w.export(s.Guild, map[string]any{"period": "today"})
	if got := w.sumsOf(r.Files[0], s.ID()); got.total != 3 || !maps.Equal(got.days, map[string]uint64{"2026-03-18": 3}) || r.Files[0].Name != "messages-today-2026-03-18.csv" {
		t.Errorf("today: %+v in %s", got, r.Files[0].Name)
	}
	if _, err := w.Interact(t.Context(), discordtest.Command{Guild: s.ID(), Channel: s.general, User: s.bob, Name: "export"}); !errors.Is(err, discordtest.ErrNotAllowed) {
		t.Errorf("a member may export: %v", err)
	}
}

// TestExportTooLarge says what to do, and the emulator refuses what is larger than it takes.
func TestExportTooLarge(t *testing.T) {
	for name, c := range map[string]struct {
		limit   int
		options map[string]any
		says    []string // none: the file is there
	}{
		"just so large":        {41 + 40*73, nil, nil},
		"a byte larger":        {41 + 40*73 - 1, nil, []string{"The file has 2.9 KiB, and Discord takes 2.9 KiB here. With `gzip:True` it has", "shorter `period`", "tally export --guild "}},
		"packed":               {2000, map[string]any{"gzip": true}, nil},
		"packed it is, too":    {100, map[string]any{"gzip": true}, []string{"Ask for a shorter `period`. Or: Have the one"}},
		"of the shortest time": {100, map[string]any{"period": "today"}, []string{"takes 100 B here. Have the one"}},
	} {
		clock := &handClock{now: time.Date(2026, 3, 18, 12, 0, 0, 0, time.UTC), step: time.Millisecond}
		w := newWorld(t, discordtest.Options{Clock: clock.Now, AttachmentLimit: c.limit})
		s := w.addServer("large")
		w.start()
		for i := range 40 {
			w.Send(s.general, discordtest.Message{Author: s.AddUser(fmt.Sprint(i), false)})
		}
		w.until("all are counted", func() (all bool) {
			w.view(s.Guild, func(g *projections.Guild) { all = g.Total() == 40 })
			return all
		})
		r := w.export(s.Guild, c.options)
		if (len(r.Files) == 1) != (c.says == nil) {
			t.Errorf("%s: %d files\n%s", name, len(r.Files), text(r))
		}
		for _, want := range c.says {
			if !strings.Contains(text(r), want) {
				t.Errorf("%s lacks %q:\n%s", name, want, text(r))
			}
		}
		w.stopBot()
	}
}

// TestExportBySettings has channels excluded, then a member erased, then deleted messages shown: each file has what the counts have.
func TestExportBySettings(t *testing.T) {
	w := newWorld(t, discordtest.Options{})
	s := w.addServer("settings")
	thread := s.AddThread(discordtest.ThreadSpec{Parent: s.other, Name: "thread"})
	w.write(s, 40)
	w.Send(thread, discordtest.Message{Author: s.bob})
	w.start()
	w.run(s.Guild, "import-messages", nil)
	w.imported(s.Guild)
	last := w.Send(s.general, discordtest.Message{Author: s.ann})
	w.exact(s.Guild)
	exported := func(what string, deleted int) {
		t.Helper()
		truth := w.TruthBy(s.ID(), w.rules)
		anonymize(truth.Users, w.erased)
		truth.Total += deleted
		if deleted > 0 {
			truth.Users[s.ann] += deleted
			truth.Channels[s.general] += deleted
		}
		for _, format := range []string{"csv", "json"} {
			r := w.export(s.Guild, map[string]any{"format": format})
			got := w.sumsOf(r.Files[0], s.ID())
			if got.total != truth.Total || !maps.Equal(got.users, plain(truth.Users)) || !maps.Equal(got.channels, plain(truth.Channels)) {
				t.Errorf("%s, %s: %+v, want %+v", what, format, got, truth)
			}
		}
	}
	exported("all", 0)
	w.set(s, "exclude", options{"channel": s.other})
	w.rules.Excluded = []snowflake.ID{s.other}
	w.exact(s.Guild)
	exported("without a channel and its thread", 0)
	w.set(s, "include", options{"channel": s.other})
	w.rules.Excluded = nil
	w.press(s.Guild, s.Owner(), "erase-user", "yes", options{"user": s.bob})
	w.erased = []snowflake.ID{s.bob}
	w.exact(s.Guild)
	exported("with an erased member", 0)
	w.Delete(s.general, last)
	w.exact(s.Guild)
	exported("with a deleted message", 0)
	w.set(s, "count", options{"deleted": true})
	exported("with a deleted message that is shown", 1)
	w.set(s, "exclude", options{"channel": s.general})
	w.rules.Excluded = []snowflake.ID{s.general}
	w.exact(s.Guild)
	exported("with a deleted message in an excluded channel", 0)
}
