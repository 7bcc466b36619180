package history

import (
	"testing"
	"time"

	"tally/bot/discord"
	"tally/eventlog/snowflake"
)

// TestRightThatComesBack has the right to read missing at one page and there again when it is proven: what came
// back as nothing is asked for again.
func TestRightThatComesBack(t *testing.T) {
	for name, read := range map[string]func(*Reader, taken) error{
		"walk":    func(r *Reader, got taken) error { return r.Walk(t.Context(), aChannel, cutoff, 0, got.give) },
		"forward": func(r *Reader, got taken) error { return r.Forward(t.Context(), channel, 1, cutoff, 0, got.give) },
		"settle": func(r *Reader, got taken) error {
			there, _, err := r.Settle(t.Context(), channel, at(5, 250), time.Now, func(snowflake.ID) bool { return false })
			_ = got.give(there)
			return err
		},
	} {
		for missing := 1; missing <= 5; missing++ {
			f := &fake{rights: allowed, ids: at(5, 250)}
			f.before = func(page int, f *fake) { // the answer is of a moment, the proof of the next
				if f.rights = allowed; page == missing {
					f.rights = discord.ViewChannel
				}
			}
			f.told = func(f *fake) { f.rights = allowed }
			got := taken{}
			if err := read(newReader(t, f), got); err != nil || len(got) != 250 {
				t.Errorf("%s, missing at page %d: %d of 250 messages, %v", name, missing, len(got), err)
			}
		}
	}
}
