package bot

import (
	"bytes"
	"context"
	"fmt"
	"image/png"
	"strings"
	"testing"
	"time"

	"tally/bot/discordtest"
	"tally/eventlog/snowflake"
)

// drawn runs a command and waits for its picture, which it returns with the text.
func (w *world) drawn(s server, name string, options map[string]any) (said string, height int) {
	w.t.Helper()
	ctx, stop := context.WithTimeout(w.t.Context(), patience)
	defer stop()
	i, err := w.Interact(ctx, discordtest.Command{Guild: s.ID(), Channel: s.general, User: s.ann, Name: name, Options: options})
	if err != nil {
		w.t.Fatal(err)
	}
	r, err := i.Wait(ctx, func(r discordtest.Reply) bool { return len(r.Files) == 1 })
	if err != nil {
		w.t.Fatalf("/%s has no picture: %v\n%s", name, err, text(r))
	}
	picture, err := png.Decode(bytes.NewReader(r.Files[0].Data))
	if err != nil {
		w.t.Fatal(err)
	}
	return text(r), picture.Bounds().Dy()
}

// TestCardAndActivity has messages in two channels and a thread, on three days of 2026.
func TestCardAndActivity(t *testing.T) {
	clock := &handClock{now: time.Date(2026, 3, 18, 12, 0, 0, 0, time.UTC), step: time.Millisecond}
	w := newWorld(t, discordtest.Options{Clock: clock.Now})
	s := w.addServer("active")
	thread := s.AddThread(discordtest.ThreadSpec{Parent: s.general, Name: "thread"})
	send := func(channel, author snowflake.ID, day, n int) {
		for i := range n {
			w.Send(channel, discordtest.Message{Author: author, ID: snowflake.At(time.Date(2026, 3, day, 9, int(channel%7), i, 0, time.UTC))})
		}
	}
	send(s.general, s.ann, 2, 3)
	send(thread, s.ann, 5, 5)
	send(s.other, s.ann, 18, 2)
	send(s.other, s.bob, 17, 30)
	staff := s.AddChannel(discordtest.ChannelSpec{Name: "staff", Overwrites: []discordtest.Overwrite{
		{ID: s.ID(), Deny: discordtest.PermViewChannel}, {ID: w.BotID(), Type: 1, Allow: discordtest.PermViewChannel},
	}})
	send(staff, s.bob, 16, 4) // all see the answers, and not all the channel
	w.start()
	w.run(s.Guild, "import-messages", nil)
	w.imported(s.Guild)

	whole, all := w.drawn(s, "activity", nil)
	for name, c := range map[string]struct {
		command string
		options map[string]any
		want    []string
	}{
		"card": {"message-count", nil, []string{"wrote **10 messages**.", "Rank: 2 of 2", "Share of the server: 22.7 %",
			fmt.Sprintf("First message: <t:%d:R>", time.Date(2026, 3, 2, 9, int(s.general%7), 0, 0, time.UTC).Unix()), "Best day: 2026-03-05: 5", "#general: 8\n#other: 2"}},
		"card of today":     {"message-count", map[string]any{"period": "today"}, []string{"wrote **2 messages** today.", "Rank: 1 of 1", "server: 100.0 %", "#other: 2"}},
		"card of another":   {"message-count", map[string]any{"user": s.bob, "period": "7-days"}, []string{"wrote **34 messages** the last 7 days.", "Rank: 1 of 2", "server: 94.4 %"}},
		"activity of a day": {"activity", map[string]any{"period": "today"}, []string{"Activity of active: today", "2 messages."}},
		"of a channel":      {"activity", map[string]any{"channel": s.general}, []string{"In <#", "8 messages."}},
		"of a member":       {"activity", map[string]any{"user": s.bob}, []string{fmt.Sprintf("By <@%d>.", s.bob), "34 messages."}},
		"hidden":            {"message-count", map[string]any{"user": s.bob}, []string{"#other: 30\nhidden or deleted channels: 4"}},
	} {
		got, height := w.drawn(s, c.command, c.options)
		for _, want := range c.want {
			if !strings.Contains(got, want) {
				t.Errorf("%s lacks %q:\n%s", name, want, got)
			}
		}
		if height == 0 || height > all {
			t.Errorf("%s is %d high, all of it %d", name, height, all)
		}
	}
	if !strings.Contains(whole, "44 messages.") {
		t.Errorf("activity:\n%s", whole)
	}
	if got := w.run(s.Guild, "message-count", map[string]any{"user": s.Owner()}); !strings.Contains(got, "wrote **0 messages**") {
		t.Errorf("who wrote nothing:\n%s", got)
	}
	if got := w.run(s.Guild, "activity", map[string]any{"user": s.Owner()}); !strings.Contains(got, "0 messages.") {
		t.Errorf("activity of nothing:\n%s", got)
	}
}
