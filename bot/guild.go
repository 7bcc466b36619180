package bot

import (
	"fmt"

	"tally/bot/catchup"
	"tally/bot/commands"
	"tally/bot/directory"
	"tally/bot/gate"
	"tally/bot/history"
	"tally/bot/importer"
	"tally/eventlog/snowflake"
)

// guild is one guild's rooms. Guilds share the log and the pace of requests, nothing else.
type guild struct {
	commands.Target
	catchup *catchup.Job
	covered snowflake.ID // the mark that was last kept
}

func (b *Bot) openGuild(id snowflake.ID) (*guild, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if g, ok := b.guilds[id]; ok {
		return g, nil
	}
	in, err := gate.Open(b.opt.Log, id, b.log)
	if err != nil {
		return nil, fmt.Errorf("open guild %s: %w", id, err)
	}
	reader := history.Reader{Guild: id, Client: b.client, Directory: directory.New(b.me), Log: b.log.With("guild", id)}
	reporter := &commands.Reporter{Router: b.router, Guild: id}
	im := &importer.Importer{Reader: reader, Gate: in, Now: b.now}
	g := &guild{
		Target:  commands.Target{Reader: reader, Gate: in, Job: importer.NewJob(im, reporter.Report), Now: b.now},
		catchup: catchup.NewJob(&catchup.Catchup{Reader: reader, Gate: in, Now: b.now}),
	}
	b.guilds[id] = g
	return g, nil
}

func (g *guild) close() {
	g.Job.Close()
	g.catchup.Close()
	g.Gate.Close()
}
