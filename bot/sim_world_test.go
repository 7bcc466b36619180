package bot

import (
	"fmt"
	"hash/fnv"
	"log/slog"
	"math/rand/v2"
	"os"
	"sync"
	"testing"
	"time"

	"tally/bot/discordtest"
	"tally/eventlog/snowflake"
)

// sim is one seed's world: a Discord, a bot on it, and what is known of both.
type sim struct {
	*discordtest.Server
	t      *testing.T
	seed   uint64
	rng    *rand.Rand // the driver's alone; hooks draw from the seed and what they are asked about
	net    *simNet
	root   string // holds the data folders of all lives
	log    *slog.Logger
	tally  *simTally
	guilds []*simGuild
	life   *life
	lives  int
	dying  sync.WaitGroup // lives that were killed and come to their end unseen
	ids    uint64         // ids of the test's own making
	limits discordtest.Limits

	lag     func()    // makes visible what isn't yet
	trouble time.Time // when the gateway last was in trouble: what it sends then may not be heard
	force   bool      // another import is needed in the end
	bare    bool      // without patrols, which mend what a catch-up has missed: then nothing may be missing
	dropped bool      // events were dropped without a word
	failed  bool
}

func newSim(t *testing.T, seed uint64, root string, tally *simTally) *sim {
	s := &sim{t: t, seed: seed, rng: rand.New(rand.NewPCG(seed, 0x7a11)), net: newSimNet(), root: root, tally: tally}
	s.log = slog.New(slog.DiscardHandler)
	if testing.Verbose() && *simSeed != 0 {
		s.log = slog.New(slog.NewTextHandler(os.Stderr, &slog.HandlerOptions{Level: slog.LevelDebug}))
	}
	skew := time.Duration(s.rng.Int64N(int64(48*time.Hour))) - 24*time.Hour
	if s.rng.IntN(3) == 0 {
		skew = 0
	}
	s.limits = discordtest.Limits{Mode: []discordtest.LimitMode{discordtest.LimitsOff, discordtest.LimitsOff, discordtest.LimitsHonest, discordtest.LimitsLying}[s.rng.IntN(4)], IdentifyEvery: -1}
	s.force = s.rng.IntN(5) == 0
	s.bare = s.rng.IntN(2) == 0
	s.Server = discordtest.New(discordtest.Options{
		Listener: s.net, Limits: s.limits, MixedMilliseconds: s.mixed(), ShortPages: []int{0, 0, 10, 50}[s.seed%4],
		Clock: func() time.Time { return time.Now().AddDate(26, 0, 0).Add(skew) },
	})
	s.log.Info("seed", "seed", seed, "skew", skew, "force", s.force, "limits", s.limits.Mode)
	return s
}

func (s *sim) fail(format string, args ...any) {
	s.failed = true
	s.t.Errorf("seed %d: %s\nreplay: go test ./bot -run TestSimulation -seed %d -v", s.seed, fmt.Sprintf(format, args...), s.seed)
}

// chance decides by the seed and what is asked about, in whatever order the goroutines come.
func (s *sim) chance(percent int, about ...any) bool {
	h := fnv.New64a()
	fmt.Fprint(h, s.seed, about)
	return int(h.Sum64()>>7%100) < percent
}

// id makes an id of a given age.
func (s *sim) id(age time.Duration) snowflake.ID {
	s.ids++
	return snowflake.At(s.Now().Add(-age)) | snowflake.ID(s.ids&0x3FFFFF)
}
