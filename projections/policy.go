package projections

import (
	"tally/eventlog"
	"tally/eventlog/snowflake"
)

// Policy says which messages count, by who or what wrote them. The zero value is the default: what people
// write by hand, for others to see.
type Policy struct {
	Bots     bool // what bots write
	Webhooks bool // what comes through webhooks
	Commands bool // answers to application commands, whoever gives them
}

// widest counts whatever any policy does.
var widest = Policy{Bots: true, Webhooks: true, Commands: true}

// PolicyOf returns what a guild's settings say of this.
func PolicyOf(s eventlog.Settings) Policy { return Policy{s.Bots, s.Webhooks, s.Commands} }

// The types of message that count (https://discord.com/developers/docs/resources/message#message-object-message-types).
const (
	typeDefault     = 0
	typeReply       = 19
	typeCommand     = 20 // an application's answer to a slash command
	typeContextMenu = 23 // and to one from a menu
)

// Countable is the default policy.
func Countable(messageType uint16, marks eventlog.Marks) bool {
	return Policy{}.Countable(messageType, marks)
}

// Countable reports whether a message of this type and with these marks counts.
func (p Policy) Countable(messageType uint16, marks eventlog.Marks) bool {
	switch messageType {
	case typeDefault, typeReply:
		return marks&(eventlog.Bot|eventlog.Webhook|eventlog.Ephemeral) == 0 || marks&eventlog.Ephemeral == 0 && p.machine(marks)
	case typeCommand, typeContextMenu:
		return p.Commands && marks&eventlog.Ephemeral == 0
	}
	return false
}

// machine reports whether it counts what no person wrote. What comes through a webhook is marked as a bot's too.
func (p Policy) machine(marks eventlog.Marks) bool {
	if marks&eventlog.Webhook != 0 {
		return p.Webhooks
	}
	return p.Bots
}

// wider reports whether something counts by p that doesn't by another policy.
func (p Policy) wider(than Policy) bool {
	return p.Bots && !than.Bots || p.Webhooks && !than.Webhooks || p.Commands && !than.Commands
}

// Settings returns the guild's settings. Their slices belong to the Guild.
func (g *Guild) Settings() eventlog.Settings { return g.settings }

// Policy returns the policy by which the guild's messages are counted.
func (g *Guild) Policy() Policy { return g.policy }

// Stale reports whether the guild's settings ask for another policy than the one that it was counted by: it
// is to be counted anew.
func (g *Guild) Stale() bool { return g.policy != PolicyOf(g.settings) }

// applySettings takes excluded channels out and others in. Another policy takes effect when the log is folded
// by it from the beginning; what the patrol has found to be right, it has by the policy of then.
func (g *Guild) applySettings(e eventlog.SettingsChanged) {
	wider := PolicyOf(e.Settings).wider(PolicyOf(g.settings))
	g.settings = e.Settings
	for id, ch := range g.channels {
		if g.exclude(ch, g.excludes(id, ch)); wider {
			ch.checked = 0
		}
	}
}

// excludes reports whether the settings leave a channel out: itself or, of a thread, its channel.
func (g *Guild) excludes(id snowflake.ID, ch *channel) bool {
	return g.settings.Excludes(id) || ch.parent != 0 && g.settings.Excludes(ch.parent)
}

// IsExcluded reports whether the settings leave a channel out.
func (g *Guild) IsExcluded(id snowflake.ID) bool {
	ch, ok := g.channels[id]
	if !ok {
		ch = &channel{}
	}
	return g.excludes(id, ch)
}

// exclude takes what a channel holds out of what is shown, or in again. Its cells stay as they are.
func (g *Guild) exclude(ch *channel, out bool) {
	if ch.excluded == out {
		return
	}
	sign := int64(1)
	if out {
		sign = -1
	}
	ch.excluded = false // for the sums
	for at, c := range ch.cells {
		g.show(ch, at, sign*int64(c.imported+c.stream))
		g.showDeleted(ch, at, sign*int64(c.deleted))
	}
	if ch.excluded = out; !out {
		ch.checked = 0 // nobody has looked after it meanwhile
	}
}

// setParent notes a thread's channel, with which it is excluded.
func (g *Guild) setParent(id, parent snowflake.ID) {
	ch := g.channel(id)
	if ch.parent != parent {
		ch.parent = parent
		g.exclude(ch, g.excludes(id, ch))
	}
}
