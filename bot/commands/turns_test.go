package commands

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"

	"github.com/bwmarrin/discordgo"

	"tally/eventlog/snowflake"
)

// TestTurns has more commands read the log than may at once.
func TestTurns(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		turns := NewTurns()
		reading := map[snowflake.ID]func(){}
		read := func(guild snowflake.ID) {
			end, err := turns.take(t.Context(), guild)
			if err != nil {
				t.Error(err)
				return
			}
			reading[guild] = end
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
			end := reading[1]
			end()
			synctest.Wait()
			if reading[next] == nil {
				t.Fatalf("guild %d doesn't get its turn before guild 1's next", next)
			}
			reading[next]()
			synctest.Wait()
		}
		reading[2]()
		for range 47 {
			end := reading[1]
			end()
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
	end, err := r.Turns.take(t.Context(), 1)
	if err != nil {
		t.Fatal(err)
	}
	defer end()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	for name, options := range map[string][]*discordgo.ApplicationCommandInteractionDataOption{
		leaderboardName: {text("period", "today")}, "message-count": {text("period", "year")}, "activity": nil, "recount": nil, "verify-message-counts": nil,
	} {
		i := asked(discordgo.InteractionApplicationCommand, 101)
		i.Data = discordgo.ApplicationCommandInteractionData{Name: name, Options: options}
		if _, err := r.all()[name].handle(ctx, i); !errors.Is(err, context.Canceled) {
			t.Errorf("/%s doesn't wait for its turn: %v", name, err)
		}
	}
}
