// Package members knows who of those who wrote in a guild has left it. Discord tells that of one person at a
// time, and needs no privileged intent for it; what it told is believed for a while.
package members

import (
	"context"
	"errors"
	"sync"
	"time"

	"tally/bot/discord"
	"tally/bot/rest"
	"tally/eventlog"
	"tally/eventlog/snowflake"
)

// believed is how long an answer holds, by Discord's clock.
const believed = 10 * time.Minute

// generation is how many answers are kept at least, and twice as many at most.
const generation = 2048

// Client asks for a member of a guild; rest.Client does.
type Client interface {
	Member(ctx context.Context, guild, user snowflake.ID) (discord.Member, error)
}

// Members is who has left one guild. It may be used by any number of goroutines at once.
type Members struct {
	Guild  snowflake.ID
	Client Client
	Now    func() time.Time // Discord's clock

	mu         sync.Mutex
	young, old map[snowflake.ID]known // a full generation takes the place of the one before
}

// known is what Discord told of a person.
type known struct {
	left  bool
	until time.Time
}

// Left tells who of users has left (true) and who is here (false). At most so many of them are asked for as most
// says, until ctx ends; asked is how many were. Those whom it says nothing of could not be found out about.
func (m *Members) Left(ctx context.Context, most int, users ...snowflake.ID) (left map[snowflake.ID]bool, asked int) {
	left = map[snowflake.ID]bool{}
	unknown := m.tell(left, users)
	ask := unknown[:min(len(unknown), max(most, 0))]
	ctx = rest.WithAttempts(ctx, 1) // an answer waits for it
	var asking sync.WaitGroup
	for _, u := range ask {
		asking.Go(func() { m.ask(ctx, u) })
	}
	asking.Wait()
	m.tell(left, ask)
	return left, len(ask)
}

// tell says what is known of users, and returns those of whom nothing is.
func (m *Members) tell(left map[snowflake.ID]bool, users []snowflake.ID) (unknown []snowflake.ID) {
	now := m.Now()
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, u := range users {
		if k, ok := m.find(u); u == eventlog.Anonymous {
			left[u] = false // Discord knows of no such user
		} else if ok && now.Before(k.until) {
			left[u] = k.left
		} else {
			unknown = append(unknown, u)
		}
	}
	return unknown
}

func (m *Members) ask(ctx context.Context, user snowflake.ID) {
	_, err := m.Client.Member(ctx, m.Guild, user)
	switch {
	case err == nil:
		m.Note(user, false)
	case errors.Is(err, rest.ErrUnknownMember), errors.Is(err, rest.ErrUnknownUser):
		m.Note(user, true)
	}
}

// Note takes what was heard of a person in another way.
func (m *Members) Note(user snowflake.ID, left bool) {
	until := m.Now().Add(believed)
	m.mu.Lock()
	defer m.mu.Unlock()
	m.note(user, known{left, until})
}

func (m *Members) note(user snowflake.ID, k known) {
	if len(m.young) >= generation {
		m.old, m.young = m.young, nil
	}
	if m.young == nil {
		m.young = map[snowflake.ID]known{}
	}
	m.young[user] = k
}

// Wrote takes it that a person has written just now: who does is no longer one who has left.
func (m *Members) Wrote(user snowflake.ID) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if k, ok := m.find(user); ok && k.left {
		k.left = false
		m.note(user, k)
	}
}

func (m *Members) find(user snowflake.ID) (known, bool) {
	if k, ok := m.young[user]; ok {
		return k, true
	}
	k, ok := m.old[user]
	return k, ok
}
