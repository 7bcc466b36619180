package eventlog

import (
	"bytes"
	"encoding/hex"
	"os"
	"reflect"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/oklog/ulid/v2"

	"tally/eventlog/snowflake"
)

// documented reads the first example of FORMAT.md.
func documented(t testing.TB) (key ulid.ULID, value []byte) { return documentedAt(t, 0) }

func documentedAt(t testing.TB, n int) (key ulid.ULID, value []byte) {
	t.Helper()
	doc, err := os.ReadFile("FORMAT.md")
	if err != nil {
		t.Fatal(err)
	}
	blocks := regexp.MustCompile("(?s)```hex\n(.*?)```").FindAllSubmatch(doc, -1)
	if len(blocks) <= n {
		t.Fatalf("FORMAT.md has %d examples", len(blocks))
	}
	digits := regexp.MustCompile(`#.*|\s`).ReplaceAllString(string(blocks[n][1]), "")
	b, err := hex.DecodeString(strings.TrimSpace(digits))
	if err != nil {
		t.Fatal(err)
	}
	return ulid.ULID(b[:16]), b[16:]
}

// documentedBodies are what the example says, in words of this package.
func documentedBodies(t testing.TB) []Body {
	return []Body{
		newPage(t, Live, 0, 200, Message{1000, 7, 0, 0}, Message{1003, 9, 19, 0}, Message{1010, 7, 0, 0}),
		&Deletes{Channel: 200, List: []Delete{{ID: 1000, Held: HeldStream, Author: 7}, {ID: 1009}}},
		ImportStarted{Import: 1, Cutoff: 5000, By: 7, In: 200},
		Unknown{Code: 99, Events: 2, Payload: []byte{0xaa, 0xbb}},
	}
}

// TestFormatIsAsDocumented fails when the format changes, by accident or without its document.
func TestFormatIsAsDocumented(t *testing.T) {
	key, value := documented(t)
	var rec Record
	if err := rec.open(100, key[:], value); err != nil {
		t.Fatal(err)
	}
	want := documentedBodies(t)
	i := 0
	for body, err := range rec.Bodies() {
		if err != nil {
			t.Fatal(err)
		}
		if p, ok := body.(*Page); ok {
			same(t, p, want[i].(*Page))
		} else if !reflect.DeepEqual(body, want[i]) {
			t.Errorf("block %d is %+v, want %+v", i, body, want[i])
		}
		i++
	}
	if i != len(want) || rec.Len() != 8 || rec.Last() != advance(key, 7) {
		t.Errorf("%d blocks with %d events to %s", i, rec.Len(), rec.Last())
	}

	written, events, err := encodeRecord(want)
	if err != nil || events != 8 {
		t.Fatal(events, err)
	}
	seal(written, 100, key)
	if !bytes.Equal(written, value) {
		t.Errorf("written:    %x\ndocumented: %x", written, value)
	}
}

// TestJoinedFormatIsAsDocumented fails when the format of joined records changes.
func TestJoinedFormatIsAsDocumented(t *testing.T) {
	key, value := documentedAt(t, 1)
	later := advance(key, 3)
	if err := later.SetTime(key.Time() + 5); err != nil {
		t.Fatal(err)
	}
	setCounter(&later, 0)
	parts := map[ulid.ULID][]Body{
		key:             {newPage(t, Live, 0, 200, Message{1003, 7, 0, 0})},
		advance(key, 1): {newPage(t, Live, 0, 200, Message{1000, 9, 0, 0}, Message{1010, 7, 0, 0}), newPage(t, Live, 0, 201, Message{1020, 9, 19, 0})},
		later:           {&Deletes{Channel: 200, List: []Delete{{ID: 1003, Held: HeldStream, Author: 7}}}},
	}
	var j joiner
	var rec Record
	for _, base := range []ulid.ULID{key, advance(key, 1), later} {
		plain, _, err := encodeRecord(parts[base])
		if err != nil {
			t.Fatal(err)
		}
		seal(plain, 100, base)
		if err := rec.open(100, base[:], plain); err != nil || !j.add(&rec, parts[base]) {
			t.Fatal("it is not joined", err)
		}
	}
	if written, _, err := j.encode(100); err != nil || !bytes.Equal(written, value) {
		t.Errorf("written:    %x, %v\ndocumented: %x", written, err, value)
	}
	if err := rec.open(100, key[:], value); err != nil || rec.Last() != later || rec.Len() != 5 {
		t.Fatal(rec.Last(), rec.Len(), err)
	}
	for part, err := range rec.parts() {
		want, _, encodeErr := encodeRecord(parts[part.Base])
		if err != nil || encodeErr != nil || !bytes.Equal(part.blocks, want[headerSize:]) {
			t.Errorf("part %s: %x, %v, want %x, %v", part.Base, part.blocks, err, want, encodeErr)
		}
	}
}

// TestOldVersionsAreRead: records of version 1 are those of version 2 that are not joined.
func TestOldVersionsAreRead(t *testing.T) {
	key, value := documented(t)
	value[0] = 1
	seal(value, 100, key)
	var rec Record
	if err := rec.open(100, key[:], value); err != nil || rec.Len() != 8 {
		t.Error(rec.Len(), err)
	}
}

// TestFormatOfRareEvents holds the order of the fields, one golden payload a kind.
func TestFormatOfRareEvents(t *testing.T) {
	for want, body := range map[string]Body{
		"0b":               ChannelDeleted{Channel: 11},
		"010203040101":     ImportStarted{Import: 1, Cutoff: 2, By: 3, In: 4, Forced: true, Partial: true},
		"01020304":         ImportChannelFinished{Import: 1, Channel: 2, Parent: 3, Outcome: Gone},
		"010280d0eab6b733": ImportFinished{Import: 1, Outcome: Cancelled, At: time.UnixMilli(1767225600000)},
		"01020304050607":   Verified{Deep: true, Cutoff: 2, Counted: 3, Expected: 4, Missing: 5, Extra: 6, Duplicates: 7},
		"00000000000000":   Verified{},
		"010204":           GapOpened{Gap: 1, After: 2, Channel: 4},
		"01":               GapClosed{Gap: 1},
		"010203":           ChannelChecked{Channel: 1, Gap: 2, Parent: 3},
		"ac02":             UserErased{Hash: 300},
		"010201":           ImportReported{Import: 1, Message: 2, Ended: true},
		"80d0eab6b733":     GuildLeft{At: time.UnixMilli(1767225600000).UTC()},
		"0101000101020304" + "010500" + "025a5a" + "01" + "01" + "016107": SettingsChanged{By: 1, Settings: Settings{
			Bots: true, Commands: true, Deleted: true, Excluded: []snowflake.ID{3, 4}, Categories: []snowflake.ID{5}, Zone: "ZZ", Private: true, Access: []Access{{"a", 7}},
		}},
	} {
		if got := hex.EncodeToString(body.appendPayload(nil)); got != want {
			t.Errorf("%+v is stored as %s, want %s", body, got, want)
		}
	}
}

// TestStoredNumbers holds every number that stands for a word in a log.
func TestStoredNumbers(t *testing.T) {
	for name, c := range map[string]struct {
		got  []int
		want []int
	}{
		"kinds": {[]int{int(KindMessage), int(KindMessageDeleted), int(KindChannelDeleted), int(KindImportStarted), int(KindImportChannelFinished),
			int(KindImportFinished), int(KindVerified), int(KindGapOpened), int(KindGapClosed), int(KindChannelChecked), int(KindSettingsChanged), int(KindUserErased), int(KindGuildLeft)}, []int{1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13}},
		"origins":  {[]int{int(Live), int(Import), int(Catchup), int(Repair), int(Archive)}, []int{1, 2, 3, 4, 5}},
		"marks":    {[]int{int(Bot), int(Webhook), int(System), int(Ephemeral)}, []int{1, 2, 4, 8}},
		"outcomes": {[]int{int(Completed), int(Cancelled), int(NoPermission), int(Gone), int(Superseded)}, []int{1, 2, 3, 4, 5}},
		"held":     {[]int{int(HeldStream), int(HeldCommitted), int(HeldRunning), int(HeldOther)}, []int{1, 2, 4, 8}},
	} {
		if !reflect.DeepEqual(c.got, c.want) {
			t.Errorf("%s: %v, want %v", name, c.got, c.want)
		}
	}
}
