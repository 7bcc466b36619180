package projections

import (
	"cmp"
	"fmt"
	"slices"

	"tally/eventlog"
	"tally/eventlog/snowflake"
)

// UserDay is how many messages a user wrote in one channel on one day.
type UserDay struct {
	Day      Day
	Channel  snowflake.ID // or thread
	User     snowflake.ID
	Messages uint64
}

// userDay is what a UserDay counts for.
type userDay struct {
	day           Day
	channel, user snowflake.ID
}

// UserDays counts the messages of a window that count in the guild by user, channel and day: by day, then by channel,
// then by user. Their sums are those of Board. It reads the log again, up to the guild's position, and needs about 100
// bytes for each that it returns, however many messages there are.
func (g *Guild) UserDays(log *eventlog.Log, w Window) ([]UserDay, error) {
	sums, calendar := map[userDay]uint64{}, g.Calendar()
	err := g.eachCounted(log, w, func(channel snowflake.ID, e eventlog.Found) {
		sums[userDay{calendar.Day(e.ID), channel, e.Author}]++
	})
	if err != nil {
		return nil, fmt.Errorf("count guild %s by user, channel and day: %w", g.ID, err)
	}
	all := make([]UserDay, 0, len(sums))
	for of, n := range sums {
		all = append(all, UserDay{of.day, of.channel, of.user, n})
	}
	slices.SortFunc(all, func(a, b UserDay) int {
		return cmp.Or(cmp.Compare(a.Day, b.Day), cmp.Compare(a.Channel, b.Channel), cmp.Compare(a.User, b.User))
	})
	return all, nil
}
