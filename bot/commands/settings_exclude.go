package commands

import (
	"fmt"
	"slices"

	"github.com/bwmarrin/discordgo"

	"tally/eventlog"
	"tally/eventlog/snowflake"
)

func editExclude(i interaction, s *eventlog.Settings) error {
	id, category := i.channelOption()
	list := &s.Excluded
	if category {
		list = &s.Categories
	}
	if !slices.Contains(*list, id) {
		*list = append(*list, id)
	}
	return nil
}

func editInclude(i interaction, s *eventlog.Settings) error {
	id, category := i.channelOption()
	if i.flag("all") {
		s.Excluded, s.Categories = nil, nil
		return nil
	}
	list := &s.Excluded
	if category {
		list = &s.Categories
	}
	at := slices.Index(*list, id)
	if id == 0 {
		return userError("Name the channel or category, or `all:True`. `/settings show` lists what is excluded.")
	}
	if at >= 0 {
		*list = slices.Delete(*list, at, at+1)
	}
	c, _ := i.target.Directory.Channel(id)
	switch {
	case !category && c.IsThread() && s.Excludes(c.Parent):
		return userError(fmt.Sprintf("%s is a thread of %s, which is excluded: include that.", channel(id), channel(c.Parent)))
	case slices.Contains(s.Within, id):
		return userError(fmt.Sprintf("%s is in the category %s, which is excluded: include that, or move the channel out of it.", channel(id), channel(c.Parent)))
	case at < 0:
		return userError(channel(id) + " is not excluded. `/settings show` lists what is.")
	}
	return nil
}

// channelOption returns the channel in a command's options, 0 without one, and whether it is a category.
func (i interaction) channelOption() (id snowflake.ID, category bool) {
	if id = i.idOption("channel"); id == 0 {
		return 0, false
	}
	resolved := i.ApplicationCommandData().Resolved
	if resolved == nil || resolved.Channels[id.String()] == nil {
		return id, false
	}
	return id, resolved.Channels[id.String()].Type == discordgo.ChannelTypeGuildCategory
}
