package eventlog

import (
	"slices"
	"testing"

	"github.com/oklog/ulid/v2"
	bolt "go.etcd.io/bbolt"

	"tally/eventlog/snowflake"
)

// TestOldLogs reads, appends to and compacts a log as format 1 wrote it: no record of version 2, all segments of 256
// records, and nothing that tells so.
func TestOldLogs(t *testing.T) {
	dir, people := t.TempDir(), newTraffic(1, 4, 10)
	l := open(t, dir, Options{NoSync: true, Segment: oldSegment, Clock: msClock(func() int64 { return people.ms })})
	appendTraffic(t, l, people, 2000)
	makeOld(t, l)
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	l = open(t, dir, Options{NoSync: true, Clock: msClock(func() int64 { return people.ms })})
	appendTraffic(t, l, people, 3000)
	want := eventsOf(t, l.AllRecords(ulid.ULID{}))
	held := heldBy(t, l)
	wantFound(t, l, held)
	if c := compact(t, l, 1, always); c.Records < 3000 || c.Joined > 200 {
		t.Errorf("%+v", c)
	}
	if got := eventsOf(t, l.AllRecords(ulid.ULID{})); !slices.Equal(got, want) {
		t.Errorf("%d events, want %d", len(got), len(want))
	}
	wantFound(t, l, held)
	if _, err := l.Check(func(err error) { t.Error(err) }); err != nil {
		t.Fatal(err)
	}
}

// makeOld turns a log's records into those of version 1.
func makeOld(t *testing.T, l *Log) {
	t.Helper()
	err := l.db.Update(func(tx *bolt.Tx) error {
		if err := tx.DeleteBucket(bucketSegments); err != nil {
			return err
		}
		all := tx.Bucket(bucketRecords)
		return all.ForEachBucket(func(guild []byte) error {
			old := map[ulid.ULID][]byte{}
			err := all.Bucket(guild).ForEach(func(key, value []byte) error {
				value = slices.Clone(value)
				value[0] = 1
				seal(value, guildOf(guild), ulid.ULID(key))
				old[ulid.ULID(key)] = value
				return nil
			})
			for key, value := range old {
				if err == nil {
					err = all.Bucket(guild).Put(key[:], value)
				}
			}
			return err
		})
	})
	if err != nil {
		t.Fatal(err)
	}
}

// heldBy reads where guild 1 holds each message: by channel and id.
func heldBy(t *testing.T, l *Log) map[[2]snowflake.ID][]Found {
	t.Helper()
	w := map[[2]snowflake.ID][]Found{}
	for rec, err := range l.Records(1, ulid.ULID{}) {
		if err != nil {
			t.Fatal(err)
		}
		for body, err := range rec.Bodies() {
			if err != nil {
				t.Fatal(err)
			}
			if p, ok := body.(*Page); ok {
				for i := range p.Len() {
					at := [2]snowflake.ID{p.Channel, p.Message(i).ID}
					w[at] = append(w[at], Found{p.Message(i), p.Origin, p.Import})
				}
			}
		}
	}
	return w
}

// wantFound looks each message up.
func wantFound(t *testing.T, l *Log, held map[[2]snowflake.ID][]Found) {
	t.Helper()
	for at, want := range held {
		got, err := l.Find(1, at[0], at[1])
		if err != nil || !slices.Equal(sortFound(got), sortFound(want)) {
			t.Fatalf("message %d: %v, %v, want %v", at[1], got, err, want)
		}
	}
}
