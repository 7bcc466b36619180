package commands

import (
	"context"
	"net/http"
	"slices"
	"strings"
	"testing"

	"tally/bot/gate"
	"tally/bot/importer"
	"tally/bot/roomtest"
	"tally/eventlog"
	"tally/eventlog/snowflake"
	"tally/projections"
)

// TestReporter tells of an import in one message, whatever happens to it.
func TestReporter(t *testing.T) {
	running := importer.Progress{Import: projections.Import{Number: 1, In: 5}, Channels: 2}
	ended, other, nowhere := running, running, running
	ended.Import.Outcome, other.Import.Number, nowhere.Import.In = eventlog.Completed, 2, 0
	refused := func(what string, status, code, from int) func(call) (int, int) {
		n := 0
		return func(c call) (int, int) {
			if c.what == what {
				if n++; n == from {
					return status, code
				}
			}
			return 0, 0
		}
	}
	for name, c := range map[string]struct {
		reports []importer.Progress
		refuse  func(call) (int, int)
		calls   []string
	}{
		"one message":                      {[]importer.Progress{running, running, ended}, nil, []string{"post", "edit", "edit"}},
		"another import, another message":  {[]importer.Progress{running, other, other}, nil, []string{"post", "post", "edit"}},
		"nobody to tell":                   {[]importer.Progress{nowhere, nowhere}, nil, nil},
		"somebody deletes it":              {[]importer.Progress{running, running, running}, refused("edit", 404, 10008, 1), []string{"post", "edit", "post", "edit"}},
		"somebody deletes it, then it end": {[]importer.Progress{running, ended}, refused("edit", 404, 10008, 1), []string{"post", "edit", "post"}},
		"no permission to write":           {[]importer.Progress{running, running, ended}, refused("post", 403, 50013, 1), []string{"post"}},
		"the permission is taken away":     {[]importer.Progress{running, running, running}, refused("edit", 403, 50001, 1), []string{"post", "edit"}},
		"the channel is deleted":           {[]importer.Progress{running, running, running}, refused("edit", 404, 10003, 1), []string{"post", "edit"}},
		"mute for one import only":         {[]importer.Progress{running, running, other}, refused("post", 403, 50013, 1), []string{"post", "post"}},
		"an error of Discord":              {[]importer.Progress{running, running}, refused("post", 400, 0, 1), []string{"post", "post"}},
	} {
		t.Run(name, func(t *testing.T) {
			f := &fake{refuse: c.refuse}
			r := newReporter(t, f, roomtest.Gate(t, 1))
			for _, p := range c.reports {
				r.Report(context.Background(), p)
			}
			if got := f.whats(); !slices.Equal(got, c.calls) {
				t.Errorf("%v, want %v", got, c.calls)
			}
			if last := c.reports[len(c.reports)-1]; last.Import.Outcome != 0 && !r.mute && !strings.Contains(f.calls[len(f.calls)-1].body, "The import is complete") {
				t.Errorf("the end is not told: %s", f.calls[len(f.calls)-1].body)
			}
		})
	}
}

func newReporter(t *testing.T, f *fake, in *gate.Gate) *Reporter {
	r := newRouter(t, f)
	return &Reporter{Client: r.Client, Directory: newTarget().Directory, Gate: in, Log: r.Log}
}

// TestReporterGoesOn has each run of the bot go on with the message of the one before, until it tells the end.
func TestReporterGoesOn(t *testing.T) {
	in := roomtest.Gate(t, 1)
	write := func(e eventlog.Body) {
		t.Helper()
		roomtest.Must(t, in.Write(t.Context(), func(*projections.Guild) ([]eventlog.Body, error) { return []eventlog.Body{e}, nil }))
	}
	last := func() (p importer.Progress) {
		in.View(func(g *projections.Guild) { p.Import = g.LastImport().Clone() })
		return p
	}
	status, code := 0, 0
	f := &fake{refuse: func(call) (int, int) { return status, code }}
	run := func(wantCalls int, report snowflake.ID, told bool) {
		t.Helper()
		newReporter(t, f, in).Report(t.Context(), last())
		if i := last().Import; len(f.whats()) != wantCalls || i.Report != report || i.Told != told {
			t.Fatalf("calls %v, message %d, told %v; want %d, %d, %v", f.whats(), i.Report, i.Told, wantCalls, report, told)
		}
	}
	write(eventlog.ImportStarted{Import: 1, Cutoff: 7, In: 11})
	run(1, 1234, false)
	run(2, 1234, false)
	write(eventlog.ImportFinished{Import: 1, Outcome: eventlog.Completed})
	status = http.StatusBadRequest
	run(3, 1234, false)
	status = 0
	run(4, 1234, true)
	if got, want := f.whats(), []string{"post", "edit", "edit", "edit"}; !slices.Equal(got, want) {
		t.Errorf("%v, want %v", got, want)
	}

	write(eventlog.ImportStarted{Import: 2, Cutoff: 7, In: 11})
	write(eventlog.ImportFinished{Import: 2, Outcome: eventlog.Completed})
	status, code = http.StatusForbidden, 50013
	run(5, 0, true) // nobody can be told: that isn't tried for ever
}

func TestEndOfACancelledImport(t *testing.T) {
	e := endEmbed(newTarget().Directory, importer.Progress{Import: projections.Import{Outcome: eventlog.Cancelled, Channels: map[snowflake.ID]*projections.ImportChannel{}}})
	if e.Title != "The import was cancelled" || e.Color != colourWarning {
		t.Errorf("%+v", e)
	}
}
