package commands

import (
	"fmt"
	"slices"
	"strings"

	"github.com/bwmarrin/discordgo"

	"tally/eventlog"
	"tally/eventlog/snowflake"
	"tally/projections"
)

// showSettings lists all settings.
func (r *Router) showSettings(i interaction, s eventlog.Settings) reply {
	text := slices.Concat([]string{"**What counts**", "Messages and replies that people write."}, countWords(s),
		[]string{"**Excluded**"}, excludedWords(s),
		[]string{"**Days and hours**", zoneWords(i, s), "**Answers**", answerWords(s), "**Who may give commands**"}, r.accessWords(i, s))
	rep := reply{embed: &discordgo.MessageEmbed{Title: "Settings of " + i.target.Directory.Name(), Color: colourInfo, Description: lines(text)}}
	rep.note(anew(i.target))
	return rep
}

// anew says that the numbers are not yet those by the settings, "" if they are.
func anew(t *Target) (note string) {
	t.Gate.View(func(g *projections.Guild) {
		if g.Stale() {
			note = "The settings were changed: the counts are being made anew, and until then are the old ones."
		}
	})
	return note
}

func countWords(s eventlog.Settings) []string {
	yes := func(counts bool) string {
		if counts {
			return "count"
		}
		return "don't count"
	}
	return []string{
		"Messages by bots " + yes(s.Bots) + ".", "Messages through webhooks " + yes(s.Webhooks) + ".",
		"Answers to application commands " + yes(s.Commands) + ".", deletedWords(s),
	}
}

func deletedWords(s eventlog.Settings) string {
	if s.Deleted {
		return "Deleted messages count: shown are all messages that were ever seen."
	}
	return "Deleted messages don't count."
}

func excludedWords(s eventlog.Settings) (text []string) {
	for _, id := range s.Excluded {
		text = append(text, channel(id)+", with its threads")
	}
	for _, id := range s.Categories {
		text = append(text, "all channels of the category "+channel(id))
	}
	if len(text) == 0 {
		return []string{"No channel."}
	}
	return text
}

func zoneWords(i interaction, s eventlog.Settings) string {
	zone := s.Zone
	if zone == "" {
		zone = "UTC"
	}
	now := "?"
	if location, err := projections.LoadZone(zone); err == nil {
		now = i.id.Time().In(location).Format("2006-01-02 15:04")
	}
	return fmt.Sprintf("Those of `%s`, where it is %s now.", zone, now)
}

func answerWords(s eventlog.Settings) string {
	if s.Private {
		return "Only who asks sees them."
	}
	return "Everyone sees them."
}

// accessWords has a line for each group of people, with the commands that they may give.
func (r *Router) accessWords(i interaction, s eventlog.Settings) (text []string) {
	all, of, groups := r.all(), map[string][]string{}, []string{}
	for _, name := range names(all) {
		group := who(rolesFor(all[name], s, i.target.Guild), i.target.Guild)
		if of[group] == nil {
			groups = append(groups, group)
		}
		of[group] = append(of[group], "`/"+name+"`")
	}
	for _, group := range groups {
		text = append(text, strings.Join(of[group], " ")+": "+group)
	}
	return text
}

// changes says what a change means and when it takes effect.
func (r *Router) changes(i interaction, before, now eventlog.Settings) (text []string) {
	was, is := countWords(before), countWords(now)
	for n := range is {
		if is[n] != was[n] {
			text = append(text, is[n])
		}
	}
	if projections.PolicyOf(before) != projections.PolicyOf(now) {
		text = append(text, "All is being counted anew from the log, which has these messages already: no import is needed. "+
			"That takes seconds; until it is done, the old numbers are shown.")
	} else if len(text) > 0 {
		text = append(text, "That holds from now on, for the past too.")
	}
	text = append(text, exclusions(before, now)...)
	if before.Zone != now.Zone {
		text = append(text, zoneWords(i, now)+" Days and hours of the past follow it too, from now on.")
	}
	if before.Private != now.Private {
		text = append(text, answerWords(now)+" That holds from the next answer on; answers to `/settings`, `/export`, `/privacy`, `/forget-me` and `/erase-user` are always for who asks alone.")
	}
	if text = append(text, r.accessChanges(i, before, now)...); len(text) == 0 {
		return []string{"That is so already; nothing was changed."}
	}
	return text
}

func exclusions(before, now eventlog.Settings) (text []string) {
	tell := func(from, to []snowflake.ID, what string) {
		for _, id := range from {
			if !slices.Contains(to, id) {
				text = append(text, fmt.Sprintf(what, channel(id)))
			}
		}
	}
	tell(now.Excluded, before.Excluded, "%s is excluded, with its threads. Its messages are kept and don't count from now on, those of the past neither.")
	tell(before.Excluded, now.Excluded, "%s counts again from now on, with all that was written meanwhile.")
	tell(now.Categories, before.Categories, "The category %s is excluded: "+count(len(now.Within), "channel")+", and those that come into it. "+
		"Their messages are kept and don't count from now on, those of the past neither.")
	tell(before.Categories, now.Categories, "The channels of the category %s count again from now on, with all that was written meanwhile.")
	return text
}

func (r *Router) accessChanges(i interaction, before, now eventlog.Settings) (text []string) {
	all := r.all()
	for _, name := range names(all) {
		c := all[name]
		roles, old := rolesFor(c, now, i.target.Guild), rolesFor(c, before, i.target.Guild)
		if slices.Equal(roles, old) {
			continue
		}
		text = append(text, fmt.Sprintf("`/%s` is for %s from now on.", name, who(roles, i.target.Guild)))
		if c.forManagers() && slices.ContainsFunc(roles, func(role snowflake.ID) bool { return !slices.Contains(old, role) }) {
			text = append(text, fmt.Sprintf("Discord shows it to members with Manage Server alone until you let the role see it: "+
				"Server Settings → Integrations → this bot → `/%s`.", name))
		}
	}
	return text
}
