package archive

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"tally/bot/discord"
	"tally/bot/gate"
	"tally/eventlog/snowflake"
)

var inGeneral = Place{Guild: guild, Channel: general}

func msg(channel, id, author snowflake.ID, kind int, bot bool) discord.Message {
	return discord.Message{Channel: channel, ID: id, Author: author, Type: kind, Bot: bot}
}

// TestForms reads every form of archive.
func TestForms(t *testing.T) {
	dir := t.TempDir()
	path := func(name string) string { return filepath.Join(dir, name) }
	small := exported(inGeneral, "GuildTextChat", said(at(1), ann, "Default", false), said(at(2), bob, "Reply", false))
	both := []discord.Message{msg(general, at(1), ann, 0, false), msg(general, at(2), bob, 19, false)}
	write(t, path("plain.json"), small)
	write(t, path("marked.json"), append([]byte("\xef\xbb\xbf\r\n"), small...))
	write(t, path("packed.json.gz"), gzipped(t, small))
	write(t, path("misnamed.txt"), gzipped(t, small))
	write(t, path("folder/deep/er/general.json"), small)
	write(t, path("folder/deep/er/general.json_Files/avatar.png"), []byte("no picture"))
	write(t, path("folder/notes.json"), []byte(`{"notes": [1, {"messages": []}]}`))
	write(t, path("folder/list.json"), []byte(`[1, 2]`))
	write(t, path("folder/table.csv"), []byte("a,b\n1,2\n"))
	write(t, path("folder/odd.json"), []byte(`{"guild": "a name", "channel": 5}`))
	zipped(t, path("folder"), path("folder.zip"))
	write(t, path("zips/readme.txt"), []byte("here"))
	zipped(t, path("folder"), path("zips/one.zip"))
	inThread := Place{Guild: guild, Channel: thread, Parent: general, Thread: true}
	write(t, path("thread.json"), exported(inThread, "GuildPublicThread", said(at(3), ann, "21", false), said(at(4), ann, "Default", false)))
	write(t, path("marks.json"), exported(inGeneral, "GuildTextChat", said(at(1), robot, "Default", true), said(at(2), robot, "20", true),
		said(at(3), ann, "GuildMemberJoin", false), said(at(4), Nobody, "Default", false)))
	write(t, path("empty.json"), exported(inGeneral, "GuildTextChat"))
	owned(t, path("package/messages/c1"), inGeneral, false, at(1), at(2))
	owned(t, path("package/messages/c2"), Place{}, false, at(3))
	writeJSON(t, path("package/messages/index.json"), object{"1": "general in A server"})
	writeJSON(t, path("package/account/user.json"), object{"id": bob.String(), "username": "bob"})
	owned(t, path("old/Messages/100000000000000011"), inGeneral, true, at(1), at(2))
	writeJSON(t, path("old/Account/User.json"), object{"id": bob.String()})
	zipped(t, path("package"), path("package.zip"))
	owned(t, path("nobodys/messages/c1"), inGeneral, false, at(1), at(2))
	bobs := []discord.Message{msg(general, at(1), bob, 0, false), msg(general, at(2), bob, 0, false)}

	for name, c := range map[string]struct {
		files string
		owner snowflake.ID
		place Place
		want  []discord.Message
	}{
		"an export":                  {"plain.json", 0, inGeneral, both},
		"with a byte order mark":     {"marked.json", 0, inGeneral, both},
		"packed":                     {"packed.json.gz", 0, inGeneral, both},
		"packed, of another name":    {"misnamed.txt", 0, inGeneral, both},
		"a folder":                   {"folder", 0, inGeneral, both},
		"a folder in a ZIP":          {"folder.zip", 0, inGeneral, both},
		"a folder of ZIPs":           {"zips", 0, inGeneral, both},
		"two files":                  {"plain.json packed.json.gz", 0, inGeneral, slices.Concat(both, both)},
		"a thread":                   {"thread.json", 0, inThread, []discord.Message{msg(thread, at(3), ann, 21, false), msg(thread, at(4), ann, 0, false)}},
		"an empty export":            {"empty.json", 0, Place{}, nil},
		"a data package":             {"package", 0, inGeneral, bobs},
		"in a ZIP":                   {"package.zip", 0, inGeneral, bobs},
		"a part of it":               {"package/messages", 0, inGeneral, bobs},
		"a file of it":               {"package/messages/c1/messages.json", 0, inGeneral, bobs},
		"an older one":               {"old", 0, inGeneral, bobs},
		"of somebody":                {"nobodys", bob, inGeneral, bobs},
		"bots, notices, the deleted": {"marks.json", 0, inGeneral, []discord.Message{msg(general, at(1), robot, 0, true), msg(general, at(2), robot, 20, true), msg(general, at(3), ann, 7, false), msg(general, at(4), Nobody, 0, false)}},
	} {
		t.Run(name, func(t *testing.T) {
			var paths []string
			for _, f := range strings.Fields(c.files) {
				paths = append(paths, path(f))
			}
			read, told := 0, int64(0)
			k, s := take(t, Options{Owner: c.owner, Progress: func(n int64) { told += n }}, paths...)
			if !reflect.DeepEqual(k.all, c.want) || c.want != nil && !slices.Equal(k.places, []Place{c.place}) {
				t.Errorf("%+v of %+v, want %+v of %+v", k.all, k.places, c.want, c.place)
			}
			for _, i := range s.Servers {
				read += i.New
			}
			if read != len(c.want) || told == 0 {
				t.Errorf("%+v; %d bytes", s, told)
			}
			for _, trouble := range s.Troubled {
				if !errors.Is(trouble.Err, ErrDirect) {
					t.Errorf("%s: %v", trouble.File, trouble.Err)
				}
			}
		})
	}
	if _, s := take(t, Options{}, path("marks.json")); s.Nobody != 1 {
		t.Errorf("%d messages of the deleted, want 1", s.Nobody)
	}
	if _, s := take(t, Options{}, path("folder")); s.Other != 4 || s.Read != 1 {
		t.Errorf("%d other files, %d read, want 4, 1", s.Other, s.Read)
	}
}

// TestLeftOut has messages and files that say too little, or what can't be.
func TestLeftOut(t *testing.T) {
	const none = snowflake.ID(0)
	dir := t.TempDir()
	file := func(name string, b []byte) string {
		write(t, filepath.Join(dir, name), b)
		return filepath.Join(dir, name)
	}
	message := func(change func(o object)) string {
		o := said(at(1), ann, "Default", false)
		change(o)
		return file("message.json", exported(inGeneral, "GuildTextChat", o, said(at(2), bob, "Default", false)))
	}
	for name, c := range map[string]struct {
		change func(o object)
		want   Reason
	}{
		"a type to come":    {func(o object) { o["type"] = "Telepathy" }, unknownType(`"Telepathy"`)},
		"no type":           {func(o object) { delete(o, "type") }, unknownType(`""`)},
		"a type too large":  {func(o object) { o["type"] = "65536" }, unknownType(`"65536"`)},
		"no id":             {func(o object) { delete(o, "id") }, NoID},
		"a spreadsheet's":   {func(o object) { o["id"] = "1.3E+18" }, NoID},
		"an id of nothing":  {func(o object) { o["id"] = "12" }, NoID},
		"an id to come":     {func(o object) { o["id"] = snowflake.At(now().AddDate(0, 0, 2)).String() }, NotYet},
		"no author":         {func(o object) { delete(o, "author") }, NoAuthor},
		"an author of 0":    {func(o object) { o["author"] = object{"id": none.String()} }, NoAuthor},
		"an author of text": {func(o object) { o["author"] = "ann" }, NotMessage},
	} {
		t.Run(name, func(t *testing.T) {
			k, s := take(t, Options{}, message(c.change))
			if len(k.all) != 1 || !maps.Equal(s.Servers[0].Skipped, map[Reason]int{c.want: 1}) || s.Servers[0].Messages != 2 || len(s.Troubled) > 0 {
				t.Errorf("%d given; %+v", len(k.all), s.Servers[0])
			}
		})
	}
	pack := func(p Place) string {
		at := filepath.Join(dir, fmt.Sprint("package", p.Guild), "messages", "c1")
		owned(t, at, p, false, 1)
		return filepath.Join(at, "messages.json")
	}
	for name, c := range map[string]struct {
		file string
		want error
	}{
		"direct messages":              {file("direct.json", exported(Place{Channel: general}, "DirectTextChat", said(at(1), ann, "Default", false))), ErrDirect},
		"direct messages of a package": {pack(Place{Channel: general}), ErrDirect},
		"nobody's package":             {pack(inGeneral), ErrNoOwner},
		"an export as CSV":             {file("export.csv", []byte("AuthorID,Author,Date,Content,Attachments,Reactions\n\"300\",\"ann\",\"2026\",\"\",\"\",\"\"\n")), ErrNoIDs},
		"a page":                       {file("export.html", []byte("<html>")), ErrNotArchive},
		"some JSON":                    {file("some.json", []byte(`{"messages": []}`)), ErrNotArchive},
		"some more":                    {file("more.json", []byte(`{"guild": {"id": "5"}, "channel": {"id": "5"}}`)), ErrNotArchive},
		"messages of no list":          {file("nolist.json", []byte(`{"guild": {"id": "5"}, "channel": {"id": "5"}, "messages": {}}`)), ErrNotArchive},
		"a list of its own":            {file("messages.json", []byte(`[{"ID": 5}]`)), ErrNotArchive},
		"a table of its own":           {file("messages.csv", []byte("ID,Timestamp,Contents,Attachments\n")), ErrNotArchive},
		"nothing":                      {file("nothing.json", nil), ErrCutOff},
		"spaces":                       {file("spaces.json", []byte(" \n")), ErrCutOff},
		"zeros at its end":             {file("zeros.json", append(exported(inGeneral, "GuildTextChat")[:300], 0, 0)), ErrDamaged},
		"a broken package":             {file("broken.json.gz", flipped(gzipped(t, exported(inGeneral, "GuildTextChat")))), ErrDamaged},
	} {
		t.Run(name, func(t *testing.T) {
			k, s := take(t, Options{}, c.file)
			if len(s.Troubled) != 1 || !errors.Is(s.Troubled[0].Err, c.want) || s.Troubled[0].File != c.file || len(k.all) > 0 {
				t.Errorf("%+v, want %v", s.Troubled, c.want)
			}
		})
	}
	k, s := take(t, Options{Owner: bob}, file("wordless/messages/c1/messages.json", []byte(
		fmt.Sprintf(`[{"ID": %d, "Contents": "", "Attachments": ""}, {"ID": "%d", "Contents": "", "Attachments": "a.png"}]`, at(1), at(2)))), wordless(t, dir))
	if len(k.all) != 1 || k.all[0].ID != at(2) || s.Servers[0].Skipped[Wordless] != 1 {
		t.Errorf("%+v %+v", k.all, s.Servers)
	}
	if _, err := Find(filepath.Join(dir, "nowhere")); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("a file that isn't there: %v", err)
	}
	if _, err := Find(file("cut.zip", []byte("PK"))); err == nil || !strings.Contains(err.Error(), "without its end") {
		t.Errorf("a ZIP that is cut off: %v", err)
	}
}

// wordless completes a data package, and returns a folder of it that holds nothing else.
func wordless(t *testing.T, dir string) string {
	writeJSON(t, filepath.Join(dir, "wordless/messages/c1/channel.json"), object{"id": general.String(), "guild": object{"id": guild.String()}})
	write(t, filepath.Join(dir, "wordless/else/note.txt"), nil)
	return filepath.Join(dir, "wordless/else")
}

// flipped has another checksum.
func flipped(packed []byte) []byte {
	packed[len(packed)-8] ^= 1
	return packed
}

// TestCutOff cuts files off after every byte. What is whole before is given, nothing else, and the file is
// named.
func TestCutOff(t *testing.T) {
	dir := t.TempDir()
	export := exported(inGeneral, "GuildTextChat", said(at(1), bob, "Default", false), said(at(2), bob, "Default", false), said(at(3), bob, "Default", false))
	owned(t, dir, inGeneral, false, at(1), at(2), at(3))
	owned(t, dir, inGeneral, true, at(1), at(2), at(3))
	owner, err := json.Marshal(object{"id": bob.String()})
	must(t, err)
	contents := func(name string) []byte {
		b, err := os.ReadFile(filepath.Join(dir, name))
		must(t, err)
		return b
	}
	around := fstest.MapFS{"account/user.json": {Data: owner}, "messages/c1/channel.json": {Data: contents("channel.json")}}
	table := contents("messages.csv")
	for name, whole := range map[string][]byte{
		"export.json": export, "export.json.gz": gzipped(t, export), "messages.json": bytes.TrimSpace(contents("messages.json")), "messages.csv": table,
	} {
		t.Run(name, func(t *testing.T) {
			most := 0
			for n := range len(whole) + 1 {
				folder := maps.Clone(around)
				folder["messages/c1/x"] = &fstest.MapFile{Data: whole[:n]}
				given := 0
				f := File{Name: name, fsys: folder, path: "messages/c1/x"}
				found, err := f.read(t.Context(), Options{Now: now}, func(_ Place, messages []discord.Message) error {
					for _, m := range messages {
						if given++; m != msg(general, at(given), bob, 0, false) {
							t.Fatalf("cut off after %d bytes: message %d is %+v", n, given, m)
						}
					}
					return nil
				})
				if given < most || found.Given != given {
					t.Fatalf("cut off after %d bytes: %d messages, %d before; told %d", n, given, most, found.Given)
				}
				most = given
				// A table may end after any row, and nobody sees that its last column was longer.
				row := name == "messages.csv" && n > 32 && slices.ContainsFunc([]string{"Attachments", "\n", "\","}, func(end string) bool { return bytes.HasSuffix(table[:n], []byte(end)) })
				switch {
				case errors.Is(err, ErrCutOff) && n < len(whole), err == nil && (row || n == len(whole)):
				case errors.Is(err, ErrNotArchive) && given == 0 && n < len(whole):
				default:
					t.Fatalf("cut off after %d of %d bytes: %v", n, len(whole), err)
				}
			}
			if most != 3 {
				t.Errorf("the whole file: %d messages", most)
			}
		})
	}
}

// TestTrouble gives a taker's error back, and not again what it refused.
func TestTrouble(t *testing.T) {
	dir := t.TempDir()
	write(t, filepath.Join(dir, "a.json"), exported(inGeneral, "GuildTextChat", said(at(1), ann, "Default", false)))
	set, err := Find(dir)
	must(t, err)
	refused := errors.New("refused")
	r := refusing{err: refused}
	if s, err := Import(t.Context(), set.Files, Options{Now: now}, &r); !errors.Is(err, refused) || r.times != 1 || len(s.Servers) > 0 && s.Servers[0].New > 0 {
		t.Errorf("%v, asked %d times, %+v", err, r.times, s)
	}
}

type refusing struct {
	err   error
	times int
}

func (r *refusing) Take(context.Context, Place, []discord.Message) (gate.Taken, error) {
	r.times++
	return gate.Taken{}, r.err
}

// FuzzRead reads anything. It must end, and give nothing that can't be.
func FuzzRead(f *testing.F) {
	f.Add(exported(inGeneral, "GuildTextChat", said(at(1), ann, "Default", false)))
	f.Add([]byte(`[{"ID": 1, "Contents": "x", "Attachments": ""}]`))
	f.Add([]byte("ID,Timestamp,Contents,Attachments\n1,2,3,4\n"))
	f.Fuzz(func(t *testing.T, b []byte) {
		folder := fstest.MapFS{
			"messages/c1/messages.json": {Data: b}, "messages/c1/channel.json": {Data: []byte(`{"id": "9", "guild": {"id": "8"}}`)},
		}
		file := File{Name: "x", fsys: folder, path: "messages/c1/messages.json"}
		_, _ = file.read(t.Context(), Options{Owner: bob, Now: now}, func(p Place, messages []discord.Message) error {
			for _, m := range messages {
				if p.Guild == 0 || m.Channel != p.Channel || m.Author == 0 || m.Type < 0 || m.ID.Time().After(now().Add(tolerance)) {
					t.Errorf("%+v of %+v", m, p)
				}
			}
			return nil
		})
	})
}

// TestBatches reads a file that is larger than what is given at once.
func TestBatches(t *testing.T) {
	const n = 2*batchSize + 10
	var all []object
	for i := range n {
		all = append(all, object{"id": (at(1) + snowflake.ID(i)).String(), "type": "Default", "author": object{"id": ann.String()}})
	}
	file := filepath.Join(t.TempDir(), "a.json")
	write(t, file, exported(inGeneral, "GuildTextChat", all...))
	k, s := take(t, Options{}, file)
	if len(k.all) != n || s.Servers[0].New != n || s.Servers[0].Messages != n {
		t.Fatalf("%d given, %+v", len(k.all), s.Servers[0])
	}
	for i, m := range k.all {
		if m.ID != at(1)+snowflake.ID(i) {
			t.Fatalf("message %d is %d", i, m.ID)
		}
	}
}
