package settings

import (
	"errors"
	"log/slog"
	"slices"
	"testing"

	"go.uber.org/goleak"

	"tally/bot/directory"
	"tally/bot/discord"
	"tally/bot/gate"
	"tally/eventlog"
	"tally/eventlog/snowflake"
	"tally/projections"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const guildID, category, other = 1, 10, 20

// newKeeper has channels 11 and 12 in the category, 21 in another one, 31 in none, and thread 111 in 11.
func newKeeper(t *testing.T) *Keeper {
	t.Helper()
	log, err := eventlog.Open(t.TempDir(), eventlog.Options{NoSync: true})
	if err != nil {
		t.Fatal(err)
	}
	g, err := gate.Open(log, guildID, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		g.Close()
		if err := log.Close(); err != nil {
			t.Error(err)
		}
	})
	d := directory.New(90)
	d.Reset(discord.Guild{ID: guildID, Channels: []discord.Channel{
		{ID: category, Type: discord.ChannelCategory}, {ID: other, Type: discord.ChannelCategory}, {ID: 11, Parent: category}, {ID: 12, Parent: category},
		{ID: 21, Parent: other}, {ID: 31},
	}, Threads: []discord.Channel{{ID: 111, Parent: 11, Type: discord.ChannelPublicThread}}})
	return &Keeper{Gate: g, Directory: d}
}

func (k *Keeper) set(t *testing.T, edit func(*eventlog.Settings)) {
	t.Helper()
	if _, _, err := k.Change(t.Context(), 5, func(s *eventlog.Settings) error {
		edit(s)
		return nil
	}); err != nil {
		t.Fatal(err)
	}
}

// follow keeps up with the directory, and returns the channels that are left out with their category.
func (k *Keeper) follow(t *testing.T) (within []snowflake.ID, events int) {
	t.Helper()
	if err := k.Follow(t.Context()); err != nil {
		t.Fatal(err)
	}
	if err := k.Gate.Write(t.Context(), func(g *projections.Guild) ([]eventlog.Body, error) {
		within = g.Settings().Within
		return nil, nil
	}); err != nil {
		t.Fatal(err)
	}
	for rec, err := range k.Gate.Log().Records(guildID, [16]byte{}) {
		if err != nil {
			t.Fatal(err)
		}
		for e, err := range rec.Events() {
			if err != nil {
				t.Fatal(err)
			}
			if e.Kind == eventlog.KindSettingsChanged {
				events++
			}
		}
	}
	return within, events
}

// TestCategories has a category excluded, and then its channels go, hide, come and move.
func TestCategories(t *testing.T) {
	ids := func(ids ...snowflake.ID) []snowflake.ID { return ids }
	hidden := discord.Channel{ID: 12, Flags: discord.FlagObfuscated} // Discord doesn't tell where it is
	for name, c := range map[string]struct {
		then func(t *testing.T, k *Keeper)
		want []snowflake.ID
		more int // events after the first
	}{
		"nothing":       {func(*testing.T, *Keeper) {}, ids(11, 12), 0},
		"one comes":     {func(_ *testing.T, k *Keeper) { k.Directory.Add(discord.Channel{ID: 13, Parent: category}) }, ids(11, 12, 13), 1},
		"one moves in":  {func(_ *testing.T, k *Keeper) { k.Directory.Add(discord.Channel{ID: 31, Parent: category}) }, ids(11, 12, 31), 1},
		"one moves out": {func(_ *testing.T, k *Keeper) { k.Directory.Add(discord.Channel{ID: 12, Parent: other}) }, ids(11), 1},
		"one is hidden": {func(_ *testing.T, k *Keeper) { k.Directory.Add(hidden) }, ids(11, 12), 0},
		"one goes":      {func(_ *testing.T, k *Keeper) { k.Directory.Remove(12) }, ids(11, 12), 0},
		"a thread comes": {func(_ *testing.T, k *Keeper) {
			k.Directory.Add(discord.Channel{ID: 112, Parent: 11, Type: discord.ChannelPublicThread})
		}, ids(11, 12), 0},
		"another one with it": {func(t *testing.T, k *Keeper) {
			k.set(t, func(s *eventlog.Settings) { s.Categories = append(s.Categories, other) })
		}, ids(11, 12, 21), 1},
		"the other one instead": {func(t *testing.T, k *Keeper) { k.set(t, func(s *eventlog.Settings) { s.Categories = ids(other) }) }, ids(21), 1},
		"none any more": {func(t *testing.T, k *Keeper) {
			k.Directory.Add(hidden)
			k.set(t, func(s *eventlog.Settings) { s.Categories = nil })
		}, nil, 1},
	} {
		t.Run(name, func(t *testing.T) {
			k := newKeeper(t)
			k.set(t, func(s *eventlog.Settings) { s.Categories = ids(category) })
			c.then(t, k)
			within, events := k.follow(t)
			if !slices.Equal(within, c.want) || events != 1+c.more {
				t.Errorf("%v, %d events; want %v, %d", within, events, c.want, 1+c.more)
			}
			k.Gate.View(func(g *projections.Guild) {
				if out := slices.Contains(within, 11); g.IsExcluded(111) != out {
					t.Errorf("the thread is excluded: %v, its channel: %v", !out, out)
				}
			})
		})
	}
}

// TestChange writes what was changed, and nothing else.
func TestChange(t *testing.T) {
	k := newKeeper(t)
	woken := 0
	k.Changed = func() { woken++ }
	broken := errors.New("no")
	if _, _, err := k.Change(t.Context(), 5, func(s *eventlog.Settings) error {
		s.Bots = true
		return broken
	}); !errors.Is(err, broken) {
		t.Errorf("an edit that fails: %v", err)
	}
	k.set(t, func(s *eventlog.Settings) { s.Excluded = []snowflake.ID{} })
	if _, events := k.follow(t); events != 0 || woken != 0 {
		t.Errorf("%d events of no change, woken %d times", events, woken)
	}
	k.set(t, func(s *eventlog.Settings) { s.Access = append(s.Access, eventlog.Access{Command: "recount"}) })
	before, now, err := k.Change(t.Context(), 5, func(s *eventlog.Settings) error {
		s.Access[0].Role = 7
		return nil
	})
	if err != nil || before.Access[0].Role != 0 || now.Access[0].Role != 7 || woken != 2 {
		t.Errorf("from %+v to %+v, %v, woken %d times", before, now, err, woken)
	}
	k.Gate.View(func(g *projections.Guild) {
		if s := g.Settings(); s.Access[0].Role != 7 {
			t.Errorf("the settings are %+v", s)
		}
	})
}
