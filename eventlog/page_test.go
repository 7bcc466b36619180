package eventlog

import (
	"math"
	"math/rand/v2"
	"reflect"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"tally/eventlog/snowflake"
)

// same compares all that two pages say.
func same(t rapid.TB, got, want *Page) {
	t.Helper()
	if got.Origin != want.Origin || got.Import != want.Import || got.Channel != want.Channel ||
		got.First != want.First || got.Last != want.Last || got.Len() != want.Len() ||
		!slices.Equal(got.Senders, want.Senders) || !slices.Equal(got.Counts, want.Counts) || !slices.Equal(got.From, want.From) || !slices.Equal(got.IDs(), want.IDs()) {
		t.Fatalf("got %+v\nwant %+v", got, want)
	}
}

var (
	anyID = rapid.Custom(func(t *rapid.T) snowflake.ID {
		return snowflake.ID(rapid.Uint64().Draw(t, "id") >> rapid.IntRange(0, 63).Draw(t, "shift"))
	})
	anySender = rapid.Custom(func(t *rapid.T) Sender {
		return Sender{anyID.Draw(t, "author"), rapid.Uint16().Draw(t, "type"), Marks(rapid.Byte().Draw(t, "marks"))}
	})
	// The ids of a page are made from steps, tiny and huge; its senders are few or many.
	anyMessages = rapid.Custom(func(t *rapid.T) []Message {
		n := rapid.OneOf(rapid.IntRange(1, 4), rapid.IntRange(1, MaxPage), rapid.Just(MaxPage)).Draw(t, "messages")
		senders := rapid.SliceOfN(anySender, 1, rapid.SampledFrom([]int{1, 2, 3, 17, n}).Draw(t, "senders")).Draw(t, "senders")
		next := anyID.Draw(t, "first")
		next = min(next, math.MaxUint64-snowflake.ID(n)*(1<<42))
		messages := make([]Message, n)
		seed := rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "seed"), 0))
		bits := rapid.IntRange(1, 42).Draw(t, "bits")
		for i := range messages {
			s := senders[seed.IntN(len(senders))]
			messages[i] = Message{ID: next, Author: s.Author, Type: s.Type, Marks: s.Marks}
			next += 1 + snowflake.ID(seed.Uint64()>>(64-1-seed.IntN(bits)))
		}
		return messages
	})
)

func drawPage(t *rapid.T) (*Page, []Message) {
	messages := anyMessages.Draw(t, "messages")
	shuffled := rapid.Permutation(messages).Draw(t, "order")
	p, err := NewPage(Origin(rapid.Byte().Draw(t, "origin")), rapid.Uint32().Draw(t, "import"), anyID.Draw(t, "channel"), shuffled)
	if err != nil {
		t.Fatal(err)
	}
	return p, messages
}

func TestPageHoldsWhatItWasGiven(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p, messages := drawPage(t)
		if p.Len() != len(messages) || p.First != messages[0].ID || p.Last != messages[len(messages)-1].ID {
			t.Fatalf("%d messages from %d to %d", p.Len(), p.First, p.Last)
		}
		for i, m := range messages {
			if p.Message(i) != m {
				t.Fatalf("message %d is %v, want %v", i, p.Message(i), m)
			}
		}
	})
}

// TestPageRoundTrip decodes into memory that has held another page.
func TestPageRoundTrip(t *testing.T) {
	var back Page
	rapid.Check(t, func(t *rapid.T) {
		p, _ := drawPage(t)
		if err := back.decode(p.Len(), p.appendPayload(nil)); err != nil {
			t.Fatal(err)
		}
		if rapid.Bool().Draw(t, "check first") {
			if err := back.decodeIDs(); err != nil {
				t.Fatal(err)
			}
		}
		same(t, &back, p)
	})
}

func TestPageOf256Senders(t *testing.T) {
	var messages []Message
	for i := range snowflake.ID(MaxPage) {
		messages = append(messages, Message{ID: 1 + i, Author: 1 << 40 * (i % 2), Type: uint16(i / 2)})
	}
	p := newPage(t, Live, 0, 1, messages...)
	if len(p.Senders) != MaxPage {
		t.Fatalf("%d senders", len(p.Senders))
	}
	var back Page
	if err := back.decode(MaxPage, p.appendPayload(nil)); err != nil {
		t.Fatal(err)
	}
	same(t, &back, p)
}

func TestNewPageRefuses(t *testing.T) {
	for name, messages := range map[string][]Message{
		"no messages":       nil,
		"too many":          slices.Repeat([]Message{{ID: 1}}, MaxPage+1),
		"one of them twice": {{ID: 5}, {ID: 6}, {ID: 5, Author: 2}},
	} {
		if _, err := NewPage(Live, 0, 1, messages); err == nil {
			t.Errorf("%s: taken", name)
		}
	}
}

// TestPageDecodesNoOtherSize gives each payload a wrong number of messages, or not all of its bytes.
func TestPageDecodesNoOtherSize(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p, _ := drawPage(t)
		payload := p.appendPayload(nil)
		var back Page
		cut := rapid.IntRange(0, len(payload)-1).Draw(t, "cut")
		if back.decode(p.Len(), payload[:cut]) == nil && back.decodeIDs() == nil {
			t.Errorf("the first %d of %d bytes are a page", cut, len(payload))
		}
		if back.decode(p.Len(), append(payload, 1)) == nil && back.decodeIDs() == nil {
			t.Error("a byte more is a page")
		}
		for _, n := range []int{-1, 0, MaxPage + 1, math.MaxInt} {
			if back.decode(n, payload) == nil {
				t.Errorf("it is a page of %d messages", n)
			}
		}
	})
}

func TestDeletesRoundTrip(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		d := &Deletes{Channel: anyID.Draw(t, "channel")}
		for range rapid.IntRange(1, 300).Draw(t, "deletes") {
			m := Delete{ID: anyID.Draw(t, "id"), Held: Held(rapid.Byte().Draw(t, "held"))}
			if s := anySender.Draw(t, "sender"); m.Held != 0 {
				m.Author, m.Type, m.Marks = s.Author, s.Type, s.Marks
			}
			d.List = append(d.List, m)
		}
		payload := d.appendPayload(nil)
		if back, err := decodeDeletes(d.Len(), payload); err != nil || !reflect.DeepEqual(back, d) {
			t.Fatalf("got %v, %v\nwant %v", back, err, d)
		}
		if _, err := decodeDeletes(d.Len()+1, payload); err == nil {
			t.Error("it holds one more")
		}
		if _, err := decodeDeletes(d.Len(), append(payload, 0)); err == nil {
			t.Error("a byte more is a list of deletes")
		}
	})
}

// rareBody draws any event that stands alone in its block.
var rareBody = rapid.Custom(func(t *rapid.T) Body {
	id := func(name string) snowflake.ID { return anyID.Draw(t, name) }
	imp, outcome, yes := rapid.Uint32().Draw(t, "import"), Outcome(rapid.Byte().Draw(t, "outcome")), rapid.Bool().Draw(t, "yes")
	var at time.Time
	if yes {
		at = time.UnixMilli(rapid.Int64().Filter(func(ms int64) bool { return ms != 0 }).Draw(t, "ms")).UTC()
	}
	return rapid.SampledFrom([]Body{
		ChannelDeleted{id("channel")},
		ImportStarted{imp, id("cutoff"), id("by"), id("in"), yes, !yes},
		ImportChannelFinished{imp, id("channel"), id("parent"), outcome},
		ImportFinished{imp, outcome, at},
		ImportReported{imp, id("report"), yes},
		GapOpened{imp, id("after"), id("channel")},
		GapClosed{imp},
		ChannelChecked{id("channel"), imp, id("parent")},
		UserErased{uint64(id("hash"))}, GuildLeft{At: time.UnixMilli(1 + int64(imp)).UTC()},
		SettingsChanged{id("by"), Settings{Bots: yes, Commands: !yes, Excluded: []snowflake.ID{id("channel"), 7}, Within: []snowflake.ID{id("within")}, Zone: "Europe/Berlin", Access: []Access{{"export", id("role")}}}},
		SettingsChanged{Settings: Settings{Private: yes}},
		Verified{yes, id("cutoff"), uint64(id("a")), uint64(id("b")), uint64(id("c")), uint64(id("d")), uint64(id("e"))},
	}).Draw(t, "body")
})

// TestRareEventsRoundTrip also cuts each payload after any of its bytes: an older version wrote fewer
// fields, and what they hold must be the same.
func TestRareEventsRoundTrip(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		body := rareBody.Draw(t, "body")
		payload := body.appendPayload(nil)
		for _, newer := range [][]byte{nil, {1, 2, 3}} {
			b := block{body.Kind(), 1, slices.Concat(payload, newer)}
			if back, err := b.decode(nil, nil); err != nil || !reflect.DeepEqual(back, body) {
				t.Fatalf("got %+v, %v; want %+v", back, err, body)
			}
		}
		for cut := range payload {
			back, err := block{body.Kind(), 1, payload[:cut]}.decode(nil, nil)
			if again := back.appendPayload(nil); err == nil && !slices.Equal(again[:cut], payload[:cut]) {
				t.Fatalf("cut after %d bytes, %x is read as %+v", cut, payload, back)
			}
		}
		if _, err := (block{body.Kind(), 2, payload}).decode(nil, nil); err == nil {
			t.Fatal("a block of two such events is read")
		}
	})
}

func TestBitsRoundTrip(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		widths := rapid.SliceOf(rapid.UintRange(0, 64)).Draw(t, "widths")
		var w bitWriter
		var want []uint64
		for _, n := range widths {
			v := rapid.Uint64().Draw(t, "v")
			if n < 64 {
				v &= 1<<n - 1
			}
			w.put(v, n)
			want = append(want, v)
		}
		r := bitReader{b: w.end()}
		for i, n := range widths {
			if got := r.take(n); got != want[i] {
				t.Fatalf("number %d of %d bits is %x, want %x", i, n, got, want[i])
			}
		}
		if r.short || len(r.b) > 0 || r.acc != 0 {
			t.Errorf("left over: %+v", r)
		}
	})
}
