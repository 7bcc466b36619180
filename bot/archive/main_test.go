package archive

import (
	"archive/zip"
	"bytes"
	"compress/gzip"
	"context"
	"encoding/csv"
	"encoding/json"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"testing"
	"time"

	"go.uber.org/goleak"

	"tally/bot/discord"
	"tally/bot/gate"
	"tally/eventlog"
	"tally/eventlog/snowflake"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// The ids of the tests: a server, a channel and a thread of it, and people.
const (
	guild, general, thread = snowflake.ID(100000000000000001), snowflake.ID(100000000000000011), snowflake.ID(100000000000000012)
	ann, bob, robot        = snowflake.ID(300000000000000001), snowflake.ID(300000000000000002), snowflake.ID(300000000000000009)
)

var begun = time.Date(2026, 8, 1, 12, 0, 0, 0, time.UTC)

// at returns the id of a message sent a minute of the tests.
func at(minute int) snowflake.ID { return snowflake.At(begun.Add(time.Duration(minute) * time.Minute)) }

func now() time.Time { return begun.AddDate(0, 1, 0) }

// fataler is a *testing.T or a *rapid.T.
type fataler interface {
	Helper()
	Fatal(...any)
	Fatalf(string, ...any)
}

func must(t fataler, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// object is a JSON object of a file that a test makes.
type object = map[string]any

// exported makes an export as DiscordChatExporter does, with what surrounds the ids there.
func exported(p Place, kind string, messages ...object) []byte {
	var b bytes.Buffer
	field := func(name string, v any) {
		text, err := json.MarshalIndent(v, "  ", "  ")
		if err != nil {
			panic(err)
		}
		b.WriteString("  " + strconv.Quote(name) + ": ")
		b.Write(text)
		b.WriteString(",\n")
	}
	b.WriteString("{\n")
	field("guild", object{"id": p.Guild.String(), "name": "A \"server\" {[", "iconUrl": "https://example.invalid/1.png"})
	field("channel", object{"id": p.Channel.String(), "type": kind, "categoryId": p.Parent.String(), "category": "", "name": "general", "topic": nil})
	field("dateRange", object{"after": nil, "before": nil})
	field("exportedAt", "2026-08-30T12:00:00.0000000+00:00")
	if messages == nil {
		messages = []object{}
	}
	field("messages", messages)
	b.WriteString("  \"messageCount\": " + strconv.Itoa(len(messages)) + "\n}")
	return b.Bytes()
}

// said makes a message of an export.
func said(id, author snowflake.ID, kind string, bot bool) object {
	other := object{"id": "1", "name": "x", "isBot": !bot, "type": "Reply"}
	return object{
		"id": id.String(), "type": kind, "timestamp": id.Time(), "timestampEdited": nil, "isPinned": false, "content": "\"id\": \"5\"} ]",
		"author":      object{"id": author.String(), "name": "n", "discriminator": "0000", "nickname": "n", "color": nil, "isBot": bot, "roles": []object{other}},
		"attachments": []object{other}, "embeds": []object{}, "stickers": []object{}, "mentions": []object{other},
		"reactions": []object{{"emoji": other, "count": 1, "users": []object{other}}},
		"reference": object{"messageId": "2", "channelId": "3", "guildId": "4"},
	}
}

// owned makes a channel of a data package, with its messages as JSON or as CSV.
func owned(t fataler, dir string, p Place, asCSV bool, ids ...snowflake.ID) {
	t.Helper()
	channel := object{"id": p.Channel.String(), "type": 0, "name": "general"}
	if p.Guild != 0 {
		channel["guild"] = object{"id": p.Guild.String(), "name": "A server"}
	}
	writeJSON(t, filepath.Join(dir, "channel.json"), channel)
	if asCSV {
		var b bytes.Buffer
		w := csv.NewWriter(&b)
		must(t, w.Write([]string{"ID", "Timestamp", "Contents", "Attachments"}))
		for _, id := range ids {
			must(t, w.Write([]string{id.String(), "2026-08-01 12:00:00.000000+00:00", "two\nlines, \"one\" text", ""}))
		}
		w.Flush()
		write(t, filepath.Join(dir, "messages.csv"), b.Bytes())
		return
	}
	rows := []object{}
	for _, id := range ids {
		rows = append(rows, object{"ID": uint64(id), "Timestamp": "2026-08-01 12:00:00", "Contents": "text", "Attachments": ""})
	}
	writeJSON(t, filepath.Join(dir, "messages.json"), rows)
}

func writeJSON(t fataler, path string, v any) {
	t.Helper()
	b, err := json.Marshal(v)
	must(t, err)
	write(t, path, b)
}

func write(t fataler, path string, b []byte) {
	t.Helper()
	must(t, os.MkdirAll(filepath.Dir(path), 0o755))
	must(t, os.WriteFile(path, b, 0o600))
}

func gzipped(t fataler, b []byte) []byte {
	t.Helper()
	var packed bytes.Buffer
	w := gzip.NewWriter(&packed)
	_, err := w.Write(b)
	must(t, err)
	must(t, w.Close())
	return packed.Bytes()
}

// zipped packs a folder.
func zipped(t fataler, dir, into string) {
	t.Helper()
	f, err := os.Create(into)
	must(t, err)
	w := zip.NewWriter(f)
	must(t, w.AddFS(os.DirFS(dir)))
	must(t, w.Close())
	must(t, f.Close())
}

// kept is a Taker that keeps what it is given.
type kept struct {
	places []Place
	all    []discord.Message
}

func (k *kept) Take(_ context.Context, p Place, messages []discord.Message) (gate.Taken, error) {
	if !slices.Contains(k.places, p) {
		k.places = append(k.places, p)
	}
	k.all = append(k.all, messages...)
	return gate.Taken{New: make([]eventlog.Message, len(messages))}, nil
}

// take reads files, which must be found.
func take(t fataler, o Options, paths ...string) (*kept, *Summary) {
	t.Helper()
	k := &kept{}
	if o.Now == nil {
		o.Now = now
	}
	return k, takeInto(t, k, o, paths...)
}

func takeInto(t fataler, into Taker, o Options, paths ...string) *Summary {
	t.Helper()
	set, err := Find(paths...)
	must(t, err)
	defer func() { must(t, set.Close()) }()
	s, err := Import(context.Background(), set.Files, o, into)
	must(t, err)
	return s
}

// open opens a log and the gates on it.
func open(t fataler, dir string) (log *eventlog.Log, gates Gates, end func()) {
	t.Helper()
	log, err := eventlog.Open(dir, eventlog.Options{NoSync: true})
	must(t, err)
	opened := map[snowflake.ID]*gate.Gate{}
	gates = func(guild snowflake.ID) (g *gate.Gate, err error) {
		if g = opened[guild]; g == nil {
			g, err = gate.Open(log, guild, slog.New(slog.DiscardHandler))
			opened[guild] = g
		}
		return g, err
	}
	return log, gates, func() {
		for _, g := range opened {
			g.Close()
		}
		must(t, log.Close())
	}
}
