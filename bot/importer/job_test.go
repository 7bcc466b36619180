package importer

import (
	"errors"
	"fmt"
	"net/http"
	"slices"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"tally/bot/discordtest"
	"tally/bot/gate"
	"tally/eventlog"
	"tally/projections"
)

// fails checks an error.
func fails(t *testing.T, what string, err, want error) {
	t.Helper()
	if !errors.Is(err, want) {
		t.Errorf("%s: %v, want %v", what, err, want)
	}
}

// TestJobLife asks for everything that can be asked for, when it is time and when it is not.
func TestJobLife(t *testing.T) {
	inWorld(t, func(w *world) {
		w.write(w.general, 250)
		fails(t, "cancel what doesn't run", w.job.Cancel(w.t.Context(), w.Server.Now()), ErrNotRunning)
		release := w.hold()
		first, err := w.start(false)
		fails(t, "start", err, nil)
		_, err = w.start(false)
		fails(t, "start while one runs", err, ErrRunning)
		second, err := w.start(true)
		fails(t, "start by force while one runs", err, nil)
		if first.Number != 1 || second.Number != 2 || second.Cutoff < first.Cutoff || !second.Forced {
			t.Errorf("imports %+v, then %+v", first, second)
		}
		fails(t, "cancel", w.job.Cancel(w.t.Context(), w.Server.Now()), nil)
		fails(t, "cancel again", w.job.Cancel(w.t.Context(), w.Server.Now()), ErrNotRunning)
		release()
		_, err = w.start(false)
		fails(t, "start after one that was cancelled", err, nil)
		w.ended()
		_, err = w.start(false)
		fails(t, "start after one that completed", err, ErrCompleted)
		if w.total() != 250 {
			t.Errorf("%d messages are counted, want 250", w.total())
		}
		_, err = w.start(true)
		fails(t, "start by force after one that completed", err, nil)
		w.job.Close()
		_, err = w.start(true)
		fails(t, "start after Close", err, gate.ErrClosed)
		w.job.Resume()
		fails(t, "read new channels after Close", w.job.ReadNew(w.t.Context()), nil)
		if w.job.busy() {
			t.Error("a closed job works")
		}
		w.job.Close()
	})
}

// TestResume carries an import on that a closed job has left.
func TestResume(t *testing.T) {
	inWorld(t, func(w *world) {
		w.write(w.general, 250)
		w.job.Resume()
		if w.job.busy() {
			t.Error("there is nothing to resume")
		}
		release := w.hold()
		_, err := w.start(false)
		must(t, err)
		w.job.Close()
		release()
		w.job = NewJob(w.im, nil)
		w.job.Resume()
		w.job.Resume()
		w.ended()
		if w.total() != 250 {
			t.Errorf("%d messages are counted, want 250", w.total())
		}
	})
}

// TestOutlastsErrors has Discord fail for long: the import goes on when it works again.
func TestOutlastsErrors(t *testing.T) {
	inWorld(t, func(w *world) {
		w.write(w.general, 10)
		var works atomic.Bool
		w.OnRequest(refuseUntil(&works))
		_, err := w.start(false)
		must(t, err)
		time.Sleep(30 * time.Minute)
		works.Store(true)
		w.ended()
		if w.total() != 10 {
			t.Errorf("%d messages are counted, want 10", w.total())
		}
	})
}

// TestGoesOnAfterAFailedRequest has a forced start or a cancel fail on the disk: the import that it was
// about still runs by the log, so it must be carried on.
func TestGoesOnAfterAFailedRequest(t *testing.T) {
	for name, ask := range map[string]func(*world) error{
		"start":  func(w *world) error { _, err := w.start(true); return err },
		"cancel": func(w *world) error { return w.job.Cancel(w.t.Context(), w.Server.Now()) },
	} {
		t.Run(name, func(t *testing.T) {
			inWorld(t, func(w *world) {
				release := w.hold()
				defer release()
				_, err := w.start(false)
				must(t, err)
				must(t, w.log.Close())
				if ask(w) == nil {
					t.Fatal("no error though the log is closed")
				}
				if !w.job.busy() {
					t.Error("nobody carries the running import on")
				}
			})
		})
	}
}

// TestReports tells of an import now and then, and of its end once.
func TestReports(t *testing.T) {
	inWorld(t, func(w *world) {
		w.write(w.general, 20)
		var outcomes []eventlog.Outcome
		w.reports = func(p Progress) {
			outcomes = append(outcomes, p.Import.Outcome)
			if p.Import.In != w.general || p.Fraction > 0.999 != (p.Import.Outcome != 0) {
				t.Errorf("%+v", p)
			}
		}
		release := w.hold()
		_, err := w.start(false)
		must(t, err)
		time.Sleep(3*ReportEvery - 1)
		release()
		w.ended()
		if want := []eventlog.Outcome{0, 0, 0, eventlog.Completed}; !slices.Equal(outcomes, want) {
			t.Errorf("reports of outcomes %v, want %v", outcomes, want)
		}
		outcomes = nil
		release = w.hold()
		defer release()
		_, err = w.start(true)
		must(t, err)
		synctest.Wait()
		must(t, w.job.Cancel(w.t.Context(), w.Server.Now()))
		if want := []eventlog.Outcome{0, eventlog.Cancelled}; !slices.Equal(outcomes, want) {
			t.Errorf("reports of outcomes %v, want %v", outcomes, want)
		}
	})
}

// TestTellEnd reports an end that could not be told when it came, until the log says that it was.
func TestTellEnd(t *testing.T) {
	inWorld(t, func(w *world) {
		told := 0
		tell := func(want int) {
			w.t.Helper()
			told = 0
			w.job.TellEnd(w.t.Context())
			if told != want {
				w.t.Fatalf("told %d times, want %d", told, want)
			}
		}
		w.reports = func(p Progress) {
			if p.Import.Outcome != 0 {
				told++
			}
		}
		tell(0)
		release := w.hold()
		_, err := w.start(false)
		must(t, err)
		tell(0)
		release()
		w.ended()
		tell(1)
		now := w.im.Now
		w.im.Now = func() time.Time { return now().Add(newsFor) }
		tell(0)
		w.im.Now = now
		must(t, w.gate.Write(w.t.Context(), func(*projections.Guild) ([]eventlog.Body, error) {
			return []eventlog.Body{eventlog.ImportReported{Import: 1, Ended: true}}, nil
		}))
		tell(0)
		w.job.Close()
		tell(0)
	})
}

// TestLastReportIsWaitedFor has the last report take its time: until it is given, neither Close returns
// nor is another one made.
func TestLastReportIsWaitedFor(t *testing.T) {
	for name, next := range map[string]func(*world) error{
		"close": func(w *world) error { w.job.Close(); return nil },
		"start": func(w *world) error { _, err := w.start(true); return err },
		"tell":  func(w *world) error { w.job.TellEnd(w.t.Context()); return nil },
	} {
		t.Run(name, func(t *testing.T) {
			inWorld(t, func(w *world) {
				var reporting atomic.Int32
				w.reports = func(p Progress) {
					if reporting.Add(1) > 1 {
						t.Error("two reports at once")
					}
					if p.Import.Outcome != 0 {
						time.Sleep(30 * time.Second)
					}
					reporting.Add(-1)
				}
				_, err := w.start(false)
				must(t, err)
				w.ended() // but for the report
				must(t, next(w))
				if name == "close" && reporting.Load() != 0 {
					t.Error("Close has returned while a report is being given")
				}
				w.ended()
				time.Sleep(time.Minute)
			})
		})
	}
}

// TestEnd has the time of the end not be before anything that was counted.
func TestEnd(t *testing.T) {
	inWorld(t, func(w *world) {
		w.im.Now = func() time.Time { return time.Unix(0, 0) }
		w.write(w.general, 3)
		_, err := w.start(false)
		must(t, err)
		w.ended()
		w.view(func(g *projections.Guild) {
			if c := g.Committed(); c == nil || c.Finished.Before(c.Start()) {
				t.Errorf("%+v", c)
			}
		})
	})
}

// refuseUntil fails requests until it is told that they work.
func refuseUntil(works *atomic.Bool) func(r *http.Request) *discordtest.Fault {
	return func(*http.Request) *discordtest.Fault {
		if works.Load() {
			return nil
		}
		return &discordtest.Fault{Status: 503, Body: "{}"}
	}
}

// TestEndBeforeAnother has a channel open as the import ends, which a partial import reads right behind it.
func TestEndBeforeAnother(t *testing.T) {
	inWorld(t, func(w *world) {
		w.write(w.general, 20)
		w.write(w.other, 20)
		w.DenyBot(w.other, discordtest.PermReadMessageHistory)
		w.im.Now = func() time.Time { // it is asked when the import ends
			w.AllowBot(w.other, discordtest.PermReadMessageHistory)
			_, err := w.im.Directory.Handle("CHANNEL_UPDATE", fmt.Appendf(nil, `{"id":"%d","type":0}`, w.other))
			must(t, err)
			time.AfterFunc(2*ReportEvery, w.hold())
			return w.Server.Now()
		}
		var reported []string
		w.reports = func(p Progress) {
			reported = append(reported, fmt.Sprint(p.Import.Number, p.Import.Outcome))
		}
		_, err := w.start(false)
		must(t, err)
		w.ended()
		synctest.Wait()
		if want := []string{"1 outcome_0", "1 completed", "2 outcome_0"}; !slices.Equal(slices.Compact(reported), want) {
			t.Errorf("reported %q, want %q", reported, want)
		}
		w.gate.View(func(g *projections.Guild) {
			if cutoff, _ := g.Cutoff(w.other); cutoff == 0 {
				t.Error("what opened was not read")
			}
		})
	})
}
