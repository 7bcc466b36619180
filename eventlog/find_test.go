package eventlog

import (
	"cmp"
	"math/rand/v2"
	"os"
	"slices"
	"sync"
	"testing"

	"github.com/oklog/ulid/v2"
	"pgregory.net/rapid"

	"tally/eventlog/snowflake"
)

// twin is the log's index in the plainest form: every event that holds a message.
type twin map[[2]snowflake.ID][]Found

func (w twin) add(guild snowflake.ID, p *Page) {
	for i := range p.Len() {
		at := [2]snowflake.ID{guild<<32 | p.Channel, p.Message(i).ID}
		w[at] = append(w[at], Found{p.Message(i), p.Origin, p.Import})
	}
}

func (w twin) find(guild, channel snowflake.ID, ids []snowflake.ID) (found []Found) {
	for _, id := range ids {
		found = append(found, w[[2]snowflake.ID{guild<<32 | channel, id}]...)
	}
	return found
}

func sortFound(found []Found) []Found {
	slices.SortFunc(found, func(a, b Found) int {
		return cmp.Or(cmp.Compare(a.ID, b.ID), cmp.Compare(a.Origin, b.Origin), cmp.Compare(a.Import, b.Import), cmp.Compare(a.Author, b.Author), cmp.Compare(a.Type, b.Type), cmp.Compare(a.Marks, b.Marks))
	})
	return found
}

// drawRecord draws one or two pages: the stream's with ids that mostly rise, an import's with ids that fall.
func drawRecord(t *rapid.T, r *rand.Rand, n int) []Body {
	var bodies []Body
	for range 1 + r.IntN(2) {
		origin, around := Live, n*3
		switch r.IntN(6) {
		case 0:
			origin, around = Import, max(0, 4000-n*3)
		case 1:
			origin, around = Catchup, r.IntN(4000)
		case 2:
			origin = Repair
		}
		seen := map[snowflake.ID]bool{}
		var messages []Message
		for range 1 + r.IntN(5) {
			if id := snowflake.ID(1 + max(0, around+r.IntN(40)-20)); !seen[id] {
				seen[id] = true
				messages = append(messages, Message{ID: id, Author: snowflake.ID(r.IntN(9)), Type: uint16(r.IntN(2))})
			}
		}
		p, err := NewPage(origin, uint32(origin)%4, snowflake.ID(1+r.IntN(3)), messages)
		if err != nil {
			t.Fatal(err)
		}
		bodies = append(bodies, p)
	}
	if r.IntN(20) == 0 {
		bodies = append(bodies, ChannelDeleted{77})
	}
	return bodies
}

// TestFindAgainstATwin appends over a thousand records, several segments of two guilds, with restarts and
// failed commits and compaction in between, and finds exactly what a plain map holds.
func TestFindAgainstATwin(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		r := rand.New(rand.NewPCG(rapid.Uint64().Draw(rt, "seed"), 1))
		dir := t.TempDir()
		segment := 16 + r.IntN(500)
		l := open(t, dir, Options{NoSync: true, Segment: segment})
		defer func() { _ = l.Close() }()
		w := twin{}
		for n := 0; n < 1200; {
			guild := snowflake.ID(1 + r.IntN(5)/4)
			var records [][]Body
			for range 1 + r.IntN(60) {
				records = append(records, drawRecord(rt, r, n))
				n++
			}
			if r.IntN(6) == 0 {
				failCommit(rt, l, guild, records)
			}
			if _, err := l.Append(guild, records...); err != nil {
				rt.Fatal(err)
			}
			for _, bodies := range records {
				for _, body := range bodies {
					if p, ok := body.(*Page); ok {
						w.add(guild, p)
					}
				}
			}
			if r.IntN(8) == 0 {
				if err := l.Close(); err != nil {
					rt.Fatal(err)
				}
				l = open(t, dir, Options{NoSync: true, Segment: segment})
			}
			if r.IntN(4) == 0 {
				if _, err := l.CompactStep(guild, always); err != nil {
					rt.Fatal(err)
				}
			}
			ids := []snowflake.ID{}
			for range r.IntN(4) {
				ids = append(ids, snowflake.ID(r.IntN(4200)))
			}
			slices.Sort(ids)
			ids = slices.Compact(ids)
			r.Shuffle(len(ids), func(i, j int) { ids[i], ids[j] = ids[j], ids[i] })
			guild, channel := snowflake.ID(1+r.IntN(3)), snowflake.ID(1+r.IntN(4))
			got, err := l.Find(guild, channel, ids...)
			if want := w.find(guild, channel, ids); err != nil || !slices.Equal(sortFound(got), sortFound(want)) {
				rt.Fatalf("after %d records, %v in channel %d of guild %d: %v\ngot  %v\nwant %v", n, ids, channel, guild, err, got, want)
			}
			first := snowflake.ID(r.IntN(4200))
			last := first + snowflake.ID(r.IntN(400))
			ids = nil
			for id := first; id <= last; id++ {
				ids = append(ids, id)
			}
			got, err = l.FindBetween(guild, channel, first, last)
			if want := w.find(guild, channel, ids); err != nil || !slices.Equal(sortFound(got), sortFound(want)) {
				rt.Fatalf("after %d records, %d to %d in channel %d of guild %d: %v\ngot  %v\nwant %v", n, first, last, channel, guild, err, got, want)
			}
		}
		if _, err := l.Check(func(err error) { rt.Error(err) }); err != nil {
			rt.Fatal(err)
		}
	})
}

// failCommit lets an append fail as on a full disk: bbolt refuses to grow the file.
func failCommit(t rapid.TB, l *Log, guild snowflake.ID, records [][]Body) {
	before, err := l.extentOf(guild)
	if err != nil {
		t.Fatal(err)
	}
	file, err := os.Stat(l.db.Path())
	if err != nil {
		t.Fatal(err)
	}
	l.db.MaxSize = 1
	big := Unknown{Code: 250, Events: 1, Payload: make([]byte, file.Size())} // more than there is room for
	last, err := l.Append(guild, append(slices.Clone(records), []Body{big})...)
	l.db.MaxSize = 0
	if err == nil || last != (ulid.ULID{}) {
		t.Fatal("the commit did not fail")
	}
	if after, err := l.extentOf(guild); err != nil || after != before {
		t.Fatalf("a failed append left records behind: %v, %v", after, err)
	}
}

// extentOf returns the last event of a guild's records.
func (l *Log) extentOf(guild snowflake.ID) (last ulid.ULID, err error) {
	for rec, err := range l.Records(guild, ulid.ULID{}) {
		if err != nil {
			return last, err
		}
		last = rec.Last()
	}
	return last, nil
}

// TestFindWhileOthersAppend asks for messages that are durable while segments become whole under it.
func TestFindWhileOthersAppend(t *testing.T) {
	l := open(t, t.TempDir(), Options{NoSync: true})
	const records = 3 * segmentRecords
	durable := make(chan snowflake.ID, records)
	var all sync.WaitGroup
	all.Go(func() {
		defer close(durable)
		for id := range snowflake.ID(records) {
			if _, err := l.Append(1, []Body{page(t, Live, 5, id+1)}); err != nil {
				t.Error(err)
			}
			durable <- id + 1
		}
	})
	for range 2 {
		all.Go(func() {
			for id := range durable {
				ids := []snowflake.ID{id, 1 + id/2, 1}
				slices.Sort(ids)
				ids = slices.Compact(ids)
				if found, err := l.Find(1, 5, ids...); err != nil || len(found) != len(ids) {
					t.Errorf("%d of %v found, %v", len(found), ids, err)
					return
				}
			}
		})
	}
	all.Wait()
}

// TestFindMeetsAStoredTail looks at the tail, lets it become a whole segment, and only then searches.
func TestFindMeetsAStoredTail(t *testing.T) {
	l := open(t, t.TempDir(), Options{NoSync: true})
	appendNumbered(t, l, 1, segmentRecords-1)
	ids := []snowflake.ID{1, 100, segmentRecords - 1}
	end, ok := l.endSegment(1, 5, sortedIDs(ids))
	if !ok {
		t.Fatal("the tail holds nothing")
	}
	appendNumbered(t, l, segmentRecords, segmentRecords+10)
	if found, err := l.findIn(1, 5, sortedIDs(ids), end, ok); err != nil || len(found) != len(ids) {
		t.Errorf("%d of %d found, %v", len(found), len(ids), err)
	}
}

// TestFindAfterReopening reopens logs whose last segment is just whole, just not, or just begun.
func TestFindAfterReopening(t *testing.T) {
	for _, n := range []snowflake.ID{1, segmentRecords - 1, segmentRecords, segmentRecords + 1, 2 * segmentRecords, 2*segmentRecords + 1} {
		dir := t.TempDir()
		l := open(t, dir, Options{NoSync: true})
		appendNumbered(t, l, 1, n)
		for _, o := range []Options{{ReadOnly: true}, {NoSync: true}} {
			if err := l.Close(); err != nil {
				t.Fatal(err)
			}
			l = open(t, dir, o)
			for id := range n {
				if found, err := l.Find(1, 5, id+1); err != nil || len(found) != 1 {
					t.Fatalf("message %d of %d: found %v, %v", id+1, n, found, err)
				}
			}
		}
	}
}

// appendNumbered appends a record for each of the messages from first to last, in channel 5.
func appendNumbered(t *testing.T, l *Log, first, last snowflake.ID) {
	t.Helper()
	var records [][]Body
	for id := first; id <= last; id++ {
		records = append(records, []Body{page(t, Live, 5, id)})
	}
	if _, err := l.Append(1, records...); err != nil {
		t.Fatal(err)
	}
}
