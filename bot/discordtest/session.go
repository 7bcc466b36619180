package discordtest

import (
	"sync"
	"time"

	"tally/eventlog/snowflake"
)

// event is a dispatch as a session keeps it. Sessions share d; nobody changes it.
type event struct {
	seq int64
	t   string
	d   []byte
}

// session is what IDENTIFY starts and RESUME takes up: numbered events, kept for a replay. It
// outlives its connections.
type session struct {
	id       string
	shard    [2]int
	intents  int
	compress bool
	limit    int           // events kept for a replay
	window   time.Duration // how long it lives without a connection

	mu     sync.Mutex
	seq    int64
	events []event // the newest ones, without holes
	guilds map[snowflake.ID]bool
	conn   *conn
	next   int64 // number of the next event to write to conn
	left   time.Time
	dead   bool
}

// serves says whether the session's shard has the guild; what belongs to none is shard 0's.
func (x *session) serves(guild snowflake.ID) bool {
	return int(uint64(guild>>22)%uint64(x.shard[1])) == x.shard[0]
}

// wants says whether an event is for this session: right shard, guild known, intent asked for.
func (x *session) wants(guild snowflake.ID, intent int) bool {
	if intent&x.intents != intent || !x.serves(guild) {
		return false
	}
	x.mu.Lock()
	defer x.mu.Unlock()
	return !x.dead && (guild == 0 || x.guilds[guild])
}

// learn notes that the session is told of a guild; false if it knew.
func (x *session) learn(guild snowflake.ID) bool {
	x.mu.Lock()
	defer x.mu.Unlock()
	if x.guilds[guild] {
		return false
	}
	x.guilds[guild] = true
	return true
}

func (x *session) unlearn(guild snowflake.ID) {
	x.mu.Lock()
	defer x.mu.Unlock()
	delete(x.guilds, guild)
}

// push numbers an event and queues it. It never waits.
func (x *session) push(t string, d []byte) {
	x.mu.Lock()
	defer x.mu.Unlock()
	x.pushLocked(t, d)
}

func (x *session) pushLocked(t string, d []byte) {
	if x.expired() {
		return
	}
	x.seq++
	x.events = append(x.events, event{x.seq, t, d})
	keep := x.limit
	if x.conn != nil {
		keep = max(keep, int(x.seq-x.next)+1)
		x.conn.poke()
	}
	if len(x.events) > 2*keep {
		x.events = append([]event(nil), x.events[len(x.events)-keep:]...)
	}
}

// expired marks a session that was left alone for too long as dead. x.mu is held.
func (x *session) expired() bool {
	if !x.dead && x.conn == nil && !x.left.IsZero() && time.Since(x.left) > x.window {
		x.kill()
	}
	return x.dead
}

func (x *session) kill() { x.dead, x.events = true, nil }

func (x *session) over() bool {
	x.mu.Lock()
	defer x.mu.Unlock()
	return x.expired()
}

// take returns the next events for a connection, at most n; none if the session has a newer one.
func (x *session) take(c *conn, to []event, n int) []event {
	x.mu.Lock()
	defer x.mu.Unlock()
	if x.conn != c || x.dead || len(x.events) == 0 {
		return to
	}
	from := int(x.next - x.events[0].seq)
	batch := x.events[from:min(from+n, len(x.events))]
	x.next += int64(len(batch))
	return append(to, batch...)
}

// detach notes that a connection is gone. dead: so is the session.
func (x *session) detach(c *conn, dead bool) {
	x.mu.Lock()
	defer x.mu.Unlock()
	if x.conn != c {
		return
	}
	x.conn, x.left = nil, time.Now()
	if dead {
		x.kill()
	}
}

// invalidate ends a session whatever its connection.
func (x *session) invalidate() {
	x.mu.Lock()
	defer x.mu.Unlock()
	x.kill()
}

// SessionInfo describes a gateway session.
type SessionInfo struct {
	ID         string
	Shard      [2]int
	Intents    int
	Connected  bool
	Seq        int64 // number of its last event
	Unsent     int   // events queued behind the connection
	Heartbeats int   // of the client on the present connection
}

func (x *session) info() SessionInfo {
	x.mu.Lock()
	defer x.mu.Unlock()
	i := SessionInfo{ID: x.id, Shard: x.shard, Intents: x.intents, Connected: x.conn != nil, Seq: x.seq}
	if x.conn != nil {
		i.Unsent = int(x.seq - x.next + 1)
		x.conn.mu.Lock()
		i.Heartbeats = x.conn.beats
		x.conn.mu.Unlock()
	}
	return i
}
