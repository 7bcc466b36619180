package commands

import (
	"fmt"

	"tally/projections"
)

// openQuestions says in what the count may still change: what was missed while the bot didn't listen and is
// not read yet, and what may have been deleted meanwhile.
func openQuestions(t *Target) []string {
	var gaps, unchecked int
	var closed []string
	t.Gate.View(func(g *projections.Guild) {
		for _, gap := range g.Gaps() {
			if gap.Channel == 0 {
				gaps++
			} else {
				closed = append(closed, fmt.Sprintf("%s: what was sent since %s – %s", channel(gap.Channel), instant(gap.After.Time()), remedy(t.Directory, gap.Channel)))
			}
		}
		unchecked = len(g.Unchecked(t.Directory.ParentOf))
	})
	var text []string
	if gaps > 0 {
		text = append(text, "I am reading what was sent while I wasn't listening.")
	}
	if unchecked > 0 {
		text = append(text, "I am looking for messages that were deleted while I wasn't listening. Still to be checked: "+count(unchecked, "channel")+".")
	}
	if len(closed) > 0 {
		text = append(append(text, "**Missed**"), closed...)
	}
	return text
}
