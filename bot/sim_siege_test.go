package bot

import (
	"net/http"
	"path"
	"strings"
	"sync/atomic"
	"time"

	"tally/bot/discordtest"
	"tally/eventlog/snowflake"
)

// siege cuts the bot off for longer than a catch-up's overlap, while the one that runs waits for a single
// channel. When the bot is back people write at once, and sometimes it dies as it notes the gap.
func (s *sim) siege() {
	s.Disconnect(discordtest.Cut{Code: 4000, Invalidate: true})
	wait := time.Duration(1+s.rng.IntN(7)) * time.Minute
	s.limitOne(wait)
	s.sleep(time.Duration(s.rng.Int64N(int64(10 * time.Second))))
	s.tally.add("siege", 1)

	s.MuteHello(true)
	s.Disconnect(discordtest.Cut{Code: 4000, Invalidate: true})
	for end := time.Now().Add(wait + time.Duration(s.rng.Int64N(int64(3*time.Minute)))); time.Now().Before(end); {
		g := s.guild()
		s.send(g, s.channel(g), discordtest.Message{})
		s.sleep(time.Duration(s.rng.Int64N(int64(40 * time.Second))))
	}
	s.revive()
	if s.rng.IntN(2) == 0 {
		s.life.crashIn.Store(1 + s.rng.Int64N(2))
	}
	back := s.guildComes()
	s.LateGuilds([]time.Duration{0, 3 * time.Second, 20 * time.Second}[s.rng.IntN(3)])
	s.MuteHello(false)
	s.trouble = time.Now()
	s.chatUntil(back)
	s.LateGuilds(0)
	for range s.rng.IntN(6) {
		g := s.guild()
		s.send(g, s.channel(g), discordtest.Message{})
	}
}

// lockout takes a channel away from the bot while it is asked for what was missed there, and others are, too; or only its
// history, until the bot asks whether it may read that.
func (s *sim) lockout() {
	s.Disconnect(discordtest.Cut{Code: 4000, Invalidate: true})
	s.trouble = time.Now()
	s.tally.add("lockout", 1)
	asked, proof := s.slowHistory()
	for range 5 + s.rng.IntN(20) {
		g := s.guild()
		s.send(g, s.channel(g), discordtest.Message{})
	}
	blink := s.rng.IntN(2) == 0
	if g, c := s.topChannel(asked); c != nil && c.denied == 0 {
		if !blink {
			s.deny(g, c, discordtest.PermViewChannel)
		} else if s.deny(g, c, discordtest.PermReadMessageHistory); s.got(proof) == c.id {
			s.allow(g, c)
		}
	}
	s.sleep(time.Minute)
}

// topChannel returns the channel whose id comes, unless it is a thread or none comes.
func (s *sim) topChannel(come <-chan snowflake.ID) (*simGuild, *simChannel) {
	id := s.got(come)
	for _, g := range s.guilds {
		for _, c := range g.channels {
			if c.id == id && c.parent == 0 {
				return g, c
			}
		}
	}
	return nil, nil
}

func (s *sim) got(come <-chan snowflake.ID) (id snowflake.ID) {
	select {
	case id = <-come:
	case <-time.After(2 * time.Minute):
	}
	return id
}

// slowHistory has each request for a channel's history, or for the channel itself, take seconds, for a minute; the first of
// each takes less, and asked and proof get the channel that it is about.
func (s *sim) slowHistory() (asked, proof <-chan snowflake.ID) {
	history, itself, over := make(chan snowflake.ID, 1), make(chan snowflake.ID, 1), time.Now().Add(time.Minute)
	s.OnRequest(func(r *http.Request) *discordtest.Fault {
		channel, ok := strings.CutSuffix(r.URL.Path, "/messages")
		id, err := snowflake.Parse(path.Base(channel))
		parent := path.Base(path.Dir(channel))
		if err != nil || r.Method != http.MethodGet || parent != "channels" || time.Now().After(over) {
			return nil
		}
		first := itself
		if ok {
			first = history
		}
		select {
		case first <- id:
			return &discordtest.Fault{Delay: 3 * time.Second}
		default:
			return &discordtest.Fault{Delay: 5 * time.Second}
		}
	})
	return history, itself
}

// chatUntil has people write until the bot hears of a guild: with luck also between the session's begin and that.
func (s *sim) chatUntil(back <-chan struct{}) {
	for range 90 {
		select {
		case <-back:
			return
		case <-time.After(2 * time.Second):
			g := s.guild()
			s.send(g, s.channel(g), discordtest.Message{})
		}
	}
}

// limitOne has the next request for any channel's history wait for a while.
func (s *sim) limitOne(wait time.Duration) {
	var done atomic.Bool
	s.OnRequest(func(r *http.Request) *discordtest.Fault {
		if !strings.HasSuffix(r.URL.Path, "/messages") || r.Method != http.MethodGet || done.Swap(true) {
			return nil
		}
		return s.limited("shared", wait.Seconds(), nil)
	})
}

// guildComes returns a channel that gets something when the gateway tells of a guild.
func (s *sim) guildComes() <-chan struct{} {
	came := make(chan struct{}, 1)
	s.OnDispatch(func(event string, _ []byte) int {
		if event == "GUILD_CREATE" {
			select {
			case came <- struct{}{}:
			default:
			}
		}
		return 1
	})
	return came
}
