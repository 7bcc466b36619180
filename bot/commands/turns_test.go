package commands

import (
	"context"
	"errors"
	"log/slog"
	"testing"
	"testing/synctest"
	"time"

	"github.com/bwmarrin/discordgo"

	"tally/bot/discord"
	"tally/bot/gate"
	"tally/eventlog"
	"tally/eventlog/snowflake"
	"tally/projections"
)

// TestTurns has more commands read the log than may at once.
func TestTurns(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		turns := NewTurns()
		reading := map[snowflake.ID]*turn{}
		read := func(guild snowflake.ID) {
			got, err := turns.take(t.Context(), guild)
			if err != nil {
				t.Error(err)
				return
			}
			reading[guild] = got
		}
		begin := func(guild snowflake.ID) {
			go read(guild)
			synctest.Wait()
		}
		for range 50 {
			begin(1) // a guild that is asked a lot
		}
		begin(2)
		begin(3)
		if len(reading) != mostReading || reading[1] == nil || reading[2] == nil {
			t.Fatalf("%d are reading, of %v; want those of guilds 1 and 2", len(reading), reading)
		}
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		for _, guild := range []snowflake.ID{1, 4} {
			if _, err := turns.take(ctx, guild); !errors.Is(err, context.Canceled) {
				t.Errorf("guild %d: %v", guild, err)
			}
		}
		begin(4) // which nobody reads any more
		for _, next := range []snowflake.ID{3, 4} {
			reading[1].end()
			synctest.Wait()
			if reading[next] == nil {
				t.Fatalf("guild %d doesn't get its turn before guild 1's next", next)
			}
			reading[next].end()
			synctest.Wait()
		}
		reading[2].end()
		for range 47 {
			reading[1].end()
			synctest.Wait()
		}
	})
}

// TestCommandsTakeTurns gives each command that reads the log while its guild reads already.
func TestCommandsTakeTurns(t *testing.T) {
	text := func(name, value string) *discordgo.ApplicationCommandInteractionDataOption {
		return &discordgo.ApplicationCommandInteractionDataOption{Type: discordgo.ApplicationCommandOptionString, Name: name, Value: value}
	}
	r := newRouter(t, &fake{})
	turn, err := r.Turns.take(t.Context(), 1)
	if err != nil {
		t.Fatal(err)
	}
	defer turn.end()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	for name, options := range map[string][]*discordgo.ApplicationCommandInteractionDataOption{
		leaderboardName: {text("period", "today")}, "message-count": {text("period", "year")}, "activity": nil, "export": nil, "recount": nil, "verify-message-counts": nil,
	} {
		i := asked(discordgo.InteractionApplicationCommand, 101)
		i.Data = discordgo.ApplicationCommandInteractionData{Name: name, Options: options}
		if _, err := r.all()[name].handle(ctx, i); !errors.Is(err, context.Canceled) {
			t.Errorf("/%s doesn't wait for its turn: %v", name, err)
		}
	}
}

// TestTurnKeepsTheCount has a guild's commands follow the log with one count, until none came for a while, the settings
// ask for another policy, or somebody was erased.
func TestTurnKeepsTheCount(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		log, err := eventlog.Open(t.TempDir(), eventlog.Options{NoSync: true})
		if err != nil {
			t.Fatal(err)
		}
		in, err := gate.Open(log, 1, slog.New(slog.DiscardHandler))
		if err != nil {
			t.Fatal(err)
		}
		defer func() {
			in.Close()
			if err := log.Close(); err != nil {
				t.Error(err)
			}
		}()
		turns, sent := NewTurns(), uint64(0)
		said := func() {
			sent++
			m := discord.Message{ID: snowflake.ID(sent), Channel: 11, Author: 101}
			if err := in.Page(t.Context(), eventlog.Catchup, 0, 11, []discord.Message{m}); err != nil {
				t.Fatal(err)
			}
		}
		count := func() *projections.Guild {
			turn, err := turns.take(t.Context(), 1)
			if err != nil {
				t.Fatal(err)
			}
			defer turn.end()
			g, err := turn.count(in)
			if err != nil || g.Total() != sent {
				t.Fatalf("%d messages, %v; want %d", g.Total(), err, sent)
			}
			return g
		}
		said()
		first := count()
		time.Sleep(keptFor - time.Second)
		said()
		if count() != first {
			t.Error("the count isn't kept")
		}
		time.Sleep(keptFor - time.Second)
		if count() != first {
			t.Error("the count isn't kept from its last use on")
		}
		time.Sleep(keptFor + time.Second)
		turn, err := turns.take(t.Context(), 1)
		if err != nil {
			t.Fatal(err)
		}
		kept := turn.kept
		turn.end()
		if kept != nil {
			t.Error("the count is kept though nobody asks for it")
		}
		if count().User(101).Messages != sent {
			t.Error("the user isn't counted")
		}
		if _, err := in.Erase(t.Context(), 101); err != nil {
			t.Fatal(err)
		}
		if count().User(101) != (projections.Count{}) {
			t.Error("a user who was erased is still known")
		}
		bots := eventlog.Settings{Bots: true}
		if err := in.Write(t.Context(), func(*projections.Guild) ([]eventlog.Body, error) {
			return []eventlog.Body{eventlog.SettingsChanged{Settings: bots}}, nil
		}); err != nil {
			t.Fatal(err)
		}
		if g := count(); g.Policy() != projections.PolicyOf(bots) {
			t.Error("the count is by the old policy")
		}
	})
}
