package discordtest

import (
	"context"
	"encoding/json"
	"fmt"

	"tally/eventlog/snowflake"
)

// AllowCommand lets a role give a command whatever its default_member_permissions, as an admin does in Server
// Settings → Integrations.
func (g *Guild) AllowCommand(name string, role snowflake.ID) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.commands == nil {
		g.commands = map[string][]snowflake.ID{}
	}
	g.commands[name] = append(g.commands[name], role)
}

// MoveChannel puts a channel into a category, or into none (0), and sends CHANNEL_UPDATE.
func (g *Guild) MoveChannel(channel, category snowflake.ID) {
	g.mu.Lock()
	defer g.mu.Unlock()
	c := g.channels[channel]
	if c == nil {
		panic("discordtest: no channel " + channel.String())
	}
	c.parent = category
	g.refresh()
	g.publishChannel("CHANNEL_UPDATE", c)
}

// Typing sends what a user has typed so far of a command's option that completes itself, and returns the names of the
// choices that the application answers with.
func (s *Server) Typing(ctx context.Context, cmd Command, option, text string) (names []string, err error) {
	g := s.Guild(cmd.Guild)
	c, ok := s.channelOf(cmd.Channel)
	if g == nil || !ok || c.guild != g {
		return nil, fmt.Errorf("discordtest: guild %v has no channel %v", cmd.Guild, cmd.Channel)
	}
	cmd.Options = map[string]any{option: text}
	i := s.newInteraction(4, c, cmd.User)
	g.mu.RLock()
	data, err := g.commandData(cmd)
	if err == nil {
		err = g.mayUse(cmd, c)
	}
	g.mu.RUnlock()
	if err != nil {
		return nil, fmt.Errorf("/%s: %w", cmd.Name, err)
	}
	if err := i.send(ctx, map[string]any{"data": data}); err != nil {
		return nil, err
	}
	var answer struct {
		Choices []struct {
			Name, Value string
		} `json:"choices"`
	}
	if err := json.Unmarshal(i.Choices(), &answer); err != nil || len(answer.Choices) > 25 {
		return nil, fmt.Errorf("discordtest: an answer of %d choices: %w", len(answer.Choices), err)
	}
	for _, choice := range answer.Choices {
		names = append(names, choice.Name)
	}
	return names, nil
}
