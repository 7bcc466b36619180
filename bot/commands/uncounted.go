package commands

import (
	"cmp"

	"tally/eventlog/snowflake"
)

// uncounted says why somebody has no messages who may have written some, "" for all others. That others had themselves
// forgotten is nobody's business.
func uncounted(i interaction, who snowflake.ID) string {
	switch {
	case who == i.user && forgotten(i):
		return "You asked to be forgotten: what you write counts without your name."
	case i.namesBot(who) && !i.settings.Bots:
		return "Bots aren't counted here: `/settings count` can change that."
	}
	return ""
}

// ofForgotten reports whether somebody asks for his own messages who had himself forgotten.
func ofForgotten(i interaction) bool {
	return cmp.Or(i.idOption("user"), i.user) == i.user && forgotten(i)
}

// namesBot reports whether the one named in a command's option user is a bot.
func (i interaction) namesBot(who snowflake.ID) bool {
	named := i.ApplicationCommandData().Resolved
	return named != nil && named.Users[who.String()] != nil && named.Users[who.String()].Bot
}
