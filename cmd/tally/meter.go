package main

import (
	"time"

	"github.com/schollz/progressbar/v3"
)

// meter shows how far something is: as a bar on a terminal, else as a line for each quarter.
type meter struct {
	t       *terminal
	what    string
	total   int
	quarter int
	bar     *progressbar.ProgressBar // nil: no terminal
}

// newMeter returns a meter that counts in messages, or as the options say.
func newMeter(t *terminal, what string, total int, unit ...progressbar.Option) *meter {
	m := &meter{t: t, what: what, total: max(total, 1)}
	if len(unit) == 0 {
		unit = []progressbar.Option{progressbar.OptionShowCount(), progressbar.OptionShowIts(), progressbar.OptionSetItsString("messages")}
	}
	if t.draws {
		m.bar = progressbar.NewOptions(m.total, append(unit,
			progressbar.OptionSetWriter(t.err), progressbar.OptionSetDescription(what),
			progressbar.OptionSetWidth(24), progressbar.OptionThrottle(50*time.Millisecond),
			progressbar.OptionSetPredictTime(false), progressbar.OptionUseANSICodes(false),
		)...)
	}
	return m
}

// show moves to n messages. There may be more than were counted on: those sent meanwhile.
func (m *meter) show(n uint64) {
	now := min(int(n), m.total)
	if m.bar != nil {
		_ = m.bar.Set(now) // fails only beyond the total
		return
	}
	if q := now * 4 / m.total; q > m.quarter {
		m.quarter = q
		m.t.say("%s: %d %% read", m.what, q*25)
	}
}

// end leaves the bar as it is and goes to the next line.
func (m *meter) end() {
	if m.bar != nil {
		_ = m.bar.Exit() // writes nothing that could matter
		m.t.say("")
	}
}
