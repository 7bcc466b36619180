package main

import (
	"bytes"
	"cmp"
	"context"
	"io"
	"maps"
	"math/rand/v2"
	"net/http"
	"os"
	"os/exec"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"tally/bot/discordtest"
	"tally/eventlog/snowflake"
	"tally/projections"
)

const (
	kills        = 20
	killMessages = 80_000
	killChannels = 8
	killPatience = 60 * time.Second

	reportTitle = "The import is complete"

	// graceForLast is for the requests that a killed bot had sent and the server takes only now.
	graceForLast = 50 * time.Millisecond
)

// TestKill kills the bot at random instants of an import, again and again. Each time it is started it
// goes on by itself; at the end every count is exact, and no page was read twice but those in flight.
func TestKill(t *testing.T) {
	t.Parallel()
	k := newKillTest(t, killMessages)
	life := k.start()
	k.command("import-messages")
	for n := range kills {
		k.await(life)
		life.kill()
		time.Sleep(graceForLast)
		k.lives = append(k.lives, time.Now())
		if k.imported.Load() {
			t.Fatalf("the import ended before kill %d: make it longer", n+1)
		}
		life = k.start()
	}
	k.untilImported(life)
	life.stop()
	k.lives = append(k.lives, time.Now())
	k.checkCounts()
	k.checkPages()
	for _, v := range k.server.Violations() {
		t.Errorf("violation: %s", v)
	}
}

// TestKillBeforeTheReport kills the bot when its import is complete in the log, and nobody has been told: the
// next run tells, in the message that the first one began.
func TestKillBeforeTheReport(t *testing.T) {
	t.Parallel()
	k := newKillTest(t, 500)
	first := k.start()
	telling := make(chan struct{})
	var once sync.Once
	k.server.OnRequest(func(r *http.Request) (f *discordtest.Fault) {
		if r.Method == http.MethodPatch && strings.Contains(bodyOf(r), reportTitle) {
			once.Do(func() { // not that of the second run
				close(telling)
				<-first.ended
				f = &discordtest.Fault{Cut: true}
			})
		}
		return f
	})
	k.command("import-messages")
	<-telling
	first.kill()
	second := k.start()
	k.untilImported(second)
	second.stop()
	k.checkCounts()
	reports := 0
	for _, m := range k.server.Messages(k.guild.Channels()[0]) {
		if strings.Contains("Importing the history, "+reportTitle, m.Embeds[0].Title) {
			reports++
		}
	}
	if reports != 1 {
		t.Errorf("%d messages tell of the import", reports)
	}
}

// bodyOf reads a request's body, and leaves it there.
func bodyOf(r *http.Request) string {
	b, _ := io.ReadAll(r.Body) // what is cut short, whoever takes the request finds out
	r.Body = io.NopCloser(bytes.NewReader(b))
	return string(b)
}

// killTest is an emulated Discord, and a bot in another process.
type killTest struct {
	t        *testing.T
	rng      *rand.Rand
	server   *discordtest.Server
	later    atomic.Int64 // by how much Discord's clock is ahead of the host's, in nanoseconds
	guild    *discordtest.Guild
	dir      string
	pages    atomic.Int64 // asked for
	imported atomic.Bool
	lives    []time.Time // when each ended
	done     time.Time   // when the import was
}

func newKillTest(t *testing.T, messages int) *killTest {
	const seed = 20
	k := &killTest{t: t, rng: rand.New(rand.NewPCG(seed, seed)), dir: t.TempDir()}
	k.server = discordtest.New(discordtest.Options{
		Limits: discordtest.Limits{IdentifyEvery: -1},
		Clock:  func() time.Time { return time.Now().Add(time.Duration(k.later.Load())) },
	})
	t.Cleanup(k.server.Close)
	k.guild = discordtest.Generate(k.server, discordtest.GenerateOptions{Messages: messages, Channels: killChannels, Seed: seed})
	k.server.OnHistory(func(discordtest.HistoryRequest) {
		k.pages.Add(1)
		time.Sleep(4 * time.Millisecond)
	})
	return k
}

// life is one run of the bot.
type life struct {
	k      *killTest
	cmd    *exec.Cmd
	stderr bytes.Buffer
	ended  chan struct{}
	pages  int64 // asked for before it began
}

func (k *killTest) start() *life {
	k.t.Helper()
	l := &life{k: k, ended: make(chan struct{}), pages: k.pages.Load()}
	l.cmd = exec.Command("tally", "run", "--data", k.dir, "--discord-url", k.server.URL(), "--requests-per-second", "0", "--pages-per-second", "0")
	l.cmd.Env = append(os.Environ(), tokenVariable+"="+k.server.Token(), strings.Join(quickExit[:], "="))
	l.cmd.Stderr = &l.stderr
	if err := l.cmd.Start(); err != nil {
		k.t.Fatal(err)
	}
	go func() {
		defer close(l.ended)
		_ = l.cmd.Wait() // how it ended, ProcessState tells
	}()
	k.t.Cleanup(func() {
		_ = l.cmd.Process.Kill()
		<-l.ended
	})
	return l
}

func (l *life) kill() {
	l.k.t.Helper()
	if err := l.cmd.Process.Kill(); err != nil {
		l.k.t.Fatalf("the bot ended by itself: %v\n%s", err, &l.stderr)
	}
	<-l.ended
}

// stop ends the bot as Ctrl-C does.
func (l *life) stop() {
	l.k.t.Helper()
	if err := l.cmd.Process.Signal(syscall.SIGINT); err != nil {
		l.k.t.Fatal(err)
	}
	<-l.ended
	if code := l.cmd.ProcessState.ExitCode(); code != exitFine {
		l.k.t.Errorf("after Ctrl-C: exit code %d\n%s", code, &l.stderr)
	}
	if strings.Contains(l.stderr.String(), l.k.server.Token()) {
		l.k.t.Error("the token is in the log")
	}
}

// await waits for a random instant: some pages later and then a moment, or now and then only a moment,
// in which the bot may not even have connected.
func (k *killTest) await(l *life) {
	k.t.Helper()
	if k.rng.IntN(5) > 0 {
		want := l.pages + 1 + k.rng.Int64N(2*killMessages/perPage/kills*6/10)
		k.until(l, "pages are read", func() bool { return k.pages.Load() >= want })
		time.Sleep(time.Duration(k.rng.IntN(8000)) * time.Microsecond)
		return
	}
	time.Sleep(time.Duration(k.rng.IntN(300)) * time.Millisecond)
}

func (k *killTest) until(l *life, what string, ok func() bool) {
	k.t.Helper()
	for deadline := time.Now().Add(killPatience); !ok(); time.Sleep(time.Millisecond) {
		select {
		case <-l.ended:
			k.t.Fatalf("the bot ended by itself\n%s", &l.stderr)
		default:
		}
		if time.Now().After(deadline) {
			k.t.Fatalf("waited in vain until %s\n%s", what, &l.stderr)
		}
	}
}

// command sends a command as soon as the bot takes it.
func (k *killTest) command(name string) {
	k.t.Helper()
	ctx, stop := context.WithTimeout(k.t.Context(), killPatience)
	defer stop()
	go k.watch()
	for {
		i, err := k.server.Interact(ctx, discordtest.Command{Guild: k.guild.ID(), Channel: k.guild.Channels()[0], User: k.guild.Owner(), Name: name})
		if err == nil && strings.Contains(i.Response().Embeds[0].Title, "has started") {
			return
		}
		if ctx.Err() != nil {
			k.t.Fatalf("/%s: %v", name, err)
		}
		time.Sleep(5 * time.Millisecond)
	}
}

// watch notes the report of the import's end.
func (k *killTest) watch() {
	_, err := k.server.WaitMessage(k.t.Context(), k.guild.Channels()[0], func(r discordtest.Reply) bool {
		return len(r.Embeds) > 0 && r.Embeds[0].Title == reportTitle
	})
	k.imported.Store(err == nil)
}

func (k *killTest) untilImported(l *life) {
	k.t.Helper()
	k.until(l, "the import is complete", k.imported.Load)
	k.done = k.server.Now()
}

// checkCounts compares the log with the truth.
func (k *killTest) checkCounts() {
	report := decode[projections.Report](k.t, call(k.t, exitFine, "replay", "--data", k.dir, "--format", "json"))
	users, channels := map[snowflake.ID]int{}, map[snowflake.ID]int{}
	for _, u := range report.Users {
		users[u.User] = int(u.Messages)
	}
	for _, c := range report.Channels {
		channels[c.Channel] = int(c.Messages)
	}
	truth := k.server.Truth(k.guild.ID())
	if !maps.Equal(users, truth.Users) || !maps.Equal(channels, truth.Channels) || int(report.Total) != truth.Total {
		k.t.Errorf("counted %d, sent %d: users that differ %v, channels that differ %v",
			report.Total, truth.Total, differences(users, truth.Users), differences(channels, truth.Channels))
	}
	for kind, want := range map[string]int{"import_started": 1, "import_finished": 1} {
		if got := strings.Count(call(k.t, exitFine, "log", "ls", "--data", k.dir, "--kind", kind, "--format", "json"), "\n"); got != want {
			k.t.Errorf("%s stands in the log %d times", kind, got)
		}
	}
	for _, command := range [][]string{{"verify"}, {"log", "check"}} {
		call(k.t, exitFine, append(command, "--data", k.dir)...)
	}
}

// checkPages holds every page that was served against those before it. A bot asks for a channel's next
// page only when the one before is durable: so of what a life was served in a channel, all but the last
// page is never read again, except for the millisecond at a page's end.
func (k *killTest) checkPages() {
	perChannel := map[snowflake.ID][]discordtest.HistoryRequest{}
	served := 0
	for _, p := range k.server.HistoryRequests() {
		if p.Mode == "before" && p.Served > 0 && p.At.Before(k.done) { // later ones are the patrol's
			perChannel[p.Channel] = append(perChannel[p.Channel], p)
			served++
		}
	}
	twice := 0
	for channel, pages := range perChannel {
		slices.SortStableFunc(pages, func(a, b discordtest.HistoryRequest) int { return cmp.Compare(b.Newest, a.Newest) })
		slices.SortStableFunc(pages, func(a, b discordtest.HistoryRequest) int { return cmp.Compare(k.lifeOf(a), k.lifeOf(b)) })
		for i, p := range pages {
			again := false
			for j, before := range pages[:i] {
				if !overlap(before, p) {
					continue
				}
				again = true
				last := k.lifeOf(pages[j+1]) != k.lifeOf(before)
				if k.lifeOf(p) == k.lifeOf(before) || !last {
					k.t.Errorf("channel %s: the page %d…%d of life %d was read again in life %d, %d…%d",
						channel, before.Newest, before.Oldest, k.lifeOf(before), k.lifeOf(p), p.Newest, p.Oldest)
				}
			}
			if again {
				twice++
			}
		}
	}
	k.t.Logf("%d pages with messages in %d lives; %d of them were read again, for they were in flight at a kill", served, len(k.lives), twice)
}

// overlap reports whether two pages of a channel share more than the millisecond between them.
func overlap(a, b discordtest.HistoryRequest) bool {
	return max(a.Oldest, b.Oldest).Ms() < min(a.Newest, b.Newest).Ms()
}

// lifeOf returns the life, from 0, in which a page was asked for.
func (k *killTest) lifeOf(p discordtest.HistoryRequest) int {
	n, _ := slices.BinarySearchFunc(k.lives, p.At, time.Time.Compare)
	return n
}
