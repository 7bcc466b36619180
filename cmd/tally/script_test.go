package main

import (
	"cmp"
	"context"
	"errors"
	"maps"
	"os"
	"os/exec"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"tally/bot/discordtest"
	"tally/eventlog/snowflake"
)

// TestScripts are a user's sessions. Beside testscript's own commands they know:
//
//	exits CODE command…   runs a command, which must end with this exit code
//	emulator [WHAT]       starts an emulated Discord with a server; sets $TALLY_DISCORD_URL, $TOKEN, $SERVER, and of who wrote the
//	                      most there $WRITER and $WROTE. WHAT is no-intents, clock-off (five minutes ahead) or locked
//	                      (the history of #vault)
//	ask COMMAND [OPTION]  sends a slash command there as soon as the bot takes it, with an option that is true; its answer is stdout
//	imported              waits for the report that the import is complete, each time for another
//	requests-at-most N    looks at what the emulated Discord was asked
//	no-violations         fails if the bot did there what a well-behaved one never does
//	manager               listens as systemd does; sets $NOTIFY_SOCKET and asks for signs of life
//	told STATE            waits until the manager is told this state
//	fixture DIR           writes a small log of two servers, the same each time but for the ULIDs
//	settle DIR            changes the settings of the first server of a log that fixture wrote
//	lively DIR            writes a log of live messages, one a minute for 50 hours
//	port                  sets $PORT to a free one
//	fetch STATUS PATH [TOKEN]  asks for a path there until it is answered so; the answer is stdout
//	hold DIR              holds a log open as another program does
//	attend DIR            holds a log open and takes commands there, as a bot does
//	damage DIR N          flips a bit in the N-th record of a log's first server; sets $RECORD
//	falsify DIR           saves a state that counts a message too many
func TestScripts(t *testing.T) {
	t.Parallel()
	testscript.Run(t, testscript.Params{
		Dir: "testdata", RequireExplicitExec: true,
		Setup: func(e *testscript.Env) error {
			e.Setenv("HOME", e.WorkDir)
			e.Setenv(quickExit[0], quickExit[1])
			return nil
		},
		Condition: func(name string) (bool, error) {
			if name == "root" {
				return os.Geteuid() == 0, nil
			}
			return false, errors.New("unknown condition")
		},
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"exits": exits, "emulator": emulator, "ask": ask, "imported": imported, "requests-at-most": requestsAtMost, "no-violations": noViolations,
			"manager": manager, "told": told,
			"fixture": fixture, "lively": lively, "settle": settle, "hold": hold, "attend": attendScript, "damage": damage, "falsify": falsify,
			"port": freePort, "fetch": fetch,
		},
	})
}

func exits(ts *testscript.TestScript, _ bool, args []string) {
	want, err := strconv.Atoi(args[0])
	ts.Check(err)
	got := 0
	if err := ts.Exec(args[1], args[2:]...); err != nil {
		exit, ok := errors.AsType[*exec.ExitError](err)
		if !ok {
			ts.Fatalf("%v", err)
		}
		got = exit.ExitCode()
	}
	if got != want {
		ts.Fatalf("exit code %d, want %d", got, want)
	}
}

const scriptPatience = 30 * time.Second

// servers has each script's emulated Discord, reports the message that last told it of an import. Scripts run at the same time.
var servers, reports sync.Map

func serverOf(ts *testscript.TestScript) *discordtest.Server {
	s, ok := servers.Load(ts)
	if !ok {
		ts.Fatalf("there is no emulator yet")
	}
	return s.(*discordtest.Server)
}

func emulator(ts *testscript.TestScript, _ bool, args []string) {
	o := discordtest.Options{Token: "MTk4NjIyNDgzNDcxOTI1MjQ4.Cl2FMQ.ZnCjm1XVW7vRze4b7Cq4se7kKWs", Limits: discordtest.Limits{IdentifyEvery: -1}}
	what := strings.Join(args, "")
	switch what {
	case "no-intents":
		o.AllowedIntents = discordtest.IntentGuilds
	case "clock-off":
		o.Clock = func() time.Time { return time.Now().Add(5 * time.Minute) }
	}
	s := discordtest.New(o)
	discordtest.Generate(s, discordtest.GenerateOptions{Messages: 3000, Channels: 6, Seed: 5})
	if what == "locked" {
		g := s.Guilds()[0]
		g.DenyBot(g.AddChannel(discordtest.ChannelSpec{Name: "vault"}), discordtest.PermReadMessageHistory)
	}
	servers.Store(ts, s)
	ts.Defer(s.Close)
	ts.Setenv("TALLY_DISCORD_URL", s.URL())
	ts.Setenv("TOKEN", s.Token())
	ts.Setenv("SERVER", s.Guilds()[0].ID().String())
	wrote := s.Truth(s.Guilds()[0].ID()).Users
	writer := slices.MaxFunc(slices.Collect(maps.Keys(wrote)), func(a, b snowflake.ID) int {
		return cmp.Or(cmp.Compare(wrote[a], wrote[b]), cmp.Compare(a, b))
	})
	ts.Setenv("WRITER", writer.String())
	ts.Setenv("WROTE", strconv.Itoa(wrote[writer]))
}

func ask(ts *testscript.TestScript, _ bool, args []string) {
	s := serverOf(ts)
	g := s.Guilds()[0]
	ctx, stop := context.WithTimeout(context.Background(), scriptPatience)
	defer stop()
	options := map[string]any{}
	for _, o := range args[1:] {
		options[o] = true
	}
	for {
		i, err := s.Interact(ctx, discordtest.Command{Guild: g.ID(), Channel: g.Channels()[0], User: g.Owner(), Name: args[0], Options: options})
		if err == nil && !strings.Contains(i.Response().Embeds[0].Description, "still getting to know") {
			e := i.Response().Embeds[0]
			_, _ = ts.Stdout().Write([]byte(e.Title + "\n" + e.Description + "\n")) // a strings.Builder
			return
		}
		if ctx.Err() != nil {
			ts.Fatalf("/%s: %v", args[0], err)
		}
		time.Sleep(5 * time.Millisecond)
	}
}

func imported(ts *testscript.TestScript, _ bool, _ []string) {
	s := serverOf(ts)
	ctx, stop := context.WithTimeout(context.Background(), scriptPatience)
	defer stop()
	last, _ := reports.Load(ts)
	before, _ := last.(snowflake.ID)
	r, err := s.WaitMessage(ctx, s.Guilds()[0].Channels()[0], func(r discordtest.Reply) bool {
		return r.ID > before && len(r.Embeds) > 0 && r.Embeds[0].Title == "The import is complete"
	})
	ts.Check(err)
	reports.Store(ts, r.ID)
}

func requestsAtMost(ts *testscript.TestScript, _ bool, args []string) {
	most, err := strconv.Atoi(args[0])
	ts.Check(err)
	if stats := serverOf(ts).Stats(); stats.Requests > most || stats.Identifies > most {
		ts.Fatalf("%d requests, %d identifies", stats.Requests, stats.Identifies)
	}
}

func noViolations(ts *testscript.TestScript, _ bool, _ []string) {
	if v := serverOf(ts).Violations(); len(v) > 0 {
		ts.Fatalf("violations: %s", strings.Join(v, "; "))
	}
}
