package bot

import (
	"context"
	"errors"
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
	"tally/projections"
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
	asked   bool           // it takes commands
}

// errBroken says that a guild was told of whose count could not be opened; why was told then.
var errBroken = errors.New("the server's count is not open")

// openGuild returns a guild's rooms, and opens them at first. Where that fails it isn't tried again for each message, but
// when Discord tells of the guild anew: what was missed is read then.
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
	if b.broken[id] != nil {
		return nil, errBroken
	}
	in, err := gate.Open(b.opt.Log, id, b.log)
	if err != nil {
		b.broken[id] = fmt.Errorf("open guild %s: %w", id, err)
		return nil, b.broken[id]
	}
	dir := directory.New(b.me)
	in.Parent = dir.ParentOf
	reader := history.Reader{Guild: id, Client: b.client, Directory: dir, Log: b.log.With("guild", id)}
	private := func() (private bool) {
		in.View(func(g *projections.Guild) { private = g.Settings().Private })
		return private
	}
	reporter := &commands.Reporter{Client: b.client, Directory: dir, Gate: in, Log: reader.Log, Private: private}
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

// tryAnew has a guild opened again that could not be.
func (b *Bot) tryAnew(id snowflake.ID) {
	b.mu.Lock()
	defer b.mu.Unlock()
	delete(b.broken, id)
}

func (g *guild) close() {
	g.Job.Close()
	g.missed.Close()
	g.deletes.Close()
	g.Gate.Close()
}
