// Package settings changes a guild's settings, which are events of its log, and keeps them true to what the
// guild looks like: the log knows no categories, so it is told which channels are within one, and whose
// the threads of excluded channels are.
package settings

import (
	"context"
	"maps"
	"reflect"
	"slices"

	"tally/bot/directory"
	"tally/bot/gate"
	"tally/eventlog"
	"tally/eventlog/snowflake"
	"tally/projections"
)

// Keeper changes one guild's settings. It may be used by many goroutines.
type Keeper struct {
	Gate      *gate.Gate
	Directory *directory.Directory
	// Changed, if set, is called when they have changed. It must not wait.
	Changed func()
}

// Change lets edit change the settings for the user by, and returns what they were and what they are when that is
// durable. Where edit changes nothing, nothing is written; where it fails, its error is returned.
func (k *Keeper) Change(ctx context.Context, by snowflake.ID, edit func(*eventlog.Settings) error) (before, now eventlog.Settings, err error) {
	var was, is eventlog.Settings
	err = k.Gate.Write(ctx, func(g *projections.Guild) ([]eventlog.Body, error) {
		was = g.Settings()
		is = clone(was)
		if err := edit(&is); err != nil {
			return nil, err
		}
		is.Within = k.within(is, was)
		return k.events(g, by, is), nil
	})
	if err != nil { // the writer may come to it yet
		return before, now, err
	}
	return was, is, nil
}

// Follow writes what is new for the settings in the guild's channels and threads. It is called when the directory has
// changed, before the gate is given anything that came later.
func (k *Keeper) Follow(ctx context.Context) error {
	return k.Gate.Tell(ctx, func(g *projections.Guild) []eventlog.Body {
		s := clone(g.Settings())
		s.Within = k.within(s, s)
		return k.events(g, 0, s)
	})
}

// events are those by which the settings become s.
func (k *Keeper) events(g *projections.Guild, by snowflake.ID, s eventlog.Settings) (bodies []eventlog.Body) {
	if s = clone(s); !reflect.DeepEqual(s, clone(g.Settings())) {
		bodies = append(bodies, eventlog.SettingsChanged{By: by, Settings: s})
		if k.Changed != nil {
			k.Changed()
		}
	}
	if len(s.Excluded)+len(s.Within) == 0 {
		return bodies
	}
	for _, c := range k.Directory.Channels() {
		if c.IsThread() && s.Excludes(c.Parent) && g.ParentOf(c.ID) == 0 {
			bodies = append(bodies, eventlog.ChannelChecked{Channel: c.ID, Parent: c.Parent})
		}
	}
	return bodies
}

// within returns the channels of the excluded categories, by id. One that Discord doesn't show any more, or shows
// without its category, is still where it was, unless a category was taken in again.
func (k *Keeper) within(s, before eventlog.Settings) []snowflake.ID {
	if len(s.Categories) == 0 {
		return nil
	}
	in := map[snowflake.ID]bool{}
	for _, c := range k.Directory.Channels() {
		if !c.IsThread() && slices.Contains(s.Categories, c.Parent) {
			in[c.ID] = true
		}
	}
	for _, id := range before.Within {
		c, known := k.Directory.Channel(id)
		if (!known || c.Hidden()) && len(s.Categories) >= len(before.Categories) {
			in[id] = true
		}
	}
	return slices.Sorted(maps.Keys(in))
}

// clone returns a copy that shares nothing, in which no list is empty but nil.
func clone(s eventlog.Settings) eventlog.Settings {
	s.Excluded, s.Categories, s.Within = slices.Clone(s.Excluded), slices.Clone(s.Categories), slices.Clone(s.Within)
	s.Access = slices.Clone(s.Access)
	for _, list := range []*[]snowflake.ID{&s.Excluded, &s.Categories, &s.Within} {
		if len(*list) == 0 {
			*list = nil
		}
	}
	if len(s.Access) == 0 {
		s.Access = nil
	}
	return s
}
