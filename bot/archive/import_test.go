package archive

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"testing"

	"github.com/oklog/ulid/v2"
	"pgregory.net/rapid"

	"tally/bot/discord"
	"tally/bot/gate"
	"tally/eventlog"
	"tally/eventlog/snowflake"
	"tally/projections"
)

// history is a server as it was when its exports were made.
type history struct {
	*rapid.T
	dir    string
	places map[snowflake.ID]Place
	kinds  map[snowflake.ID]string // of the channels
	sent   map[snowflake.ID][]discord.Message
	files  int
	next   snowflake.ID // in its millisecond
}

// TestExported makes exports of a server, whole and in parts, packed and doubled, and imports them. The counts
// are exact, a dry run has told them before, and a second import changes nothing.
func TestExported(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		dir, err := os.MkdirTemp(t.TempDir(), "")
		must(rt, err)
		h := &history{T: rt, dir: dir, places: map[snowflake.ID]Place{}, kinds: map[snowflake.ID]string{}, sent: map[snowflake.ID][]discord.Message{}}
		h.live()
		h.export()
		log, gates, end := open(rt, filepath.Join(dir, "data"))
		defer end()
		h.heldAlready(log, gates)
		before := position(rt, log)
		told := h.dryRun(log)
		if position(rt, log) != before {
			rt.Fatal("a dry run has written to the log")
		}
		came := h.into(gates)
		if !reflect.DeepEqual(told, came) {
			rt.Fatalf("a dry run told %+v, and then came %+v", told.Servers[0], came.Servers[0])
		}
		h.check(log, gates)
		before = position(rt, log)
		if again := h.into(gates); again.Servers[0].New != 0 || again.Servers[0].Held != came.Servers[0].New+came.Servers[0].Held || position(rt, log) != before {
			rt.Fatalf("again: %+v, at first %+v", again.Servers[0], came.Servers[0])
		}
		h.check(log, gates)
	})
}

func (h *history) number(from, to int) int { return rapid.IntRange(from, to).Draw(h.T, "n") }

func (h *history) yes(what string) bool { return rapid.Bool().Draw(h.T, what) }

// live lets people, bots and Discord itself write.
func (h *history) live() {
	minute := 0
	for n := range h.number(1, 4) {
		p, kind := Place{Guild: guild, Channel: general + snowflake.ID(n)}, "GuildTextChat"
		if n > 1 {
			p.Parent, p.Thread, kind = general, true, "GuildPrivateThread"
		}
		h.places[p.Channel], h.kinds[p.Channel] = p, kind
		for range h.number(0, 30) {
			minute += h.number(0, 3)
			h.next++
			m := msg(p.Channel, at(minute)+h.next, ann+snowflake.ID(h.number(0, 2)), rapid.SampledFrom([]int{0, 0, 0, 19, 7, 20, 46}).Draw(h.T, "type"), h.number(0, 5) == 0)
			h.sent[p.Channel] = append(h.sent[p.Channel], m)
		}
	}
}

// export writes every message to a file, some to two.
func (h *history) export() {
	h.file(h.places[general], nil)
	for _, channel := range slices.Sorted(maps.Keys(h.sent)) {
		rest := slices.Clone(h.sent[channel])
		slices.SortFunc(rest, func(a, b discord.Message) int { return cmp.Compare(a.ID, b.ID) })
		if h.yes("newest first") {
			slices.Reverse(rest)
		}
		for len(rest) > 0 {
			n := h.number(1, len(rest))
			h.file(h.places[channel], rest[:n])
			rest = rest[n-h.number(0, n-1)*h.number(0, 1):] // parts may overlap
		}
	}
}

func (h *history) file(p Place, messages []discord.Message) {
	var list []object
	for _, m := range messages {
		list = append(list, said(m.ID, m.Author, nameOf(m.Type), m.Bot))
	}
	b, name := exported(p, h.kinds[p.Channel], list...), fmt.Sprintf("files/%d/part %d.json", p.Channel, h.files)
	if h.yes("packed") {
		b, name = gzipped(h.T, b), name+".gz"
	}
	h.files++
	write(h.T, filepath.Join(h.dir, name), b)
}

func nameOf(kind int) string {
	for name, n := range typeNames {
		if n == kind {
			return name
		}
	}
	return fmt.Sprint(kind)
}

// heldAlready has live tracking bring some of it, and some be deleted.
func (h *history) heldAlready(log *eventlog.Log, gates Gates) {
	g, err := gates(guild)
	must(h.T, err)
	for _, channel := range slices.Sorted(maps.Keys(h.sent)) {
		h.sent[channel] = slices.DeleteFunc(h.sent[channel], func(m discord.Message) bool {
			switch h.number(0, 7) {
			case 0:
				must(h.T, g.Live(h.Context(), m))
			case 1:
				must(h.T, g.Deleted(h.Context(), channel, m.ID))
				return true
			}
			return false
		})
	}
	must(h.T, g.Write(h.Context(), func(*projections.Guild) ([]eventlog.Body, error) { return nil, nil }))
}

func (h *history) into(taker Taker) *Summary {
	s := takeInto(h.T, taker, Options{Now: now}, filepath.Join(h.dir, "files"))
	if len(s.Troubled) > 0 || s.Read != h.files {
		h.Fatalf("%+v", s)
	}
	return s
}

func (h *history) dryRun(log *eventlog.Log) *Summary {
	dir, err := os.MkdirTemp(h.dir, "scratch")
	must(h.T, err)
	_, scratch, end := open(h.T, dir)
	defer end()
	return h.into(&DryRun{Log: log, Scratch: scratch})
}

// check holds the count, live and exact, to what was sent and is not known to be deleted.
func (h *history) check(log *eventlog.Log, gates Gates) {
	users, channels := map[snowflake.ID]uint64{}, map[snowflake.ID]uint64{}
	for channel, messages := range h.sent {
		for _, m := range messages {
			if projections.Countable(uint16(m.Type), gate.Marks(m)) {
				users[m.Author]++
				channels[channel]++
			}
		}
	}
	exact, err := projections.CountExactly(log, guild, ulid.ULID{})
	must(h.T, err)
	if exact.Duplicates > 0 || !maps.Equal(exact.Users, users) || !maps.Equal(exact.Channels, channels) {
		h.Fatalf("%d duplicates, %v %v; want %v %v", exact.Duplicates, exact.Users, exact.Channels, users, channels)
	}
	g, err := gates(guild)
	must(h.T, err)
	g.View(func(state *projections.Guild) {
		if diffs := exact.Compare(state); len(diffs) > 0 {
			h.Fatalf("%v", diffs)
		}
		for channel, p := range h.places {
			if len(h.sent[channel]) > 0 && state.ParentOf(channel) != p.Parent {
				h.Fatalf("channel %d is of %d, want %d", channel, state.ParentOf(channel), p.Parent)
			}
		}
	})
}

// position is the log's last event.
func position(t fataler, log *eventlog.Log) (last ulid.ULID) {
	t.Helper()
	for rec, err := range log.Records(guild, ulid.ULID{}) {
		must(t, err)
		last = rec.Last()
	}
	return last
}

// TestAfterAnImport has Discord's own history be read before the file of the same messages. What the import
// read counts by it, under the name that Discord gives now; what it lacked Discord had no more, and doesn't
// count; what was sent since counts.
func TestAfterAnImport(t *testing.T) {
	dir := t.TempDir()
	log, gates, end := open(t, filepath.Join(dir, "data"))
	defer end()
	g, err := gates(guild)
	must(t, err)
	must(t, g.Write(t.Context(), func(*projections.Guild) ([]eventlog.Body, error) {
		return []eventlog.Body{eventlog.ImportStarted{Import: 1, Cutoff: at(10)}}, nil
	}))
	must(t, g.Page(t.Context(), eventlog.Import, 1, general, []discord.Message{msg(general, at(1), ann, 0, false), msg(general, at(2), Nobody, 0, false)}))
	must(t, g.Write(t.Context(), func(*projections.Guild) ([]eventlog.Body, error) {
		return []eventlog.Body{eventlog.ImportChannelFinished{Import: 1, Channel: general, Outcome: eventlog.Completed}, eventlog.ImportFinished{Import: 1, Outcome: eventlog.Completed}}, nil
	}))
	file := filepath.Join(dir, "general.json")
	write(t, file, exported(inGeneral, "GuildTextChat", said(at(1), ann, "Default", false), said(at(2), bob, "Default", false),
		said(at(3), bob, "Default", false), said(at(11), bob, "Default", false)))
	s := takeInto(t, gates, Options{Now: now}, file)
	if i := s.Servers[0]; i.New != 4 || i.Counting != 1 || i.Held != 0 {
		t.Errorf("%+v", i)
	}
	exact, err := projections.CountExactly(log, guild, ulid.ULID{})
	must(t, err)
	want := map[snowflake.ID]uint64{ann: 1, Nobody: 1, bob: 1}
	if !maps.Equal(exact.Users, want) || exact.Duplicates > 0 {
		t.Errorf("%v, want %v", exact.Users, want)
	}
	must(t, g.Deleted(t.Context(), general, at(2)))
	must(t, g.Write(t.Context(), func(state *projections.Guild) ([]eventlog.Body, error) {
		if bobs, theirs := state.User(bob), state.User(Nobody); bobs.Messages != 1 || bobs.Deleted != 0 || theirs.Messages != 0 || theirs.Deleted != 1 {
			t.Errorf("after the delete bob has %+v, the deleted have %+v", bobs, theirs)
		}
		return nil, nil
	}))
}

// stopping is a Taker that takes once.
type stopping struct {
	Gates
	stop context.CancelFunc
}

func (s stopping) Take(ctx context.Context, p Place, messages []discord.Message) (gate.Taken, error) {
	defer s.stop()
	return s.Gates.Take(ctx, p, messages)
}

// TestInterrupted goes on with an import that was broken off.
func TestInterrupted(t *testing.T) {
	dir := t.TempDir()
	_, gates, end := open(t, filepath.Join(dir, "data"))
	defer end()
	for n := range 3 {
		write(t, filepath.Join(dir, fmt.Sprintf("files/%d.json", n)), exported(inGeneral, "GuildTextChat", said(at(n), ann, "Default", false)))
	}
	set, err := Find(filepath.Join(dir, "files"))
	must(t, err)
	ctx, stop := context.WithCancel(t.Context())
	s, err := Import(ctx, set.Files, Options{Now: now}, stopping{gates, stop})
	if !errors.Is(err, context.Canceled) || s.Servers[0].New != 1 {
		t.Errorf("broken off: %v, %+v", err, s)
	}
	rest := takeInto(t, gates, Options{Now: now}, filepath.Join(dir, "files"))
	if rest.Servers[0].New != 3-s.Servers[0].New || rest.Servers[0].Held != s.Servers[0].New {
		t.Errorf("at first %+v, then %+v", s.Servers[0], rest.Servers[0])
	}
}
