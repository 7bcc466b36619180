package discord

import "tally/eventlog/snowflake"

// Message types that a person writes; every other number is a system message or an app's answer
// (https://discord.com/developers/docs/resources/message#message-object-message-types).
const (
	TypeDefault = 0
	TypeReply   = 19
)

// TypeThreadStarter is the first row of a thread that was started from a message: a pointer to it.
const TypeThreadStarter = 21

// FlagEphemeral marks a message that one user alone can see; it never appears in history.
const FlagEphemeral = 1 << 6

// Message is what Tally keeps of one message. A history page gives no guild: Guild is 0 there and
// comes from the channel.
type Message struct {
	ID      snowflake.ID
	Channel snowflake.ID
	Guild   snowflake.ID // 0 in REST and in direct messages
	Author  snowflake.ID // the webhook's id for a webhook's message
	Webhook snowflake.ID // 0 when no webhook posted it
	Type    int          // any number, also one that no document names yet
	Flags   int
	Bot     bool // the author is an application
	System  bool // the author is Discord itself
}

// Ephemeral says whether one user alone can see the message.
func (m Message) Ephemeral() bool { return m.Flags&FlagEphemeral != 0 }
