package discordtest

import (
	"maps"
	"os"
	"testing"
	"time"

	"github.com/bwmarrin/discordgo"

	"tally/eventlog/snowflake"
)

const serverA = "../../../shared/data/server-a"

func loaded(t testing.TB) (*Server, *Guild) {
	t.Helper()
	if _, err := os.Stat(serverA); err != nil {
		t.Skip("the real server's history is not here:", err)
	}
	s := newServer(t, Options{})
	g, err := Load(s, serverA)
	if err != nil {
		t.Fatal(err)
	}
	return s, g
}

func TestLoad(t *testing.T) {
	s, g := loaded(t)
	if n := len(g.Channels()); n != 122+645 {
		t.Errorf("%d channels and threads", n)
	}
	all, counted := 0, 0
	users := map[snowflake.ID]bool{}
	for _, c := range g.Channels() {
		for m := range g.History(c) {
			all++
			users[m.Author] = true
			if m.Counts {
				counted++
			}
		}
	}
	truth := s.Truth(g.ID())
	if all != 293_195 || len(users) != 3660 || truth.Total != counted || counted == 0 || counted >= all {
		t.Errorf("%d messages by %d, %d counted, truth %d", all, len(users), counted, truth.Total)
	}
	// Discordgo can walk through a whole channel of it.
	d := s.Session()
	defer d.Client.CloseIdleConnections()
	channels, err := d.GuildChannels(g.ID().String())
	if err != nil || len(channels) != 122 {
		t.Fatalf("%d channels, %v", len(channels), err)
	}
	if n := walk(t, d, channels[1].ID); n != channelSize(g, channels[1].ID) {
		t.Errorf("walked over %d", n)
	}
	clean(t, s)
}

func channelSize(g *Guild, channel string) (n int) {
	id, _ := snowflake.Parse(channel)
	for range g.History(id) {
		n++
	}
	return n
}

func walk(t testing.TB, d *discordgo.Session, channel string) (n int) {
	t.Helper()
	for before := ""; ; {
		page, err := d.ChannelMessages(channel, 100, before, "", "")
		if err != nil {
			t.Fatal(err)
		}
		if len(page) == 0 {
			return n
		}
		n += len(page)
		before = page[len(page)-1].ID
	}
}

func TestGenerateIsDeterministic(t *testing.T) {
	at := time.Date(2026, 11, 23, 0, 0, 0, 0, time.UTC)
	build := func(seed uint64) (*Server, *Guild) {
		s := newServer(t, Options{})
		return s, Generate(s, GenerateOptions{Messages: 20_000, Channels: 30, Seed: seed, Until: at})
	}
	a, ga := build(1)
	b, gb := build(1)
	c, gc := build(2)
	ta, tb, tc := a.Truth(ga.ID()), b.Truth(gb.ID()), c.Truth(gc.ID())
	if ta.Total != tb.Total || !maps.Equal(ta.Users, tb.Users) || !maps.Equal(ta.Channels, tb.Channels) {
		t.Error("same seed, other truth")
	}
	if maps.Equal(ta.Users, tc.Users) {
		t.Error("other seed, same truth")
	}
}

func TestGenerateIsSound(t *testing.T) {
	s := newServer(t, Options{})
	at := time.Date(2026, 11, 23, 0, 0, 0, 0, time.UTC)
	g := Generate(s, GenerateOptions{Messages: 50_000, Channels: 40, Until: at})
	seen, kinds, users := map[snowflake.ID]bool{}, map[int]int{}, map[snowflake.ID]int{}
	total, sameMs := 0, 0
	for _, c := range g.Channels() {
		last := snowflake.ID(0)
		for m := range g.History(c) {
			if seen[m.ID] || m.ID <= last || !m.ID.Time().Before(at) {
				t.Fatalf("message %v at %v after %v", m.ID, m.ID.Time(), last)
			}
			if m.ID.Ms() == last.Ms() {
				sameMs++
			}
			seen[m.ID], last = true, m.ID
			kinds[m.Type]++
			if m.Counts {
				users[m.Author]++
				total++
			}
		}
	}
	truth := s.Truth(g.ID())
	if len(seen) != 50_000 || truth.Total != total || !maps.Equal(truth.Users, users) {
		t.Errorf("%d messages, truth %d, counted %d", len(seen), truth.Total, total)
	}
	for _, k := range []int{0, 6, 7, 18, 19, 20, 21} {
		if kinds[k] == 0 {
			t.Errorf("no message of type %d", k)
		}
	}
	if sameMs == 0 {
		t.Error("no two messages in one millisecond")
	}
}
