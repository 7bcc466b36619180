package rest

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strconv"

	"github.com/bwmarrin/discordgo"

	"tally/bot/discord"
	"tally/eventlog/snowflake"
)

// MaxPage is the most messages that Discord gives at once.
const MaxPage = 100

// Query says which page of a channel's history is wanted. Neither bound is part of the page, and
// neither needs to be an existing message. At most one may be set: with Before the page holds the newest
// messages below it, with After the oldest above it, with none the newest of all. To read from the
// beginning use After: 1.
type Query struct {
	Before, After snowflake.ID
	Limit         int // 1 to MaxPage; 0 is MaxPage
}

// Messages returns a page of a channel's history. See [Client.AppendMessages].
func (c *Client) Messages(ctx context.Context, channel snowflake.ID, q Query) ([]discord.Message, error) {
	return c.AppendMessages(ctx, nil, channel, q)
}

// AppendMessages appends a page of a channel's history to dst, newest first as Discord gives it; two
// messages of one millisecond may stand in either order. An empty page is the end of the history, or
// means that the bot may not read it, which only permissions tell apart. A page that is not full means
// nothing. On an error dst is returned as it was; a message that can't be read is a
// *[discord.DecodeError]. The read is patient, unless ctx says otherwise.
func (c *Client) AppendMessages(ctx context.Context, dst []discord.Message, channel snowflake.ID, q Query) ([]discord.Message, error) {
	v := url.Values{}
	switch {
	case q.Before != 0 && q.After != 0:
		return dst, errors.New("read history: both before and after are set")
	case q.Before != 0:
		v.Set("before", q.Before.String())
	case q.After != 0:
		v.Set("after", q.After.String())
	}
	if q.Limit < 0 || q.Limit > MaxPage {
		return dst, fmt.Errorf("read history: a page of %d messages; Discord allows 1 to %d", q.Limit, MaxPage)
	}
	if q.Limit == 0 {
		q.Limit = MaxPage
	}
	v.Set("limit", strconv.Itoa(q.Limit))
	address := discordgo.EndpointChannelMessages(channel.String()) + "?" + v.Encode()
	body, err := c.do(patientByDefault(ctx), http.MethodGet, address, "", nil)
	if err != nil {
		return dst, err
	}
	dst, err = discord.AppendMessages(dst, body)
	if err != nil {
		return dst, fmt.Errorf("read history of channel %s, %s: %w", channel, v.Encode(), err)
	}
	return dst, nil
}

// LatestMessage returns the newest message of a channel, and false when it has none that may be read.
func (c *Client) LatestMessage(ctx context.Context, channel snowflake.ID) (discord.Message, bool, error) {
	page, err := c.Messages(ctx, channel, Query{Limit: 1})
	if err != nil || len(page) == 0 {
		return discord.Message{}, false, err
	}
	return page[0], true, nil
}

// Message returns one message; [ErrUnknownMessage] when it is deleted.
func (c *Client) Message(ctx context.Context, channel, id snowflake.ID) (discord.Message, error) {
	address := discordgo.EndpointChannelMessage(channel.String(), id.String())
	answer, err := c.do(ctx, http.MethodGet, address, "", nil)
	if err != nil {
		return discord.Message{}, err
	}
	m, err := discord.DecodeMessage(answer)
	if err != nil {
		return m, fmt.Errorf("%s: read the answer: %w", routeOfURL(http.MethodGet, address), err)
	}
	return m, nil
}
