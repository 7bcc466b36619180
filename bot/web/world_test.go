package web

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"tally/bot/rest"
	"tally/eventlog"
	"tally/eventlog/snowflake"
	"tally/projections"
)

// The ids of the small server that the tests and API.md show.
const (
	guildID          = snowflake.ID(197038439483310086)
	general, thread  = snowflake.ID(197038439483310101), snowflake.ID(297038439483310102)
	staff            = snowflake.ID(197038439483310103)
	ann, bert, robot = snowflake.ID(300000000000000001), snowflake.ID(300000000000000002), snowflake.ID(300000000000000009)
)

// fakeBot is a bot without Discord.
type fakeBot struct {
	log          *eventlog.Log
	disconnected bool
}

func (b *fakeBot) Connected() bool      { return !b.disconnected }
func (b *fakeBot) Requests() rest.Stats { return rest.Stats{Requests: 12, Bytes: 3456} }
func (b *fakeBot) Name(id snowflake.ID) string {
	return map[snowflake.ID]string{guildID: "Lighthouse <keepers>", general: "general"}[id]
}
func (b *fakeBot) EachGuild(look func(*projections.Guild)) {
	if g, err := projections.Load(b.log, guildID); err == nil {
		look(g)
	}
}

// world is a small log and a server on it. Its clock stands still.
type world struct {
	*testing.T
	log    *eventlog.Log
	bot    *fakeBot
	now    time.Time
	server *Server
}

func newWorld(t *testing.T, token string) *world {
	t.Helper()
	now := time.Date(2026, 8, 3, 12, 0, 0, 0, time.UTC)
	w := &world{T: t, now: now}
	log, err := eventlog.Open(t.TempDir(), eventlog.Options{NoSync: true, Clock: func() time.Time { return now }})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = log.Close() })
	w.log, w.bot = log, &fakeBot{log: log}
	w.fill()
	w.server = New(Options{Log: log, Bot: w.bot, Token: token, Version: "tally v1", Now: func() time.Time { return w.now }})
	return w
}

// sent is the id of a message of the first days of August 2026.
func sent(day, hour int) snowflake.ID {
	return snowflake.At(time.Date(2026, 8, day, hour, 0, 0, 0, time.UTC))
}

// fill writes a small server's life.
func (w *world) fill() {
	w.Helper()
	w.write(eventlog.ImportStarted{Import: 1, Cutoff: sent(2, 0), By: ann, In: general})
	w.page(eventlog.Import, 1, general, eventlog.Message{ID: sent(1, 9), Author: ann}, eventlog.Message{ID: sent(1, 10), Author: bert},
		eventlog.Message{ID: sent(1, 11), Author: robot, Marks: eventlog.Bot})
	w.page(eventlog.Import, 1, thread, eventlog.Message{ID: sent(1, 20), Author: ann})
	w.write(eventlog.ImportChannelFinished{Import: 1, Channel: general, Outcome: eventlog.Completed},
		eventlog.ImportChannelFinished{Import: 1, Channel: thread, Parent: general, Outcome: eventlog.Completed},
		eventlog.ImportChannelFinished{Import: 1, Channel: staff, Outcome: eventlog.NoPermission},
		eventlog.ImportFinished{Import: 1, Outcome: eventlog.Completed, At: sent(2, 1).Time()})
	w.live(sent(2, 9), ann)
	w.live(sent(2, 10), ann)
	w.write(&eventlog.Deletes{Channel: general, List: []eventlog.Delete{{ID: sent(2, 10), Held: eventlog.HeldStream, Author: ann}}})
	w.write(eventlog.GapOpened{Gap: 1, After: sent(2, 12)})
	w.live(sent(2, 18), bert)
	w.page(eventlog.Catchup, 0, general, eventlog.Message{ID: sent(2, 15), Author: bert})
	w.write(eventlog.GapClosed{Gap: 1}, eventlog.GapOpened{Gap: 2, After: sent(2, 20), Channel: thread})
}

func (w *world) write(bodies ...eventlog.Body) {
	w.Helper()
	if _, err := w.log.Append(guildID, bodies); err != nil {
		w.Fatal(err)
	}
}

func (w *world) page(origin eventlog.Origin, imp uint32, channel snowflake.ID, messages ...eventlog.Message) {
	w.Helper()
	p, err := eventlog.NewPage(origin, imp, channel, messages)
	if err != nil {
		w.Fatal(err)
	}
	w.write(p)
}

func (w *world) live(id, author snowflake.ID) {
	w.Helper()
	w.page(eventlog.Live, 0, general, eventlog.Message{ID: id, Author: author})
}

// ask asks as a program on this machine does.
func (w *world) ask(path string, change ...func(*http.Request)) *httptest.ResponseRecorder {
	w.Helper()
	r := httptest.NewRequest("GET", "http://127.0.0.1:8080"+path, nil)
	for _, c := range change {
		c(r)
	}
	answer := httptest.NewRecorder()
	w.server.ServeHTTP(answer, r)
	return answer
}

// get returns what a path of the API answers.
func get[T any](w *world, path string) (v T) {
	w.Helper()
	answer := w.ask(path)
	if answer.Code != http.StatusOK || answer.Header().Get("Content-Type") != "application/json" {
		w.Fatalf("GET %s: %d %s", path, answer.Code, answer.Body)
	}
	if err := json.Unmarshal(answer.Body.Bytes(), &v); err != nil {
		w.Fatal(err)
	}
	return v
}
