package bot

import (
	"context"
	"fmt"
	"time"

	"tally/bot/catchup"
	"tally/bot/commands"
	"tally/bot/directory"
	"tally/bot/discord"
	"tally/bot/gate"
	"tally/bot/history"
	"tally/bot/importer"
	"tally/bot/members"
	"tally/bot/patrol"
	"tally/bot/settings"
	"tally/bot/verify"
	"tally/bot/worker"
	"tally/eventlog/snowflake"
)

// calm is how long nothing must have been missed before the patrol begins: connections that fail come in
// rows.
const calm = 5 * time.Second

// guild is one guild's rooms. Guilds share the log and the pace of requests, nothing else.
type guild struct {
	commands.Target
	catchup *catchup.Catchup
	missed  *worker.Worker // reads what was missed
	deletes *worker.Worker // then looks for what was deleted meanwhile
	heard   bool           // its gap is open or closed: what comes from now on comes live; for the router alone
	covered snowflake.ID   // the mark that was last kept
}

func (b *Bot) openGuild(id snowflake.ID) (*guild, error) {
	b.mu.Lock()
	for b.closing[id] != nil {
		erased := b.closing[id]
		b.mu.Unlock()
		<-erased
		b.mu.Lock()
	}
	defer b.mu.Unlock()
	if g, ok := b.guilds[id]; ok {
		return g, nil
	}
	in, err := gate.Open(b.opt.Log, id, b.log)
	if err != nil {
		return nil, fmt.Errorf("open guild %s: %w", id, err)
	}
	dir := directory.New(b.me)
	in.Parent = dir.ParentOf
	reader := history.Reader{Guild: id, Client: b.client, Directory: dir, Log: b.log.With("guild", id)}
	reporter := &commands.Reporter{Router: b.router, Guild: id}
	im := &importer.Importer{Reader: reader, Gate: in, Now: b.now}
	deep := &verify.Deep{Reader: reader, Gate: in, Now: b.now, Repair: true}
	watch := &patrol.Patrol{Reader: reader, Gate: in, Pace: b.patrols, Now: b.now, Check: func(ctx context.Context, c discord.Channel, cutoff snowflake.ID) error {
		_, err := deep.Channel(ctx, c, cutoff)
		return err
	}}
	deletes := worker.Start(reader.Log, "looking for deleted messages", calm, watch.Run)
	report := func(ctx context.Context, r importer.Progress) {
		reporter.Report(ctx, r)
		deletes.Wake() // a gap within the import may have hidden deletes of what is counted only now
	}
	g := &guild{
		Target: commands.Target{
			Reader: reader, Gate: in, Job: importer.NewJob(im, report), Now: b.now,
			Members:  &members.Members{Guild: id, Client: b.client, Now: b.now},
			Settings: &settings.Keeper{Gate: in, Directory: dir, Changed: deletes.Wake}, // what counts anew was never looked after
		},
		catchup: &catchup.Catchup{Reader: reader, Gate: in, Now: b.now},
		deletes: deletes,
	}
	watch.Lost, watch.Missed = g.catchup.Lost, func() { g.missed.Wake() }
	watch.Listed = func(ctx context.Context) error {
		defer g.missed.Wake()
		return g.catchup.Archived(ctx)
	}
	g.missed = worker.Start(reader.Log, "catching up", 0, func(ctx context.Context) error {
		err := g.catchup.Run(ctx)
		if err == nil {
			g.deletes.Wake()
		}
		return err
	})
	b.guilds[id] = g
	return g, nil
}

func (g *guild) close() {
	g.Job.Close()
	g.missed.Close()
	g.deletes.Close()
	g.Gate.Close()
}
