package eventlog

import (
	"bytes"
	"iter"
	"math/rand/v2"
	"testing"

	"github.com/oklog/ulid/v2"
	"pgregory.net/rapid"
)

// TestDecodedIsRecords reads random logs from anywhere, in batches of any size, decoded ahead and one by one:
// both must give the same. Sometimes the reader leaves in the middle.
func TestDecodedIsRecords(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		l := open(t, t.TempDir(), Options{NoSync: true})
		defer func() { _ = l.Close() }()
		r := rand.New(rand.NewPCG(rapid.Uint64().Draw(rt, "seed"), 0))
		var records [][]Body
		for n := range rapid.IntRange(1, 300).Draw(rt, "records") {
			records = append(records, append(drawRecord(rt, r, n), &Deletes{Channel: 1, List: []Delete{{ID: 5}}}))
		}
		if _, err := l.Append(1, records...); err != nil {
			rt.Fatal(err)
		}
		after := ulid.ULID{}
		if rapid.Bool().Draw(rt, "part") {
			after = advance(l.position.last, -rapid.IntRange(0, 200).Draw(rt, "events left"))
		}
		leave := rapid.IntRange(0, 300).Draw(rt, "leave after")
		next, stop := iter.Pull2(l.Records(1, after))
		defer stop()
		n := 0
		for got, err := range l.decoded(1, reading{after: after, size: rapid.IntRange(0, 2000).Draw(rt, "batch")}) {
			want, wantErr, more := next()
			if err != nil || wantErr != nil || !more {
				rt.Fatalf("record %d: %v, %v, %v", n, err, wantErr, more)
			}
			sameRecord(rt, got, want)
			if n++; n == leave {
				return
			}
		}
		if _, _, more := next(); more {
			rt.Fatalf("it ends after %d records", n)
		}
	})
}

func sameRecord(t *rapid.T, got *Decoded, want *Record) {
	if got.Base != want.Base || got.Last != want.Last() {
		t.Fatalf("%s to %s, want %s to %s", got.Base, got.Last, want.Base, want.Last())
	}
	bodies := got.Bodies
	for body, err := range want.Bodies() {
		if err != nil || len(bodies) == 0 {
			t.Fatalf("%d bodies, want more: %v", len(got.Bodies), err)
		}
		if p, ok := body.(*Page); ok {
			same(t, bodies[0].(*Page), p)
		} else if bodies[0].Kind() != body.Kind() || !bytes.Equal(bodies[0].appendPayload(nil), body.appendPayload(nil)) {
			t.Fatalf("%+v, want %+v", bodies[0], body)
		}
		bodies = bodies[1:]
	}
	if len(bodies) > 0 {
		t.Fatalf("%d bodies too many", len(bodies))
	}
}

// TestDecodedAllocatesNothing asks that memory is used again: what is allocated is for a few batches, whatever
// the number of records.
func TestDecodedAllocatesNothing(t *testing.T) {
	const records = 20_000
	l := open(t, t.TempDir(), Options{NoSync: true})
	appendNumbered(t, l, 1, records)
	allocated := testing.AllocsPerRun(1, func() {
		n := 0
		for _, err := range l.decoded(1, reading{size: 16 << 10}) {
			if n++; err != nil {
				t.Fatal(err)
			}
		}
		if n != records {
			t.Fatalf("%d records, want %d", n, records)
		}
	})
	if allocated > records/2 {
		t.Errorf("%.0f allocations for %d records", allocated, records)
	}
}
