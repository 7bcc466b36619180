package discord

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"
)

// typical is a message as a history page shows it, with objects inside that hold the same keys.
const typical = `{"type":19,"content":"an \"answer\" \u00e9 \\ to that","mentions":[{"id":"80351110224678912","username":"nelly","avatar":"8342729096ea3675442027381ff50dfe","discriminator":"0","public_flags":64,"bot":true,"global_name":"Nelly"}],"mention_roles":[],"attachments":[],"embeds":[],"timestamp":"2026-11-23T15:33:20.123000+00:00","edited_timestamp":null,"flags":4096,"components":[],"id":"1574447769190400001","channel_id":"1090000000000000200","author":{"id":"1190000000000000009","username":"someone","avatar":null,"discriminator":"0","public_flags":0,"flags":0,"banner":null,"accent_color":null,"global_name":"Some One"},"pinned":false,"mention_everyone":false,"tts":false,"message_reference":{"type":0,"channel_id":"1090000000000000200","message_id":"1574447769190400000"},"referenced_message":{"type":7,"id":"1574447769190400000","channel_id":"1","author":{"id":"2","bot":true},"flags":64,"webhook_id":"3"}}`

var typicalMessage = Message{
	ID: 1574447769190400001, Channel: 1090000000000000200, Author: 1190000000000000009, Type: 19, Flags: 4096,
}

func page(n int) []byte {
	return []byte("[" + strings.TrimSuffix(strings.Repeat(typical+",", n), ",") + "]")
}

func TestDecodeMessage(t *testing.T) {
	tests := []struct {
		name, in string
		want     Message
	}{
		{"typical", typical, typicalMessage},
		{"gateway", `{"id":"1","channel_id":"2","guild_id":"3","author":{"id":"4","bot":false},"type":0,"flags":0,"member":{"roles":["9"]}}`,
			Message{ID: 1, Channel: 2, Guild: 3, Author: 4}},
		{"webhook", `{"author":{"bot":true,"id":"4"},"webhook_id":"4","channel_id":"2","id":"1"}`,
			Message{ID: 1, Channel: 2, Author: 4, Webhook: 4, Bot: true}},
		{"system", `{"author":{"system":true,"id":"643945264868098049"},"type":63,"channel_id":"2","id":"1"}`,
			Message{ID: 1, Channel: 2, Author: 643945264868098049, Type: 63, System: true}},
		{"nulls", `{"id":"1","channel_id":"2","guild_id":null,"webhook_id":null,"flags":null,"author":{"id":"4","bot":null,"system":null}}`,
			Message{ID: 1, Channel: 2, Author: 4}},
		{"space, numbers, escapes", " {\n\t\"\\u0069d\" : 1 ,\r\"channel_id\":\"\\u0032\", \"author\" : { \"id\" : \"4\" } , \"type\" : 12345 } ",
			Message{ID: 1, Channel: 2, Author: 4, Type: 12345}},
		{"largest id", `{"id":"18446744073709551615","channel_id":"2","author":{"id":"4"}}`,
			Message{ID: 1<<64 - 1, Channel: 2, Author: 4}},
		{"unknown component", `{"components":[{"type":999,"id":5,"x":[{}, [], -1.5e+3]}],"id":"1","channel_id":"2","author":{"id":"4"}}`,
			Message{ID: 1, Channel: 2, Author: 4}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got, err := DecodeMessage([]byte(tt.in))
			if err != nil || got != tt.want {
				t.Errorf("got %+v, %v; want %+v", got, err, tt.want)
			}
		})
	}
}

func TestEphemeral(t *testing.T) {
	if !(Message{Flags: 64 | 4096}).Ephemeral() || (Message{Flags: 4096}).Ephemeral() {
		t.Error("the ephemeral flag is 1<<6")
	}
}

func TestAppendMessagesKeepsOrderAndDst(t *testing.T) {
	dst := []Message{{ID: 9}}
	got, err := AppendMessages(dst, []byte(`[{"id":"3","channel_id":"2","author":{"id":"4"}}, {"id":"1","channel_id":"2","author":{"id":"5"}}]`))
	want := []Message{{ID: 9}, {ID: 3, Channel: 2, Author: 4}, {ID: 1, Channel: 2, Author: 5}}
	if err != nil || fmt.Sprint(got) != fmt.Sprint(want) {
		t.Errorf("got %+v, %v", got, err)
	}
	for _, empty := range []string{"null", "[]", " [ ] ", "\nnull\n"} {
		if got, err := AppendMessages(dst, []byte(empty)); err != nil || len(got) != 1 {
			t.Errorf("%q: got %v, %v", empty, got, err)
		}
	}
}

// A message that can't be understood is named, and the page is not returned in part.
func TestAppendMessagesNamesTheBadOne(t *testing.T) {
	good := `{"id":"3","channel_id":"2","author":{"id":"4"}}`
	tests := []struct {
		name, bad, reason string
	}{
		{"no id", `{"channel_id":"2","author":{"id":"4"}}`, "it has no id"},
		{"no channel", `{"id":"2","author":{"id":"4"}}`, "it has no channel_id"},
		{"no author", `{"id":"1","channel_id":"2"}`, "it has no author"},
		{"null author", `{"id":"1","channel_id":"2","author":{"id":"4"},"author":null}`, "it has no author"},
		{"author's id missing", `{"id":"1","channel_id":"2","author":{"bot":true}}`, "it has no author"},
		{"author a string", `{"id":"1","channel_id":"2","author":"4"}`, "author is not an object"},
		{"id a word", `{"id":"x"}`, "id is not a Discord id"},
		{"id empty", `{"id":""}`, "id is not a Discord id"},
		{"id too large", `{"id":"18446744073709551616"}`, "id is not a Discord id"},
		{"type a string", `{"type":"0"}`, "type is not an integer"},
		{"flags too large", `{"flags":9999999999999999999}`, "flags is not an integer"},
		{"flags a fraction", `{"flags":1.5}`, "flags is not an integer"},
		{"bot a number", `{"author":{"bot":1}}`, "author.bot is not true or false"},
		{"not an object", `[]`, "a message is an object"},
		{"no colon", `{"id" "1"}`, badJSON},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			in := "[" + good + "," + tt.bad + "," + good + "]"
			got, err := AppendMessages(make([]Message, 1, 8), []byte(in))
			var de *DecodeError
			if !errors.As(err, &de) || de.Index != 1 || de.Reason != tt.reason || de.Offset < len(good)+2 {
				t.Errorf("error %v, want message 1: %s", err, tt.reason)
			}
			if len(got) != 1 {
				t.Errorf("%d messages returned beside the error", len(got)-1)
			}
		})
	}
	for _, in := range []string{"", "{}", "nul", "[", "[" + good, "[" + good + ",]", "[" + good + "]x", `{"message":"401"}`} {
		if _, err := AppendMessages(nil, []byte(in)); err == nil {
			t.Errorf("%q was accepted", in)
		}
	}
}

func TestDecodeDoesNotAllocate(t *testing.T) {
	b, dst := page(100), make([]Message, 0, 100)
	if n := testing.AllocsPerRun(50, func() {
		if got, err := AppendMessages(dst, b); err != nil || len(got) != 100 || got[99] != typicalMessage {
			t.Fatal(err)
		}
	}); n != 0 {
		t.Errorf("a page takes %v allocations", n)
	}
	one := []byte(typical)
	if n := testing.AllocsPerRun(50, func() { _, _ = DecodeMessage(one) }); n != 0 {
		t.Errorf("a message takes %v allocations", n)
	}
}

// reference decodes with encoding/json; keys are matched exactly and the last of two equal keys counts.
func reference(b []byte) (m Message, err error) {
	var top, author map[string]json.RawMessage
	if err := json.Unmarshal(b, &top); err != nil || top == nil {
		return m, errors.Join(err, errors.New("not an object"))
	}
	pick := func(from map[string]json.RawMessage, key string, to any) {
		if raw, ok := from[key]; ok {
			err = errors.Join(err, json.Unmarshal(raw, to))
		}
	}
	pick(top, "id", &m.ID)
	pick(top, "channel_id", &m.Channel)
	pick(top, "guild_id", &m.Guild)
	pick(top, "webhook_id", &m.Webhook)
	pick(top, "type", &m.Type)
	pick(top, "flags", &m.Flags)
	pick(top, "author", &author)
	pick(author, "id", &m.Author)
	pick(author, "bot", &m.Bot)
	pick(author, "system", &m.System)
	if err == nil && (m.ID == 0 || m.Channel == 0 || m.Author == 0) {
		err = errors.New("lacks an id")
	}
	return m, err
}

// FuzzDecodeMessage: whatever the bytes, no panic; what encoding/json refuses is refused, and what it
// reads is read alike.
func FuzzDecodeMessage(f *testing.F) {
	for _, s := range []string{typical, `{"id":"1","channel_id":"2","author":{"id":"4","bot":true}}`, `null`, `{"id":01}`, `{"a":"\ud800"}`,
		"{\"id\":\"1\x00\"}", `{"type":1e3}`, `{"type":-0}`, `{"flags":-12,"id":"1","channel_id":2,"author":{"id":3}}`, strings.Repeat("[", 100)} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		got, err := DecodeMessage(b)
		want, wantErr := reference(b)
		if (err == nil) != (wantErr == nil) && !repeated(b) {
			t.Fatalf("%q: error %v, encoding/json says %v", b, err, wantErr)
		}
		if err == nil && got != want && !repeated(b) {
			t.Fatalf("%q: got %+v, want %+v", b, got, want)
		}
		if err == nil && !json.Valid(b) {
			t.Fatalf("%q: accepted", b)
		}
	})
}

// repeated says whether a valid object gives one of the wanted keys twice: an earlier, wrong value is
// then an error here and unseen by the reference.
func repeated(b []byte) bool {
	for _, k := range []string{"id", "channel_id", "guild_id", "webhook_id", "type", "flags", "author", "bot", "system"} {
		if bytes.Count(b, []byte(`"`+k+`"`)) > 1 || bytes.Contains(b, []byte(`\u`)) {
			return true
		}
	}
	return false
}

// FuzzSkipValue: the scanner takes exactly what encoding/json calls valid.
func FuzzSkipValue(f *testing.F) {
	for _, s := range []string{typical, `-0.1E+9`, `[1,{"a":[]}]`, `"\u12aF\n"`, "\"\x1f\"", `01`, `1.`, `tru`, `{"a":1,}`, `"12345678\"12345678"`,
		strings.Repeat(`{"a":`, maxDepth) + "1" + strings.Repeat("}", maxDepth), strings.Repeat(`{"a":`, maxDepth+1) + "1" + strings.Repeat("}", maxDepth+1),
		strings.Repeat("[", maxDepth) + strings.Repeat("]", maxDepth), strings.Repeat("[", maxDepth+1) + strings.Repeat("]", maxDepth+1)} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		end := skipValue(b, skipSpace(b, 0), 0)
		ok := end >= 0 && skipSpace(b, end) == len(b)
		if ok != json.Valid(b) {
			t.Fatalf("%q: %v, json.Valid says %v", b, ok, !ok)
		}
	})
}

func FuzzAppendMessages(f *testing.F) {
	f.Add(page(2))
	f.Add([]byte("null"))
	f.Fuzz(func(t *testing.T, b []byte) {
		got, err := AppendMessages(nil, b)
		if err == nil && !json.Valid(b) {
			t.Fatalf("%q: accepted", b)
		}
		if err != nil && len(got) > 0 {
			t.Fatalf("%q: messages beside an error", b)
		}
	})
}

func BenchmarkAppendMessages(b *testing.B) {
	in, dst := page(100), make([]Message, 0, 100)
	b.SetBytes(int64(len(in)))
	b.ReportAllocs()
	for b.Loop() {
		if _, err := AppendMessages(dst, in); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/100, "ns/message")
}

func BenchmarkDecodeMessage(b *testing.B) {
	in := []byte(typical)
	b.SetBytes(int64(len(in)))
	b.ReportAllocs()
	for b.Loop() {
		if _, err := DecodeMessage(in); err != nil {
			b.Fatal(err)
		}
	}
}
