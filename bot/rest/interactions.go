package rest

import (
	"context"
	"fmt"
	"net/http"

	"github.com/bwmarrin/discordgo"

	"tally/eventlog/snowflake"
)

// PutCommands replaces all commands of the application: those of one guild, or with guild 0 the global
// ones.
func (c *Client) PutCommands(ctx context.Context, app, guild snowflake.ID, commands []*discordgo.ApplicationCommand) error {
	url := discordgo.EndpointApplicationGlobalCommands(app.String())
	if guild != 0 {
		url = discordgo.EndpointApplicationGuildCommands(app.String(), guild.String())
	}
	if commands == nil {
		commands = []*discordgo.ApplicationCommand{} // null is not a list to Discord
	}
	return c.call(ctx, http.MethodPut, url, commands, nil)
}

// Respond gives the first answer to an interaction. Discord takes it within 3 s of the interaction's
// creation ([ErrUnknownInteraction] afterwards) and once ([ErrAlreadyAnswered]).
func (c *Client) Respond(ctx context.Context, interaction snowflake.ID, token string, r *discordgo.InteractionResponse) error {
	out := *r
	var files []*discordgo.File
	if r.Data != nil {
		data := *r.Data
		switch out.Type {
		case discordgo.InteractionResponseChannelMessageWithSource, discordgo.InteractionResponseUpdateMessage:
			data.AllowedMentions = noMentions()
		}
		out.Data, files = &data, data.Files
	}
	url := discordgo.EndpointInteractionResponse(interaction.String(), token)
	contentType, body, err := encode(out, files)
	if err != nil {
		return fmt.Errorf("%s: encode: %w", routeOfURL(http.MethodPost, url), err)
	}
	_, err = c.do(ctx, http.MethodPost, url, contentType, body)
	return err
}

// EditReply changes the first answer to an interaction, or fills a deferred one, within 15 minutes of
// the interaction.
func (c *Client) EditReply(ctx context.Context, app snowflake.ID, token string, m *discordgo.WebhookEdit) error {
	out := *m
	out.AllowedMentions = noMentions()
	url := discordgo.EndpointInteractionResponseActions(app.String(), token)
	_, err := c.write(ctx, http.MethodPatch, url, out, out.Files)
	return err
}

// FollowUp adds a message to an interaction that has its first answer, within 15 minutes, and returns
// the message's id.
func (c *Client) FollowUp(ctx context.Context, app snowflake.ID, token string, m *discordgo.WebhookParams) (snowflake.ID, error) {
	out := *m
	out.AllowedMentions = noMentions()
	url := discordgo.EndpointFollowupMessage(app.String(), token) + "?wait=true"
	return c.write(ctx, http.MethodPost, url, out, out.Files)
}
