package commands

import (
	"cmp"
	"context"
	"errors"
	"fmt"

	"github.com/bwmarrin/discordgo"

	"tally/bot/rest"
	"tally/bot/verify"
	"tally/eventlog"
	"tally/eventlog/snowflake"
	"tally/projections"
)

// worstShown is how many users a verification's answer names.
const worstShown = 10

func (r *Router) verifyCounts() command {
	return command{
		definition: &discordgo.ApplicationCommand{
			Name: "verify-message-counts", Description: "Check the counts against the log, or against Discord itself",
			DefaultMemberPermissions: manageServer(), Contexts: inGuilds(),
			Options: []*discordgo.ApplicationCommandOption{{
				Type: discordgo.ApplicationCommandOptionBoolean, Name: "deep",
				Description: "Read all of Discord's history anew and compare it id by id: takes as long as an import",
			}, {
				Type: discordgo.ApplicationCommandOptionBoolean, Name: "repair",
				Description: "With deep: mend the counts, so that they are exactly Discord's",
			}},
		},
		handle: r.handleVerify,
	}
}

func (r *Router) handleVerify(ctx context.Context, i interaction) (reply, error) {
	deep, repair := i.flag("deep"), i.flag("repair")
	if repair && !deep {
		return reply{}, userError("Only Discord can say what is missing: use `deep:True` together with `repair:True`. " +
			"If the counts differ from the log, `/recount` counts them anew.")
	}
	if !deep { // Discord's pace bounds the others
		turn, err := r.Turns.take(ctx, i.target.Guild)
		if err != nil {
			return reply{}, err
		}
		defer turn.end()
	}
	result, err := Verify(ctx, i.target, deep, repair, i.id)
	stale := errors.Is(err, verify.ErrReplay)
	if err != nil && !stale {
		return reply{}, err
	}
	if stale {
		r.Log.Error("what is shown isn't what the log gives", "guild", i.target.Guild, "counted", result.Counted, "expected", result.Expected, "error", err)
	}
	embed := verifyEmbed(result, stale)
	if deep && r.Searches {
		embed.Fields = append(embed.Fields, field("Discord's search", r.searched(ctx, i.target, result.Cutoff)))
	}
	return reply{embed: embed}, nil
}

// searched says what Discord's search finds, which is an estimate of all messages, of whatever kind.
func (r *Router) searched(ctx context.Context, t *Target, before snowflake.ID) string {
	switch total, err := r.Client.SearchTotal(ctx, t.Guild, before); {
	case errors.Is(err, rest.ErrNotIndexed):
		return "not ready: Discord is indexing the server"
	case err != nil:
		r.Log.Info("no estimate by Discord's search", "guild", t.Guild, "error", err)
		return "didn't answer"
	default:
		return "about " + number(total) + ", bots' and system messages included"
	}
}

// verifyEmbed tells of a verification; stale says that replaying the log gave another state than the live one.
func verifyEmbed(result verify.Result, stale bool) *discordgo.MessageEmbed {
	embed := &discordgo.MessageEmbed{Color: colourGood, Fields: []*discordgo.MessageEmbedField{
		field("Accuracy", result.Accuracy()), field("Counted", number(result.Counted)), field("Expected", number(result.Expected)),
		field("Missing", number(result.Missing)), field("Extra", number(result.Extra)), field("Duplicates", number(result.Duplicates)),
	}}
	with := "the log"
	if result.Deep {
		with = "Discord"
		embed.Description = "Compared id by id with all history before " + instant(result.Cutoff.Time()) + "."
	}
	embed.Title = "The counts agree with " + with
	if !result.Exact() {
		embed.Title, embed.Color = "The counts differ from "+with, colourWarning
		if result.Repaired {
			embed.Title = "The counts differed from Discord and are mended"
		}
	}
	if stale {
		embed.Color = colourWarning
		embed.Description = "What I keep in memory isn't what the log says, which is my own fault. The log is whole, and nothing was changed by now: " +
			"`/recount` puts it right."
		if result.Exact() {
			embed.Title = "The counts agree with the log, but what they rest on doesn't"
		}
	}
	embed.Description = lines(append([]string{embed.Description}, differences(result)...))
	return embed
}

func differences(result verify.Result) []string {
	var text []string
	for n, u := range result.Worst {
		if n == worstShown {
			text = append(text, fmt.Sprintf("… and %s more", number(len(result.Worst)-n)))
			break
		}
		text = append(text, fmt.Sprintf("%s: counted %s, expected %s", user(u.User), number(u.Counted), number(u.Expected)))
	}
	text = append(text, causes(result.Causes)...)
	if len(result.Skipped) > 0 {
		text = append(text, "**Not compared**")
	}
	for _, s := range result.Skipped {
		text = append(text, fmt.Sprintf("%s: %s", channel(s.Channel), s.Reason))
	}
	return text
}

// Verify holds a guild's counts against the log or, deep, against Discord's history up to the time of
// the id at, and notes the result in the log. With repair what differs from Discord is mended. With
// verify.ErrReplay the result is whole and noted too.
func Verify(ctx context.Context, t *Target, deep, repair bool, at snowflake.ID) (result verify.Result, err error) {
	if deep {
		result, err = (&verify.Deep{Reader: t.Reader, Gate: t.Gate, Now: t.Now, Repair: repair}).Run(ctx, snowflake.AtMs(at.Ms()))
	} else {
		err = t.Gate.Undisturbed(func() error {
			var shown *projections.Guild
			t.Gate.View(func(g *projections.Guild) { shown, err = g.Clone() })
			if err == nil {
				result, err = verify.AgainstLog(t.Gate.Log(), shown)
			}
			return err
		})
	}
	if err != nil && !errors.Is(err, verify.ErrReplay) {
		return result, err
	}
	noted := t.Gate.Write(ctx, func(*projections.Guild) ([]eventlog.Body, error) {
		return []eventlog.Body{result.Event()}, nil
	})
	return result, cmp.Or(noted, err)
}
