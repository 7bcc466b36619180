package discordtest

import (
	"context"
	"encoding/json"
	"sync"

	"tally/eventlog/snowflake"
)

// Reply is a message that the bot wrote, as it is now.
type Reply struct {
	ID         snowflake.ID
	Channel    snowflake.ID
	Type       int
	Flags      int
	Content    string
	Embeds     []Embed
	Components []Component
	Files      []File
	Edited     bool
	Deleted    bool
}

// Ephemeral says that only one user sees it.
func (r Reply) Ephemeral() bool { return r.Flags&FlagEphemeral != 0 }

// Deferred says that it is still "thinking…".
func (r Reply) Deferred() bool { return r.Flags&FlagLoading != 0 }

// Button returns the component with a custom id.
func (r Reply) Button(customID string) (Component, bool) {
	return findComponent(r.Components, customID)
}

func findComponent(list []Component, customID string) (Component, bool) {
	for _, c := range list {
		if c.CustomID == customID && c.Type != 1 {
			return c, true
		}
		if in, ok := findComponent(c.Components, customID); ok {
			return in, true
		}
	}
	return Component{}, false
}

func newReply(ch *channel, r row, x *extra) Reply {
	out := Reply{ID: r.id, Channel: ch.id, Type: int(r.kind), Flags: int(r.flags), Deleted: r.dead}
	if x == nil {
		return out
	}
	out.Content, out.Files, out.Edited = x.content, x.files, x.edited != 0
	if len(x.embeds) > 0 {
		_ = json.Unmarshal(x.embeds, &out.Embeds) // payload.finish has decoded it before
	}
	if len(x.components) > 0 {
		_ = json.Unmarshal(x.components, &out.Components)
	}
	return out
}

// Messages returns what the bot posted in a channel and is still there, oldest first, answers to
// commands too unless they are ephemeral.
func (s *Server) Messages(channel snowflake.ID) (list []Reply) {
	c := s.mustChannel(channel)
	c.guild.mu.RLock()
	defer c.guild.mu.RUnlock()
	for _, r := range c.rows.list {
		if r.author == 0 && !r.dead {
			list = append(list, newReply(c, r, c.rows.extraOf(r)))
		}
	}
	return list
}

// WaitMessage waits until the bot has posted a message for which ok holds, or has edited one so.
func (s *Server) WaitMessage(ctx context.Context, channel snowflake.ID, ok func(Reply) bool) (Reply, error) {
	for {
		again := s.inter.news.wait()
		for _, r := range s.Messages(channel) {
			if ok(r) {
				return r, nil
			}
		}
		select {
		case <-again:
		case <-ctx.Done():
			return Reply{}, ctx.Err()
		}
	}
}

// news wakes everybody who waits for the bot to say something.
type news struct {
	mu sync.Mutex
	ch chan struct{}
}

// wait returns a channel that is closed at the next fire.
func (n *news) wait() <-chan struct{} {
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.ch == nil {
		n.ch = make(chan struct{})
	}
	return n.ch
}

func (n *news) fire() {
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.ch != nil {
		close(n.ch)
		n.ch = nil
	}
}
