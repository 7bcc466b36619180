package doctor

import (
	"context"
	"fmt"

	"tally/bot/directory"
	"tally/bot/discord"
	"tally/eventlog/snowflake"
)

// guild looks at what the bot may do in each channel of a server. Threads have their channel's permissions.
// Channels that are hidden from the bot are not in Discord's list.
func (d Discord) guild(ctx context.Context, me discord.User, id snowflake.ID) {
	dir, err := d.directory(ctx, me, id)
	if err != nil {
		f := unreached(checkServer, err)
		f.Guild = id
		d.Report(f)
		return
	}
	var all, readable, writable int
	for _, c := range dir.Channels() {
		if !c.HoldsMessages() && !c.HoldsThreads() {
			continue
		}
		all++
		f := channelFinding(c, dir.History(c))
		if f.State == OK {
			readable++
		}
		if dir.Permissions(c).Has(discord.SendMessages | discord.EmbedLinks) {
			writable++
		}
		d.Report(f)
	}
	d.Report(guildFinding(id, dir.Name(), all, readable, writable))
}

// directory asks for what GUILD_CREATE would tell.
func (d Discord) directory(ctx context.Context, me discord.User, id snowflake.ID) (*directory.Directory, error) {
	guild, err := d.Client.Guild(ctx, id)
	if err != nil {
		return nil, err
	}
	member, err := d.Client.Member(ctx, id, me.ID)
	if err != nil {
		return nil, err
	}
	if guild.Channels, err = d.Client.Channels(ctx, id); err != nil {
		return nil, err
	}
	guild.Members = []discord.Member{member}
	dir := directory.New(me.ID)
	dir.Reset(guild)
	return dir, nil
}

// rights name what must be given for a reason to go away.
var rights = map[discord.Reason]string{
	discord.CannotView:        "View Channel",
	discord.CannotConnect:     "Connect",
	discord.CannotReadHistory: "Read Message History",
}

func channelFinding(c discord.Channel, why discord.Reason) Finding {
	f := Finding{Check: checkChannel, State: OK, Guild: c.Guild, Channel: c.ID, Found: fmt.Sprintf("#%s %s", c.Name, why)}
	if why != discord.CanRead {
		f.State, f.Found = Failed, fmt.Sprintf("#%s can't be read: %s", c.Name, why)
		f.Todo = fmt.Sprintf("Give the bot %s in #%s (Edit Channel, Permissions).", rights[why], c.Name)
	}
	return f
}

func guildFinding(id snowflake.ID, name string, all, readable, writable int) Finding {
	f := Finding{Check: checkServer, State: OK, Guild: id,
		Found: fmt.Sprintf("%s: of the %d channels that it sees, the bot can read %d and write in %d", name, all, readable, writable)}
	switch {
	case all == 0:
		f.State, f.Found, f.Todo = Failed, name+": the bot sees no channel", "Give its role View Channels (Server Settings, Roles)."
	case writable == 0:
		f.State, f.Todo = Warning, "It can't post the report of an import: give its role Send Messages and Embed Links."
	}
	return f
}
