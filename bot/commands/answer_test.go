package commands

import (
	"context"
	"encoding/json"
	"errors"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/bwmarrin/discordgo"

	"tally/eventlog/snowflake"
)

func after(d time.Duration, rep reply, err error) handler {
	return func(ctx context.Context, _ interaction) (reply, error) {
		select {
		case <-time.After(d):
			return rep, err
		case <-ctx.Done():
			return reply{}, ctx.Err()
		}
	}
}

// TestAnswer gives answers at once and late, good and bad ones, to commands and to buttons.
func TestAnswer(t *testing.T) {
	const (
		command = discordgo.InteractionApplicationCommand
		button  = discordgo.InteractionMessageComponent
		late    = deferAfter + time.Second
	)
	good := reply{embed: notice("fine", "text")}
	expired := func(c call) (int, int) {
		if c.what == "edit reply" {
			return 401, 50027
		}
		return 0, 0
	}
	for name, c := range map[string]struct {
		kind    discordgo.InteractionType
		handle  handler
		private bool
		refuse  func(call) (int, int)
		calls   []string
		first   int    // type of the first answer
		text    string // in the last call
	}{
		"a command, at once":           {command, after(0, good, nil), false, nil, []string{"respond"}, 4, "fine"},
		"a command, just in time":      {command, after(deferAfter-1, good, nil), false, nil, []string{"respond"}, 4, "fine"},
		"a command, late":              {command, after(late, good, nil), false, nil, []string{"respond", "edit reply"}, 5, "fine"},
		"a command, later than tokens": {command, after(16*time.Minute, good, nil), false, expired, []string{"respond", "edit reply", "post"}, 5, "fine"},
		"for the asker, too late":      {command, after(16*time.Minute, good, nil), true, expired, []string{"respond", "edit reply", "post"}, 5, "came too late"},
		"a button, at once":            {button, after(0, good, nil), false, nil, []string{"respond"}, 7, "fine"},
		"a button, late":               {button, after(late, good, nil), false, nil, []string{"respond", "edit reply"}, 6, "fine"},
		"a command that can't be done": {command, after(0, reply{}, userError("because")), false, nil, []string{"respond"}, 4, "because"},
		"a command that fails":         {command, after(0, reply{}, errors.New("disk full")), false, nil, []string{"respond"}, 4, "disk full"},
		"a command that fails late":    {command, after(late, reply{}, errors.New("disk full")), false, nil, []string{"respond", "edit reply"}, 5, "disk full"},
		"a refusal":                    {command, refuse("because"), true, nil, []string{"respond"}, 4, `"flags":64`},
		// Everybody sees the message that the button is on: it must not become one person's refusal.
		"a refusal of a button": {button, refuse("because"), true, nil, []string{"respond"}, 4, `"flags":64`},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				f := &fake{refuse: c.refuse}
				err := newRouter(t, f).answer(t.Context(), asked(c.kind, 101), c.handle, c.private)
				if got := f.whats(); err != nil || !slices.Equal(got, c.calls) {
					t.Fatalf("%v, %v; want %v", got, err, c.calls)
				}
				var first struct{ Type int }
				if err := json.Unmarshal([]byte(f.calls[0].body), &first); err != nil || first.Type != c.first {
					t.Errorf("the first answer is %s, want type %d", f.calls[0].body, c.first)
				}
				last := f.calls[len(f.calls)-1]
				if !strings.Contains(last.body, c.text) {
					t.Errorf("the last call lacks %q: %s", c.text, last.body)
				}
				if c.private && last.what == "post" && strings.Contains(last.body, "fine") {
					t.Errorf("everyone sees what was for the asker alone: %s", last.body)
				}
			})
		})
	}
}

// TestAnswerStops ends with its context, and so does the handler.
func TestAnswerStops(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		for _, at := range []time.Duration{time.Second, time.Minute} {
			f := &fake{}
			ctx, stop := context.WithTimeout(t.Context(), at)
			begin := time.Now()
			_ = newRouter(t, f).answer(ctx, asked(discordgo.InteractionApplicationCommand, 101), after(time.Hour, reply{}, nil), false)
			if took := time.Since(begin); took != at {
				t.Errorf("it took %v, its context %v", took, at)
			}
			stop()
		}
	})
}

// TestRoute finds who answers what.
func TestRoute(t *testing.T) {
	command := `"type":2,"data":{"id":"1","type":1,"name":"message-count"}`
	member := `"guild_id":"1","member":{"user":{"id":"101"}},`
	for name, c := range map[string]struct {
		data string
		want string // in the answer; "": none
	}{
		"an unknown command":       {`{"id":"7","token":"x","guild_id":"1","member":{"user":{"id":"101"}},"type":2,"data":{"id":"1","type":1,"name":"gone"}}`, "this command any more"},
		"an unknown button":        {`{"id":"7","token":"x",` + member + `"type":3,"data":{"custom_id":"gone:5","component_type":2}}`, "this command any more"},
		"a direct message":         {`{"id":"7","token":"x","user":{"id":"101"},` + command + `}`, "not in a direct message"},
		"a guild that isn't known": {`{"id":"7","token":"x",` + member + command + `}`, "getting to know"},
		"a guild that can't open":  {`{"id":"7","token":"x",` + strings.Replace(member, `"1"`, `"2"`, 1) + command + `}`, "can't open this server's count"},
		"a ping":                   {`{"id":"7","token":"x","type":1}`, ""},
		"nonsense":                 {`{"id":`, ""},
	} {
		t.Run(name, func(t *testing.T) {
			f := &fake{}
			r := newRouter(t, f)
			r.Target = func(guild snowflake.ID) (*Target, error) {
				if guild == 2 {
					return nil, errors.New("no key")
				}
				return nil, ErrUnknown
			}
			r.Handle(t.Context(), json.RawMessage(c.data))
			switch {
			case c.want == "" && len(f.calls) == 0:
			case len(f.calls) != 1 || !strings.Contains(f.calls[0].body, c.want) || !strings.Contains(f.calls[0].body, `"flags":64`):
				t.Errorf("%v, want %q for the asker alone", f.calls, c.want)
			}
		})
	}
}
