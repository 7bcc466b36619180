package bot

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"tally/bot/discordtest"
	"tally/eventlog/snowflake"
)

// crowd is a server in which the person on rank r wrote 40 - r messages.
func crowd(w *world, people int) (s server, ranked []snowflake.ID) {
	s = w.addServer("crowd")
	for r := 1; r <= people; r++ {
		u := s.AddUser(fmt.Sprint("rank ", r), false)
		for range 40 - r {
			w.Send(s.general, discordtest.Message{Author: u})
		}
		ranked = append(ranked, u)
	}
	w.start()
	w.run(s.Guild, "import-messages", nil)
	w.imported(s.Guild)
	return s, ranked
}

// onBoard reads the ranks of a board's rows, and which of them are marked as left.
func onBoard(board string) (ranks, left []int) {
	for line := range strings.Lines(board) {
		var rank, user, n int
		line = strings.TrimSpace(line)
		marked := strings.Contains(line, " (left)")
		if got, _ := fmt.Sscanf(strings.Replace(line, " (left)", "", 1), "**%d.** <@%d> — %d", &rank, &user, &n); got == 3 {
			if ranks = append(ranks, rank); marked {
				left = append(left, rank)
			}
		}
	}
	return ranks, left
}

// pressOnBoard asks for a board and presses a button on it.
func (w *world) pressOnBoard(s server, options map[string]any, button string) string {
	w.t.Helper()
	ctx, stop := context.WithTimeout(w.t.Context(), patience)
	defer stop()
	i, err := w.Interact(ctx, discordtest.Command{Guild: s.ID(), Channel: s.general, User: s.ann, Name: "leaderboard", Options: options})
	if err != nil {
		w.t.Fatal(err)
	}
	if _, err := i.Filled(ctx); err != nil {
		w.t.Fatal(err)
	}
	pressed, err := i.Press(ctx, button)
	if err != nil {
		w.t.Fatal(err)
	}
	r, err := pressed.Filled(ctx)
	if err != nil {
		w.t.Fatal(err)
	}
	return text(r)
}

// TestThoseWhoLeft marks them, and leaves them out where that is asked for.
func TestThoseWhoLeft(t *testing.T) {
	clock := &handClock{now: time.Date(2026, 3, 18, 12, 0, 0, 0, time.UTC), step: time.Millisecond}
	w := newWorld(t, discordtest.Options{Clock: clock.Now})
	s, ranked := crowd(w, 25)
	for _, rank := range []int{2, 5, 11, 12, 25} {
		s.RemoveUser(ranked[rank-1])
	}
	hide, today := map[string]any{"hide_left": true}, map[string]any{"hide_left": true, "period": "today"}
	for _, c := range []struct {
		what        string
		board       string
		ranks, left string
		footer      string
	}{
		{"all", w.run(s.Guild, "leaderboard", nil), "[1 2 3 4 5 6 7 8 9 10]", "[2 5]", "Page 1 of 3 · "},
		{"the next page of all", w.run(s.Guild, "leaderboard", map[string]any{"page": 2}), "[11 12 13 14 15 16 17 18 19 20]", "[11 12]", "Page 2 of 3"},
		{"today", w.run(s.Guild, "leaderboard", map[string]any{"period": "today"}), "[1 2 3 4 5 6 7 8 9 10]", "[2 5]", "Page 1 of 3"},
		{"those here", w.run(s.Guild, "leaderboard", hide), "[1 3 4 6 7 8 9 10 13 14]", "[]", "Page 1 · "},
		{"those here today", w.run(s.Guild, "leaderboard", today), "[1 3 4 6 7 8 9 10 13 14]", "[]", "Without those who left; ranks"},
		{"the next page of those here", w.pressOnBoard(s, hide, "leaderboard:2:all:0::here"), "[15 16 17 18 19 20 21 22 23 24]", "[]", "Page 2 of 2"},
		{"the same after a switch of the period", w.pressOnBoard(s, hide, "leaderboard:1:today:0::here"), "[1 3 4 6 7 8 9 10 13 14]", "[]", "Without those"},
		{"a page that isn't there", w.run(s.Guild, "leaderboard", map[string]any{"hide_left": true, "page": 3}), "[15 16 17 18 19 20 21 22 23 24]", "[]", "Page 2 of 2"},
	} {
		ranks, left := onBoard(c.board)
		if fmt.Sprint(ranks) != c.ranks || fmt.Sprint(left) != c.left || !strings.Contains(c.board, c.footer) {
			t.Errorf("%s: ranks %v, left %v:\n%s", c.what, ranks, left, c.board)
		}
	}
	for rank, want := range map[int]string{2: " (left) wrote **38 messages**", 3: "> wrote **37 messages**"} {
		if got := w.run(s.Guild, "message-count", map[string]any{"user": ranked[rank-1]}); !strings.Contains(got, want) {
			t.Errorf("the count of rank %d:\n%s", rank, got)
		}
	}
	if got := w.run(s.Guild, "activity", map[string]any{"user": ranked[1]}); !strings.Contains(got, "By <@"+ranked[1].String()+"> (left). ") {
		t.Errorf("the activity of rank 2:\n%s", got)
	}

	s.JoinUser(ranked[1]) // who is back and writes is marked no more
	w.Send(s.general, discordtest.Message{Author: ranked[1]})
	w.until("who is back is marked no more", func() bool {
		_, left := onBoard(w.run(s.Guild, "leaderboard", nil))
		return fmt.Sprint(left) == "[5]"
	})
	s.JoinUser(ranked[4])
	clock.move(11 * time.Minute)
	w.until("who is back and silent is marked no more", func() bool { // the bot hears of the time from answers
		_, left := onBoard(w.run(s.Guild, "leaderboard", nil))
		return len(left) == 0
	})
}

// TestLookUps has them fail, hang, and be many: nobody is marked or hidden who may be here, answers come in time, and
// Discord is not asked for more than an answer may.
func TestLookUps(t *testing.T) {
	bubble(t, discordtest.Options{Clock: bubbleTime}, func(t *testing.T, w *world) {
		s, ranked := crowd(w, 38)
		for _, u := range ranked[:36] {
			s.RemoveUser(u)
		}
		var asked atomic.Int32
		var fault atomic.Pointer[discordtest.Fault]
		w.OnRequest(func(r *http.Request) *discordtest.Fault {
			if !strings.Contains(r.URL.Path, "/members/") {
				return nil
			}
			asked.Add(1)
			return fault.Load()
		})
		for what, f := range map[string]discordtest.Fault{"fail": {Status: 500, Body: "{}"}, "are refused": {Status: 403, Body: `{"code":50001}`}, "hang": {Delay: time.Hour}} {
			fault.Store(&f)
			for _, hide := range []bool{false, true} {
				board := w.run(s.Guild, "leaderboard", map[string]any{"hide_left": hide})
				if ranks, left := onBoard(board); fmt.Sprint(ranks, left) != "[1 2 3 4 5 6 7 8 9 10] []" || strings.Contains(board, "as far as I could") != hide {
					t.Errorf("look-ups %s, hide_left %v:\n%s", what, hide, board)
				}
			}
		}
		fault.Store(nil)
		asked.Store(0)
		board := w.run(s.Guild, "leaderboard", map[string]any{"hide_left": true})
		if ranks, _ := onBoard(board); asked.Load() != 30 || len(ranks) == 0 || ranks[0] != 31 || !strings.Contains(board, "as far as I could") {
			t.Errorf("%d look-ups:\n%s", asked.Load(), board)
		}
		board = w.run(s.Guild, "leaderboard", map[string]any{"hide_left": true}) // what is known needs no look-up
		if ranks, _ := onBoard(board); asked.Load() != 38 || fmt.Sprint(ranks) != "[37 38]" || strings.Contains(board, "as far as I could") {
			t.Errorf("%d look-ups:\n%s", asked.Load(), board)
		}
	})
}
