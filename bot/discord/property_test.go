package discord

import (
	"encoding/json"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// value draws any JSON value, up to some depth.
func value(depth int) *rapid.Generator[any] {
	leaf := []*rapid.Generator[any]{
		rapid.Just[any](nil), rapid.Bool().AsAny(), rapid.Int().AsAny(), rapid.Float64().AsAny(),
		rapid.String().AsAny(), rapid.StringMatching(`["\\/\x00-\x1f<>]{0,12}`).AsAny(),
	}
	if depth == 0 {
		return rapid.OneOf(leaf...)
	}
	return rapid.OneOf(append(leaf,
		rapid.SliceOfN(value(depth-1), 0, 4).AsAny(),
		rapid.MapOfN(key(), value(depth-1), 0, 4).AsAny())...)
}

// key draws keys that matter and keys that don't.
func key() *rapid.Generator[string] {
	return rapid.OneOf(rapid.SampledFrom([]string{"id", "author", "type", "flags", "bot", "system", "channel_id", "guild_id", "webhook_id", "ID", "referenced_message"}), rapid.String())
}

func idText() *rapid.Generator[any] {
	return rapid.Custom(func(t *rapid.T) any { return Permissions(rapid.Uint64Min(1).Draw(t, "id")) })
}

// message draws a message whose wanted fields are right and whose others are anything, in any order.
func message() *rapid.Generator[string] {
	return rapid.Custom(func(t *rapid.T) string {
		author := rapid.MapOfN(key(), value(2), 0, 4).Draw(t, "author")
		top := rapid.MapOfN(key(), value(3), 0, 8).Draw(t, "others")
		set := func(m map[string]any, key string, g *rapid.Generator[any], needed bool) {
			delete(m, key)
			if needed || rapid.Bool().Draw(t, "has "+key) {
				m[key] = g.Draw(t, key)
			}
		}
		orNull := func(g *rapid.Generator[any]) *rapid.Generator[any] { return rapid.OneOf(g, rapid.Just[any](nil)) }
		set(author, "id", idText(), true)
		set(author, "bot", orNull(rapid.Bool().AsAny()), false)
		set(author, "system", orNull(rapid.Bool().AsAny()), false)
		set(top, "id", idText(), true)
		set(top, "channel_id", idText(), true)
		set(top, "guild_id", orNull(idText()), false)
		set(top, "webhook_id", orNull(idText()), false)
		set(top, "type", orNull(rapid.Int().AsAny()), false)
		set(top, "flags", orNull(rapid.Int().AsAny()), false)
		top["author"] = author

		var keys []string
		for k := range top {
			keys = append(keys, k)
		}
		space := rapid.SampledFrom([]string{"", " ", "\n\t", " \r "})
		var fields []string
		for _, k := range rapid.Permutation(keys).Draw(t, "order") {
			name, _ := json.Marshal(k)
			b, err := json.Marshal(top[k])
			if err != nil {
				t.Fatal(err)
			}
			fields = append(fields, space.Draw(t, "space")+string(name)+" :"+space.Draw(t, "space")+string(b))
		}
		return "{" + strings.Join(fields, ",") + space.Draw(t, "space") + "}"
	})
}

func TestDecodeAgreesWithEncodingJSON(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		in := rapid.SliceOfN(message(), 0, 5).Draw(t, "page")
		got, err := AppendMessages(nil, []byte("["+strings.Join(in, " ,")+"]"))
		if err != nil || len(got) != len(in) {
			t.Fatalf("%d messages of %d: %v", len(got), len(in), err)
		}
		for i, s := range in {
			want, err := reference([]byte(s))
			if err != nil || got[i] != want {
				t.Fatalf("%s\ngot  %+v\nwant %+v, %v", s, got[i], want, err)
			}
			if one, err := DecodeMessage([]byte(s)); err != nil || one != want {
				t.Fatalf("%s\ngot %+v, %v\nwant %+v", s, one, err, want)
			}
		}
	})
}

// Whatever a valid message is cut to or has changed, nothing panics and nothing invalid is accepted.
func TestDecodeOfDamagedMessages(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		b := []byte(message().Draw(t, "message"))
		if rapid.Bool().Draw(t, "cut") {
			b = b[:rapid.IntRange(0, len(b)-1).Draw(t, "length")]
		} else {
			b[rapid.IntRange(0, len(b)-1).Draw(t, "at")] = rapid.Byte().Draw(t, "byte")
		}
		if _, err := DecodeMessage(b[:len(b):len(b)]); err == nil && !json.Valid(b) {
			t.Fatalf("%q: accepted", b)
		}
	})
}
