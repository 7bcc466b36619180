package snowflake

import (
	"encoding/json"
	"math"
	"testing"
	"time"

	"pgregory.net/rapid"
)

// documented is the example of Discord's reference.
const documented = ID(175928847299117063)

func TestClock(t *testing.T) {
	for name, c := range map[string]struct{ got, want any }{
		"the documented time":          {documented.Time(), time.Date(2016, 4, 30, 11, 18, 25, 796e6, time.UTC)},
		"the documented milliseconds":  {documented.Ms(), int64(1462015105796)},
		"the first of its millisecond": {AtMs(documented.Ms()), documented &^ (1<<22 - 1)},
		"the last of its millisecond":  {documented.LastOfMs(), documented | (1<<22 - 1)},
		"the next millisecond":         {documented.LastOfMs() + 1, AtMs(documented.Ms() + 1)},
		"the epoch":                    {AtMs(Epoch), ID(0)},
		"the first millisecond":        {AtMs(Epoch + 1), ID(1 << 22)},
		"before the epoch":             {AtMs(Epoch - 1), ID(0)},
		"long before the epoch":        {At(time.Time{}), ID(0)},
		"nanoseconds are cut":          {At(time.Unix(1462015105, 796_999_999)), documented &^ (1<<22 - 1)},
		"the largest id":               {ID(math.MaxUint64).LastOfMs(), ID(math.MaxUint64)},
		"its time is beyond 2150":      {ID(math.MaxUint64).Time().Year(), 2154},
		"another zone":                 {At(documented.Time().In(time.FixedZone("", 3600))), documented &^ (1<<22 - 1)},
	} {
		if c.got != c.want {
			t.Errorf("%s: %v, want %v", name, c.got, c.want)
		}
	}
}

func TestRoundTrips(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		id := ID(rapid.Uint64().Draw(t, "id"))
		if first := AtMs(id.Ms()); first > id || first.Ms() != id.Ms() || id.LastOfMs() < id || id.LastOfMs().Ms() != id.Ms() || At(id.Time()) != first {
			t.Fatalf("%d of millisecond %d: first %d, last %d", id, id.Ms(), first, id.LastOfMs())
		}
		other := ID(rapid.Uint64().Draw(t, "other"))
		if id < other && id.Ms() > other.Ms() {
			t.Fatalf("%d is before %d, its time after", id, other)
		}
		type all struct {
			ID   ID
			Keys map[ID]ID
			None ID `json:",omitzero"`
		}
		in := all{ID: id, Keys: map[ID]ID{id: other}}
		b, err := json.Marshal(in)
		if err != nil {
			t.Fatal(err)
		}
		var out all
		if err := json.Unmarshal(b, &out); err != nil || out.ID != id || out.Keys[id] != other || len(out.Keys) != 1 {
			t.Fatalf("%s is read as %+v, %v", b, out, err)
		}
		parsed, err := Parse(id.String())
		if err != nil || parsed != id {
			t.Fatalf("%s is parsed as %d, %v", id, parsed, err)
		}
	})
}

func TestJSON(t *testing.T) {
	for in, want := range map[string]ID{
		`"175928847299117063"`: documented, `175928847299117063`: documented, `null`: 0, `"0"`: 0, `0`: 0,
		`"18446744073709551615"`: math.MaxUint64, "\"\\u0031\"": 1,
	} {
		id := ID(5)
		if err := json.Unmarshal([]byte(in), &id); err != nil || id != want {
			t.Errorf("%s is read as %d, %v", in, id, err)
		}
	}
	for _, in := range []string{`""`, `"x"`, `-1`, `"-1"`, `1.5`, `1e3`, `true`, `{}`, `[1]`, `"18446744073709551616"`, `" 1"`, `"0x1"`, `"1_000"`} {
		id := ID(5)
		if err := json.Unmarshal([]byte(in), &id); err == nil || id != 5 {
			t.Errorf("%s is read as %d, %v", in, id, err)
		}
	}
	if b, err := json.Marshal(documented); err != nil || string(b) != `"175928847299117063"` {
		t.Errorf("written as %s, %v", b, err)
	}
}
