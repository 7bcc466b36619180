package rest

import (
	"context"
	"net/url"
	"slices"
	"strconv"

	"github.com/bwmarrin/discordgo"

	"tally/bot/discord"
	"tally/eventlog/snowflake"
)

// Guild returns a guild with its owner and roles; its members, channels and threads are not in it.
func (c *Client) Guild(ctx context.Context, id snowflake.ID) (discord.Guild, error) {
	var g discord.Guild
	err := c.get(ctx, discordgo.EndpointGuild(id.String()), &g)
	return g, err
}

// guildsPerPage is the most that Discord gives at once.
const guildsPerPage = 200

// Guilds returns the ids of the guilds that the bot is in, rising.
func (c *Client) Guilds(ctx context.Context) ([]snowflake.ID, error) {
	var all []snowflake.ID
	for after := snowflake.ID(0); ; {
		var page []struct {
			ID snowflake.ID `json:"id"`
		}
		v := url.Values{"limit": {strconv.Itoa(guildsPerPage)}, "after": {after.String()}}
		if err := c.get(ctx, discordgo.EndpointUserGuilds("@me")+"?"+v.Encode(), &page); err != nil {
			return nil, err
		}
		for _, g := range page {
			all = append(all, g.ID)
			after = max(after, g.ID)
		}
		if len(page) < guildsPerPage {
			slices.Sort(all)
			return all, nil
		}
	}
}

// SessionStarts is how many gateway sessions may still be started.
type SessionStarts struct {
	Total      int `json:"total"`
	Remaining  int `json:"remaining"`
	ResetAfter int `json:"reset_after"` // ms
}

// SessionStarts returns how many gateway sessions may still be started.
func (c *Client) SessionStarts(ctx context.Context) (SessionStarts, error) {
	var g struct {
		Limit SessionStarts `json:"session_start_limit"`
	}
	err := c.get(ctx, discordgo.EndpointGatewayBot, &g)
	return g.Limit, err
}

// Member returns a member of a guild, [ErrUnknownMember] when the user is not in it.
func (c *Client) Member(ctx context.Context, guild, user snowflake.ID) (discord.Member, error) {
	var m discord.Member
	err := c.get(ctx, discordgo.EndpointGuildMember(guild.String(), user.String()), &m)
	return m, err
}

// Channels returns the channels of a guild that the bot may view; threads are not among them.
func (c *Client) Channels(ctx context.Context, guild snowflake.ID) ([]discord.Channel, error) {
	var channels []discord.Channel
	err := c.get(ctx, discordgo.EndpointGuildChannels(guild.String()), &channels)
	discord.SetGuild(channels, guild)
	return channels, err
}

// Channel returns one channel or thread, [ErrUnknownChannel] when it is deleted.
func (c *Client) Channel(ctx context.Context, id snowflake.ID) (discord.Channel, error) {
	var ch discord.Channel
	err := c.get(ctx, discordgo.EndpointChannel(id.String()), &ch)
	return ch, err
}
