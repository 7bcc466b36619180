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

// TestKillUnderTraffic is TestKill with people who never stop writing and deleting, not even while the bot
// is down, and open threads meanwhile. What came in a downtime is caught up, and what went is looked for.
func TestKillUnderTraffic(t *testing.T) {
	t.Parallel()
	k := newKillTest(t, killMessages)
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
	k.age() // else what was deleted unheard, just before the cutoff, is waited for
	k.untilImported(life)
	life.kill()
	time.Sleep(graceForLast)
	life = k.start()
	rest()
	k.age()
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
		lastAt, last := channels[0], k.server.Send(channels[0], discordtest.Message{Author: people[0]})
		for n := 0; ; n++ {
			select {
			case <-stop:
				return
			case <-time.After(3 * time.Millisecond):
			}
			if n%200 == 199 {
				channels = append(channels, k.guild.AddThread(discordtest.ThreadSpec{Parent: channels[0], Name: "opened"}))
			}
			at := channels[n%len(channels)]
			id := k.server.Send(at, discordtest.Message{Author: people[n*7%len(people)]})
			if n%10 == 0 {
				k.server.Delete(lastAt, last)
				lastAt, last = at, id
			}
		}
	})
	return func() {
		close(stop)
		wg.Wait()
	}
}

// untilShown waits until the bot shows as many messages as there are, and has nothing left to find out.
func (k *killTest) untilShown(l *life) {
	k.t.Helper()
	want := number(k.server.Truth(k.guild.ID()).Total)
	k.until(l, "all messages are shown, and nothing is left to find out", func() bool {
		status, ok := k.ask("import-status")
		if !ok || strings.Contains(status.Description, "listening") {
			return false
		}
		board, ok := k.ask("leaderboard")
		return ok && strings.Contains(board.Footer.Text, " "+want+" messages in all")
	})
}

// ask gives a command and returns the answer, if the bot takes it.
func (k *killTest) ask(name string) (answer discordtest.Embed, ok bool) {
	ctx, stop := context.WithTimeout(k.t.Context(), killPatience)
	defer stop()
	i, err := k.server.Interact(ctx, discordtest.Command{
		Guild: k.guild.ID(), Channel: k.guild.Channels()[0], User: k.guild.Owner(), Name: name,
	})
	if err != nil {
		return answer, false
	}
	r, err := i.Filled(ctx)
	if err != nil || len(r.Embeds) == 0 {
		return answer, false
	}
	return r.Embeds[0], true
}

// TestDowntime stops the real bot for a while. Meanwhile people write, delete what is old and what is new,
// open threads and delete a channel. After the restart every count is exact, without any command.
func TestDowntime(t *testing.T) {
	t.Parallel()
	k := newKillTest(t, killMessages)
	life := k.start()
	k.command("import-messages")
	k.untilImported(life)
	channels := k.guild.Channels()
	ids := map[snowflake.ID][]snowflake.ID{}
	var people []snowflake.ID
	for _, c := range channels {
		for m := range k.guild.History(c) {
			if m.Counts {
				ids[c], people = append(ids[c], m.ID), append(people, m.Author)
			}
		}
	}
	k.untilShown(life)
	life.stop()

	thread := k.guild.AddThread(discordtest.ThreadSpec{Parent: channels[0], Name: "new"})
	for n, c := range channels {
		if len(ids[c]) == 0 { // perhaps a forum
			continue
		}
		for i := range 30 {
			id := k.server.Send(c, discordtest.Message{Author: people[n*1000%len(people)]})
			k.server.Send(thread, discordtest.Message{Author: people[i]})
			if i%10 == 0 {
				k.server.Delete(c, id)
			}
		}
		if old := ids[c]; len(old) > 5 {
			k.server.Delete(c, old[0], old[len(old)/2], old[len(old)/2+1], old[len(old)-1])
		}
	}
	for _, c := range channels[1:] {
		if len(ids[c]) > 0 {
			k.guild.DeleteChannel(c)
			break
		}
	}
	k.age()
	life = k.start()
	k.untilShown(life)
	life.stop()
	k.checkCounts()
	for _, v := range k.server.Violations() {
		t.Errorf("violation: %s", v)
	}
}

// age lets Discord's clock go on: that a young message isn't there may only mean that it isn't visible yet.
func (k *killTest) age() { k.later.Add(int64(10 * time.Minute)) }
