package projections

import (
	"fmt"

	"github.com/oklog/ulid/v2"

	"tally/eventlog"
	"tally/eventlog/snowflake"
)

// Replay folds a guild's log from nothing, up to and with the record that begins at until or before
// (the zero ULID: all).
func Replay(log *eventlog.Log, guild snowflake.ID, until ulid.ULID) (*Guild, error) {
	return replay(log, guild, Policy{}, until)
}

// ReplayBy is Replay of all of the log where the policy is known: with another one at hand than the settings ask
// for, the log has to be folded twice.
func ReplayBy(log *eventlog.Log, guild snowflake.ID, policy Policy) (*Guild, error) {
	return replay(log, guild, policy, ulid.ULID{})
}

func replay(log *eventlog.Log, guild snowflake.ID, policy Policy, until ulid.ULID) (*Guild, error) {
	for {
		g := NewGuild(guild)
		g.policy = policy
		if err := g.follow(log, until); err != nil || !g.Stale() {
			return g, err
		}
		policy = PolicyOf(g.settings)
	}
}

// CatchUp folds in what the log holds after the guild's position.
func (g *Guild) CatchUp(log *eventlog.Log) error { return g.follow(log, ulid.ULID{}) }

func (g *Guild) follow(log *eventlog.Log, until ulid.ULID) error {
	for rec, err := range log.Decoded(g.ID, g.position, until) {
		if err != nil {
			return fmt.Errorf("replay guild %s: %w", g.ID, err)
		}
		for _, body := range rec.Bodies {
			g.Apply(body)
			g.followed += body.Len()
		}
		g.Reach(rec.Last)
	}
	return nil
}

// eachPage gives the pages that are folded into the guild, of those that want takes from their head alone (see
// eventlog.Record.Pages). A record that has come since is left out.
func (g *Guild) eachPage(log *eventlog.Log, want func(*eventlog.Page) bool, give func(*eventlog.Page)) error {
	if g.position == (ulid.ULID{}) {
		return nil
	}
	for rec, err := range log.Between(g.ID, ulid.ULID{}, g.position) {
		if err != nil {
			return err
		}
		for p, err := range rec.Pages(want) {
			if err != nil {
				return err
			}
			give(p)
		}
	}
	return nil
}
