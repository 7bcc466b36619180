package bot

import (
	"context"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"sync/atomic"
	"time"

	"tally/bot/discordtest"
	"tally/bot/rest"
	"tally/eventlog"
)

// life is one process of the bot.
type life struct {
	bot     *Bot
	log     *eventlog.Log
	dir     string
	line    *line
	cancel  context.CancelFunc
	ended   chan error
	crashIn atomic.Int64 // records until the crash; 0: none is planned
	crashed chan string  // gets the data folder as the crash left it
}

// start starts the bot on a data folder.
func (s *sim) start(dir string) {
	s.lives++
	l := &life{dir: dir, line: &line{net: s.net}, ended: make(chan error, 1), crashed: make(chan string, 1)}
	step := time.Duration(s.rng.Int64N(int64(2*time.Hour))) - time.Hour // the host's clock is set anew
	log, err := eventlog.Open(dir, eventlog.Options{NoSync: true, Clock: func() time.Time {
		if l.crashIn.Load() > 0 && l.crashIn.Add(-1) == 0 {
			l.crashed <- s.die(l)
		}
		return time.Now().Add(step)
	}})
	if err != nil {
		s.fail("open the log: %v", err)
		panic(err)
	}
	opt := Options{
		Token: s.Token(), Log: log, URL: s.URL(), Logger: s.log, Dial: l.line.dialGateway,
		HTTP: &http.Transport{DialContext: l.line.dial, MaxIdleConnsPerHost: 64},
	}
	if s.bare {
		opt.PatrolChannels = -1
	}
	if s.limits.Mode == discordtest.LimitsOff && s.chance(50, "unlimited") {
		opt.GlobalPerSecond, opt.HistoryPerSecond = rest.Unlimited, rest.Unlimited
	}
	if l.bot, err = New(opt); err != nil {
		panic(err)
	}
	l.log = log
	ctx, cancel := context.WithCancel(context.Background())
	l.cancel = cancel
	go func() { l.ended <- l.bot.Run(ctx) }()
	s.life = l
}

// stop ends the bot politely.
func (s *sim) stop() {
	l := s.life
	s.life = nil
	l.cancel()
	if err := <-l.ended; err != nil {
		s.log.Info("the bot ended by itself", "error", err)
	}
	l.line.kill() // the process is over
	if err := l.log.Close(); err != nil {
		s.fail("close the log: %v", err)
	}
}

// die copies the data folder as it is between two commits, and cuts the process off from the world.
// It is called where no commit runs, or within one that nothing is written of yet.
func (s *sim) die(l *life) string {
	dir := filepath.Join(s.root, fmt.Sprintf("life-%d", s.lives))
	if err := os.CopyFS(dir, os.DirFS(l.dir)); err != nil {
		panic(err)
	}
	l.line.kill()
	return dir
}

// crash kills the bot, unless a planned crash did so before, and returns the folder that is left.
func (s *sim) crash() string {
	l := s.life
	s.life = nil
	if l.crashIn.Store(0); len(l.crashed) == 0 { // or it has crashed, and another was planned since
		l.crashed <- s.die(l)
	}
	dir := <-l.crashed
	s.dying.Go(func() { // its last steps reach neither Discord nor the folder that counts
		l.cancel()
		<-l.ended
		_ = l.log.Close()
	})
	return dir
}

// revive starts the bot again if it has crashed or given up.
func (s *sim) revive() {
	l := s.life
	switch {
	case l == nil:
		return
	case len(l.crashed) > 0:
		s.tally.add("crash at a commit", 1)
		dir := s.crash()
		s.sleep(newProcess + time.Duration(s.rng.IntN(90_000))*time.Millisecond)
		s.start(dir)
	case len(l.ended) > 0:
		s.log.Info("the bot gave up, it is started again")
		s.stop()
		s.sleep(newProcess)
		s.start(l.dir)
	}
}

// newProcess is how long nothing runs at least when a process comes after another: it can't know what the
// last one was told of limits.
const newProcess = 6 * time.Second
