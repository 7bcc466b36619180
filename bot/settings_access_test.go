package bot

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"

	"tally/bot/discordtest"
	"tally/eventlog/snowflake"
	"tally/projections"
)

// asked gives a command and returns the interaction with its answer.
func (w *world) asked(s server, user snowflake.ID, name string, o options) (*discordtest.Interaction, discordtest.Reply) {
	w.t.Helper()
	ctx, stop := context.WithTimeout(w.t.Context(), patience)
	defer stop()
	i, err := w.Interact(ctx, discordtest.Command{Guild: s.ID(), Channel: s.general, User: user, Name: name, Options: o})
	if err != nil {
		w.t.Fatal(err)
	}
	r, err := i.Filled(ctx)
	if err != nil {
		w.t.Fatalf("/%s: %v", name, err)
	}
	return i, r
}

// TestAccess narrows an open command and its buttons to a role, and lets the role give one that is for managers.
func TestAccess(t *testing.T) {
	w := newWorld(t, discordtest.Options{})
	s := w.addServer("access")
	staff, keeper := s.AddRole("staff", 0), s.AddUser("keeper", false)
	s.GiveRole(s.bob, staff)
	s.SetUserPermissions(keeper, discordtest.DefaultPermissions|discordtest.PermManageGuild)
	w.write(s, 60)
	w.start()
	w.run(s.Guild, "import-messages", nil)
	w.imported(s.Guild)
	board, _ := w.asked(s, s.ann, "leaderboard", nil)
	may := func(user snowflake.ID, name string, want bool) {
		t.Helper()
		_, r := w.asked(s, user, name, nil)
		if refused := strings.Contains(text(r), "That doesn't work"); refused == want || refused && (!r.Ephemeral() || !strings.Contains(text(r), "/settings access")) {
			t.Errorf("/%s by <@%d>: %s", name, user, text(r))
		}
	}
	may(s.ann, "leaderboard", true)
	for _, name := range []string{"erase-user", "settings"} {
		w.set(s, "access", options{"command": name, "who": "everyone"}, "Not everybody")
	}
	w.set(s, "access", options{"command": "leaderboard", "role": staff}, fmt.Sprintf("`/leaderboard` is for <@&%d> and members with Manage Server", staff))
	may(s.ann, "leaderboard", false)
	may(s.ann, "message-count", true)
	may(s.bob, "leaderboard", true)
	may(keeper, "leaderboard", true)
	may(s.Owner(), "leaderboard", true)
	ctx, stop := context.WithTimeout(t.Context(), patience)
	defer stop()
	pressed, err := board.Press(ctx, "leaderboard:1:today:0:")
	if err != nil {
		t.Fatal(err)
	}
	if r, err := pressed.Filled(ctx); err != nil || !strings.Contains(text(r), "is for <@&") || !r.Ephemeral() {
		t.Errorf("a button of what she may not give any more: %s, %v", text(r), err)
	}
	if _, err := w.Interact(ctx, discordtest.Command{Guild: s.ID(), Channel: s.general, User: s.bob, Name: "recount"}); !errors.Is(err, discordtest.ErrNotAllowed) {
		t.Errorf("Discord shows what is for managers: %v", err)
	}
	s.AllowCommand("recount", staff)
	may(s.bob, "recount", false) // Discord lets him, the settings don't
	w.set(s, "access", options{"command": "recount", "role": staff}, "Integrations")
	may(s.bob, "recount", true)
	w.stopBot()
	w.start()
	may(s.bob, "recount", true)
	may(s.ann, "leaderboard", false)
	w.set(s, "access", options{"command": "leaderboard", "who": "members with Manage Server only"}, "is for members with Manage Server from")
	may(s.bob, "leaderboard", false)
	may(keeper, "leaderboard", true)
	w.set(s, "show", nil, "`/leaderboard` `/erase-user`", fmt.Sprintf("`/recount`: <@&%d> and members with Manage Server", staff))
	w.set(s, "access", options{"command": "leaderboard", "who": "everyone"}, "for everyone")
	may(s.ann, "leaderboard", true)
	w.set(s, "access", options{"command": "leaderboard", "who": "as by default"}, "nothing was changed")
	w.set(s, "access", options{"command": "recount", "who": "as by default"}, "is for members with Manage Server")
	may(s.bob, "recount", false)
	w.set(s, "access", options{"command": "recount"}, "either `who`, or a `role`")
}

// TestAccessOfSeveralRoles opens a command to one role after another, takes one away, and the other, up to all that there may be.
func TestAccessOfSeveralRoles(t *testing.T) {
	w := newWorld(t, discordtest.Options{})
	s := w.addServer("roles")
	mods, helpers := s.AddRole("mods", 0), s.AddRole("helpers", 0)
	s.GiveRole(s.ann, mods)
	s.GiveRole(s.bob, helpers)
	s.AllowCommand("recount", mods)
	s.AllowCommand("recount", helpers)
	w.start()
	may := func(command string, ann, bob bool) {
		t.Helper()
		for user, want := range map[snowflake.ID]bool{s.ann: ann, s.bob: bob} {
			if _, r := w.asked(s, user, command, nil); strings.Contains(text(r), "That doesn't work") == want {
				t.Errorf("/%s by <@%d>: %s", command, user, text(r))
			}
		}
	}
	both := fmt.Sprintf("<@&%d>, <@&%d> and members with Manage Server", min(mods, helpers), max(mods, helpers))
	alone := func(role snowflake.ID) string {
		return fmt.Sprintf("is for <@&%d> and members with Manage Server", role)
	}
	w.set(s, "access", options{"command": "recount", "role": helpers}, alone(helpers), "Integrations")
	w.set(s, "access", options{"command": "recount", "role": mods}, "`/recount` is for ", both, "Integrations")
	may("recount", true, true)
	w.set(s, "access", options{"command": "recount", "role": mods}, "nothing was changed")
	w.stopBot()
	w.start()
	may("recount", true, true)
	w.set(s, "show", nil, "`/recount`: "+both)
	if got := w.run(s.Guild, "settings access", options{"command": "recount", "remove": helpers}); !strings.Contains(got, alone(mods)) || strings.Contains(got, "Integrations") {
		t.Errorf("one is taken away: %s", got)
	}
	may("recount", true, false)
	w.set(s, "access", options{"command": "recount", "remove": helpers}, "That role may not give `/recount`")
	w.set(s, "access", options{"command": "recount", "remove": mods}, "is for members with Manage Server from")
	may("recount", false, false)

	w.set(s, "access", options{"command": "leaderboard", "remove": mods}, "Everyone may give `/leaderboard`")
	w.set(s, "access", options{"command": "leaderboard", "role": mods}, alone(mods))
	w.set(s, "access", options{"command": "leaderboard", "role": helpers}, both)
	may("leaderboard", true, true)
	w.set(s, "access", options{"command": "leaderboard", "role": s.ID()}, "is for everyone")
	w.set(s, "access", options{"command": "leaderboard", "remove": s.ID()}, "is for members with Manage Server from")
	may("leaderboard", false, false)
	w.set(s, "access", options{"command": "settings", "role": s.ID()}, "Not everybody")
	w.set(s, "access", options{"command": "recount", "role": mods, "remove": helpers}, "either `who`, or a `role`")
	w.set(s, "access", options{"command": "recount", "role": mods, "who": "everyone"}, "either `who`, or a `role`")

	for n := range 10 {
		w.set(s, "access", options{"command": "export", "role": s.AddRole(fmt.Sprint("role ", n), 0)}, "`/export` is for ")
	}
	w.set(s, "access", options{"command": "export", "role": mods}, "10 roles may give `/export` already", "`remove`")
}

// TestPrivateAnswers has answers seen by who asks alone: at once, deferred, with a picture, and after a button; and
// by all again.
func TestPrivateAnswers(t *testing.T) {
	w := newWorld(t, discordtest.Options{})
	s := w.addServer("private")
	w.write(s, 60)
	w.start()
	w.run(s.Guild, "import-messages", nil)
	w.imported(s.Guild)
	open, _ := w.asked(s, s.ann, "leaderboard", nil)
	w.set(s, "answers", options{"seen_by": "only who asks"}, "Only who asks sees them.")
	var last *discordtest.Interaction
	for _, c := range []struct {
		name string
		o    options
	}{{"message-count", nil}, {"activity", nil}, {"import-status", nil}, {"leaderboard", nil}} {
		i, r := w.asked(s, s.ann, c.name, c.o)
		if !r.Ephemeral() {
			t.Errorf("everyone sees the answer to /%s", c.name)
		}
		last = i
	}
	w.set(s, "count", options{"bots": true}) // so that what the bot writes would count
	w.rules.Bots = true
	w.exact(s.Guild)
	before := w.total(s)
	if _, r := w.asked(s, s.Owner(), "import-messages", options{"force": true}); !r.Ephemeral() || !strings.Contains(text(r), "`/import-status` says") {
		t.Errorf("everyone sees an import's start: %s", text(r))
	}
	w.until("the import is done", func() (done bool) {
		w.view(s.Guild, func(g *projections.Guild) { done = g.Committed().Number == 2 })
		return done
	})
	if w.exact(s.Guild); w.total(s) != before {
		t.Error("everyone sees the import's reports")
	}
	if _, r := w.asked(s, s.Owner(), "verify-message-counts", options{"deep": true}); !r.Ephemeral() {
		t.Error("everyone sees a verification")
	}
	ctx, stop := context.WithTimeout(t.Context(), patience)
	defer stop()
	press := func(i *discordtest.Interaction, callback int) {
		t.Helper()
		pressed, err := i.Press(ctx, "leaderboard:1:today:0:")
		if err != nil {
			t.Fatal(err)
		}
		r, err := pressed.Filled(ctx)
		if err != nil || !r.Ephemeral() || pressed.Callback() != callback || !strings.Contains(text(r), "today") {
			t.Errorf("answer of type %d, %v: %s", pressed.Callback(), err, text(r))
		}
	}
	press(last, 7) // her own message changes
	press(open, 4) // what all see doesn't
	w.set(s, "answers", options{"seen_by": "everyone"}, "Everyone sees them.")
	if _, r := w.asked(s, s.ann, "message-count", nil); r.Ephemeral() {
		t.Error("nobody sees the answer")
	}
	if _, r := w.asked(s, s.Owner(), "settings show", nil); !r.Ephemeral() {
		t.Error("everyone sees the settings")
	}
}
