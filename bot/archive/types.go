package archive

import (
	"math"
	"strconv"
)

// typeNames are the names that DiscordChatExporter gives to message types (its MessageKind). Others it writes
// as their number.
var typeNames = map[string]int{
	"Default":              0,
	"RecipientAdd":         1,
	"RecipientRemove":      2,
	"Call":                 3,
	"ChannelNameChange":    4,
	"ChannelIconChange":    5,
	"ChannelPinnedMessage": 6,
	"GuildMemberJoin":      7,
	"ThreadCreated":        18,
	"Reply":                19,
}

// typeNumber returns Discord's number of a type.
func typeNumber(name string) (int, bool) {
	if n, ok := typeNames[name]; ok {
		return n, true
	}
	n, err := strconv.Atoi(name)
	return n, err == nil && n >= 0 && n <= math.MaxUint16
}
