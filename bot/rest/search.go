package rest

import (
	"context"
	"errors"
	"net/url"

	"github.com/bwmarrin/discordgo"

	"tally/eventlog/snowflake"
)

// ErrNotIndexed: Discord has not read all of the guild for its search yet (110000). Later it will have.
var ErrNotIndexed = errors.New("the server is not indexed for search yet")

// SearchTotal returns how many messages Discord's search finds in a guild below before. It is an estimate: the
// search runs behind what is written and deleted. It needs the message content intent and the right to read
// the history, else the error is an *[Error] of status 403.
func (c *Client) SearchTotal(ctx context.Context, guild, before snowflake.ID) (uint64, error) {
	v := url.Values{"limit": {"1"}, "include_nsfw": {"true"}, "max_id": {before.String()}}
	var found struct {
		Total    uint64 `json:"total_results"`
		Indexing bool   `json:"doing_deep_historical_index"`
	}
	if err := c.get(ctx, discordgo.EndpointGuild(guild.String())+"/messages/search?"+v.Encode(), &found); err != nil {
		return 0, err
	}
	if found.Indexing {
		return 0, ErrNotIndexed
	}
	return found.Total, nil
}
