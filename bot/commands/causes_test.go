package commands

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"tally/bot/verify"
	"tally/eventlog/snowflake"
)

func TestCauses(t *testing.T) {
	at := snowflake.AtMs(snowflake.Epoch + 5000)
	gaps := func(n int) (all []verify.Missed) {
		for i := range n {
			all = append(all, verify.Missed{Gap: uint32(i + 1), After: at, Messages: 1000})
		}
		return all
	}
	for _, c := range []struct {
		causes verify.Causes
		want   []string
	}{
		{verify.Causes{}, nil},
		{verify.Causes{Missed: gaps(1), Gone: 2}, []string{
			"1,000 missing: sent while I wasn't listening (gap 1, from <t:1420070405:f>)",
			"2 extra: of channels that were deleted, and I didn't hear of it",
		}},
		{verify.Causes{Unread: 1, Unseen: 2, Deleted: 3, Untold: 4}, []string{
			"1 missing: sent before I listened, and no import has read them", "2 missing: Discord never told me of them",
			"3 extra: deleted while I wasn't listening", "4 extra: deleted, and Discord never told me",
		}},
	} {
		if got := causes(c.causes); !slices.Equal(got, c.want) {
			t.Errorf("%q, want %q", got, c.want)
		}
	}
	text := causes(verify.Causes{Missed: gaps(7)})
	if len(text) != gapsShown+1 || !strings.HasPrefix(text[0], "2,000 missing: sent in 2 older gaps") || !strings.Contains(text[5], "gap 7,") {
		t.Errorf("%q", text)
	}
}

// TestVerifyFits has more differences than fit: the answer keeps Discord's limit, and says that there are more.
func TestVerifyFits(t *testing.T) {
	r := verify.Result{Deep: true, Missing: 1}
	for i := range snowflake.ID(500) {
		id := 1_000_000_000_000_000_000 + i
		r.Worst = append(r.Worst, verify.User{User: id, Expected: 1, Missing: 1})
		r.Skipped = append(r.Skipped, verify.Skipped{Channel: id, Reason: "no permission to read the message history"})
		r.Causes.Missed = append(r.Causes.Missed, verify.Missed{Gap: uint32(i), After: id, Messages: 1})
	}
	text := lines(differences(r))
	for _, want := range []string{"… and 490 more\n", "495 missing: sent in 495 older gaps", "**Not compared**", fmt.Sprintf("%s: no permission", channel(1_000_000_000_000_000_000))} {
		if !strings.Contains(text, want) {
			t.Errorf("%q is missing:\n%s", want, text)
		}
	}
	if n := utf8.RuneCountInString(text); n > limit || !strings.HasSuffix(text, " more") {
		t.Errorf("%d characters:\n%s", n, text)
	}
}
