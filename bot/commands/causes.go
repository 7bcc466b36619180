package commands

import (
	"fmt"

	"tally/bot/verify"
)

// gapsShown is how many gaps a verification's answer names: the newest.
const gapsShown = 5

// causes says why counts differ from Discord, as far as the log knows.
func causes(c verify.Causes) []string {
	text := missed(c.Missed)
	for _, cause := range []struct {
		n    uint64
		text string
	}{
		{c.Unread, "missing: sent before I listened, and no import has read them"},
		{c.Unseen, "missing: Discord never told me of them"},
		{c.Deleted, "extra: deleted while I wasn't listening"},
		{c.Untold, "extra: deleted, and Discord never told me"},
		{c.Gone, "extra: of channels that were deleted, and I didn't hear of it"},
	} {
		if cause.n > 0 {
			text = append(text, number(cause.n)+" "+cause.text)
		}
	}
	return text
}

func missed(gaps []verify.Missed) (text []string) {
	older := len(gaps) - min(len(gaps), gapsShown)
	if n := uint64(0); older > 0 {
		for _, m := range gaps[:older] {
			n += m.Messages
		}
		text = append(text, fmt.Sprintf("%s missing: sent in %s in which I wasn't listening", number(n), count(older, "older gap")))
	}
	for _, m := range gaps[older:] {
		text = append(text, fmt.Sprintf("%s missing: sent while I wasn't listening (gap %s, from %s)", number(m.Messages), number(int(m.Gap)), instant(m.After.Time())))
	}
	return text
}
