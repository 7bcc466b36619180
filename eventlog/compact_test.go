package eventlog

import (
	"testing"
	"time"

	"tally/eventlog/snowflake"
)

func msClock(ms func() int64) func() time.Time {
	return func() time.Time { return time.UnixMilli(ms()) }
}

// compact takes all steps of a guild.
func compact(tb testing.TB, l *Log, guild snowflake.ID, age time.Duration) (sum Compacted) {
	tb.Helper()
	for sum.More = true; sum.More; {
		step, err := l.CompactStep(guild, age)
		if err != nil {
			tb.Fatal(err)
		}
		sum.Add(step)
	}
	return sum
}
