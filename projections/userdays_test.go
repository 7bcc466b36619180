package projections

import (
	"maps"
	"slices"

	"github.com/oklog/ulid/v2"
	"pgregory.net/rapid"

	"tally/eventlog/snowflake"
)

// checkUserDays holds the sums of any window to the exact rule, and to the board.
func (s *schedule) checkUserDays() {
	ids := rapid.Uint64Range(0, uint64(s.next)+1)
	w := Window{From: snowflake.ID(ids.Draw(s.T, "from")), To: snowflake.ID(ids.Draw(s.T, "to"))}
	want := map[userDay]uint64{}
	if _, err := EachCounted(s.log, guildID, ulid.ULID{}, func(channel, id, author snowflake.ID) {
		if w.From <= id && id < w.To {
			want[userDay{Day((id.Ms()) / (24 * 60 * 60 * 1000)), channel, author}]++
		}
	}); err != nil {
		s.Fatal(err)
	}
	rows, err := s.live.UserDays(s.log, w)
	if err != nil {
		s.Fatal(err)
	}
	got, users := map[userDay]uint64{}, map[snowflake.ID]uint64{}
	for _, r := range rows {
		got[userDay{r.Day, r.Channel, r.User}] += r.Messages
		users[r.User] += r.Messages
	}
	sorted := slices.IsSortedFunc(rows, func(a, b UserDay) int {
		return slices.Compare([]uint64{uint64(a.Day), uint64(a.Channel), uint64(a.User)}, []uint64{uint64(b.Day), uint64(b.Channel), uint64(b.User)})
	})
	if exact := maps.Equal(got, want) && len(rows) == len(want); !sorted || !exact && !s.live.settings.Deleted { // the board's test knows the deleted ones
		s.Fatalf("window %+v: %+v, want %v", w, rows, want)
	}
	board, err := s.live.Board(s.log, w)
	if err != nil {
		s.Fatal(err)
	}
	for _, standing := range board.Standings {
		if users[standing.User] != standing.Messages {
			s.Fatalf("user %d: %d on the board, %d in the rows", standing.User, standing.Messages, users[standing.User])
		}
		delete(users, standing.User)
	}
	if len(users) > 0 {
		s.Fatalf("not on the board: %v", users)
	}
}
