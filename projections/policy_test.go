package projections

import (
	"testing"

	"github.com/oklog/ulid/v2"

	"tally/eventlog"
	"tally/eventlog/snowflake"
)

// set changes the settings, and counts anew where they ask for it.
func set(s eventlog.Settings) step {
	return func(w *world) {
		w.tell(eventlog.SettingsChanged{By: 1, Settings: s})
		if !w.g.Stale() {
			return
		}
		g, err := ReplayBy(w.log, guildID, PolicyOf(s))
		if err != nil {
			w.Fatal(err)
		}
		w.g = g
	}
}

// TestPolicies has each policy count messages that came before it was chosen, and after.
func TestPolicies(t *testing.T) {
	bots, hooks, commands := eventlog.Settings{Bots: true}, eventlog.Settings{Webhooks: true}, eventlog.Settings{Commands: true}
	for name, c := range map[string]struct {
		kind     eventlog.Message
		settings eventlog.Settings
		want     uint64
	}{
		"a bot's message":               {eventlog.Message{Marks: eventlog.Bot}, bots, 1},
		"a bot's answer":                {eventlog.Message{Type: 20, Marks: eventlog.Bot}, bots, 0},
		"a bot's answer, wanted":        {eventlog.Message{Type: 20, Marks: eventlog.Bot}, commands, 1},
		"an answer by a webhook":        {eventlog.Message{Type: 23, Marks: eventlog.Bot | eventlog.Webhook}, commands, 1},
		"a secret answer":               {eventlog.Message{Type: 20, Marks: eventlog.Ephemeral}, commands, 0},
		"a secret message":              {eventlog.Message{Marks: eventlog.Ephemeral | eventlog.Bot}, bots, 0},
		"a webhook's":                   {eventlog.Message{Marks: eventlog.Webhook | eventlog.Bot}, hooks, 1},
		"a webhook's, where bots count": {eventlog.Message{Marks: eventlog.Webhook | eventlog.Bot}, bots, 0},
		"a bot's, where webhooks count": {eventlog.Message{Marks: eventlog.Bot}, hooks, 0},
		"a notice":                      {eventlog.Message{Type: 7}, eventlog.Settings{Bots: true, Webhooks: true, Commands: true}, 0},
		"a person's":                    {eventlog.Message{}, bots, 1},
	} {
		t.Run(name, func(t *testing.T) {
			all(pageOf(eventlog.Live, 0, 1, c.kind, 10), set(c.settings), counts(c.want, c.want),
				pageOf(eventlog.Live, 0, 1, c.kind, 11), counts(2*c.want, 2*c.want), deleted(11), counts(c.want, 2*c.want),
				start(1, 100), pageOf(eventlog.Import, 1, 1, c.kind, 10), done(1), counts(c.want, 2*c.want))(newWorld(t))
		})
	}
}

// TestExcluded leaves channels out and takes them in again, whatever comes when.
func TestExcluded(t *testing.T) {
	out := set(eventlog.Settings{Excluded: []snowflake.ID{1}})
	in := set(eventlog.Settings{Excluded: []snowflake.ID{2}})
	within := set(eventlog.Settings{Categories: []snowflake.ID{9}, Within: []snowflake.ID{1}})
	thread := func(parent snowflake.ID) step {
		return told(eventlog.ChannelChecked{Channel: 1, Parent: parent})
	}
	for name, story := range map[string][]step{
		"before it":                      {live(10, 20), out, counts(0, 0), in, counts(2, 2)},
		"after it":                       {out, live(10, 20), counts(0, 0), in, counts(2, 2)},
		"in a category":                  {live(10), within, counts(0, 0), live(20), counts(0, 0), in, counts(2, 2)},
		"deleted meanwhile":              {live(10, 20), out, deleted(10), counts(0, 0), in, counts(1, 2)},
		"imported meanwhile":             {out, start(1, 100), live(150), history(1, 10, 20), done(1), counts(0, 0), in, counts(3, 3)},
		"repaired meanwhile":             {out, start(1, 100), history(1, 10), done(1), repair(1, 20), counts(0, 0), in, counts(2, 2)},
		"the channel goes":               {live(10, 20), out, told(eventlog.ChannelDeleted{Channel: 1}), counts(0, 0), in, counts(0, 2)},
		"a thread of it":                 {live(10), set(eventlog.Settings{Excluded: []snowflake.ID{5}}), counts(1, 1), thread(5), counts(0, 0), live(20), counts(0, 0), in, counts(2, 2)},
		"a thread known before":          {thread(5), live(10), set(eventlog.Settings{Excluded: []snowflake.ID{5}}), counts(0, 0), in, counts(1, 1)},
		"together with another policy":   {live(10), set(eventlog.Settings{Bots: true, Excluded: []snowflake.ID{1}}), counts(0, 0), set(eventlog.Settings{Bots: true}), counts(1, 1)},
		"deleted before, and taken in":   {live(10, 20), deleted(10), out, counts(0, 0), in, counts(1, 2)},
		"a channel that none was before": {out, counts(0, 0), in, counts(0, 0)},
	} {
		t.Run(name, func(t *testing.T) { all(story...)(newWorld(t)) })
	}
}

// TestCheckedByThePolicyOfThen has the patrol look again at what it has looked at by a narrower policy, or not
// at all because it was left out.
func TestCheckedByThePolicyOfThen(t *testing.T) {
	checked := told(eventlog.GapOpened{Gap: 1}, eventlog.GapClosed{Gap: 1}, eventlog.ChannelChecked{Channel: 1, Gap: 1})
	none := func(snowflake.ID) snowflake.ID { return 0 }
	out := set(eventlog.Settings{Excluded: []snowflake.ID{1}})
	for name, c := range map[string]struct {
		story []step
		want  int
	}{
		"nothing changed":        {nil, 0},
		"more counts":            {[]step{set(eventlog.Settings{Bots: true})}, 1},
		"less counts":            {[]step{set(eventlog.Settings{Bots: true}), told(eventlog.ChannelChecked{Channel: 1, Gap: 1}), set(eventlog.Settings{})}, 0},
		"something else changed": {[]step{set(eventlog.Settings{Private: true})}, 0},
		"left out":               {[]step{out}, 0},
		"left out and taken in":  {[]step{out, set(eventlog.Settings{})}, 1},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			all(append([]step{live(10), checked}, c.story...)...)(w)
			if got := w.g.Unchecked(none); len(got) != c.want {
				t.Errorf("to be checked: %v, want %d", got, c.want)
			}
		})
	}
}

// TestStaleIsCountedAnew has a start find settings that the snapshot was not counted by.
func TestStaleIsCountedAnew(t *testing.T) {
	w := newWorld(t)
	all(live(10), pageOf(eventlog.Live, 0, 1, eventlog.Message{Marks: eventlog.Bot}, 11))(w)
	w.tell(eventlog.SettingsChanged{Settings: eventlog.Settings{Bots: true, Zone: "Asia/Tokyo"}})
	if !w.g.Stale() || w.g.Total() != 1 {
		t.Fatalf("the old numbers don't stay: %d", w.g.Total())
	}
	if err := SaveSnapshot(w.log.Dir(), guildID, w.g.Encode()); err != nil {
		t.Fatal(err)
	}
	for name, load := range map[string]func() (*Guild, error){
		"load":   func() (*Guild, error) { return Load(w.log, guildID) },
		"replay": func() (*Guild, error) { return Replay(w.log, guildID, ulid.ULID{}) },
	} {
		g, err := load()
		if err != nil || g.Stale() || g.Total() != 2 || g.Settings().Zone != "Asia/Tokyo" {
			t.Errorf("%s: %+v, %v", name, g.Report(), err)
		}
	}
}
