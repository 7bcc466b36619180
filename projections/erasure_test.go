package projections

import (
	"context"
	"slices"
	"testing"

	"tally/eventlog"
	"tally/eventlog/snowflake"
)

// known is who the gate takes a user for.
func (s *schedule) known(user snowflake.ID) snowflake.ID {
	if slices.Contains(s.erased, user) {
		return eventlog.Anonymous
	}
	return user
}

// erase does what the gate does when a user has himself erased. Every total stays; the log is rewritten now, or
// with the next one.
func (s *schedule) erase() {
	user := snowflake.ID(s.count(50, 59))
	if user > 52 && user < 59 || s.count(0, 3) > 0 {
		return
	}
	total, channels := s.live.Total(), s.live.Channels()
	sum := s.live.User(user).Messages + s.live.User(eventlog.Anonymous).Messages
	s.append(eventlog.UserErased{Hash: uint64(user)})
	if err := s.log.Hide(guildID, user); err != nil {
		s.Fatal(err)
	}
	s.erased = append(s.erased, user)
	for _, messages := range s.sent {
		for i := range messages {
			messages[i].Author = s.known(messages[i].Author)
		}
	}
	s.live.Anonymize(user)
	replayed, err := ReplayBy(s.log, guildID, s.live.policy)
	if err != nil {
		s.Fatal(err)
	}
	if diffs := Changes(s.live, replayed); len(diffs) > 0 {
		s.Fatalf("what is shown at once differs from a replay: %v", diffs)
	}
	if s.live = replayed; !s.live.HasErased(uint64(user)) || s.live.users.of(user) != nil {
		s.Fatalf("user %d is not erased", user)
	}
	if err := SaveSnapshot(s.log.Dir(), guildID, s.live.Encode()); err != nil {
		s.Fatal(err)
	}
	if s.yes("at once") {
		if _, err := s.log.Erase(context.Background(), guildID); err != nil {
			s.Fatal(err)
		}
		for _, user := range s.erased {
			if left, err := s.log.Naming(context.Background(), guildID, user); err != nil || left.Records > 0 {
				s.Fatalf("user %d is still in %d records, %v", user, left.Records, err)
			}
		}
	}
	if s.live.Total() != total || !slices.Equal(s.live.Channels(), channels) || s.live.User(eventlog.Anonymous).Messages != sum {
		s.Fatalf("the totals are %d, %v, and %d of nobody, want %d, %v, %d",
			s.live.Total(), s.live.Channels(), s.live.User(eventlog.Anonymous).Messages, total, channels, sum)
	}
}

// TestErasedTakeNobodysPlace: all who were erased stand behind everybody, whatever they wrote.
func TestErasedTakeNobodysPlace(t *testing.T) {
	g := NewGuild(guildID)
	var messages []eventlog.Message
	for id := range snowflake.ID(10) {
		messages = append(messages, eventlog.Message{ID: 100 + id, Author: []snowflake.ID{50, 51, 52, 52, 52, 52, 52, 52, 53, 53}[id]})
	}
	p, err := eventlog.NewPage(eventlog.Live, 0, 1, messages)
	if err != nil {
		t.Fatal(err)
	}
	g.Apply(p)
	g.Anonymize(52)
	g.Anonymize(51)
	var order []snowflake.ID
	for _, s := range g.Standings() {
		order = append(order, s.User)
	}
	rank, writers := g.Place(50)
	if want := []snowflake.ID{53, 50, eventlog.Anonymous}; !slices.Equal(order, want) || rank != 2 || writers != 2 || g.Writers() != 2 {
		t.Errorf("they stand %v, rank %d of %d", order, rank, writers)
	}
	if all, of := g.Top(1); all[0].User != 53 || of != 3 {
		t.Errorf("first of %d is %+v", of, all)
	}
	if g.User(eventlog.Anonymous).Messages != 7 || g.Total() != 10 {
		t.Errorf("%+v of %d", g.User(eventlog.Anonymous), g.Total())
	}
}

// TestDeletesOfErasedAuthors: entries of one delete that tell of different authors may be alike when these are erased.
func TestDeletesOfErasedAuthors(t *testing.T) {
	g := NewGuild(guildID)
	p, err := eventlog.NewPage(eventlog.Live, 0, 1, []eventlog.Message{{ID: 10, Author: 50}})
	if err != nil {
		t.Fatal(err)
	}
	g.Apply(p)
	nobody := eventlog.Delete{ID: 10, Held: eventlog.HeldOther, Author: eventlog.Anonymous}
	g.Apply(&eventlog.Deletes{Channel: 1, List: []eventlog.Delete{nobody, nobody, {ID: 10, Held: eventlog.HeldStream, Author: 50}}})
	if u := g.User(50); u.Messages != 0 || u.Deleted != 1 || g.Total() != 0 {
		t.Errorf("%+v of %d", u, g.Total())
	}
}
