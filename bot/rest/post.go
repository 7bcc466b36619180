package rest

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"

	"github.com/bwmarrin/discordgo"

	"tally/eventlog/snowflake"
)

// noMentions is set on everything that the bot writes: nobody is ever pinged by a name in a report.
func noMentions() *discordgo.MessageAllowedMentions {
	return &discordgo.MessageAllowedMentions{Parse: []discordgo.AllowedMentionType{}}
}

// Post posts a message to a channel and returns its id.
func (c *Client) Post(ctx context.Context, channel snowflake.ID, m *discordgo.MessageSend) (snowflake.ID, error) {
	out := *m
	out.AllowedMentions = noMentions()
	return c.write(ctx, http.MethodPost, discordgo.EndpointChannelMessages(channel.String()), out, out.Files)
}

// Edit changes a message of the bot. m's own ID and Channel are not used.
func (c *Client) Edit(ctx context.Context, channel, id snowflake.ID, m *discordgo.MessageEdit) error {
	out := *m
	out.AllowedMentions = noMentions()
	_, err := c.write(ctx, http.MethodPatch, discordgo.EndpointChannelMessage(channel.String(), id.String()), out, out.Files)
	return err
}

// write sends a message, with files if there are any, and returns the id of the message that Discord
// answers with.
func (c *Client) write(ctx context.Context, method, url string, message any, files []*discordgo.File) (snowflake.ID, error) {
	contentType, body, err := encode(message, files)
	if err != nil {
		return 0, fmt.Errorf("%s: encode: %w", routeOfURL(method, url), err)
	}
	answer, err := c.do(ctx, method, url, contentType, body)
	if err != nil {
		return 0, err
	}
	var written struct {
		ID snowflake.ID `json:"id"`
	}
	if err := json.Unmarshal(answer, &written); err != nil {
		return 0, fmt.Errorf("%s: read the answer: %w", routeOfURL(method, url), err)
	}
	return written.ID, nil
}

// encode reads the files to their end, so that the body can be sent more than once.
func encode(message any, files []*discordgo.File) (contentType string, body []byte, err error) {
	if len(files) > 0 {
		return discordgo.MultipartBodyWithJSON(message, files)
	}
	body, err = json.Marshal(message)
	return "application/json", body, err
}
