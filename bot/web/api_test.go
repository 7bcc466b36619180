package web

import (
	"bytes"
	"encoding/json"
	"flag"
	"net/http"
	"os"
	"reflect"
	"regexp"
	"strings"
	"testing"

	"tally/bot/report"
	"tally/eventlog"
)

var update = flag.Bool("update", false, "write the answers into API.md")

// example is a request in API.md and the answer below it.
var example = regexp.MustCompile("(?m)^    GET (\\S+)\n\n((?:    .*\n)+)")

// position is a ULID, which is another one in each log.
var position = regexp.MustCompile(`01[0-9A-HJKMNP-TV-Z]{24}`)

// TestExamples asks for all that API.md shows, and compares the answers.
func TestExamples(t *testing.T) {
	w := newWorld(t, "")
	doc, err := os.ReadFile("API.md")
	if err != nil {
		t.Fatal(err)
	}
	seen := 0
	now := example.ReplaceAllFunc(doc, func(shown []byte) []byte {
		seen++
		path := string(example.FindSubmatch(shown)[1])
		var answer bytes.Buffer
		if err := json.Indent(&answer, w.ask(path).Body.Bytes(), "    ", "  "); err != nil {
			t.Fatal(err)
		}
		text := position.ReplaceAllString(strings.TrimSpace(answer.String()), "01KQ7M3ZH00000000000000000")
		return []byte("    GET " + path + "\n\n    " + text + "\n")
	})
	if seen < 8 {
		t.Errorf("%d examples", seen)
	}
	if *update {
		if err := os.WriteFile("API.md", now, 0o600); err != nil {
			t.Fatal(err)
		}
	} else if !bytes.Equal(doc, now) {
		t.Errorf("API.md shows other answers than these (-update writes them):\n%s", now)
	}
}

// TestRowsOfLists asks for parts of a list.
func TestRowsOfLists(t *testing.T) {
	w := newWorld(t, "")
	type board struct {
		Total, Offset int
		Users         []report.User
	}
	for query, want := range map[string][]int{"": {1, 2}, "?limit=1": {1}, "?limit=1&offset=1": {2}, "?offset=2": {}, "?offset=9": {}, "?limit=0": {}} {
		b := get[board](w, "/api/v1/guilds/197038439483310086/leaderboard"+query)
		if len(b.Users) != len(want) || b.Total != 2 || b.Users == nil {
			t.Errorf("%s: %+v", query, b)
		}
		for i, rank := range want {
			if b.Users[i].Rank != rank {
				t.Errorf("%s: %+v", query, b)
			}
		}
	}
}

// TestWrongRequests: each says what is wrong, as JSON.
func TestWrongRequests(t *testing.T) {
	w := newWorld(t, "")
	const guild = "/api/v1/guilds/197038439483310086"
	for path, want := range map[string]int{
		"/api/v1/guilds/1":              http.StatusNotFound,
		"/api/v1/guilds/x":              http.StatusBadRequest,
		"/api/v1/guilds/1/days":         http.StatusNotFound,
		guild + "/nothing":              http.StatusNotFound,
		"/api/v2":                       http.StatusNotFound,
		guild + "/channels?limit=1001":  http.StatusBadRequest,
		guild + "/channels?limit=-1":    http.StatusBadRequest,
		guild + "/channels?offset=many": http.StatusBadRequest,
		guild + "/coverage?channel=x":   http.StatusBadRequest,
	} {
		a := w.ask(path)
		var said struct{ Error string }
		if err := json.Unmarshal(a.Body.Bytes(), &said); a.Code != want || err != nil || said.Error == "" {
			t.Errorf("%s: %d %s, want %d", path, a.Code, a.Body, want)
		}
	}
}

// TestSettingsAreDocumented names all fields of the settings in API.md.
func TestSettingsAreDocumented(t *testing.T) {
	doc, err := os.ReadFile("API.md")
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range reflect.VisibleFields(reflect.TypeFor[eventlog.Settings]()) {
		if name, _, _ := strings.Cut(f.Tag.Get("json"), ","); !bytes.Contains(doc, []byte("`"+name+"`")) {
			t.Errorf("API.md doesn't say what %s is", name)
		}
	}
}
