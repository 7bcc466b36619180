package projections

import "tally/eventlog"

// The types of message that people write (https://discord.com/developers/docs/resources/message#message-object-message-types).
const (
	typeDefault = 0
	typeReply   = 19
)

// Countable is the default policy of what counts: what a person wrote, by hand, for others to see.
func Countable(messageType uint16, marks eventlog.Marks) bool {
	return (messageType == typeDefault || messageType == typeReply) &&
		marks&(eventlog.Bot|eventlog.Webhook|eventlog.Ephemeral) == 0
}
