package importer

import (
	"context"
	"time"

	"tally/bot/discord"
	"tally/bot/gate"
	"tally/eventlog/snowflake"
	"tally/projections"
)

// ReportEvery is the time between two reports of an import that is carried on.
const ReportEvery = 5 * time.Second

// endTimeout is the time for the report of an import's end.
const endTimeout = 10 * time.Second

// newsFor is how long the end of an import is news: that of an older one isn't reported any more.
const newsFor = 24 * time.Hour

// Report tells somebody of an import's progress. When its Outcome is set it is the last report: it is given again, after a
// restart too, until the log says that it was Told.
type Report func(context.Context, Progress)

// Progress is how far an import is.
type Progress struct {
	Import   projections.Import // its Channels are a copy
	Channels int                // to be read; 0 as long as they are being listed
	Done     int                // channels that are finished, one way or the other
	Fraction float64            // of the messages that there may be: an estimate, 0 to 1
	Rate     float64            // messages a second since it was last resumed
	Left     time.Duration      // estimate; 0: not known yet
}

// meter measures from the moment at which an import was begun or resumed.
type meter struct {
	since    time.Time
	messages uint64 // that it held then
	channels []discord.Channel
}

func newMeter(g *gate.Gate) meter {
	m := meter{since: time.Now()}
	g.View(func(g *projections.Guild) {
		if r := g.Running(); r != nil {
			m.messages = r.Messages
		}
	})
	return m
}

func (j *Job) listed(channels []discord.Channel) {
	j.mu.Lock()
	defer j.mu.Unlock()
	j.meter.channels = channels
}

// Progress returns how far the running import is, or the last one that ended; false if there was none.
func (j *Job) Progress() (Progress, bool) {
	j.mu.Lock()
	m := j.meter
	j.mu.Unlock()
	var p Progress
	var ok bool
	j.im.Gate.View(func(g *projections.Guild) {
		if imp := g.LastImport(); imp != nil {
			p, ok = m.measure(imp), true
		}
	})
	return p, ok
}

func (m meter) measure(imp *projections.Import) Progress {
	p := Progress{Import: imp.Clone(), Channels: len(m.channels)}
	for _, c := range imp.Channels {
		if c.Outcome != 0 {
			p.Done++
		}
	}
	if imp.Outcome != 0 {
		p.Fraction = 1
		return p
	}
	expected := m.estimate(imp)
	if expected > 0 {
		p.Fraction = min(float64(imp.Messages)/expected, 0.999)
	}
	if elapsed := time.Since(m.since).Seconds(); elapsed > 0 && expected > 0 && imp.Messages > m.messages {
		p.Rate = float64(imp.Messages-m.messages) / elapsed
		p.Left = time.Duration((expected - float64(imp.Messages)) / p.Rate * float64(time.Second))
	}
	return p
}

// estimate guesses how many messages the import will find: in a channel that is half read, by time, as
// many again; in one that is not begun, as many as in the others.
func (m meter) estimate(imp *projections.Import) float64 {
	total, begun := 0.0, 0
	for _, c := range m.channels {
		read := imp.Channels[c.ID]
		if read == nil {
			continue
		}
		begun++
		total += float64(read.Messages) / covered(imp.Cutoff, c.ID, read)
	}
	if begun == 0 {
		return 0
	}
	return max(total*float64(len(m.channels))/float64(begun), float64(imp.Messages))
}

// covered returns which part of a channel's time has been read, above 0 to 1.
func covered(cutoff, channel snowflake.ID, read *projections.ImportChannel) float64 {
	if read.Outcome != 0 || cutoff <= channel || read.Cursor <= channel {
		return 1
	}
	return max(float64(cutoff-read.Cursor)/float64(cutoff-channel), 0.001)
}

// reports calls report now and then until ctx ends, and for each import whose last Progress is sent to it;
// it closes the channel that it returns when that is done.
func (j *Job) reports(ctx context.Context, last <-chan Progress) <-chan struct{} {
	done := make(chan struct{})
	go func() {
		defer close(done)
		tick := time.NewTicker(ReportEvery)
		defer tick.Stop()
		for ctx.Err() == nil {
			if p, ok := j.Progress(); ok && p.Import.Outcome == 0 && j.report != nil {
				j.report(ctx, p)
			}
			select {
			case <-tick.C:
			case p := <-last:
				j.reportEnd(context.WithoutCancel(ctx), p)
			case <-ctx.Done():
			}
		}
		select {
		case p := <-last:
			j.reportEnd(context.WithoutCancel(ctx), p)
		default:
		}
	}()
	return done
}

// reportEnd reports an import that completed or was cancelled.
func (j *Job) reportEnd(ctx context.Context, p Progress) {
	ctx, stop := context.WithTimeout(ctx, endTimeout)
	defer stop()
	if p.Import.Outcome != 0 && j.report != nil {
		j.report(ctx, p)
	}
}

// TellEnd reports the end of the import that ended last, where nobody could be told when it ended: the bot was
// killed, or Discord failed.
func (j *Job) TellEnd(ctx context.Context) {
	if j.starting.take(ctx) != nil {
		return
	}
	defer j.starting.give()
	if j.closed || j.busy() { // who carries an import on tells of it
		return
	}
	j.mu.Lock()
	reported := j.ended
	j.mu.Unlock()
	if reported != nil {
		select {
		case <-reported:
		case <-ctx.Done():
		}
	}
	if p, ok := j.Progress(); ok && ctx.Err() == nil && !p.Import.Told && j.im.Now().Sub(p.Import.Finished) < newsFor {
		j.reportEnd(ctx, p)
	}
}
