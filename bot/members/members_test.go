package members

import (
	"context"
	"errors"
	"maps"
	"sync"
	"testing"
	"time"

	"tally/bot/discord"
	"tally/bot/rest"
	"tally/eventlog"
	"tally/eventlog/snowflake"
)

// people is a Discord that counts what it is asked for.
type people struct {
	mu    sync.Mutex
	says  map[snowflake.ID]error // of those who aren't here
	asked map[snowflake.ID]int
}

func (p *people) Member(_ context.Context, _, user snowflake.ID) (discord.Member, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.asked[user]++
	return discord.Member{User: user}, p.says[user]
}

func (p *people) count() (n int) {
	for _, times := range p.asked {
		n += times
	}
	return n
}

// TestLeft asks for one who is here, one who left, one whose account is gone, and one whom Discord says nothing of.
func TestLeft(t *testing.T) {
	now := time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC)
	p := &people{asked: map[snowflake.ID]int{}, says: map[snowflake.ID]error{2: rest.ErrUnknownMember, 3: rest.ErrUnknownUser, 4: errors.New("cut"), 5: rest.ErrNoAccess}}
	m := &Members{Guild: 9, Client: p, Now: func() time.Time { return now }}
	look := func(what string, most, wantAsked int, want map[snowflake.ID]bool) {
		t.Helper()
		before := p.count()
		got, asked := m.Left(t.Context(), most, 11, 2, 3, 4, 5)
		if !maps.Equal(got, want) || asked != wantAsked || p.count()-before != wantAsked {
			t.Errorf("%s: %v, %d asked for (%d were), want %v, %d", what, got, asked, p.count()-before, want, wantAsked)
		}
	}
	told := map[snowflake.ID]bool{11: false, 2: true, 3: true}
	look("none may be asked for", -1, 0, map[snowflake.ID]bool{})
	look("two may be asked for", 2, 2, map[snowflake.ID]bool{11: false, 2: true})
	look("the others", 10, 3, told)
	look("only what failed is asked for again", 10, 2, told)
	now = now.Add(believed - 1)
	look("just before the others' end", 10, 2, told)
	now = now.Add(believed)
	look("nothing holds for ever", 10, 5, told)
	m.Wrote(2)
	m.Note(3, false)
	if got, asked := m.Left(t.Context(), 10, eventlog.Anonymous); asked != 0 || got[eventlog.Anonymous] {
		t.Errorf("Discord was asked for erased members: %v, %d", got, asked)
	}
	look("who wrote is here", 10, 2, map[snowflake.ID]bool{11: false, 2: false, 3: false})
}

// TestLeftIsBounded hears of many people, and keeps the newest.
func TestLeftIsBounded(t *testing.T) {
	m := &Members{Now: time.Now}
	const many = 10 * generation
	for u := range snowflake.ID(many) {
		m.Note(u, true)
	}
	if n := len(m.young) + len(m.old); n > 2*generation || n < generation {
		t.Errorf("%d are kept", n)
	}
	if left, _ := m.Left(t.Context(), 0, many-1, many-generation, 0); !maps.Equal(left, map[snowflake.ID]bool{many - 1: true, many - generation: true}) {
		t.Errorf("of the newest and the oldest it is known: %v", left)
	}
}
