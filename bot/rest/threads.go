package rest

import (
	"context"
	"fmt"
	"net/url"
	"strconv"
	"time"

	"github.com/bwmarrin/discordgo"

	"tally/bot/discord"
	"tally/eventlog/snowflake"
)

// Archive is one of the lists of a channel's archived threads.
type Archive uint8

// Archives of a channel.
const (
	Public        Archive = iota // of forums and media channels too; needs ReadMessageHistory
	Private                      // needs ReadMessageHistory and ManageThreads
	JoinedPrivate                // private ones that the bot joined; needs ReadMessageHistory
)

func (a Archive) url(channel snowflake.ID) string {
	switch a {
	case Private:
		return discordgo.EndpointChannelPrivateArchivedThreads(channel.String())
	case JoinedPrivate:
		return discordgo.EndpointChannelJoinedPrivateArchivedThreads(channel.String())
	}
	return discordgo.EndpointChannelPublicArchivedThreads(channel.String())
}

// threadsPerPage is the most that Discord gives at once.
const threadsPerPage = 100

// threadList is what Discord answers all lists of threads with. Members holds the bot's own
// memberships.
type threadList struct {
	Threads []discord.Channel      `json:"threads"`
	Members []discord.ThreadMember `json:"members"`
	HasMore bool                   `json:"has_more"`
}

// join gives each thread the bot's membership of it.
func (l threadList) join() {
	byThread := make(map[snowflake.ID]*discord.ThreadMember, len(l.Members))
	for i := range l.Members {
		byThread[l.Members[i].Thread] = &l.Members[i]
	}
	for i := range l.Threads {
		if m := byThread[l.Threads[i].ID]; m != nil {
			l.Threads[i].Member = m
		}
	}
}

// ActiveThreads returns the threads of a guild that are not archived, public ones and the private
// ones that the bot may see. The read is patient, unless ctx says otherwise.
func (c *Client) ActiveThreads(ctx context.Context, guild snowflake.ID) ([]discord.Channel, error) {
	var l threadList
	if err := c.get(patientByDefault(ctx), discordgo.EndpointGuildActiveThreads(guild.String()), &l); err != nil {
		return nil, err
	}
	l.join()
	discord.SetGuild(l.Threads, guild)
	return l.Threads, nil
}

// ArchivedThreads returns the archived threads of a channel, all pages of the list, each thread once.
// A thread that is archived or opened meanwhile can be missing: ask for the active ones afterwards and
// for these again. The read is patient, unless ctx says otherwise.
func (c *Client) ArchivedThreads(ctx context.Context, channel snowflake.ID, from Archive) ([]discord.Channel, error) {
	ctx = patientByDefault(ctx)
	var all []discord.Channel
	seen := make(map[snowflake.ID]bool)
	v := url.Values{"limit": {strconv.Itoa(threadsPerPage)}}
	for {
		var l threadList
		if err := c.get(ctx, from.url(channel)+"?"+v.Encode(), &l); err != nil {
			return nil, err
		}
		l.join()
		before := len(all)
		for _, t := range l.Threads {
			if !seen[t.ID] {
				seen[t.ID] = true
				all = append(all, t)
			}
		}
		if !l.HasMore || len(l.Threads) == 0 {
			return all, nil
		}
		cursor, err := from.cursor(l.Threads)
		if err != nil {
			return nil, fmt.Errorf("list archived threads of channel %s: %w", channel, err)
		}
		if len(all) == before && cursor == v.Get("before") {
			return nil, fmt.Errorf("list archived threads of channel %s: the list does not go on before %s", channel, cursor)
		}
		v.Set("before", cursor)
	}
}

// cursor returns the before of the next page. For joined threads it is the smallest id; for the others
// the earliest archive time as Discord wrote it, microseconds included, or threads archived in the same
// second would be skipped.
func (a Archive) cursor(page []discord.Channel) (string, error) {
	var cursor string
	var least snowflake.ID
	var earliest time.Time
	for i, t := range page {
		if a == JoinedPrivate {
			if i == 0 || t.ID < least {
				least, cursor = t.ID, t.ID.String()
			}
			continue
		}
		if t.Thread == nil {
			return "", fmt.Errorf("thread %s has no thread_metadata", t.ID)
		}
		at, err := time.Parse(time.RFC3339Nano, t.Thread.ArchiveTimestamp)
		if err != nil {
			return "", fmt.Errorf("thread %s: read archive_timestamp: %w", t.ID, err)
		}
		if i == 0 || at.Before(earliest) {
			earliest, cursor = at, t.Thread.ArchiveTimestamp
		}
	}
	return cursor, nil
}
