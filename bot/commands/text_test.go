package commands

import (
	"fmt"
	"strconv"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/bwmarrin/discordgo"
	"pgregory.net/rapid"

	"tally/bot/importer"
	"tally/eventlog"
	"tally/eventlog/snowflake"
	"tally/projections"
)

// limit is Discord's for a description (https://discord.com/developers/docs/resources/message#embed-object-embed-limits).
const limit = 4096

func TestFormats(t *testing.T) {
	for _, c := range []struct{ got, want string }{
		{number(0), "0"}, {number(999), "999"}, {number(1000), "1,000"}, {number(uint64(1234567)), "1,234,567"},
		{count(0, "message"), "0 messages"}, {count(1, "message"), "1 message"}, {count(2000, "message"), "2,000 messages"},
		{roughly(time.Second), "less than a minute"}, {roughly(time.Minute), "about 1 minute"}, {roughly(89 * time.Second), "about 1 minute"},
		{roughly(90 * time.Second), "about 2 minutes"}, {roughly(time.Hour), "about 1 hour 0 minutes"},
		{roughly(25*time.Hour + 61*time.Second), "about 25 hours 1 minute"},
		{took(-time.Second), "about a second"}, {took(999 * time.Millisecond), "about a second"}, {took(1499 * time.Millisecond), "1s"}, {took(3723 * time.Second), "1h2m3s"},
		{user(5), "<@5>"}, {channel(5), "<#5>"}, {instant(time.Unix(9, 0)), "<t:9:f>"}, {ago(time.Unix(9, 0)), "<t:9:R>"},
		{lines(nil), ""}, {lines([]string{"", "a", "", "b"}), "a\nb"},
	} {
		if c.got != c.want {
			t.Errorf("%q, want %q", c.got, c.want)
		}
	}
}

// TestLinesFit has lines of any length and number fit, and what is left out be counted.
func TestLinesFit(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		length := rapid.SampledFrom([]int{1, 30, 400, 5000}).Draw(t, "length")
		all := rapid.SliceOfN(rapid.Custom(func(t *rapid.T) string {
			return strings.Repeat(rapid.SampledFrom([]string{"a", "é", "█"}).Draw(t, "rune"), rapid.IntRange(1, length).Draw(t, "n"))
		}), 0, 300).Draw(t, "lines")
		want := len(all)
		text := lines(all)
		if n := utf8.RuneCountInString(text); n > limit || !utf8.ValidString(text) {
			t.Fatalf("%d characters", n)
		}
		shown := 0
		for line := range strings.Lines(text) {
			if left, ok := strings.CutPrefix(line, "… and "); ok {
				n, err := strconv.Atoi(strings.TrimSuffix(left, " more"))
				if err != nil {
					t.Fatal(err)
				}
				shown += n
			} else {
				shown++
			}
		}
		if shown != want {
			t.Fatalf("%d lines are shown or counted, want %d", shown, want)
		}
	})
}

func unreadImport(n int) projections.Import {
	imp := projections.Import{Outcome: eventlog.Completed, Cutoff: 5 << 22, Messages: 10, Channels: map[snowflake.ID]*projections.ImportChannel{
		1: {Outcome: eventlog.Completed}, 2: {Outcome: eventlog.Completed},
	}}
	for id := range snowflake.ID(n) {
		imp.Channels[1_000_000_000_000_000_000+id] = &projections.ImportChannel{Outcome: eventlog.NoPermission}
	}
	return imp
}

// TestManyUnreadable has 300 channels that could not be read: as many as fit are named.
func TestManyUnreadable(t *testing.T) {
	e := endEmbed(newTarget().Directory, importer.Progress{Import: unreadImport(300)})
	if n := utf8.RuneCountInString(e.Description); n > limit {
		t.Errorf("the description has %d characters", n)
	}
	for _, want := range []string{"**Not read** (300)", "<#1000000000000000000>: I don't see it any more", " more", "from **2 channels**"} {
		if !strings.Contains(e.Description, want) {
			t.Errorf("%q is missing:\n%s", want, e.Description)
		}
	}
}

func TestRemedies(t *testing.T) {
	target := newTarget()
	imp := projections.Import{Channels: map[snowflake.ID]*projections.ImportChannel{
		11: {Outcome: eventlog.NoPermission}, 12: {Outcome: eventlog.NoPermission}, 13: {Outcome: eventlog.Gone}, 14: {Outcome: eventlog.Completed}, 15: {},
	}}
	want := []string{
		"<#11>: I may not read its history. Give me Read Message History there",
		"<#12>: I may not enter the voice channel. Give me Connect there", "`13`: it was deleted meanwhile",
	}
	if got := unreadable(target.Directory, imp); fmt.Sprint(got) != fmt.Sprint(want) {
		t.Errorf("%q, want %q", got, want)
	}
}

func TestProgressText(t *testing.T) {
	for _, c := range []struct {
		p    importer.Progress
		want []string
	}{
		{importer.Progress{}, []string{"listing the channels"}},
		{importer.Progress{Channels: 3}, []string{"`░░░░░░░░░░░░░░░░░░░░` about 0 %", "**Time left** not known yet"}},
		{importer.Progress{Channels: 3, Fraction: 0.999, Done: 2, Rate: 1234.5, Left: time.Hour}, []string{"`███████████████████░` about 99 %", "2 of 3", "1,234 messages", "about 1 hour"}},
		{importer.Progress{Channels: 3, Fraction: 1}, []string{"`████████████████████` about 100 %"}},
	} {
		text := progressText(c.p)
		for _, want := range c.want {
			if !strings.Contains(text, want) {
				t.Errorf("%+v lacks %q:\n%s", c.p, want, text)
			}
		}
	}
}

// TestLeaderboard turns pages to both ends and beyond.
func TestLeaderboard(t *testing.T) {
	counts := []int{3, 5, 5, 1, 5}
	for range 18 {
		counts = append(counts, 1)
	}
	g := newGuild(t, counts...)
	for _, c := range []struct {
		page          int
		first, footer string
		rows          int
		before, after bool // the buttons that can be pressed
	}{
		{1, "**1.** <@102> — 5\n**2.** <@103> — 5\n**3.** <@105> — 5\n**4.** <@101> — 3\n**5.** <@104> — 1", "Page 1 of 3 · 37 messages in all · you: 3, rank 4", 10, false, true},
		{2, "**11.** <@111> — 1", "Page 2 of 3", 10, true, true},
		{3, "**21.** <@121> — 1", "Page 3 of 3", 3, true, false},
		{99, "**21.**", "Page 3 of 3", 3, true, false},
		{0, "**1.**", "Page 1 of 3", 10, false, true},
		{-5, "**1.**", "Page 1 of 3", 10, false, true},
	} {
		page := rankingOfAll(g, 101).pageOf(c.page)
		rep := boardQuery{span: span{period: allTime}, page: page.page}.reply("test", "", page)
		if rows := strings.Count(rep.embed.Description, "\n") + 1; rows != c.rows || !strings.HasPrefix(rep.embed.Description, c.first) || !strings.HasPrefix(rep.embed.Footer.Text, c.footer) {
			t.Errorf("page %d, %d rows:\n%s\n%s", c.page, rows, rep.embed.Description, rep.embed.Footer.Text)
		}
		row := rep.buttons[0].(discordgo.ActionsRow).Components
		if previous, next := row[0].(discordgo.Button), row[1].(discordgo.Button); previous.Disabled == c.before || next.Disabled == c.after || previous.CustomID == next.CustomID {
			t.Errorf("page %d: the buttons are %+v and %+v", c.page, previous, next)
		}
	}
}

func TestLeaderboardOfFew(t *testing.T) {
	for _, counts := range [][]int{{}, {2}, {1, 1, 1, 1, 1, 1, 1, 1, 1, 1}} {
		rep := boardQuery{span: span{period: allTime}, page: 1}.reply("test", "", rankingOfAll(newGuild(t, counts...), 999).pageOf(1))
		if len(rep.buttons[0].(discordgo.ActionsRow).Components) != 1 || rep.embed.Description == "" || strings.Contains(rep.embed.Footer.Text, "you:") {
			t.Errorf("%d users: %+v, %s", len(counts), rep.buttons, rep.embed.Footer.Text)
		}
	}
}
