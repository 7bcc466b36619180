package doctor

import (
	"context"
	"errors"
	"fmt"
	"time"

	"tally/bot/discord"
	"tally/bot/rest"
	"tally/eventlog/snowflake"
)

// Discord is what to look at over REST.
type Discord struct {
	Client *rest.Client
	Clock  func() (time.Time, bool) // Discord's clock by its answers: rest.Transport.Now
	Guild  snowflake.ID             // only this server; 0: all that the bot is in
	Report func(Finding)
}

// Checks of Discord.
const (
	checkToken       = "token"
	checkApplication = "application"
	checkLogins      = "logins"
	checkClock       = "clock"
	checkServer      = "server"
	checkChannel     = "channel"
)

// NoToken reports all that can't be looked at without a token.
func NoToken(report func(Finding)) {
	report(Finding{Check: checkToken, State: Skipped, Found: "none given: nothing of Discord was looked at",
		Todo: "Give --token-file FILE, or set DISCORD_TOKEN."})
}

// Examine looks at everything. What fails is reported, and what would need it is left out.
func (d Discord) Examine(ctx context.Context) {
	me, err := d.Client.Me(ctx)
	if err != nil {
		d.Report(unreached(checkToken, err))
		return
	}
	d.Report(Finding{Check: checkToken, State: OK, Found: fmt.Sprintf("accepted, as %s (%s)", me.Name, me.ID)})
	d.clock()
	d.application(ctx)
	d.logins(ctx)
	d.guilds(ctx, me)
}

// unreached says why a request failed.
func unreached(check string, err error) Finding {
	f := Finding{Check: check, State: Failed, Found: err.Error()}
	switch {
	case errors.Is(err, rest.ErrUnauthorized):
		f.Found = "Discord does not accept it"
		f.Todo = "Copy the whole token from https://discord.com/developers/applications, your application, Bot, Reset Token."
	case errors.Is(err, rest.ErrUnavailable):
		f.Todo = "Is the network up? If --discord-url is given, is the server there?"
	case errors.Is(err, rest.ErrBanned), errors.Is(err, rest.ErrTooManyInvalid):
		f.Todo = "Wait. Does another program ask Discord too much from this address?"
	case errors.Is(err, rest.ErrNoAccess), errors.Is(err, rest.ErrUnknownGuild):
		f.Todo = "Is the bot in that server? `tally run` prints the link that adds it."
	default:
		f.Todo = "Try again later. If --discord-url is given, REST must be under it at /api/v9."
	}
	return f
}

// clockTolerance is how far the host's clock may be off. Discord's Date has whole seconds, and the answer takes
// its way. Counts don't depend on it, but the times at which events were logged do.
const clockTolerance = 10 * time.Second

func (d Discord) clock() {
	now, ok := d.Clock()
	if !ok {
		d.Report(Finding{Check: checkClock, State: Skipped, Found: "Discord's answers have no date"})
		return
	}
	d.Report(clockFinding(time.Since(now)))
}

// clockFinding judges by how much the host's clock is ahead.
func clockFinding(ahead time.Duration) Finding {
	if ahead.Abs() <= clockTolerance {
		return Finding{Check: checkClock, State: OK, Found: "agrees with Discord's, to " + clockTolerance.String()}
	}
	side := "ahead of"
	if ahead < 0 {
		side = "behind"
	}
	return Finding{Check: checkClock, State: Failed, Found: fmt.Sprintf("%s %s Discord's", ahead.Abs().Round(time.Second), side),
		Todo: "Set this machine's clock by the network (NTP). Counts are right all the same; times in the log, and --since, are off."}
}

func (d Discord) application(ctx context.Context) {
	app, err := d.Client.Application(ctx)
	switch {
	case err != nil:
		d.Report(unreached(checkApplication, err))
	case app.CodeGrant:
		d.Report(Finding{Check: checkApplication, State: Failed, Found: "it requires a code grant, so the invite link does nothing",
			Todo: "On https://discord.com/developers/applications, your application, Bot: turn off Requires OAuth2 Code Grant."})
	default:
		contents := "not granted (only the estimate of a deep verification would use it)"
		if app.ReadsContents() {
			contents = "granted"
		}
		d.Report(Finding{Check: checkApplication, State: OK,
			Found: "intents: Guilds and Guild Messages need no approval; Message Content is " + contents})
	}
}

// fewLogins is how many gateway sessions should be left: a crashing bot uses one at each start.
const fewLogins = 50

func (d Discord) logins(ctx context.Context) {
	left, err := d.Client.SessionStarts(ctx)
	if err != nil {
		d.Report(unreached(checkLogins, err))
		return
	}
	f := Finding{Check: checkLogins, State: OK, Found: fmt.Sprintf("%d of %d left for today", left.Remaining, left.Total)}
	if left.Remaining < fewLogins {
		reset := time.Duration(left.ResetAfter) * time.Millisecond
		f.State, f.Todo = Warning, fmt.Sprintf("Is the bot restarted again and again? There will be new ones in %s.", reset.Round(time.Minute))
	}
	if left.Remaining == 0 {
		f.State = Failed
	}
	d.Report(f)
}

func (d Discord) guilds(ctx context.Context, me discord.User) {
	if d.Guild != 0 {
		d.guild(ctx, me, d.Guild)
		return
	}
	guilds, err := d.Client.Guilds(ctx)
	if err != nil {
		d.Report(unreached(checkServer, err))
		return
	}
	if len(guilds) == 0 {
		d.Report(Finding{Check: checkServer, State: Failed, Found: "the bot is in no server", Todo: "`tally run` prints the link that adds it to one."})
	}
	for _, id := range guilds {
		d.guild(ctx, me, id)
	}
}
