package bot

import (
	"cmp"
	"fmt"
	"maps"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"tally/bot/discordtest"
	"tally/bot/picture"
	"tally/bot/report"
	"tally/eventlog/snowflake"
)

// TestServerFigures has the bot import a real server, and one that is made up, and holds what it answers, draws and
// reports to sums of the server's files that are made here in another way.
func TestServerFigures(t *testing.T) {
	for name, dir := range map[string]string{"real": serverA, "made up": ""} {
		t.Run(name, func(t *testing.T) {
			if dir == "" {
				dir = writeServer(t)
			} else if _, err := os.Stat(dir); err != nil {
				t.Skip("the real server's history is not here:", err)
			}
			clock := &handClock{now: time.Date(2026, 9, 1, 12, 0, 0, 0, time.UTC), step: time.Millisecond}
			w := newWorld(t, discordtest.Options{Clock: clock.Now})
			g, err := discordtest.Load(w.Server, dir)
			if err != nil {
				t.Fatal(err)
			}
			w.start()
			var drawn picture.Figures
			w.bot.router.Draw = func(f picture.Figures) ([]byte, error) {
				drawn = f
				return f.PNG()
			}
			s := server{Guild: g, general: g.Channels()[0], ann: g.Owner()}
			w.run(g, "import-messages", nil)
			w.imported(g)
			files := readServer(t, dir)
			files.checkActivity(t, w, s, &drawn)
			files.checkCard(t, w, s, &drawn)
			files.checkReport(t, w, s)
			files.checkExport(t, w, s)
		})
	}
}

// by counts the messages of an author, "" for all, by what key says of each.
func (f *serverFiles) by(author string, key func(sentMessage) string) map[string]uint64 {
	sums := map[string]uint64{}
	for _, m := range f.messages {
		if author == "" || m.author == author {
			sums[key(m)]++
		}
	}
	return sums
}

// place is a message's channel, a thread's messages are its channel's: its name, and its id, for names come twice.
func (f *serverFiles) place(m sentMessage) string {
	id := cmp.Or(f.parents[m.channel], m.channel)
	return "#" + f.names[id] + " " + id
}

// places returns the channels that an author, "" for all, wrote the most in.
func (f *serverFiles) places(author string, n int) []picture.Bar {
	top := largest(f.by(author, f.place), n)
	for i := range top {
		top[i].Name, _, _ = strings.Cut(top[i].Name, " ")
	}
	return top
}

// largest returns the n largest sums; of equal ones the first by name.
func largest(sums map[string]uint64, n int) (top []picture.Bar) {
	for name, sum := range sums {
		top = append(top, picture.Bar{Name: name, Messages: sum})
	}
	slices.SortFunc(top, func(a, b picture.Bar) int {
		return cmp.Or(cmp.Compare(b.Messages, a.Messages), cmp.Compare(a.Name, b.Name))
	})
	return top[:min(n, len(top))]
}

func day(m sentMessage) string { return m.at.Format(time.DateOnly) }

func (f *serverFiles) checkActivity(t *testing.T, w *world, s server, drawn *picture.Figures) {
	t.Helper()
	text, _ := w.drawn(s, "activity", nil)
	if want := commas(len(f.messages)) + " messages."; !strings.Contains(text, want) {
		t.Errorf("/activity lacks %q:\n%s", want, text)
	}
	want := picture.Figures{Unit: "month", Hours: &[7][24]uint64{}, Channels: f.places("", 8)}
	for _, m := range f.messages {
		want.Hours[m.at.Weekday()][m.at.Hour()]++
	}
	months := f.by("", func(m sentMessage) string { return m.at.Format("Jan 2006") })
	first := f.messages[0].at
	for at := time.Date(first.Year(), first.Month(), 1, 0, 0, 0, 0, time.UTC); at.Before(w.Now()); at = at.AddDate(0, 1, 0) {
		name := at.Format("Jan 2006")
		want.Bars = append(want.Bars, picture.Bar{Name: name, Messages: months[name]})
	}
	if !strings.HasPrefix(drawn.Unit, want.Unit) || !slices.Equal(drawn.Bars, want.Bars) {
		t.Errorf("by %s:\n%v, want\n%v", drawn.Unit, drawn.Bars, want.Bars)
	}
	if *drawn.Hours != *want.Hours {
		t.Errorf("hours:\n%v, want\n%v", *drawn.Hours, *want.Hours)
	}
	if !slices.Equal(drawn.Channels, want.Channels) {
		t.Errorf("channels:\n%v, want\n%v", drawn.Channels, want.Channels)
	}
}

// checkCard asks for who wrote the most.
func (f *serverFiles) checkCard(t *testing.T, w *world, s server, drawn *picture.Figures) {
	t.Helper()
	writers := f.by("", func(m sentMessage) string { return m.author })
	top := largest(writers, 1)[0]
	who, err := snowflake.Parse(top.Name)
	if err != nil {
		t.Fatal(err)
	}
	text, _ := w.drawn(s, "message-count", map[string]any{"user": who})
	days := f.by(top.Name, day)
	first := slices.IndexFunc(f.messages, func(m sentMessage) bool { return m.author == top.Name })
	best := largest(days, 1)[0]
	channels := ""
	for _, c := range f.places(top.Name, 3) {
		channels += fmt.Sprintf("%s: %s\n", c.Name, commas(int(c.Messages)))
	}
	for _, want := range []string{
		fmt.Sprintf("<@%s> wrote **%s messages**.", top.Name, commas(int(top.Messages))),
		fmt.Sprintf("Rank: 1 of %s\n", commas(len(writers))),
		fmt.Sprintf("Share of the server: %.1f %%\n", float64(top.Messages)*100/float64(len(f.messages))),
		fmt.Sprintf("First message: <t:%d:R>\n", f.messages[first].at.Unix()),
		fmt.Sprintf("Best day: %s: %s\n", best.Name, commas(int(best.Messages))),
		"Top channels: " + channels,
	} {
		if !strings.Contains(text, want) {
			t.Errorf("the card lacks %q:\n%s", want, text)
		}
	}
	var bars []picture.Bar
	for at := w.Now().AddDate(0, 0, -89); !at.After(w.Now()); at = at.AddDate(0, 0, 1) {
		bars = append(bars, picture.Bar{Name: at.Format("2 Jan"), Messages: days[at.Format(time.DateOnly)]})
	}
	if !slices.Equal(drawn.Bars, bars) {
		t.Errorf("the card's bars:\n%v, want\n%v", drawn.Bars, bars)
	}
}

func (f *serverFiles) checkReport(t *testing.T, w *world, s server) {
	t.Helper()
	r, err := report.Read(w.log, s.ID())
	if err != nil {
		t.Fatal(err)
	}
	users, channels, days := map[string]uint64{}, map[string]uint64{}, map[string]uint64{}
	for _, u := range r.Users {
		if u.Messages > 0 {
			users[u.User.String()] = u.Messages
		}
	}
	for _, c := range r.Channels {
		if c.Messages > 0 {
			channels[c.Channel.String()] = c.Messages
		}
	}
	for _, d := range r.Days {
		days[d.Day.String()] = d.Messages
	}
	for what, pair := range map[string][2]map[string]uint64{
		"users": {users, f.by("", func(m sentMessage) string { return m.author })}, "days": {days, f.by("", day)},
		"channels": {channels, f.by("", func(m sentMessage) string { return m.channel })},
	} {
		if !maps.Equal(pair[0], pair[1]) {
			t.Errorf("the report's %s are not those of the files (%d, want %d)", what, len(pair[0]), len(pair[1]))
		}
	}
	if int(r.Messages) != len(f.messages) {
		t.Errorf("the report has %d messages, want %d", r.Messages, len(f.messages))
	}
}

func (f *serverFiles) checkExport(t *testing.T, w *world, s server) {
	t.Helper()
	r := w.export(s.Guild, map[string]any{"gzip": true})
	if len(r.Files) != 1 {
		t.Fatalf("no file:\n%s", text(r))
	}
	got := w.sumsOf(r.Files[0], s.ID())
	rows := f.by("", func(m sentMessage) string { return day(m) + m.channel + m.author })
	if got.total != len(f.messages) || got.rows != len(rows) {
		t.Errorf("the export has %d messages in %d rows, want %d in %d", got.total, got.rows, len(f.messages), len(rows))
	}
	for what, pair := range map[string][2]map[string]uint64{
		"users": {got.users, f.by("", func(m sentMessage) string { return m.author })}, "days": {got.days, f.by("", day)},
		"channels": {got.channels, f.by("", func(m sentMessage) string { return m.channel })},
	} {
		if !maps.Equal(pair[0], pair[1]) {
			t.Errorf("the export's %s are not those of the files (%d, want %d)", what, len(pair[0]), len(pair[1]))
		}
	}
}

// commas writes 1234567 as 1,234,567.
func commas(n int) string {
	text := fmt.Sprint(n)
	for at := len(text) - 3; at > 0; at -= 3 {
		text = text[:at] + "," + text[at:]
	}
	return text
}
