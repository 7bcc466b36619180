package main

import (
	"context"
	"strings"
	"sync"
	"testing"
	"time"

	"tally/bot/discordtest"
	"tally/eventlog/snowflake"
)

// TestKillUnderTraffic is TestKill with people who never stop writing, not even while the bot is down,
// and open threads meanwhile. What came in a downtime is caught up.
func TestKillUnderTraffic(t *testing.T) {
	t.Parallel()
	k := newKillTest(t)
	rest := k.traffic()
	life := k.start()
	k.command("import-messages")
	for range kills {
		k.await(life)
		life.kill()
		k.lives = append(k.lives, time.Now())
		time.Sleep(time.Duration(k.rng.IntN(40)) * time.Millisecond)
		life = k.start()
	}
	k.untilImported()
	life.kill()
	time.Sleep(graceForLast)
	life = k.start()
	rest()
	k.untilShown(life)
	life.stop()
	k.checkCounts()
	for _, v := range k.server.Violations() {
		t.Errorf("violation: %s", v)
	}
}

// traffic sends a message every few milliseconds, until the function that it returns is called.
func (k *killTest) traffic() (rest func()) {
	stop := make(chan struct{})
	var wg sync.WaitGroup
	wg.Go(func() {
		var channels, people []snowflake.ID
		for _, id := range k.guild.Channels() {
			for m := range k.guild.History(id) {
				if m.Counts {
					channels, people = append(channels, id), append(people, m.Author)
					break
				}
			}
		}
		for n := 0; ; n++ {
			select {
			case <-stop:
				return
			case <-time.After(3 * time.Millisecond):
			}
			if n%200 == 199 {
				channels = append(channels, k.guild.AddThread(discordtest.ThreadSpec{Parent: channels[0], Name: "opened"}))
			}
			k.server.Send(channels[n%len(channels)], discordtest.Message{Author: people[n*7%len(people)]})
		}
	})
	return func() {
		close(stop)
		wg.Wait()
	}
}

// untilShown waits until the bot shows as many messages as were sent.
func (k *killTest) untilShown(l *life) {
	k.t.Helper()
	var shown string
	want := number(k.server.Truth(k.guild.ID()).Total)
	k.until(l, "all messages are shown", func() bool {
		ctx, stop := context.WithTimeout(k.t.Context(), killPatience)
		defer stop()
		i, err := k.server.Interact(ctx, discordtest.Command{
			Guild: k.guild.ID(), Channel: k.guild.Channels()[0], User: k.guild.Owner(), Name: "leaderboard",
		})
		if err != nil {
			return false
		}
		if r, err := i.Filled(ctx); err == nil && len(r.Embeds) > 0 {
			shown = r.Embeds[0].Footer.Text
		}
		return strings.Contains(shown, " "+want+" messages in all")
	})
}
