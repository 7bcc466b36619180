package main

import (
	"fmt"
	"strconv"
)

// write writes the summary.
func (r *result) write(t *terminal, format string) error {
	r.Exact = r.err() == nil
	if format == "json" {
		return t.json(r)
	}
	t.say("")
	t.facts(
		[2]string{"imported", fmt.Sprintf("%s in %.1f s: %s a second", count(r.Imported, "message"), r.Seconds, number(int(float64(r.Imported)/r.Seconds)))},
		[2]string{"sent meanwhile", fmt.Sprintf("%s, %s of them while the import ran", count(r.Live.Messages, "message"), number(r.Live.During))},
		[2]string{"requests sent", number(r.Requests)},
		[2]string{"against the log", r.Log.String()},
		[2]string{"against Discord", r.Discord.String()},
		[2]string{"user by user", r.compared(r.Users, "user", r.UserDifferences)},
		[2]string{"channel by channel", r.compared(r.Channels, "channel", r.ChannelDifferences)},
	)
	if r.Chaos != nil {
		r.Chaos.write(t)
	}
	t.print("\nLeaderboard")
	var rows [][]string
	for i, u := range r.Top {
		rows = append(rows, []string{strconv.Itoa(i + 1), u.User.String(), number(u.Messages)})
	}
	t.table([]column{{name: "rank", right: true}, {name: "user_id"}, {name: "messages", right: true}}, rows)
	if err := t.out.Flush(); err != nil {
		return err
	}
	r.tellWrong(t)
	r.tellNext(t)
	return nil
}

func (v verification) String() string {
	return fmt.Sprintf("%s (counted %s, expected %s)", v.Accuracy, v.Counted, v.Expected)
}

func (r *result) compared(n int, noun string, wrong []difference) string {
	if len(wrong) == 0 {
		return fmt.Sprintf("exact: all %s", count(n, noun))
	}
	return fmt.Sprintf("%s of %s wrong", number(len(wrong)), count(n, noun))
}

// tellWrong names what is not exact.
func (r *result) tellWrong(t *terminal) {
	tell := func(noun string, list []difference) {
		for i, d := range list {
			if i == differencesShown {
				t.say("… and %s more", number(len(list)-i))
				break
			}
			t.say("%s %s: counted %s, sent %s", noun, d.ID, number(d.Counted), number(d.Expected))
		}
	}
	tell("user", r.UserDifferences)
	tell("channel", r.ChannelDifferences)
	for _, v := range r.Violations {
		t.say("broken rule: %s", v)
	}
}

// tellNext says what else there is.
func (r *result) tellNext(t *terminal) {
	t.say("\nNext:")
	if r.Data == "" {
		t.say("  tally demo --data ./demo            keep the log, to look at it")
		t.say("  tally run --data DIR --help         the bot on your own server")
		return
	}
	t.say("  tally replay --data %s         the counts again, from the log alone", r.Data)
	t.say("  tally verify --data %s         the same with exact sets of ids", r.Data)
	t.say("  tally log tail --data %s       the last events", r.Data)
	t.say("  tally log stats --data %s      the log in figures", r.Data)
}
