package history

import (
	"cmp"
	"encoding/json"
	"io"
	"log/slog"
	"net/http"
	"path"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"

	"go.uber.org/goleak"

	"tally/bot/directory"
	"tally/bot/discord"
	"tally/bot/rest"
	"tally/eventlog/snowflake"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const (
	guildID = 1
	channel = 11
	robot   = 90
	allowed = discord.ViewChannel | discord.ReadMessageHistory
)

// fake is a Discord with one channel, over http. cut says how many messages a page has at the most: Discord
// may give fewer than it was asked for, and that means nothing.
type fake struct {
	mu       sync.Mutex
	ids      []snowflake.ID // rising
	rights   discord.Permissions
	cut      func(page int) int
	mixed    bool                    // within a millisecond the ids stand in no order
	before   func(page int, f *fake) // a page is read; it may change the fake
	told     func(f *fake)           // the rights are asked for
	pages    int
	requests []string
}

func (f *fake) RoundTrip(r *http.Request) (*http.Response, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.requests = append(f.requests, r.URL.RequestURI())
	var body any
	switch at := r.URL.Path; {
	case strings.HasSuffix(at, "/messages"):
		body = f.page(r)
	case path.Base(path.Dir(at)) == "channels":
		if f.told != nil {
			f.told(f)
		}
		body = map[string]any{"id": path.Base(at), "type": 0, "guild_id": "1"}
	case path.Base(path.Dir(at)) == "members":
		body = map[string]any{"user": map[string]any{"id": "90"}, "roles": []string{}}
	default:
		body = map[string]any{"id": "1", "owner_id": "99", "roles": []discord.Role{{ID: guildID, Permissions: f.rights}}}
	}
	b, err := json.Marshal(body)
	return &http.Response{StatusCode: 200, Header: http.Header{}, Body: io.NopCloser(strings.NewReader(string(b))), Request: r}, err
}

// page answers as Discord does: newest first, and nothing at all where the right to read is missing.
func (f *fake) page(r *http.Request) []map[string]any {
	f.pages++
	if f.before != nil {
		f.before(f.pages, f)
	}
	page := []map[string]any{}
	if !f.rights.Has(allowed) {
		return page
	}
	q := r.URL.Query()
	limit, _ := strconv.Atoi(q.Get("limit"))
	if f.cut != nil && limit > 1 {
		limit = min(limit, f.cut(f.pages))
	}
	ids := slices.Clone(f.ids)
	if v := q.Get("before"); v != "" {
		before, _ := snowflake.Parse(v)
		at, _ := slices.BinarySearch(ids, before)
		ids = ids[:at]
		if f.mixed {
			slices.SortFunc(ids, func(a, b snowflake.ID) int {
				return cmp.Or(cmp.Compare(a.Ms(), b.Ms()), cmp.Compare(a%7, b%7), cmp.Compare(a, b))
			})
		}
		ids = ids[max(at-limit, 0):]
	}
	if v := q.Get("after"); v != "" {
		after, _ := snowflake.Parse(v)
		at, _ := slices.BinarySearch(ids, after+1)
		ids = ids[at:min(at+limit, len(ids))]
	}
	for _, id := range slices.Backward(ids) {
		page = append(page, map[string]any{"id": id, "channel_id": "11", "type": 0, "author": map[string]any{"id": "50"}})
	}
	return page
}

// newReader returns a reader of the fake that knows its channel.
func newReader(t fataler, f *fake) *Reader {
	t.Helper()
	slices.Sort(f.ids)
	transport, err := rest.NewTransport(rest.Options{GlobalPerSecond: rest.Unlimited, HistoryPerSecond: rest.Unlimited, Next: f})
	if err != nil {
		t.Fatal(err)
	}
	d := directory.New(robot)
	d.Reset(discord.Guild{
		ID: guildID, Roles: []discord.Role{{ID: guildID, Permissions: f.rights}}, Members: []discord.Member{{User: robot}},
		Channels: []discord.Channel{{ID: channel, Guild: guildID}},
	})
	return &Reader{Guild: guildID, Client: rest.NewClient(rest.NewSession("token", transport)), Directory: d, Log: slog.New(slog.DiscardHandler)}
}

// fataler is a *testing.T or a *rapid.T.
type fataler interface {
	Helper()
	Fatal(...any)
}

// taken gathers what a walk gives.
type taken map[snowflake.ID]int

func (got taken) give(page []discord.Message) error {
	for _, m := range page {
		got[m.ID]++
	}
	return nil
}

func (got taken) ids() []snowflake.ID {
	var all []snowflake.ID
	for id := range got {
		all = append(all, id)
	}
	slices.SortFunc(all, cmp.Compare[snowflake.ID])
	return all
}

// at returns n ids of a millisecond.
func at(ms, n int) (ids []snowflake.ID) {
	for i := range n {
		ids = append(ids, snowflake.ID(ms)<<22+snowflake.ID(i))
	}
	return ids
}
