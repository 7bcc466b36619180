package gate

import (
	"errors"
	"fmt"
	"sync"

	"tally/eventlog"
	"tally/eventlog/snowflake"
	"tally/projections"
)

// masksKept is how many users are remembered, so that not each message costs a hash.
const masksKept = 4096

// masks tells who had himself erased.
type masks struct {
	mu   sync.Mutex
	key  eventlog.Key
	gone map[snowflake.ID]bool
}

func (m *masks) set(key eventlog.Key) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.key, m.gone = key, map[snowflake.ID]bool{}
}

// open reads the key, if it is needed.
func (m *masks) open(dir string, state *projections.Guild) error {
	if state.Erased() == 0 {
		return nil
	}
	key, err := eventlog.LoadKey(dir)
	if errors.Is(err, eventlog.ErrNoKey) {
		return fmt.Errorf("%w, and without it the members of guild %s who had themselves erased (%d) would be counted by their ids again: "+
			"put the file back from a backup, and start the bot again. If it is lost for good, make another of 32 random bytes: they must then ask again", err, state.ID, state.Erased())
	}
	if err == nil {
		m.set(key)
	}
	return err
}

// Author returns under whose id a user's messages are kept: his own, or eventlog.Anonymous if he had himself erased.
func (g *Gate) Author(user snowflake.ID) (author snowflake.ID) {
	g.View(func(state *projections.Guild) { author = g.masks.author(state, user) })
	return author
}

func (m *masks) author(state *projections.Guild, user snowflake.ID) snowflake.ID {
	if state.Erased() == 0 {
		return user
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	gone, known := m.gone[user]
	if !known {
		if len(m.gone) >= masksKept {
			clear(m.gone)
		}
		gone = state.HasErased(m.key.Hash(state.ID, user))
		m.gone[user] = gone
	}
	if gone {
		return eventlog.Anonymous
	}
	return user
}

// mask makes the authors of messages anonymous who had themselves erased.
func (g *Gate) mask(messages []eventlog.Message) {
	for i, m := range messages {
		messages[i].Author = g.masks.author(g.state, m.Author)
	}
}

// maskBodies does the same with who asked for something.
func (g *Gate) maskBodies(bodies []eventlog.Body) {
	for i, body := range bodies {
		switch b := body.(type) {
		case eventlog.ImportStarted:
			b.By = g.masks.author(g.state, b.By)
			bodies[i] = b
		case eventlog.SettingsChanged:
			b.By = g.masks.author(g.state, b.By)
			bodies[i] = b
		}
	}
}
