package rest

import (
	"context"

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
