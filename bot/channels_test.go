package bot

import (
	"strings"
	"sync"
	"testing"
	"time"

	"tally/bot/discordtest"
	"tally/eventlog/snowflake"
	"tally/projections"
)

func everyKindOfChannel(t *testing.T, w *world, s server) {
	var all []snowflake.ID
	for _, kind := range []int{discordtest.VoiceChannel, discordtest.AnnouncementChannel, discordtest.StageChannel} {
		all = append(all, s.AddChannel(discordtest.ChannelSpec{Name: "kind", Type: kind}))
	}
	forum := s.AddChannel(discordtest.ChannelSpec{Name: "forum", Type: discordtest.ForumChannel})
	starter := w.Send(s.general, discordtest.Message{Author: s.ann})
	all = append(all,
		s.AddThread(discordtest.ThreadSpec{Parent: s.general, Name: "from a message", StarterMessage: starter}),
		s.AddThread(discordtest.ThreadSpec{Parent: s.general, Name: "from nothing", Archived: true}),
		s.AddThread(discordtest.ThreadSpec{Parent: s.other, Name: "private, joined", Type: discordtest.PrivateThread, BotJoined: true, Archived: true}),
		s.AddThread(discordtest.ThreadSpec{Parent: all[1], Name: "news", Type: discordtest.AnnouncementThread, Archived: true}),
		s.AddThread(discordtest.ThreadSpec{Parent: forum, Name: "a post", Owner: s.bob}),
		s.AddThread(discordtest.ThreadSpec{Parent: forum, Name: "an old post", Owner: s.bob, Archived: true}),
	)
	for _, id := range all {
		for range 7 {
			w.Send(id, discordtest.Message{Author: s.ann, Delivery: discordtest.HistoryOnly})
		}
	}
	for _, id := range all[4:7] { // writing in them has opened them again
		s.ArchiveThread(id, time.Time{})
	}
	s.ArchiveThread(all[8], time.Time{})
	w.Send(s.general, discordtest.Message{Author: s.ann, Type: 7})  // a join has a human author
	w.Send(s.general, discordtest.Message{Author: s.ann, Type: 19}) // a reply counts
	w.Send(s.general, discordtest.Message{Author: s.AddUser("robot", true)})
	w.Send(s.general, discordtest.Message{Webhook: s.AddWebhook("hook")})
	w.start()
	w.run(s.Guild, "import-messages", nil)
	w.imported(s.Guild)
	w.exact(s.Guild)
	live := w.Send(s.general, discordtest.Message{Author: s.bob})
	thread := s.AddThread(discordtest.ThreadSpec{Parent: s.general, Name: "live", StarterMessage: live})
	w.Send(thread, discordtest.Message{Author: s.ann})
	s.AddThread(discordtest.ThreadSpec{Parent: forum, Name: "a live post", Owner: s.ann})
	w.Send(w.AddDM(s.ann), discordtest.Message{Author: s.ann})
	w.write(s, 2)
	w.exact(s.Guild)
	s.DeleteChannel(all[0])
	s.DeleteChannel(forum)
	w.exact(s.Guild)
}

// starterCopy has threads whose first message is an ordinary one, with the id of the message that the
// thread was started from: it was reported once.
func starterCopy(t *testing.T, w *world, s server) {
	start := func(delivery discordtest.Delivery) {
		m := w.Send(s.general, discordtest.Message{Author: s.ann})
		thread := s.AddThread(discordtest.ThreadSpec{Parent: s.general, Name: "copy", StarterMessage: m})
		w.Send(thread, discordtest.Message{Author: s.ann, ID: thread, Delivery: delivery})
	}
	start(discordtest.HistoryOnly)
	w.start()
	start(discordtest.DispatchOnly)
	w.run(s.Guild, "import-messages", nil)
	w.imported(s.Guild)
	start(discordtest.DispatchOnly)
	w.Send(s.other, discordtest.Message{Author: s.bob})
	w.until("the last is counted", func() (last bool) {
		w.view(s.Guild, func(g *projections.Guild) { last = g.User(s.bob).Messages == 1 })
		return last
	})
	w.view(s.Guild, func(g *projections.Guild) {
		if n := g.User(s.ann).Messages; n != 3 {
			t.Errorf("ann wrote 3 messages, %d are counted", n)
		}
	})
}

func noHistory(t *testing.T, w *world, s server) {
	s.DenyBot(s.other, discordtest.PermReadMessageHistory)
	hidden := s.AddChannel(discordtest.ChannelSpec{Name: "hidden"})
	s.DenyBot(hidden, discordtest.PermViewChannel)
	w.write(s, 100)
	w.start()
	w.write(s, 30)
	w.until("they are counted", func() bool { return w.total(s) == 30 })
	w.run(s.Guild, "import-messages", nil)
	w.imported(s.Guild)
	w.write(s, 10)
	w.until("they are counted", func() bool { return w.total(s) == 50+15+20+5-10 })
	status := w.run(s.Guild, "import-status", nil)
	for _, want := range []string{"Import: completed", "<#" + s.other.String() + ">: I may not read its history. Give me Read Message History there", "<#" + hidden.String() + ">: I may not see it"} {
		if !strings.Contains(status, want) {
			t.Errorf("the status lacks %q:\n%s", want, status)
		}
	}
	for _, r := range w.HistoryRequests() {
		if r.Channel != s.general {
			t.Errorf("the history of a channel that can't be read was asked for: %+v", r)
		}
	}
	s.AllowBot(s.other, discordtest.PermReadMessageHistory)
	s.AllowBot(hidden, discordtest.PermViewChannel|discordtest.PermReadMessageHistory)
	w.run(s.Guild, "import-messages", map[string]any{"force": true})
	w.imported(s.Guild)
	w.exact(s.Guild)
}

func historyLost(t *testing.T, w *world, s server) {
	w.write(s, 1000)
	w.start()
	var once sync.Once
	n := 0
	w.OnHistory(func(r discordtest.HistoryRequest) {
		if r.Channel != s.general {
			return
		}
		if n++; n == 3 {
			once.Do(func() { s.DenyBot(s.general, discordtest.PermReadMessageHistory) })
		}
	})
	w.run(s.Guild, "import-messages", nil)
	w.imported(s.Guild)
	w.OnHistory(nil)
	w.view(s.Guild, func(g *projections.Guild) {
		if cutoff, _ := g.Cutoff(s.general); cutoff != 0 {
			t.Error("a channel whose history broke off counts as read")
		}
	})
	if got := w.run(s.Guild, "import-status", nil); !strings.Contains(got, "<#"+s.general.String()+">: I may not read its history") {
		t.Errorf("status:\n%s", got)
	}
}

func channelGone(t *testing.T, w *world, s server) {
	w.write(s, 1000)
	w.start()
	n := 0
	w.OnHistory(func(r discordtest.HistoryRequest) {
		if r.Channel == s.other {
			if n++; n == 3 {
				s.DeleteChannel(s.other)
			}
		}
	})
	w.run(s.Guild, "import-messages", nil)
	w.imported(s.Guild)
	w.OnHistory(nil)
	w.exact(s.Guild)
}
