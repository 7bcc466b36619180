package projections

import (
	"maps"

	"github.com/oklog/ulid/v2"
	"pgregory.net/rapid"

	"tally/eventlog"
	"tally/eventlog/snowflake"
)

// checkBoard holds the board of any window to the exact rule.
func (s *schedule) checkBoard() {
	ids := rapid.Uint64Range(0, uint64(s.next)+1)
	w := Window{From: snowflake.ID(ids.Draw(s.T, "from")), To: snowflake.ID(ids.Draw(s.T, "to"))}
	if only := snowflake.ID(rapid.IntRange(0, 2).Draw(s.T, "only")); only != 0 {
		w.In = func(channel snowflake.ID) bool { return channel == only }
	}
	if rapid.Bool().Draw(s.T, "of one") {
		w.Author = 50
	}
	want := map[snowflake.ID]uint64{}
	if _, err := EachCounted(s.log, guildID, ulid.ULID{}, func(channel, id, author snowflake.ID) {
		if w.From <= id && id < w.To && (w.In == nil || w.In(channel)) && (w.Author == 0 || w.Author == author) {
			want[author]++
		}
	}); err != nil {
		s.Fatal(err)
	}
	if s.live.settings.Deleted {
		if s.checkBoardOfAll(); s.disputed || s.gone { // whose a message was is not what was sent
			return
		}
		s.addLost(w, want)
	}
	b, err := s.live.Board(s.log, w)
	if err != nil {
		s.Fatal(err)
	}
	got, sum := map[snowflake.ID]uint64{}, uint64(0)
	for i, standing := range b.Standings {
		got[standing.User] = standing.Shown
		sum += standing.Shown
		rank := i + 1
		if standing.User == eventlog.Anonymous {
			rank = 0
		}
		if standing.Rank != rank || i > 0 && standing.behind(b.Standings[i-1]) < 0 || b.Of(standing.User) != standing {
			s.Fatalf("place %d: %+v", i, standing)
		}
	}
	if !maps.Equal(got, want) || b.Total != sum {
		s.Fatalf("window %+v: %v, %d in all; want %v", w, got, b.Total, want)
	}
}

// checkBoardOfAll holds the board of everything to what is shown.
func (s *schedule) checkBoardOfAll() {
	b, err := s.live.Board(s.log, Window{To: noEnd})
	if err != nil {
		s.Fatal(err)
	}
	for i, id := range s.live.users.keys {
		if shown := s.live.Shown(s.live.users.sums[i]); !s.gone && b.Of(id).Shown != shown {
			s.Fatalf("of user %d are shown %d, on the board %d", id, shown, b.Of(id).Shown)
		}
	}
}

// addLost adds what is deleted, by its author, to a window's counts.
func (s *schedule) addLost(w Window, to map[snowflake.ID]uint64) {
	for channel, messages := range s.sent {
		for _, m := range messages {
			if w.has(m) && (w.In == nil || w.In(channel)) && s.lost(m.ID) && s.live.policy.Countable(m.Type, m.Marks) && !s.live.IsExcluded(channel) {
				to[m.Author]++
			}
		}
	}
}
